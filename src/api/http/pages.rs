//! The pages, built into the program.

use axum::{
    Router,
    extract::Path,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware,
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use dropcast_proto::json::to_hexadecimal;
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::api::{
    problem::{Problem, ProblemCode},
    state::ApiState,
};

/// The build gives what is in here a name of its content, so it never changes.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Everything else is looked at again each time, which costs an answer without a body.
const LOOK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");
/// Which sites' pages may have a file in them, whatever they ask of their parts (`Cross-Origin-Embedder-Policy`).
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// What `make web` built.
#[derive(RustEmbed)]
#[folder = "web/dist"]
struct Pages;

/// The sample show's pictures, and pages that show how to make one's own.
#[derive(RustEmbed)]
#[folder = "examples"]
struct Examples;

/// The routes of the pages.
pub fn router() -> Router<ApiState> {
    Router::new()
        .route("/", get(|headers: HeaderMap| async move { page("index.html", &headers) }))
        .route("/viewer/", get(|headers: HeaderMap| async move { page("viewer/index.html", &headers) }))
        .route("/host/", get(|headers: HeaderMap| async move { page("host/index.html", &headers) }))
        .route("/brand/", get(|headers: HeaderMap| async move { page("brand/index.html", &headers) }))
        .route("/draw/", get(|headers: HeaderMap| async move { page("draw/index.html", &headers) }))
        .route("/viewer", get(|| async { Redirect::permanent("/viewer/") }))
        .route("/host", get(|| async { Redirect::permanent("/host/") }))
        .route("/brand", get(|| async { Redirect::permanent("/brand/") }))
        .route("/draw", get(|| async { Redirect::permanent("/draw/") }))
        .route("/favicon.svg", get(|headers: HeaderMap| async move { page("favicon.svg", &headers) }))
        .merge(for_every_site())
}

/// Scripts and pictures, which say nothing about anybody: pages of every site may use them. Whether such a page may
/// connect to a show is another question, which `allowed_origins` answers.
fn for_every_site() -> Router<ApiState> {
    Router::new()
        .route("/assets/{*path}", get(asset))
        .route("/client/{*path}", get(client))
        .route("/element/{*path}", get(element))
        .route("/examples/{*path}", get(example))
        .layer(middleware::map_response(|mut response: Response| async move {
            let headers = response.headers_mut();
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            headers.insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
            response
        }))
}

async fn asset(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let path = format!("assets/{path}");
    Pages::get(&path).map_or_else(nothing, |file| answer(&file, &headers, FOREVER))
}

/// The client library, under names that stay.
async fn client(Path(path): Path<String>, headers: HeaderMap) -> Response {
    page(&format!("client/{path}"), &headers)
}

/// The element for shops' pages, under a name that stays.
async fn element(Path(path): Path<String>, headers: HeaderMap) -> Response {
    page(&format!("element/{path}"), &headers)
}

/// What a browser shows: the folder also holds show files.
async fn example(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let path = if path.ends_with('/') { format!("{path}index.html") } else { path };
    let file = Examples::get(&path).filter(|file| is_shown(file.metadata.mimetype()));
    file.map_or_else(nothing, |file| answer(&file, &headers, LOOK_AGAIN))
}

fn is_shown(media_type: &str) -> bool {
    media_type.starts_with("image/") || matches!(media_type, "text/html" | "text/css" | "text/javascript")
}

fn page(path: &str, headers: &HeaderMap) -> Response {
    Pages::get(path).map_or_else(nothing, |file| answer(&file, headers, LOOK_AGAIN))
}

fn answer(file: &EmbeddedFile, headers: &HeaderMap, caching: HeaderValue) -> Response {
    // Weak, since the same content goes out compressed and plain (RFC 9110 section 8.8.1).
    let tag = format!("W/\"{}\"", to_hexadecimal(&file.metadata.sha256_hash()[..16]));
    let known = headers.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    let head = [(header::CACHE_CONTROL, caching), (header::ETAG, value(&tag))];
    if known.is_some_and(|tags| tags.split(',').any(|known| known.trim() == tag)) {
        return (StatusCode::NOT_MODIFIED, head).into_response();
    }
    let mut content_type = file.metadata.mimetype().to_owned();
    if content_type.starts_with("text/") || content_type.ends_with("javascript") {
        content_type.push_str("; charset=utf-8");
    }
    (head, [(header::CONTENT_TYPE, value(&content_type))], file.data.to_vec()).into_response()
}

/// Tags and media types are plain ASCII, which a header always takes.
fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}

fn nothing() -> Response {
    Problem::new(ProblemCode::RouteUnknown, "there is nothing at this address").into_response()
}
