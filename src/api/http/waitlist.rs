//! Waiting in line for units. For viewers; every command needs a key.

use axum::{extract::State, http::StatusCode, response::Response};
use dropcast_domain::show::Role;
use dropcast_proto::v1::{self, client_message::Kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{
        access::Authorized,
        ask,
        problem::Problem,
        read::{CommandBody, KeyHeader, NoFields, PathOf, ShowPath, WaiterPath},
        reply::JsonReply,
        state::ApiState,
    },
    codec,
};

/// The routes of waiting in line.
pub fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(join, list)).routes(routes!(leave))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct JoinWaitlist {
    /// In which drop.
    drop: String,
    /// For what.
    sku: String,
    /// For how many, at most; what is offered may be less.
    quantity: u32,
}

/// The places in which the viewer waits.
#[derive(Debug, Serialize, ToSchema)]
struct Waiters {
    /// In the order of the run of show; at most one in each drop.
    waiters: Vec<v1::Waiter>,
}

/// Joins the line for units of an open drop, or its draw while that takes entries. What is free, or comes back, is
/// offered in the order of the line, as a reservation in the state `offered`.
#[utoipa::path(post, path = "/v1/shows/{show}/waitlist", tag = "buying", security(("token" = [])),
    params(("show" = String, Path, description = "The show"), ("Idempotency-Key" = String, Header)),
    request_body = JoinWaitlist,
    responses(
        (status = 201, description = "The place in line", body = ask::OutcomeReply),
        (status = 202, description = "Not known yet: ask again with the same key", body = ask::OutcomeReply),
    ))]
async fn join(
    State(state): State<ApiState>,
    authorized: Authorized,
    PathOf(ShowPath { show }): PathOf<ShowPath>,
    KeyHeader(key): KeyHeader,
    CommandBody(JoinWaitlist { drop, sku, quantity }): CommandBody<JoinWaitlist>,
) -> Result<Response, Problem> {
    authorized.permit(&state, &show, &[Role::Viewer]).await?;
    let kind = Kind::JoinWaitlist(v1::JoinWaitlist { key, attempt: None, drop, sku, quantity });
    ask::command(&state, &show, &authorized.0, kind, StatusCode::CREATED).await
}

/// The places in which the viewer waits, in lines and in draws.
#[utoipa::path(get, path = "/v1/shows/{show}/waitlist", tag = "buying", security(("token" = [])),
    params(("show" = String, Path, description = "The show")),
    responses((status = 200, description = "The places", body = Waiters)))]
async fn list(
    State(state): State<ApiState>,
    authorized: Authorized,
    PathOf(ShowPath { show }): PathOf<ShowPath>,
) -> Result<JsonReply<Waiters>, Problem> {
    authorized.permit(&state, &show, &[Role::Viewer]).await?;
    let viewer = authorized.0.principal.id;
    let waiters = ask::read(&state, &show, move |show, _| codec::own_waiters(show, &viewer));
    Ok(JsonReply(Waiters { waiters: waiters.await? }))
}

/// Leaves the line.
#[utoipa::path(post, path = "/v1/shows/{show}/waitlist/{waiter}/leave", tag = "buying", security(("token" = [])),
    params(("show" = String, Path), ("waiter" = u64, Path), ("Idempotency-Key" = String, Header)),
    responses(
        (status = 200, description = "The place that is left", body = ask::OutcomeReply),
        (status = 202, description = "Not known yet: ask again with the same key", body = ask::OutcomeReply),
    ))]
async fn leave(
    State(state): State<ApiState>,
    authorized: Authorized,
    PathOf(WaiterPath { show, waiter }): PathOf<WaiterPath>,
    KeyHeader(key): KeyHeader,
    CommandBody(NoFields {}): CommandBody<NoFields>,
) -> Result<Response, Problem> {
    authorized.permit(&state, &show, &[Role::Viewer]).await?;
    let kind = Kind::LeaveWaitlist(v1::LeaveWaitlist { key, attempt: None, waiter });
    ask::command(&state, &show, &authorized.0, kind, StatusCode::OK).await
}
