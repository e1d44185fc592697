//! What became of a command whose answer was lost.

use axum::{extract::State, http::StatusCode, response::Response};
use dropcast_proto::v1;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{
        access::{self, Authorized},
        ask,
        problem::{Problem, ProblemCode},
        read::{KeyPath, PathOf},
        state::ApiState,
    },
    engine::{Answer, accepted_by_key},
};

/// The routes of outcomes.
pub fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(get))
}

/// What was accepted under one's own key, as it stands now. Nothing was accepted under a key that is not known: the
/// command can be sent again with it.
#[utoipa::path(get, path = "/v1/shows/{show}/outcomes/{key}", tag = "buying", security(("token" = [])),
    params(("show" = String, Path), ("key" = String, Path, description = "The command's idempotency key")),
    responses((status = 200, description = "What was accepted", body = v1::AnswerOutcome)))]
async fn get(
    State(state): State<ApiState>,
    Authorized(token): Authorized,
    PathOf(KeyPath { show, key }): PathOf<KeyPath>,
) -> Result<Response, Problem> {
    access::check_show(&state, &token, &show).await?;
    let principal = token.principal;
    // The read waits its turn behind every command sent before it, so that "unknown" means that none is on its way.
    let accepted = ask::read(&state, &show, move |show, _| {
        let (_, outcome) = show.binding(&principal, &key)?;
        accepted_by_key(show, *outcome)
    });
    let accepted = accepted.await?;
    let accepted =
        accepted.ok_or_else(|| Problem::new(ProblemCode::KeyUnknown, "nothing was accepted under this key"))?;
    ask::respond(Answer::Accepted(accepted), StatusCode::OK)
}
