//! What is asked of the journal, and whether it does it.

use std::time::Duration;

use prometheus::{Histogram, IntCounter, IntGauge, Registry};

use super::{families, journal_health::JournalHealth, metrics::Metrics};
use crate::journal::{AppendError, Claim, ClaimError};

pub(super) struct JournalMetrics {
    append_seconds: Histogram,
    append_entries: Histogram,
    in_flight: IntGauge,
    /// By reason, as are those of renewals.
    append_failures: Vec<IntCounter>,
    renewal_failures: Vec<IntCounter>,
    /// By outcome.
    claims: Vec<IntCounter>,
    health: JournalHealth,
}

impl JournalMetrics {
    pub(super) fn new(registry: &Registry) -> Self {
        Self {
            append_seconds: families::APPEND.histogram(registry),
            append_entries: families::APPENDED.histogram(registry),
            in_flight: families::APPENDS_IN_FLIGHT.gauge(registry),
            append_failures: families::APPEND_FAILURES.counters_by_value(registry),
            renewal_failures: families::RENEWAL_FAILURES.counters_by_value(registry),
            claims: families::CLAIMS.counters_by_value(registry),
            health: JournalHealth::default(),
        }
    }

    fn note_health(&self, result: &Result<(), AppendError>) {
        match result {
            Ok(()) => self.health.wrote(true),
            Err(AppendError::Unavailable(_) | AppendError::ClockApart { .. } | AppendError::InDoubt(_)) => {
                self.health.wrote(false);
            }
            // The journal is well; the writer is not the one any more, or wrong.
            Err(AppendError::Fenced | AppendError::Moved { .. } | AppendError::Invalid(_)) => {}
        }
    }
}

impl Metrics {
    /// Whether the journal took what was last written to it, as far as is known.
    pub fn journal_is_writable(&self) -> bool {
        self.journal.health.is_writable()
    }

    /// An append was called.
    pub fn append_started(&self, entries: usize) {
        self.journal.in_flight.inc();
        #[expect(clippy::cast_precision_loss, reason = "an append has at most 1,024 entries")]
        self.journal.append_entries.observe(entries as f64);
    }

    /// An append came to an end.
    pub fn append_ended(&self, after: Duration, result: &Result<(), AppendError>) {
        self.journal.in_flight.dec();
        self.journal.append_seconds.observe(after.as_secs_f64());
        count_failure(&self.journal.append_failures, result);
        self.journal.note_health(result);
    }

    /// Nobody waits for an append any more; how it ends is not known.
    pub fn append_forgotten(&self) {
        self.journal.in_flight.dec();
    }

    /// A renewal of a claim came to an end.
    pub fn renewal_ended(&self, result: &Result<(), AppendError>) {
        count_failure(&self.journal.renewal_failures, result);
        self.journal.note_health(result);
    }

    /// A show was claimed, or could not be.
    pub fn claim_ended(&self, result: &Result<Claim, ClaimError>) {
        let (outcome, health) = match result {
            Ok(_) => (0, Some(true)),
            Err(ClaimError::Held { .. }) => (1, None),
            Err(ClaimError::Unavailable(_)) => (2, Some(false)),
            Err(ClaimError::ClockApart { .. }) => (3, Some(false)),
            Err(ClaimError::Invalid(_)) => (4, None),
        };
        self.journal.claims[outcome].inc();
        if let Some(ok) = health {
            self.journal.health.wrote(ok);
        }
    }
}

/// In the order of the label's values.
fn count_failure(failures: &[IntCounter], result: &Result<(), AppendError>) {
    let reason = match result {
        Ok(()) => return,
        Err(AppendError::Fenced) => 0,
        Err(AppendError::Moved { .. }) => 1,
        Err(AppendError::Unavailable(_)) => 2,
        Err(AppendError::InDoubt(_)) => 3,
        Err(AppendError::Invalid(_)) => 4,
        Err(AppendError::ClockApart { .. }) => 5,
    };
    failures[reason].inc();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Position;

    fn has(metrics: &Metrics, line: &str) -> bool {
        metrics.render().lines().any(|known| known == line)
    }

    #[test]
    fn a_failure_is_counted_under_its_name_and_says_whether_the_journal_is_well() {
        let failures = [
            ("fenced", AppendError::Fenced, true),
            ("moved", AppendError::Moved { tail: Position::default() }, true),
            ("unavailable", AppendError::Unavailable(String::new()), false),
            ("in_doubt", AppendError::InDoubt(String::new()), false),
            ("invalid", AppendError::Invalid(String::new()), true),
            ("clock_apart", AppendError::ClockApart { ahead_ms: 3_000 }, false),
        ];
        for (reason, error, is_well) in failures {
            let metrics = Metrics::new();
            let failed = Err(error);
            metrics.append_started(1);
            metrics.append_ended(Duration::ZERO, &failed);
            metrics.renewal_ended(&failed);
            for what in ["append", "renewal"] {
                let line = format!("dropcast_journal_{what}_failures_total{{reason=\"{reason}\"}} 1");
                assert!(has(&metrics, &line), "{line}");
            }
            assert_eq!(metrics.journal_is_writable(), is_well, "{reason}");
        }
    }

    #[test]
    fn a_claim_is_counted_by_what_came_of_it() {
        let outcomes = [
            ("held", ClaimError::Held { left_ms: 1 }, true),
            ("unavailable", ClaimError::Unavailable(String::new()), false),
            ("clock_apart", ClaimError::ClockApart { ahead_ms: 3_000 }, false),
            ("invalid", ClaimError::Invalid(String::new()), true),
        ];
        for (outcome, error, is_well) in outcomes {
            let metrics = Metrics::new();
            metrics.claim_ended(&Err(error));
            assert!(has(&metrics, &format!("dropcast_journal_claims_total{{outcome=\"{outcome}\"}} 1")), "{outcome}");
            assert_eq!(metrics.journal_is_writable(), is_well, "{outcome}");
        }
    }
}
