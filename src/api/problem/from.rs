//! From refusals and failures to problems.

use dropcast_domain::show::Refusal;
use dropcast_proto::{
    json::format_time,
    v1::{DropPhase, RefusalCode, ReservationState},
};

use super::{Problem, ProblemCode};
use crate::{
    api::{
        auth::TokenError,
        limits::{RetryAfter, TooManyConnections},
    },
    codec::{self, MessageProblem},
    engine::{LoadError, OpenError, RetryReason},
    journal::{ClaimError, ReadError},
};

/// How long a client is asked to wait where nothing says better, in milliseconds.
const RETRY_AFTER_MS: u64 = 1_000;

impl From<&Refusal> for Problem {
    fn from(refusal: &Refusal) -> Self {
        let view = codec::refusal_view(refusal);
        let code = RefusalCode::try_from(view.code).unwrap_or_default();
        let mut problem = Self::new(code.into(), view.detail);
        let document = problem.document_mut();
        document.available = view.available;
        document.limit = view.limit;
        document.drop_phase = DropPhase::try_from(view.drop_phase).ok().filter(|phase| *phase != DropPhase::default());
        document.reservation_state = ReservationState::try_from(view.reservation_state)
            .ok()
            .filter(|state| *state != ReservationState::default());
        document.ends_at = view.ends_at.and_then(format_time);
        document.waiter = view.waiter;
        if let Refusal::PlanInvalid { at, .. } = refusal {
            document.field = Some(at.clone());
        }
        problem
    }
}

impl Problem {
    /// A command was not decided.
    pub fn retry(after_ms: u64, reason: RetryReason) -> Self {
        let (name, detail) = match reason {
            RetryReason::Busy => ("busy", "more waits to be decided than may wait; try again with the same key"),
            RetryReason::Unavailable => {
                ("unavailable", "the journal can't be written, and nothing is sold until it can; try again")
            }
            RetryReason::Stopping => ("stopping", "the show changes hands; try again with the same key"),
        };
        let mut problem = Self::new(ProblemCode::Retry, detail).retry_after(after_ms);
        problem.document_mut().reason = Some(name);
        problem
    }
}

impl From<OpenError> for Problem {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Unknown => Self::from(&Refusal::ShowUnknown),
            OpenError::Stopping => Self::stopping(RETRY_AFTER_MS),
            OpenError::Claim(error) => error.into(),
            OpenError::Load(error) => error.into(),
        }
    }
}

impl From<LoadError> for Problem {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Read(error) => error.into(),
            LoadError::Decode { .. } | LoadError::Fold { .. } => damaged(&error.to_string()),
        }
    }
}

impl From<ClaimError> for Problem {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::Invalid(reason) => Self::new(ProblemCode::NameInvalid, reason).about("show"),
            ClaimError::Held { .. } | ClaimError::ClockApart { .. } | ClaimError::Unavailable(_) => {
                tracing::warn!(%error, "a show can't be claimed");
                Self::unavailable(RETRY_AFTER_MS)
            }
        }
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Gap { first_seq } => {
                let detail = format!("entries before {first_seq} were trimmed; the archive has them");
                let mut problem = Self::new(ProblemCode::JournalTrimmed, detail);
                problem.document_mut().first_seq = Some(first_seq);
                problem
            }
            ReadError::Damaged { .. } => damaged(&error.to_string()),
            ReadError::Unavailable(_) => {
                tracing::warn!(%error, "the journal can't be read");
                Self::unavailable(RETRY_AFTER_MS)
            }
        }
    }
}

impl From<TokenError> for Problem {
    fn from(error: TokenError) -> Self {
        let code = match error {
            TokenError::Expired => ProblemCode::TokenExpired,
            _ => ProblemCode::TokenInvalid,
        };
        Self::new(code, error.to_string())
    }
}

impl From<RetryAfter> for Problem {
    fn from(error: RetryAfter) -> Self {
        Self::new(ProblemCode::RateLimited, error.to_string()).retry_after(error.after_ms)
    }
}

impl From<TooManyConnections> for Problem {
    fn from(error: TooManyConnections) -> Self {
        Self::new(ProblemCode::TooManyConnections, error.to_string()).retry_after(RETRY_AFTER_MS)
    }
}

impl From<MessageProblem> for Problem {
    fn from(problem: MessageProblem) -> Self {
        let code = if problem.field == "key" { ProblemCode::KeyInvalid } else { ProblemCode::BodyInvalid };
        Self::new(code, problem.to_string()).about(problem.field)
    }
}

