//! Commands, and what came of them.

use std::time::Duration;

use dropcast_domain::show::Refusal;
use dropcast_proto::v1::RefusalCode;
use prometheus::{Histogram, IntCounter, Registry};

use super::{command_kind::CommandKind, families, metrics::Metrics};
use crate::{
    codec,
    engine::{Answer, RetryReason},
};

pub(super) struct AnswerMetrics {
    /// By kind, and by outcome.
    commands: Vec<Vec<IntCounter>>,
    /// By the code's number.
    refusals: Vec<IntCounter>,
    /// By kind.
    seconds: Vec<Histogram>,
}

impl AnswerMetrics {
    pub(super) fn new(registry: &Registry) -> Self {
        let commands = families::COMMANDS.counters(registry);
        let refusals = families::REFUSALS.counters(registry);
        let seconds = families::ANSWER.histograms(registry);
        let by_outcome = |kind: &CommandKind| {
            let outcomes = families::COMMANDS.labels[1].values.iter();
            outcomes.map(|outcome| commands.with_label_values(&[kind.name(), *outcome])).collect()
        };
        Self {
            commands: CommandKind::ALL.iter().map(by_outcome).collect(),
            refusals: refusal_codes().map(|code| refusals.with_label_values(&[code])).collect(),
            seconds: CommandKind::ALL.iter().map(|kind| seconds.with_label_values(&[kind.name()])).collect(),
        }
    }

    fn refused(&self, refusal: &Refusal) {
        let code = usize::try_from(codec::refusal_view(refusal).code).unwrap_or_default();
        if let Some(counter) = self.refusals.get(code) {
            counter.inc();
        }
    }
}

impl Metrics {
    /// A command was answered, `after` its arrival.
    pub fn answered(&self, kind: CommandKind, answer: &Answer, after: Duration) {
        let outcome = match answer {
            Answer::Accepted(_) => 0,
            Answer::Refused(refusal) => {
                self.answers.refused(refusal);
                1
            }
            Answer::Retry { reason: RetryReason::Busy, .. } => 2,
            Answer::Retry { reason: RetryReason::Unavailable, .. } => 3,
            Answer::Retry { reason: RetryReason::Stopping, .. } => 4,
            Answer::Pending { .. } => 5,
        };
        self.answers.commands[kind as usize][outcome].inc();
        self.answers.seconds[kind as usize].observe(after.as_secs_f64());
    }
}

/// The codes of all refusals, in the order of their numbers.
fn refusal_codes() -> impl Iterator<Item = String> {
    let name = |code: RefusalCode| code.as_str_name().trim_start_matches("REFUSAL_CODE_").to_lowercase();
    (0..).map_while(|number| RefusalCode::try_from(number).ok()).map(name)
}
