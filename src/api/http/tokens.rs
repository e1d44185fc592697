//! Tokens for a shop's viewers and hosts, from the shop's own backend.

use axum::{extract::State, http::StatusCode};
use dropcast_domain::{
    ids::{PrincipalId, ShowId},
    show::{Refusal, Role},
    time::Timestamp,
};
use dropcast_proto::json::format_time;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    access::{self, Authorized},
    auth::{Claims, TOKEN_TTL_MS_MAX, TokenRole},
    problem::{Problem, ProblemCode},
    read::CommandBody,
    reply::JsonReply,
    state::ApiState,
};

/// The shortest life of a token: shorter ones expire on their way.
const TTL_MS_MIN: u64 = 1_000;

/// The routes of tokens.
pub fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(create))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TokenRequest {
    /// `viewer` or `host`.
    role: TokenRole,
    /// Who: an opaque name of the shop's own, 1 to 64 characters of A-Z a-z 0-9 . _ : -
    #[schema(value_type = String)]
    principal: PrincipalId,
    /// The only show that the token is good for; null: all shows of the brand.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    show: Option<ShowId>,
    /// How long it is good for, in milliseconds: a second to a week; rounded up to whole seconds.
    ttl_ms: u64,
}

/// A token.
#[derive(Debug, Serialize, ToSchema)]
struct TokenReply {
    token: String,
    /// From when on it is not good any more.
    expires_at: String,
}

/// Signs a token for a viewer or a host of the brand's shows, so that a shop never holds the signing secret.
#[utoipa::path(post, path = "/v1/tokens", tag = "tokens", security(("token" = [])), request_body = TokenRequest,
    responses((status = 201, description = "The token", body = TokenReply)))]
async fn create(
    State(state): State<ApiState>,
    Authorized(token): Authorized,
    CommandBody(wanted): CommandBody<TokenRequest>,
) -> Result<(StatusCode, JsonReply<TokenReply>), Problem> {
    if token.principal.role != Role::Brand || wanted.role == TokenRole::Brand {
        return Err((&Refusal::RoleForbidden).into());
    }
    if !(TTL_MS_MIN..=TOKEN_TTL_MS_MAX).contains(&wanted.ttl_ms) {
        let detail = format!("`ttl_ms` must be {TTL_MS_MIN} to {TOKEN_TTL_MS_MAX}");
        return Err(Problem::new(ProblemCode::BodyInvalid, detail).about("ttl_ms"));
    }
    // A token that is bound to one show can't give one for another.
    let show = wanted.show.or_else(|| token.show.clone());
    if let Some(show) = &show {
        access::check_show(&state, &token, show).await?;
    }
    let iat = state.clock.now().0.div_ceil(1_000);
    let exp = iat + wanted.ttl_ms.div_ceil(1_000);
    let claims = Claims { sub: wanted.principal, role: wanted.role, show, brand: token.brand, iat, exp };
    Ok((StatusCode::CREATED, JsonReply(signed(&state, &claims))))
}

fn signed(state: &ApiState, claims: &Claims) -> TokenReply {
    let expires_at = Timestamp(claims.exp * 1_000).min(Timestamp::MAX);
    TokenReply { token: state.tokens.sign(claims), expires_at: format_time(expires_at.0).unwrap_or_default() }
}
