//! Running a show: start, end, its drops and its units. For hosts and brands; every command needs a key.

use axum::{extract::State, http::StatusCode, response::Response};
use dropcast_domain::{ids::ShowId, show::Role};
use dropcast_proto::v1::{self, client_message::Kind};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{
        access::Authorized,
        ask,
        problem::Problem,
        read::{CommandBody, DropPath, KeyHeader, NoFields, PathOf, ShowPath},
        state::ApiState,
    },
    show_file::Moment,
};

/// Who may run a show.
const ROLES: [Role; 2] = [Role::Host, Role::Brand];

/// The routes of running a show.
pub fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(start))
        .routes(routes!(end))
        .routes(routes!(open))
        .routes(routes!(pause))
        .routes(routes!(resume))
        .routes(routes!(undo))
        .routes(routes!(close))
        .routes(routes!(schedule))
        .routes(routes!(extend))
        .routes(routes!(units))
        .routes(routes!(withdraw))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Schedule {
    /// When the drop opens by itself; null takes it back.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required)]
    opens_at: Option<Moment>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Extend {
    /// By how much the closing time moves, in milliseconds.
    by_ms: u64,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AddUnits {
    /// Of what.
    sku: String,
    /// How many.
    units: u32,
    /// The drop whose caps, for the SKU and for all its SKUs together, are raised along where it has them.
    #[serde(default)]
    drop: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WithdrawUnits {
    /// Of what.
    sku: String,
    /// How many.
    units: u32,
    /// Whether to withdraw units that are offered or held, too, when too few are free: the newest of these reservations
    /// are revoked. Units that are sold stay sold.
    force: bool,
}

/// Draft → live.
#[utoipa::path(post, path = "/v1/shows/{show}/start", tag = "run", security(("token" = [])),
    params(("show" = String, Path, description = "The show"), ("Idempotency-Key" = String, Header)),
    responses((status = 200, description = "It is live", body = ask::OutcomeReply)))]
async fn start(
    State(state): State<ApiState>,
    authorized: Authorized,
    PathOf(ShowPath { show }): PathOf<ShowPath>,
    KeyHeader(key): KeyHeader,
    CommandBody(NoFields {}): CommandBody<NoFields>,
) -> Result<Response, Problem> {
    run(&state, &authorized, &show, Kind::StartShow(v1::StartShow { key, attempt: None })).await
}

/// Live → ended. Open drops close; what is held can still be confirmed until its deadline.
#[utoipa::path(post, path = "/v1/shows/{show}/end", tag = "run", security(("token" = [])),
    params(("show" = String, Path, description = "The show"), ("Idempotency-Key" = String, Header)),
    responses((status = 200, description = "It has ended", body = ask::OutcomeReply)))]
async fn end(
    State(state): State<ApiState>,
    authorized: Authorized,
    PathOf(ShowPath { show }): PathOf<ShowPath>,
    KeyHeader(key): KeyHeader,
    CommandBody(NoFields {}): CommandBody<NoFields>,
) -> Result<Response, Problem> {
    run(&state, &authorized, &show, Kind::EndShow(v1::EndShow { key, attempt: None })).await
}

/// Opens a planned drop at once.
#[utoipa::path(post, path = "/v1/shows/{show}/drops/{drop}/open", tag = "run", security(("token" = [])),
    params(("show" = String, Path), ("drop" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, description = "It is open", body = ask::OutcomeReply)))]
async fn open(
    State(state): State<ApiState>,
    authorized: Authorized,
    PathOf(DropPath { show, drop }): PathOf<DropPath>,
    KeyHeader(key): KeyHeader,
    CommandBody(NoFields {}): CommandBody<NoFields>,
) -> Result<Response, Problem> {
    run(&state, &authorized, &show, Kind::OpenDrop(v1::OpenDrop { key, attempt: None, drop: drop.to_string() })).await
}

/// Open → paused: nobody new is served; the closing time stands.
#[utoipa::path(post, path = "/v1/shows/{show}/drops/{drop}/pause", tag = "run", security(("token" = [])),
    params(("show" = String, Path), ("drop" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, description = "It is paused", body = ask::OutcomeReply)))]
async fn pause(
    State(state): State<ApiState>,
    authorized: Authorized,
    PathOf(DropPath { show, drop }): PathOf<DropPath>,
    KeyHeader(key): KeyHeader,
    CommandBody(NoFields {}): CommandBody<NoFields>,
) -> Result<Response, Problem> {
    run(&state, &authorized, &show, Kind::PauseDrop(v1::PauseDrop { key, attempt: None, drop: drop.to_string() })).await
}

/// Paused → open.
#[utoipa::path(post, path = "/v1/shows/{show}/drops/{drop}/resume", tag = "run", security(("token" = [])),
    params(("show" = String, Path), ("drop" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, description = "It is open again", body = ask::OutcomeReply)))]
async fn resume(
    State(state): State<ApiState>,
    authorized: Authorized,
    PathOf(DropPath { show, drop }): PathOf<DropPath>,
    KeyHeader(key): KeyHeader,
    CommandBody(NoFields {}): CommandBody<NoFields>,
) -> Result<Response, Problem> {
    run(&state, &authorized, &show, Kind::ResumeDrop(v1::ResumeDrop { key, attempt: None, drop: drop.to_string() }))
        .await
}

