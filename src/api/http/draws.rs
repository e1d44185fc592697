//! Draws, for whoever wants to check them.

use axum::extract::State;
use dropcast_domain::show::Refusal;
use dropcast_proto::{
    json::{format_time, to_hexadecimal},
    v1,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{
        access::{Authorized, check_watching},
        ask,
        problem::{Problem, ProblemCode},
        read::{DropPath, PathOf, QueryOf},
        reply::JsonReply,
        state::ApiState,
    },
    codec,
};

/// The most entrants in one answer, and how many when the request doesn't say.
const LIMIT_MAX: u32 = 10_000;
const LIMIT_DEFAULT: u32 = 1_000;

/// The routes of draws.
pub fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(get))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DrawQuery {
    /// Only entrants whose places come after this one: `next` of the answer before.
    after: Option<u32>,
    /// At most so many entrants, 1 to 10,000; 1,000 when left out.
    limit: Option<u32>,
}

/// Everything that a draw can be checked with; null is what is not known yet, or what a drop without a draw does not
/// have.
#[derive(Debug, Serialize, ToSchema)]
struct Draw {
    drop: String,
    #[schema(value_type = v1::Fairness)]
    fairness: v1::Fairness,
    /// How long one can enter, counted from the opening.
    entry_ms: Option<u64>,
    /// Until when, once the drop is open.
    entries_close_at: Option<String>,
    /// SHA-256 of the seed, in hexadecimal; known before the drop opens.
    commitment: Option<String>,
    /// 32 bytes in hexadecimal, once the lots are drawn.
    seed: Option<String>,
    /// The digest of the journal's entry before the draw, in hexadecimal.
    digest: Option<String>,
    drawn_at: Option<String>,
    /// How many entered and did not leave before the lots were drawn.
    entrant_count: u32,
    /// In the order of their places; nobody before the lots are drawn.
    entrants: Vec<DrawEntrant>,
    /// Where to go on; null at the end.
    next: Option<u32>,
}

/// A lot of a draw.
#[derive(Debug, Serialize, ToSchema)]
struct DrawEntrant {
    /// SHA-256 of the viewer's id, in hexadecimal.
    ticket: String,
    sku: String,
    /// At most.
    quantity: u32,
    /// From 1.
    place: u32,
    /// Whether units were offered.
    offered: bool,
}

/// A drop's draw, to be checked by anyone who may watch the show: SHA-256 of `seed` is the `commitment` that stood
/// before the drop opened, and the entrants' places are the order of SHA-256(seed ‖ digest ‖ ticket), 32 bytes each,
/// ascending. Viewers find themselves by the SHA-256 of their own id.
#[utoipa::path(get, path = "/v1/shows/{show}/drops/{drop}/draw", tag = "shows", security((), ("token" = [])),
    params(("show" = String, Path), ("drop" = String, Path), DrawQuery),
    responses((status = 200, description = "The draw, and where its entrants go on", body = Draw)))]
async fn get(
    State(state): State<ApiState>,
    authorized: Option<Authorized>,
    PathOf(DropPath { show, drop }): PathOf<DropPath>,
    QueryOf(query): QueryOf<DrawQuery>,
) -> Result<JsonReply<Draw>, Problem> {
    check_watching(&state, authorized.as_ref(), &show).await?;
    let (after, limit) = (query.after.unwrap_or_default(), query.limit.unwrap_or(LIMIT_DEFAULT));
    if !(1..=LIMIT_MAX).contains(&limit) {
        let detail = format!("`limit` must be 1 to {LIMIT_MAX}");
        return Err(Problem::new(ProblemCode::ParameterInvalid, detail).about("limit"));
    }
    let found = ask::read(&state, &show, move |show, _| {
        let view = codec::drop_view(show, show.settings()?, show.drop(&drop)?);
        Some((view, codec::entrants(show, &drop, after, limit)))
    });
    let (view, entrants) = found.await?.ok_or_else(|| Problem::from(&Refusal::DropUnknown))?;
    Ok(JsonReply(draw(view, &entrants)))
}

/// Made beside the show's task: hashing thousands of names would make clicks wait.
fn draw(view: v1::Drop, entrants: &codec::Entrants) -> Draw {
    let hexadecimal = |bytes: &Vec<u8>| to_hexadecimal(bytes);
    let last = entrants.page.last().map(|entrant| entrant.place);
    Draw {
        fairness: view.fairness(),
        entry_ms: view.entry_ms,
        entries_close_at: view.entries_close_at.and_then(format_time),
        commitment: view.commitment.as_ref().map(hexadecimal),
        seed: view.lots.as_ref().map(|lots| to_hexadecimal(&lots.seed)),
        digest: view.lots.as_ref().map(|lots| to_hexadecimal(&lots.digest)),
        drawn_at: view.lots.as_ref().and_then(|lots| format_time(lots.drawn_at)),
        drop: view.drop,
        entrant_count: entrants.count,
        next: last.filter(|&place| place < entrants.count),
        entrants: entrants.page.iter().map(DrawEntrant::from).collect(),
    }
}

impl From<&codec::Entrant> for DrawEntrant {
    fn from(entrant: &codec::Entrant) -> Self {
        Self {
            ticket: to_hexadecimal(&entrant.ticket()),
            sku: entrant.sku.to_string(),
            quantity: entrant.quantity,
            place: entrant.place,
            offered: entrant.offered,
        }
    }
}
