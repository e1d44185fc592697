//! Who sent a request, and whether its token is good for the show.

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::{HeaderMap, header, request::Parts},
};
use dashmap::DashMap;
use dropcast_domain::{
    ids::{BrandId, ShowId},
    show::{Refusal, Role},
};

use super::{
    ask,
    auth::Access,
    problem::{Problem, ProblemCode},
    state::ApiState,
};
use crate::telemetry::door_metrics::LimitedBy;

/// The most shows whose brand is remembered; beyond it all are forgotten, and asked for again when needed.
const SHOWS_MAX: usize = 10_000;

/// A request with a token, which is accepted and within its limit.
#[derive(Clone, Debug)]
pub struct Authorized(pub Access);

/// Whose show is whose: it never changes, so it is asked for once.
#[derive(Debug, Default)]
pub struct ShowBrands {
    by_show: DashMap<ShowId, BrandId>,
}

impl Authorized {
    /// Who may do this: one of `roles`, with a token that is good for the show.
    ///
    /// # Errors
    ///
    /// [`ProblemCode::RoleForbidden`], [`ProblemCode::TokenForAnotherShow`], [`ProblemCode::NotYourShow`], or why the
    /// show can't be opened.
    pub async fn permit(&self, state: &ApiState, show: &ShowId, roles: &[Role]) -> Result<(), Problem> {
        if !roles.contains(&self.0.principal.role) {
            return Err((&Refusal::RoleForbidden).into());
        }
        check_show(state, &self.0, show).await
    }
}

impl FromRequestParts<ApiState> for Authorized {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let access = access_of(state, &parts.headers)?;
        access
            .map(Self)
            .ok_or_else(|| Problem::new(ProblemCode::TokenMissing, "send a token: `Authorization: Bearer …`"))
    }
}

impl OptionalFromRequestParts<ApiState> for Authorized {
    type Rejection = Problem;

    /// No token is none; one that is not accepted is a problem all the same.
    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Option<Self>, Problem> {
        Ok(access_of(state, &parts.headers)?.map(Self))
    }
}

/// Whether the token is good for the show.
///
/// # Errors
///
/// [`ProblemCode::TokenForAnotherShow`], [`ProblemCode::NotYourShow`], or why the show can't be opened.
pub async fn check_show(state: &ApiState, access: &Access, show: &ShowId) -> Result<(), Problem> {
    if access.show.as_ref().is_some_and(|own| own != show) {
        return Err(Problem::new(ProblemCode::TokenForAnotherShow, "the token is good for another show"));
    }
    let Some(own) = &access.brand else { return Ok(()) };
    if *own == brand_of(state, show).await? { Ok(()) } else { Err((&Refusal::NotYourShow).into()) }
}

/// Whether this request may watch the show: with a token that is good for it, or without one where the show allows
/// that.
///
/// # Errors
///
/// [`ProblemCode::TokenMissing`], those of [`check_show`], and [`ProblemCode::ShowUnknown`].
pub async fn check_watching(state: &ApiState, authorized: Option<&Authorized>, show: &ShowId) -> Result<(), Problem> {
    if let Some(Authorized(access)) = authorized {
        return check_show(state, access, show).await;
    }
    let watch_without_token =
        ask::read(state, show, |show, _| show.settings().map(|settings| settings.watch_without_token));
    match watch_without_token.await? {
        None => Err((&Refusal::ShowUnknown).into()),
        Some(true) => Ok(()),
        Some(false) => Err(Problem::new(ProblemCode::TokenMissing, "this show is watched with a token")),
    }
}

/// The brand that owns the show.
pub async fn brand_of(state: &ApiState, show: &ShowId) -> Result<BrandId, Problem> {
    if let Some(brand) = state.brands.by_show.get(show) {
        return Ok(brand.clone());
    }
    let brand = ask::read(state, show, |show, _| show.settings().map(|settings| settings.brand.clone())).await?;
    let brand = brand.ok_or_else(|| Problem::from(&Refusal::ShowUnknown))?;
    if state.brands.by_show.len() >= SHOWS_MAX {
        state.brands.by_show.clear();
    }
    state.brands.by_show.insert(show.clone(), brand.clone());
    Ok(brand)
}

fn access_of(state: &ApiState, headers: &HeaderMap) -> Result<Option<Access>, Problem> {
    let Some(header) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let bearer = header.to_str().ok().and_then(|text| {
        let (scheme, token) = text.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    let Some(token) = bearer else {
        state.metrics.token_refused("malformed");
        return Err(Problem::new(ProblemCode::TokenInvalid, "`Authorization` must be `Bearer` and a token"));
    };
    let access = state.tokens.verify(token, state.clock.now()).inspect_err(|error| {
        state.metrics.token_refused(error.reason());
    })?;
    state.limits.check_principal(&access).inspect_err(|_| state.metrics.rate_limited(LimitedBy::Principal))?;
    Ok(Some(access))
}
