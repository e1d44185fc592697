//! Tokens for the demo's own pages. Outside the demo there is nothing here.

use axum::extract::State;
use dropcast_domain::ids::PrincipalId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    auth::{Claims, TokenRole},
    problem::{Problem, ProblemCode},
    read::QueryOf,
    reply::JsonReply,
    state::ApiState,
};

/// How long a demo token is good for: a long evening.
const TTL_SECONDS: u64 = 12 * 3_600;

/// The routes of the demo.
pub fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(session))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SessionQuery {
    /// `viewer`, `host` or `brand`.
    role: TokenRole,
}

/// A token for a page of the demo.
#[derive(Debug, Serialize, ToSchema)]
struct Session {
    /// The show that is on.
    show: String,
    token: String,
    /// As whom: every viewer is somebody new.
    principal: String,
}

/// A token for a page of the demo; 404 outside the demo.
#[utoipa::path(get, path = "/demo/session", tag = "demo", params(SessionQuery),
    responses((status = 200, description = "A token", body = Session)))]
async fn session(
    State(state): State<ApiState>,
    QueryOf(query): QueryOf<SessionQuery>,
) -> Result<JsonReply<Session>, Problem> {
    let Some(demo) = &state.demo else {
        return Err(Problem::new(ProblemCode::RouteUnknown, "there is nothing at this address outside the demo"));
    };
    let name = match query.role {
        TokenRole::Viewer => format!("viewer-{:016x}", rand::random::<u64>()),
        TokenRole::Host => "host".to_owned(),
        TokenRole::Brand => demo.brand.to_string(),
    };
    let sub = PrincipalId::new(&name).map_err(|error| Problem::new(ProblemCode::Internal, error.to_string()))?;
    let iat = state.clock.now().0 / 1_000;
    let brand = Some(demo.brand.clone());
    let claims = Claims { sub, role: query.role, show: None, brand, iat, exp: iat + TTL_SECONDS };
    let token = state.tokens.sign(&claims);
    Ok(JsonReply(Session { show: demo.show().to_string(), token, principal: name }))
}
