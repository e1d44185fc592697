//! An answer as the wire tells it.

use dropcast_proto::v1::{self, answer_outcome::Kind};

use crate::{
    api::ask::accepted_kind,
    codec,
    engine::{Answer, RetryReason},
};

/// What became of a command.
pub(super) fn outcome(answer: Answer) -> v1::AnswerOutcome {
    let kind = match answer {
        Answer::Accepted(accepted) => accepted_kind(accepted),
        Answer::Refused(refusal) => Kind::Refused(codec::refusal_view(&refusal)),
        Answer::Retry { after_ms, reason } => Kind::Retry(v1::Retry { after_ms, reason: reason_view(reason).into() }),
        Answer::Pending { after_ms } => Kind::Pending(v1::Pending { after_ms }),
    };
    v1::AnswerOutcome { kind: Some(kind) }
}

fn reason_view(reason: RetryReason) -> v1::RetryReason {
    match reason {
        RetryReason::Busy => v1::RetryReason::Busy,
        RetryReason::Unavailable => v1::RetryReason::Unavailable,
        RetryReason::Stopping => v1::RetryReason::Stopping,
    }
}
