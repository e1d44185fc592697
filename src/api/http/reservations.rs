//! Buying without a WebSocket: reserve, confirm, release, extend. For viewers; every command needs a key.

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
        read::{CommandBody, KeyHeader, NoFields, PathOf, ReservationPath, ShowPath},
        reply::JsonReply,
        state::ApiState,
    },
    codec,
};

/// The most reservations of one's own in an answer, the newest taken; open holds always are in it.
const OWN_MAX: usize = 1_000;

/// The routes of reservations.
pub fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(reserve, list))
        .routes(routes!(confirm))
        .routes(routes!(release))
        .routes(routes!(extend))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Reserve {
    /// In which drop.
    drop: String,
    /// Of what.
    sku: String,
    /// How many.
    quantity: u32,
    /// What else, of other SKUs of the drop: all is held, or nothing.
    #[serde(default)]
    with: Vec<v1::WantedLine>,
}

/// The viewer's own reservations.
#[derive(Debug, Serialize, ToSchema)]
struct Reservations {
    /// The oldest first: the newest thousand, and every open hold.
    reservations: Vec<v1::Reservation>,
}

/// Holds units for the viewer until a deadline. In a drop that draws, it enters the draw while that takes entries;
/// where the drop's waitlist is automatic, it joins the line for what is sold out: the answer is the place then.
#[utoipa::path(post, path = "/v1/shows/{show}/reservations", tag = "buying", security(("token" = [])),
    params(("show" = String, Path, description = "The show"), ("Idempotency-Key" = String, Header)),
    request_body = Reserve,
    responses(
        (status = 201, description = "They are held, or waited for", body = ask::OutcomeReply),
        (status = 202, description = "Not known yet: ask again with the same key", body = ask::OutcomeReply),
    ))]
async fn reserve(
    State(state): State<ApiState>,
    authorized: Authorized,
    PathOf(ShowPath { show }): PathOf<ShowPath>,
    KeyHeader(key): KeyHeader,
    CommandBody(Reserve { drop, sku, quantity, with }): CommandBody<Reserve>,
) -> Result<Response, Problem> {
    authorized.permit(&state, &show, &[Role::Viewer]).await?;
    let kind = Kind::Reserve(v1::Reserve { key, attempt: None, drop, sku, quantity, with });
    ask::command(&state, &show, &authorized.0, kind, StatusCode::CREATED).await
}

/// The viewer's own reservations.
#[utoipa::path(get, path = "/v1/shows/{show}/reservations", tag = "buying", security(("token" = [])),
    params(("show" = String, Path, description = "The show")),
    responses((status = 200, description = "The reservations", body = Reservations)))]
async fn list(
    State(state): State<ApiState>,
    authorized: Authorized,
    PathOf(ShowPath { show }): PathOf<ShowPath>,
) -> Result<JsonReply<Reservations>, Problem> {
    authorized.permit(&state, &show, &[Role::Viewer]).await?;
    let viewer = authorized.0.principal.id;
    let reservations = ask::read(&state, &show, move |show, _| codec::own_reservations(show, &viewer, OWN_MAX));
    Ok(JsonReply(Reservations { reservations: reservations.await? }))
}

/// Buys what is held or offered.
#[utoipa::path(post, path = "/v1/shows/{show}/reservations/{reservation}/confirm", tag = "buying",
    security(("token" = [])),
    params(("show" = String, Path), ("reservation" = u64, Path), ("Idempotency-Key" = String, Header)),
    responses(
        (status = 200, description = "It is bought", body = ask::OutcomeReply),
        (status = 202, description = "Not known yet: ask again with the same key", body = ask::OutcomeReply),
    ))]
async fn confirm(
    State(state): State<ApiState>,
    authorized: Authorized,
    PathOf(ReservationPath { show, reservation }): PathOf<ReservationPath>,
    KeyHeader(key): KeyHeader,
    CommandBody(NoFields {}): CommandBody<NoFields>,
) -> Result<Response, Problem> {
    authorized.permit(&state, &show, &[Role::Viewer]).await?;
    let kind = Kind::Confirm(v1::Confirm { key, attempt: None, reservation });
    ask::command(&state, &show, &authorized.0, kind, StatusCode::OK).await
}

/// Gives back what is held, or declines what is offered.
#[utoipa::path(post, path = "/v1/shows/{show}/reservations/{reservation}/release", tag = "buying",
    security(("token" = [])),
    params(("show" = String, Path), ("reservation" = u64, Path), ("Idempotency-Key" = String, Header)),
    responses(
        (status = 200, description = "It went back", body = ask::OutcomeReply),
        (status = 202, description = "Not known yet: ask again with the same key", body = ask::OutcomeReply),
    ))]
async fn release(
    State(state): State<ApiState>,
    authorized: Authorized,
    PathOf(ReservationPath { show, reservation }): PathOf<ReservationPath>,
    KeyHeader(key): KeyHeader,
    CommandBody(NoFields {}): CommandBody<NoFields>,
) -> Result<Response, Problem> {
    authorized.permit(&state, &show, &[Role::Viewer]).await?;
    let kind = Kind::Release(v1::Release { key, attempt: None, reservation });
    ask::command(&state, &show, &authorized.0, kind, StatusCode::OK).await
}

/// Keeps what is held or offered for some time more, once, because its payment is under way.
#[utoipa::path(post, path = "/v1/shows/{show}/reservations/{reservation}/extend", tag = "buying",
    security(("token" = [])),
    params(("show" = String, Path), ("reservation" = u64, Path), ("Idempotency-Key" = String, Header)),
    responses(
        (status = 200, description = "It is held longer", body = ask::OutcomeReply),
        (status = 202, description = "Not known yet: ask again with the same key", body = ask::OutcomeReply),
    ))]
async fn extend(
    State(state): State<ApiState>,
    authorized: Authorized,
    PathOf(ReservationPath { show, reservation }): PathOf<ReservationPath>,
    KeyHeader(key): KeyHeader,
    CommandBody(NoFields {}): CommandBody<NoFields>,
) -> Result<Response, Problem> {
    authorized.permit(&state, &show, &[Role::Viewer]).await?;
    let kind = Kind::ExtendHold(v1::ExtendHold { key, attempt: None, reservation });
    ask::command(&state, &show, &authorized.0, kind, StatusCode::OK).await
}
