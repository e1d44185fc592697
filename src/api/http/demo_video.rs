//! The demo's video. Outside the demo, and where none could be made, there is nothing here.

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
    routing::get,
};

use crate::api::{
    looping_video::LoopingVideo,
    problem::{Problem, ProblemCode},
    state::ApiState,
};

const PLAYLIST: HeaderValue = HeaderValue::from_static("application/vnd.apple.mpegurl");
const SEGMENT: HeaderValue = HeaderValue::from_static("video/mp2t");
/// A segment is the same as long as the demo runs.
const FOR_AN_HOUR: HeaderValue = HeaderValue::from_static("private, max-age=3600");
const NEVER_KEPT: HeaderValue = HeaderValue::from_static("no-store");

/// The routes of the demo's video.
pub fn router() -> Router<ApiState> {
    Router::new().route("/demo/video/{name}", get(file))
}

async fn file(State(state): State<ApiState>, Path(name): Path<String>) -> Response {
    let video = state.demo.as_ref().and_then(|demo| demo.video.as_ref());
    match video.and_then(|video| content(video, &name, &state)) {
        Some((kind, caching, content)) => {
            ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, caching)], content).into_response()
        }
        None => Problem::new(ProblemCode::RouteUnknown, "there is nothing at this address").into_response(),
    }
}

fn content(video: &LoopingVideo, name: &str, state: &ApiState) -> Option<(HeaderValue, HeaderValue, Bytes)> {
    if name == "live.m3u8" {
        return Some((PLAYLIST, NEVER_KEPT, video.playlist(state.clock.now()).into()));
    }
    let place = name.strip_suffix(".ts")?.parse().ok()?;
    Some((SEGMENT, FOR_AN_HOUR, video.segment(place)?))
}
