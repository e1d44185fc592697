//! Shows: the list, one show, and planning one.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use dropcast_domain::{
    ids::{BrandId, ShowId},
    show::{Command, Fingerprint, PlanProblem, Refusal, Request, Role, ShowPlan},
};
use dropcast_proto::v1::{self, ShowPhase};
use prost::Message as _;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{
        access::{Authorized, check_watching},
        ask,
        auth::Access,
        problem::{Problem, ProblemCode},
        read::{PathOf, QueryOf, ShowFileBody, ShowPath},
        reply::JsonReply,
        state::ApiState,
    },
    codec,
    engine::Answer,
    feed::Cursor,
    show_file::ShowFile,
};

/// The most shows in one answer, and how many when the request doesn't say.
const LIMIT_MAX: usize = 100;
const LIMIT_DEFAULT: usize = 50;
/// The most shows looked at for one answer; when few of them fit, `next` says where to go on.
const SCANNED_MAX: usize = 1_000;

/// The routes of shows.
pub fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get, put))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only this brand's shows.
    #[param(value_type = Option<String>)]
    brand: Option<BrandId>,
    /// Only shows in this phase: `draft`, `live` or `ended`.
    #[param(value_type = Option<String>)]
    phase: Option<ShowPhase>,
    /// Only shows after this one in the order of their names: `next` of the answer before.
    #[param(value_type = Option<String>)]
    after: Option<ShowId>,
    /// At most so many, 1 to 100; 50 when left out.
    limit: Option<usize>,
}

/// Shows, in the order of their names.
#[derive(Debug, Serialize, ToSchema)]
struct ShowList {
    shows: Vec<v1::ShowCard>,
    /// Where to go on; null at the end.
    next: Option<String>,
}

/// A show as everyone may see it, and what the answer is true for.
#[derive(Debug, Serialize, ToSchema)]
struct ShowState {
    /// Where a WebSocket goes on from this answer.
    cursor: String,
    public: v1::PublicState,
}

/// The list of shows: live, ended and announced ones; a brand's token also sees the brand's own drafts.
#[utoipa::path(get, path = "/v1/shows", tag = "shows", params(ListQuery), security((), ("token" = [])),
    responses((status = 200, description = "Shows, and where to go on", body = ShowList)))]
async fn list(
    State(state): State<ApiState>,
    authorized: Option<Authorized>,
    QueryOf(query): QueryOf<ListQuery>,
) -> Result<JsonReply<ShowList>, Problem> {
    let limit = query.limit.unwrap_or(LIMIT_DEFAULT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        let detail = format!("`limit` must be 1 to {LIMIT_MAX}");
        return Err(Problem::new(ProblemCode::ParameterInvalid, detail).about("limit"));
    }
    let access = authorized.map(|authorized| authorized.0);
    let mut found = ShowList { shows: Vec::new(), next: None };
    let mut after = query.after.as_ref().map(ToString::to_string);
    for _ in 0..SCANNED_MAX / LIMIT_MAX {
        let listed = state.engine.journal().list(after.as_deref(), LIMIT_MAX).await?;
        let is_end = listed.len() < LIMIT_MAX;
        for show in listed {
            after = Some(show.show);
            let card = v1::ShowCard::decode(show.card)
                .map_err(|error| Problem::new(ProblemCode::JournalDamaged, format!("a show's card: {error}")))?;
            if query.wants(&card) && may_see(access.as_ref(), &card) {
                found.shows.push(card);
            }
            if found.shows.len() == limit {
                found.next = after;
                return Ok(JsonReply(found));
            }
        }
        if is_end {
            return Ok(JsonReply(found));
        }
    }
    found.next = after;
    Ok(JsonReply(found))
}

/// One show as it stands. Without a token where the show may be watched without one.
#[utoipa::path(get, path = "/v1/shows/{show}", tag = "shows", params(("show" = String, Path, description = "The show")),
    security((), ("token" = [])), responses((status = 200, description = "The show", body = ShowState)))]
async fn get(
    State(state): State<ApiState>,
    authorized: Option<Authorized>,
    PathOf(ShowPath { show }): PathOf<ShowPath>,
) -> Result<JsonReply<ShowState>, Problem> {
    check_watching(&state, authorized.as_ref(), &show).await?;
    show_state(&state, &show).await.map(JsonReply)
}

/// Makes the show what the file says; creates it when there is none. The same file again changes nothing, so it needs no
/// key.
#[utoipa::path(put, path = "/v1/shows/{show}", tag = "shows", params(("show" = String, Path, description = "The show")),
    security(("token" = [])), request_body = ShowFile,
    responses(
        (status = 200, description = "The show as planned", body = v1::PublicState),
        (status = 202, description = "Not known yet: send it again", body = ask::OutcomeReply),
    ))]
async fn put(
    State(state): State<ApiState>,
    authorized: Authorized,
    PathOf(ShowPath { show }): PathOf<ShowPath>,
    ShowFileBody(file): ShowFileBody,
) -> Result<Response, Problem> {
    let plan = plan_of(&authorized.0, &show, file)?;
    let request = Request {
        principal: authorized.0.principal.clone(),
        key: None,
        fingerprint: Fingerprint::default(),
        command: Command::Plan(Box::new(plan)),
    };
    let handle = state.engine.open_or_create(&show).await?;
    match ask::ask(&state, handle, &show, request).await.0 {
        Answer::Accepted(_) => Ok(JsonReply(show_state(&state, &show).await?.public).into_response()),
        other => ask::respond(other, None, StatusCode::OK),
    }
}

impl ListQuery {
    fn wants(&self, card: &v1::ShowCard) -> bool {
        self.brand.as_ref().is_none_or(|brand| brand.as_str() == card.brand)
            && self.phase.is_none_or(|phase| phase == card.phase())
    }
}

/// Drafts are their brand's own, until they are announced.
fn may_see(access: Option<&Access>, card: &v1::ShowCard) -> bool {
    let own = || {
        access.is_some_and(|access| {
            access.principal.role == Role::Brand && access.principal.id.as_str() == card.brand.as_str()
        })
    };
    card.phase() != ShowPhase::Draft || card.starts_at.is_some() || own()
}

/// The plan, if it is the brand's to make: looked at before the show is opened, so that nobody else's name is taken.
fn plan_of(access: &Access, show: &ShowId, file: ShowFile) -> Result<ShowPlan, Problem> {
    if access.principal.role != Role::Brand {
        return Err((&Refusal::RoleForbidden).into());
    }
    if let Some(name) = &file.show
        && name != show.as_str()
    {
        let refusal = Refusal::PlanInvalid {
            at: "show".to_owned(),
            problem: PlanProblem::Fixed { reason: "the address names another show".into() },
        };
        return Err((&refusal).into());
    }
    let plan = file.into_plan().map_err(|refusal| Problem::from(&refusal))?;
    if !access.allows(show, &plan.settings.brand) {
        return Err((&Refusal::NotYourShow).into());
    }
    Ok(plan)
}

async fn show_state(state: &ApiState, show: &ShowId) -> Result<ShowState, Problem> {
    let (id, now) = (show.clone(), state.clock.now());
    let viewers = state.feeds.get(show).map_or(0, |feed| feed.viewers(now));
    let found = ask::read(state, show, move |show, position| {
        let public = codec::public_state(&id, show, viewers)?;
        Some(ShowState { cursor: Cursor::at(position).to_string(), public })
    });
    found.await?.ok_or_else(|| (&Refusal::ShowUnknown).into())
}
