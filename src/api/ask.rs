//! Asking a show: commands and reads.

use std::time::{Duration, Instant};

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use dropcast_domain::{
    ids::ShowId,
    show::{Request, Show},
};
use dropcast_proto::v1::{self, answer_outcome, client_message::Kind};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    auth::{Access, Tokens},
    problem::{Problem, ProblemCode},
    receipt::{Addressee, Receipt},
    reply::JsonReply,
    state::ApiState,
};
use crate::{
    clock::Clock,
    codec,
    engine::{Accepted, Answer, RetryReason, ShowHandle},
    journal::Position,
    stats::Wanted,
    telemetry::command_kind::CommandKind,
};

/// How often a show is opened again when it is put away just as it is asked. Each time takes a load; more in a row can't
/// be chance, and the client is asked to try again.
const OPENINGS_MAX: usize = 3;

/// A request over HTTP doesn't say whether it was sent before, so each is decided where that is known.
const ATTEMPT: u32 = 1;

/// Sends a command, and answers it: with `accepted` as the status when it was carried out, 202 when it is not known
/// whether it was. The key is taken from the command; the token was checked before.
pub async fn command(
    state: &ApiState,
    show: &ShowId,
    access: &Access,
    kind: Kind,
    accepted: StatusCode,
) -> Result<Response, Problem> {
    let Some(wish) = codec::read_command(kind)? else {
        return Err(Problem::new(ProblemCode::Internal, "not a command"));
    };
    let request = Request {
        principal: access.principal.clone(),
        key: Some(wish.key.clone()),
        fingerprint: wish.fingerprint,
        command: wish.command,
    };
    let addressee = Addressee { show: show.clone(), principal: request.principal.clone(), key: wish.key };
    let handle = state.engine.open(show).await?;
    let (answer, position) = ask(state, handle, show, request).await;
    let receipt = receipt(&state.tokens, &*state.clock, addressee, (&answer, position));
    respond(answer, receipt, accepted)
}

/// Asks, and waits for the answer; as long as a request may take, then it is *pending*. An acceptance rests on the
/// position that comes with it.
pub async fn ask(state: &ApiState, mut handle: ShowHandle, show: &ShowId, request: Request) -> (Answer, Position) {
    let (arrived, kind) = (Instant::now(), CommandKind::from(&request.command));
    let wanted = Wanted::of(&request).map(|wanted| (wanted, request.principal.id.clone()));
    let limit = Duration::from_millis(state.config.limits.request_timeout_ms);
    let ask = async {
        for _ in 1..OPENINGS_MAX {
            let answer = handle.ask_at_and_wait(request.clone(), ATTEMPT).await;
            if !matches!(answer.0, Answer::Retry { reason: RetryReason::Stopping, .. }) {
                return answer;
            }
            let Ok(opened) = state.engine.open(show).await else { return answer };
            handle = opened;
        }
        handle.ask_at_and_wait(request, ATTEMPT).await
    };
    let pending = Answer::Pending { after_ms: state.retry_after_ms() };
    let answer = tokio::time::timeout(limit, ask).await.unwrap_or((pending, Position::default()));
    state.metrics.answered(kind, &answer.0, arrived.elapsed());
    if let Some((wanted, viewer)) = wanted
        && let Some(feed) = state.feeds.get(show)
    {
        feed.stats().crowd().answered(&viewer, wanted, &answer.0);
    }
    answer
}

/// The signed receipt of an acceptance; no other answer has one.
pub fn receipt(
    tokens: &Tokens,
    clock: &dyn Clock,
    to: Addressee,
    (answer, position): (&Answer, Position),
) -> Option<String> {
    let Answer::Accepted(accepted) = answer else { return None };
    let receipt = Receipt::new(to, accepted, position, clock.now())?;
    Some(tokens.sign_receipt(&receipt))
}

/// Reads the show's durable state.
pub async fn read<T: Send + 'static>(
    state: &ApiState,
    show: &ShowId,
    read: impl Fn(&Show, Position) -> T + Clone + Send + 'static,
) -> Result<T, Problem> {
    for _ in 0..OPENINGS_MAX {
        let handle = state.engine.open(show).await?;
        if let Ok(value) = handle.read(read.clone()).await {
            return Ok(value);
        }
    }
    Err(Problem::retry(state.retry_after_ms(), RetryReason::Stopping))
}

/// An answer over HTTP: what became of a command, and the receipt of an acceptance beside it.
#[derive(Debug, Serialize, ToSchema)]
pub struct OutcomeReply {
    #[serde(flatten)]
    outcome: v1::AnswerOutcome,
    /// The signed receipt of what was accepted; null for every other outcome.
    receipt: Option<String>,
}

/// An answer over HTTP, with its receipt.
pub fn respond(answer: Answer, receipt: Option<String>, accepted: StatusCode) -> Result<Response, Problem> {
    let (status, kind) = match answer {
        Answer::Accepted(outcome) => (accepted, accepted_kind(outcome)),
        Answer::Pending { after_ms } => (StatusCode::ACCEPTED, answer_outcome::Kind::Pending(v1::Pending { after_ms })),
        Answer::Refused(refusal) => return Err((&refusal).into()),
        Answer::Retry { after_ms, reason } => return Err(Problem::retry(after_ms, reason)),
    };
    let outcome = v1::AnswerOutcome { kind: Some(kind) };
    Ok((status, JsonReply(OutcomeReply { outcome, receipt })).into_response())
}

/// What an accepted command brought about, as it is written.
pub fn accepted_kind(accepted: Accepted) -> answer_outcome::Kind {
    match accepted {
        Accepted::Done => answer_outcome::Kind::Done(v1::Done {}),
        Accepted::Held(reservation) => answer_outcome::Kind::Held(reservation),
        Accepted::Sold(purchase) => answer_outcome::Kind::Sold(purchase),
        Accepted::Released(reservation) => answer_outcome::Kind::Released(reservation),
        Accepted::Waiter(waiter) => answer_outcome::Kind::Waiter(waiter),
    }
}