/// What is damaged is the operator's matter; the client only learns that it is.
fn damaged(reason: &str) -> Problem {
    tracing::error!(reason, "a show's journal is damaged or of another version");
    Problem::new(ProblemCode::JournalDamaged, "the show can't be read; its operator has to look into the log")
}

#[cfg(test)]
mod tests {
    use dropcast_domain::{
        ids::WaiterId,
        show::{self, PlanProblem},
        time::Timestamp,
    };
    use serde_json::json;

    use super::*;

    #[test]
    fn a_refusal_is_told_with_what_belongs_to_it() {
        let cases = [
            (Refusal::ShowUnknown, 404, json!({})),
            (Refusal::NotYourShow, 403, json!({})),
            (Refusal::RoleForbidden, 403, json!({})),
            (Refusal::KeyMissing, 400, json!({})),
            (Refusal::KeyConflict, 409, json!({})),
            (Refusal::ShowNotLive, 409, json!({})),
            (Refusal::ShowAlreadyLive, 409, json!({})),
            (Refusal::ShowEnded, 409, json!({})),
            (Refusal::DropUnknown, 404, json!({})),
            (Refusal::DropPhase { phase: show::DropPhase::Closed }, 409, json!({ "drop_phase": "closed" })),
            (Refusal::DropWithoutEnd, 409, json!({})),
            (Refusal::SkuUnknown, 404, json!({})),
            (Refusal::QuantityInvalid { max: 100 }, 422, json!({ "limit": 100 })),
            (Refusal::DurationInvalid { max_ms: 1 }, 422, json!({})),
            (Refusal::MomentPassed, 422, json!({})),
            (Refusal::SoldOut, 409, json!({ "available": 0 })),
            (Refusal::NotEnough { available: 3 }, 409, json!({ "available": 3 })),
            (Refusal::LimitReached { limit: 2, remaining: 0 }, 409, json!({ "limit": 0 })),
            (Refusal::ShowLimitReached { limit: 4, remaining: 1 }, 409, json!({ "limit": 1 })),
            (Refusal::OpenHoldsReached { limit: 2 }, 409, json!({ "limit": 2 })),
            (
                Refusal::CoolingDown { until: Timestamp(1_777_660_200_000) },
                409,
                json!({ "ends_at": "2026-05-01T18:30:00.000Z" }),
            ),
            (Refusal::BundleInvalid { max: 10 }, 422, json!({ "limit": 10 })),
            (Refusal::WaitlistOff, 409, json!({})),
            (Refusal::AlreadyWaiting { waiter: WaiterId(7) }, 409, json!({ "waiter": 7 })),
            (Refusal::WaiterUnknown, 404, json!({})),
            (Refusal::WaiterOver, 409, json!({})),
            (Refusal::DrawPending, 409, json!({})),
            (Refusal::DrawUncommitted, 409, json!({})),
            (Refusal::DrawNotDue, 409, json!({})),
            (Refusal::SeedForeign, 409, json!({})),
            (Refusal::UndoOver, 409, json!({})),
            (Refusal::ExtensionOver, 409, json!({})),
            (Refusal::ReservationUnknown, 404, json!({})),
            (
                Refusal::ReservationState { state: show::ReservationState::Expired },
                409,
                json!({ "reservation_state": "expired" }),
            ),
            (Refusal::OrderUnknown, 404, json!({})),
            (Refusal::OrderPaid, 409, json!({})),
            (Refusal::Full { bound: "HOLDS_MAX".into() }, 409, json!({})),
            (
                Refusal::PlanInvalid { at: "drops[0].items".into(), problem: PlanProblem::Empty },
                422,
                json!({ "field": "drops[0].items" }),
            ),
        ];
        for (refusal, status, extensions) in cases {
            let document = serde_json::to_value(Problem::from(&refusal).document()).expect("JSON");
            let code = document["code"].as_str().expect("a code");
            assert_eq!(document["status"], status, "{refusal}");
            assert_eq!(document["type"], format!("/docs/problems#{code}"));
            assert_eq!(document["detail"], refusal.to_string());
            let mut rest = document.as_object().expect("an object").clone();
            for field in ["type", "title", "status", "detail", "code"] {
                rest.remove(field);
            }
            assert_eq!(serde_json::Value::Object(rest), extensions, "{refusal}");
        }
    }
}
