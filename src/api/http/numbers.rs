//! What the host and the brand watch.

use axum::extract::State;
use dropcast_domain::show::Role;
use dropcast_proto::v1;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{
        access::Authorized,
        problem::Problem,
        read::{PathOf, ShowPath},
        reply::JsonReply,
        state::ApiState,
    },
    engine::RetryReason,
};

/// The routes of the numbers.
pub fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(get))
}

/// The numbers of a show.
#[derive(Debug, Serialize, ToSchema)]
struct NumbersReply {
    numbers: v1::Numbers,
    /// Sales and viewers over time; null for a host.
    sales: Option<v1::Sales>,
}

/// The numbers as they stand; for a brand with sales and viewers over time.
#[utoipa::path(get, path = "/v1/shows/{show}/numbers", tag = "numbers", security(("token" = [])),
    params(("show" = String, Path, description = "The show")),
    responses((status = 200, description = "The numbers", body = NumbersReply)))]
async fn get(
    State(state): State<ApiState>,
    authorized: Authorized,
    PathOf(ShowPath { show }): PathOf<ShowPath>,
) -> Result<JsonReply<NumbersReply>, Problem> {
    authorized.permit(&state, &show, &[Role::Host, Role::Brand]).await?;
    // A loaded show has a feed, which has the numbers.
    state.engine.open(&show).await?;
    let feed = state.feeds.get(&show);
    let feed = feed.ok_or_else(|| Problem::retry(state.retry_after_ms(), RetryReason::Stopping))?;
    let sales = (authorized.0.principal.role == Role::Brand).then(|| feed.stats().sales());
    Ok(JsonReply(NumbersReply { numbers: feed.numbers(state.clock.now()), sales }))
}
