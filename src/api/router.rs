//! All routes, and what happens around them.

use axum::{Router, body::Bytes, middleware};
use tower_http::compression::CompressionLayer;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;

use super::{
    http, layers,
    openapi::{Document, finish},
    problem::{Problem, ProblemCode},
    state::ApiState,
};

/// The whole server. Serve it with [`listen::serve`](super::listen::serve): limits are counted by
/// address, and a WebSocket is taken out of its connection.
pub fn router(state: ApiState) -> Router {
    let (api, document) = api(&state).split_for_parts();
    Router::new()
        .merge(api)
        .merge(super::ws::router())
        .merge(http::docs::router(finished(&document)))
        .merge(http::pages::router())
        .merge(http::demo_video::router())
        .fallback(|| async { Problem::new(ProblemCode::RouteUnknown, "there is nothing at this address") })
        .method_not_allowed_fallback(|| async {
            Problem::new(ProblemCode::MethodNotAllowed, "the address does not take this method")
        })
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(state.clone(), layers::bound_time))
        .layer(layers::cors(&state))
        .layer(middleware::from_fn(layers::secure))
        .layer(middleware::from_fn_with_state(state.clone(), layers::observe))
        .with_state(state)
}

/// The same for everybody, so it is written once.
fn finished(document: &utoipa::openapi::OpenApi) -> Bytes {
    let text = finish(document).map(|document| document.to_string());
    text.unwrap_or_else(|error| {
        tracing::error!(%error, "the OpenAPI document can't be written");
        "{}".to_owned()
    })
    .into()
}

/// The routes that the OpenAPI document describes. Whoever looks after the server is let in even when it is busy or
/// stopping.
fn api(state: &ApiState) -> OpenApiRouter<ApiState> {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(http::shows::router())
        .merge(http::run::router())
        .merge(http::draws::router())
        .merge(http::numbers::router())
        .merge(http::journal::router())
        .merge(http::reservations::router())
        .merge(http::waitlist::router())
        .merge(http::orders::router())
        .merge(http::orders_csv::router())
        .merge(http::outcomes::router())
        .merge(http::tokens::router())
        .merge(http::demo::router())
        .layer(middleware::from_fn_with_state(state.clone(), layers::admit))
        .merge(http::health::router())
}