/// Takes an opening back that was a mistake: within ten seconds, while nothing was sold in the drop and no lots are drawn.
/// What is held or offered in it is revoked, and it opens by itself no more.
#[utoipa::path(post, path = "/v1/shows/{show}/drops/{drop}/undo", tag = "run", security(("token" = [])),
    params(("show" = String, Path), ("drop" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, description = "It is planned again", body = ask::OutcomeReply)))]
async fn undo(
    State(state): State<ApiState>,
    authorized: Authorized,
    PathOf(DropPath { show, drop }): PathOf<DropPath>,
    KeyHeader(key): KeyHeader,
    CommandBody(NoFields {}): CommandBody<NoFields>,
) -> Result<Response, Problem> {
    run(&state, &authorized, &show, Kind::UndoDrop(v1::UndoDrop { key, attempt: None, drop: drop.to_string() })).await
}

/// Closes an open or paused drop for good.
#[utoipa::path(post, path = "/v1/shows/{show}/drops/{drop}/close", tag = "run", security(("token" = [])),
    params(("show" = String, Path), ("drop" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, description = "It is closed", body = ask::OutcomeReply)))]
async fn close(
    State(state): State<ApiState>,
    authorized: Authorized,
    PathOf(DropPath { show, drop }): PathOf<DropPath>,
    KeyHeader(key): KeyHeader,
    CommandBody(NoFields {}): CommandBody<NoFields>,
) -> Result<Response, Problem> {
    run(&state, &authorized, &show, Kind::CloseDrop(v1::CloseDrop { key, attempt: None, drop: drop.to_string() })).await
}

/// Sets or takes back the moment at which a planned drop opens by itself.
#[utoipa::path(post, path = "/v1/shows/{show}/drops/{drop}/schedule", tag = "run", security(("token" = [])),
    params(("show" = String, Path), ("drop" = String, Path), ("Idempotency-Key" = String, Header)),
    request_body = Schedule,
    responses((status = 200, description = "It is scheduled", body = ask::OutcomeReply)))]
async fn schedule(
    State(state): State<ApiState>,
    authorized: Authorized,
    PathOf(DropPath { show, drop }): PathOf<DropPath>,
    KeyHeader(key): KeyHeader,
    CommandBody(body): CommandBody<Schedule>,
) -> Result<Response, Problem> {
    let opens_at = body.opens_at.map(|at| at.0.0);
    run(
        &state,
        &authorized,
        &show,
        Kind::ScheduleDrop(v1::ScheduleDrop { key, attempt: None, drop: drop.to_string(), opens_at }),
    )
    .await
}

/// Moves the closing time of an open or paused drop.
#[utoipa::path(post, path = "/v1/shows/{show}/drops/{drop}/extend", tag = "run", security(("token" = [])),
    params(("show" = String, Path), ("drop" = String, Path), ("Idempotency-Key" = String, Header)),
    request_body = Extend,
    responses((status = 200, description = "It closes later", body = ask::OutcomeReply)))]
async fn extend(
    State(state): State<ApiState>,
    authorized: Authorized,
    PathOf(DropPath { show, drop }): PathOf<DropPath>,
    KeyHeader(key): KeyHeader,
    CommandBody(Extend { by_ms }): CommandBody<Extend>,
) -> Result<Response, Problem> {
    run(
        &state,
        &authorized,
        &show,
        Kind::ExtendDrop(v1::ExtendDrop { key, attempt: None, drop: drop.to_string(), by_ms }),
    )
    .await
}

/// Adds units to a SKU's allotment.
#[utoipa::path(post, path = "/v1/shows/{show}/units", tag = "run", security(("token" = [])),
    params(("show" = String, Path), ("Idempotency-Key" = String, Header)), request_body = AddUnits,
    responses((status = 200, description = "They are there", body = ask::OutcomeReply)))]
async fn units(
    State(state): State<ApiState>,
    authorized: Authorized,
    PathOf(ShowPath { show }): PathOf<ShowPath>,
    KeyHeader(key): KeyHeader,
    CommandBody(AddUnits { sku, units, drop }): CommandBody<AddUnits>,
) -> Result<Response, Problem> {
    run(&state, &authorized, &show, Kind::AddUnits(v1::AddUnits { key, attempt: None, drop, sku, units })).await
}

/// Takes units out of a SKU's allotment that were sold elsewhere. For brands.
#[utoipa::path(post, path = "/v1/shows/{show}/units/withdraw", tag = "run", security(("token" = [])),
    params(("show" = String, Path), ("Idempotency-Key" = String, Header)), request_body = WithdrawUnits,
    responses((status = 200, description = "They are gone", body = ask::OutcomeReply)))]
async fn withdraw(
    State(state): State<ApiState>,
    authorized: Authorized,
    PathOf(ShowPath { show }): PathOf<ShowPath>,
    KeyHeader(key): KeyHeader,
    CommandBody(WithdrawUnits { sku, units, force }): CommandBody<WithdrawUnits>,
) -> Result<Response, Problem> {
    authorized.permit(&state, &show, &[Role::Brand]).await?;
    let kind = Kind::WithdrawUnits(v1::WithdrawUnits { key, attempt: None, sku, units, force });
    ask::command(&state, &show, &authorized.0, kind, StatusCode::OK).await
}

async fn run(state: &ApiState, authorized: &Authorized, show: &ShowId, kind: Kind) -> Result<Response, Problem> {
    authorized.permit(state, show, &ROLES).await?;
    ask::command(state, show, &authorized.0, kind, StatusCode::OK).await
}
