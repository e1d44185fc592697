//! For whoever runs the server: is it alive, does it take work, what did it do.

use std::time::Duration;

use axum::{extract::State, http::header, response::IntoResponse};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{problem::Problem, reply::JsonReply, state::ApiState};

/// How long the journal may take to answer before the server counts as not ready.
const JOURNAL_LIMIT: Duration = Duration::from_secs(2);

/// The routes of health and metrics.
pub fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(alive)).routes(routes!(ready)).routes(routes!(metrics))
}

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// `ok`.
    status: &'static str,
}

/// How ready the server is.
#[derive(Debug, Serialize, ToSchema)]
struct Readiness {
    /// `ok`.
    status: &'static str,
    /// What an acknowledged sale survives: `embedded`, `redis/1`, `redis/2`; `memory` survives nothing.
    durability: &'static str,
    /// The name of this node among those that share the journal; empty when it is alone.
    node: String,
}

/// The process is alive. Always 200: whoever restarts it on anything else must not do so while it stops.
#[utoipa::path(get, path = "/healthz", tag = "operations",
    responses((status = 200, description = "It is alive", body = Health)))]
async fn alive() -> JsonReply<Health> {
    JsonReply(Health { status: "ok" })
}

/// The server takes work: it is not stopping, and its journal can be read and took what was last written.
#[utoipa::path(get, path = "/readyz", tag = "operations",
    responses((status = 200, description = "It takes work", body = Readiness)))]
async fn ready(State(state): State<ApiState>) -> Result<JsonReply<Readiness>, Problem> {
    state.check_running()?;
    let listed = tokio::time::timeout(JOURNAL_LIMIT, state.engine.journal().list(None, 1)).await;
    listed.map_err(|_| Problem::unavailable(state.retry_after_ms()))??;
    if !state.metrics.journal_is_writable() {
        return Err(Problem::unavailable(state.retry_after_ms()));
    }
    let durability = state.engine.journal().durability().as_str();
    Ok(JsonReply(Readiness { status: "ok", durability, node: state.config.redis.node.clone() }))
}

/// Metrics in Prometheus' text format.
#[utoipa::path(get, path = "/metrics", tag = "operations",
    responses((status = 200, description = "The metrics", content_type = "text/plain", body = String)))]
async fn metrics(State(state): State<ApiState>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, prometheus::TEXT_FORMAT)], state.metrics.render())
}
