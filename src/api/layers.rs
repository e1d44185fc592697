//! What happens around every request: its number, its line in the log, its metrics, its limits, and the headers that
//! keep a browser safe.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use axum::{
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Method, header, request},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tower_http::cors::{AllowOrigin, CorsLayer};
use tracing::Instrument as _;

use super::{
    limits::client_address,
    problem::{Problem, ProblemCode},
    read::KEY_HEADER,
    state::ApiState,
};
use crate::telemetry::door_metrics::LimitedBy;

/// The number of a request, in its answer and in the log.
pub const REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Where to go on reading a journal.
pub const NEXT_HEADER: HeaderName = HeaderName::from_static("dropcast-next");

/// Only what the server itself sends is run; pictures, playlists and video may come from elsewhere over TLS. Styles made
/// by scripts are needed by the charts and the browsable API.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; img-src 'self' data: https:; media-src 'self' https: blob:; \
     connect-src 'self' ws: wss: https:; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; object-src 'none'; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'self'";
/// How long a browser may remember what CORS allows.
const CORS_MAX_AGE: Duration = Duration::from_secs(600);
/// How much longer than a command a request may take: opening the show may come first.
const REQUEST_GRACE: Duration = Duration::from_secs(1);

/// Gives the request a number and a span, counts it, and says how it went. Tokens and keys stay out of the log: neither
/// headers nor addresses are recorded, only the route that they lead to.
pub async fn observe(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = format!("{:016x}", rand::random::<u64>());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", id, %method, route);
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, elapsed) = (response.status(), started.elapsed());
    state.metrics.http_request(&method, &route, status, elapsed);
    let elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| {
        if status.is_server_error() {
            tracing::warn!(status = status.as_u16(), elapsed_ms, "answered");
        } else {
            tracing::debug!(status = status.as_u16(), elapsed_ms, "answered");
        }
    });
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID_HEADER, id);
    }
    response
}

/// Headers of every answer. What says nothing about caching is not kept: answers are live, and some are one person's.
pub async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Turns new work away once the server is stopping, and addresses that ask too much.
pub async fn admit(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
    let address = client_address(peer, request.headers(), state.config.trust_forwarded_for);
    if let Err(problem) = state.check_running() {
        return problem.into_response();
    }
    if let Err(error) = state.limits.check_address(address) {
        state.metrics.rate_limited(LimitedBy::Address);
        return Problem::from(error).into_response();
    }
    next.run(request).await
}

/// Gives up on a request that takes too long. Commands answer *pending* before this.
pub async fn bound_time(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    let limit = Duration::from_millis(state.config.limits.request_timeout_ms) + REQUEST_GRACE;
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(ProblemCode::Timeout, "it took too long; try again").into_response(),
    }
}

/// Which other sites' pages may use the API.
pub fn cors(state: &ApiState) -> CorsLayer {
    let config = std::sync::Arc::clone(&state.config);
    let allowed = move |origin: &HeaderValue, parts: &request::Parts| {
        let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
        origin.to_str().is_ok_and(|origin| config.allows_origin(origin, host))
    };
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(allowed))
        .allow_methods([Method::GET, Method::PUT, Method::POST])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, HeaderName::from_static(KEY_HEADER)])
        .expose_headers([NEXT_HEADER, REQUEST_ID_HEADER, header::RETRY_AFTER])
        .max_age(CORS_MAX_AGE)
}
