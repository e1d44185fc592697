//! What became of a command whose answer was lost.

use axum::{extract::State, http::StatusCode, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{
        access::{self, Authorized},
        ask,
        problem::{Problem, ProblemCode},
        read::{KeyPath, PathOf},
        receipt::Addressee,
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
    responses((status = 200, description = "What was accepted", body = ask::OutcomeReply)))]
async fn get(
    State(state): State<ApiState>,
    Authorized(token): Authorized,
    PathOf(KeyPath { show, key }): PathOf<KeyPath>,
) -> Result<Response, Problem> {
    access::check_show(&state, &token, &show).await?;
    let addressee = Addressee { show: show.clone(), principal: token.principal.clone(), key: key.clone() };
    let principal = token.principal;
    // The read waits its turn behind every command sent before it, so that "unknown" means that none is on its way.
    let accepted = ask::read(&state, &show, move |show, position| {
        let (_, outcome) = show.binding(&principal, &key)?;
        Some((accepted_by_key(show, *outcome)?, position))
    });
    let accepted = accepted.await?;
    let (accepted, position) =
        accepted.ok_or_else(|| Problem::new(ProblemCode::KeyUnknown, "nothing was accepted under this key"))?;
    let answer = Answer::Accepted(accepted);
    let receipt = ask::receipt(&state.tokens, &*state.clock, addressee, (&answer, position));
    ask::respond(answer, receipt, StatusCode::OK)
}
