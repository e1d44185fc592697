//! The journal, for audits and exports.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use dropcast_domain::{ids::ShowId, show::Role};
use futures_util::{StreamExt as _, stream};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{
        access::Authorized,
        layers::NEXT_HEADER,
        problem::{Problem, ProblemCode},
        read::{PathOf, QueryOf, ShowPath},
        state::ApiState,
    },
    codec,
    engine::LoadError,
    journal::{Journal, RawEntry, ReadError},
};

/// The most entries in one answer, and how many when the request doesn't say.
const LIMIT_MAX: u64 = 10_000;
const LIMIT_DEFAULT: u64 = 1_000;
/// Entries read at once: what is in memory of an answer, however long it is.
const PAGE_ENTRIES: u64 = 256;

/// The routes of the journal.
pub fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(get))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct JournalQuery {
    /// The first entry, from 1; 1 when left out.
    from: Option<u64>,
    /// At most so many entries, 1 to 10,000; 1,000 when left out.
    limit: Option<u64>,
}

/// Entries of the journal, one a line (NDJSON); the header `Dropcast-Next` says from which entry to go on, and an empty
/// body is the end. Whoever reads checks the chain of digests.
#[utoipa::path(get, path = "/v1/shows/{show}/journal", tag = "journal", security(("token" = [])),
    params(("show" = String, Path, description = "The show"), JournalQuery),
    responses((status = 200, description = "Entries, one a line", content_type = "application/x-ndjson",
        body = dropcast_proto::v1::JournalEntry, headers(("Dropcast-Next" = u64, description = "Where to go on")))))]
async fn get(
    State(state): State<ApiState>,
    authorized: Authorized,
    PathOf(ShowPath { show }): PathOf<ShowPath>,
    QueryOf(query): QueryOf<JournalQuery>,
) -> Result<Response, Problem> {
    authorized.permit(&state, &show, &[Role::Brand]).await?;
    let (from, limit) = query.range()?;
    let journal = Arc::clone(state.engine.journal());
    let tail = journal.tail(show.as_str()).await?.seq;
    let through = tail.min(from.saturating_add(limit - 1));
    let next = from.max(through + 1);
    let mut pages = Pages { journal, show, next: from, through };
    // The first page is read before the answer begins, so that what is wrong can still be said; what goes wrong later
    // breaks the answer off.
    let first = pages.read().await?;
    let rest = stream::try_unfold(pages, |mut pages| async move {
        let page = pages.read().await.inspect_err(|error| tracing::error!(%error, "an export breaks off"))?;
        Ok::<_, LoadError>(page.map(|page| (page, pages)))
    });
    let body = Body::from_stream(stream::iter(first.map(Ok)).chain(rest));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson")),
        (NEXT_HEADER, HeaderValue::from(next)),
    ];
    Ok((headers, body).into_response())
}

impl JournalQuery {
    fn range(&self) -> Result<(u64, u64), Problem> {
        let invalid = |name: &str, detail: String| Problem::new(ProblemCode::ParameterInvalid, detail).about(name);
        let (from, limit) = (self.from.unwrap_or(1), self.limit.unwrap_or(LIMIT_DEFAULT));
        if from == 0 {
            return Err(invalid("from", "`from` must be at least 1: entries are numbered from 1".to_owned()));
        }
        if !(1..=LIMIT_MAX).contains(&limit) {
            return Err(invalid("limit", format!("`limit` must be 1 to {LIMIT_MAX}")));
        }
        Ok((from, limit))
    }
}

/// Entries of a show, page by page.
struct Pages {
    journal: Arc<dyn Journal>,
    show: ShowId,
    next: u64,
    through: u64,
}

impl Pages {
    /// The next page as lines; `None` at the end.
    async fn read(&mut self) -> Result<Option<Bytes>, LoadError> {
        if self.next > self.through {
            return Ok(None);
        }
        let entries_max = usize::try_from(PAGE_ENTRIES.min(self.through - self.next + 1)).unwrap_or(1);
        let entries = self.journal.read(self.show.as_str(), self.next, entries_max).await?;
        let mut lines = Vec::new();
        for raw in &entries {
            write_line(&mut lines, raw)?;
            self.next = raw.seq + 1;
        }
        Ok((!lines.is_empty()).then(|| lines.into()))
    }
}

fn write_line(lines: &mut Vec<u8>, raw: &RawEntry) -> Result<(), LoadError> {
    let entry = codec::export_entry(raw).map_err(|source| LoadError::Decode { seq: raw.seq, source })?;
    serde_json::to_writer(&mut *lines, &entry)
        .map_err(|error| ReadError::Damaged { seq: raw.seq, reason: error.to_string() })?;
    lines.push(b'\n');
    Ok(())
}
