//! What the engine tells of itself beside its answers: who writes what, and what failovers lost.

use std::sync::Arc;

use prometheus::{IntCounter, IntGauge, Registry};

use super::metrics::{Metrics, counter, gauge};
use crate::engine::Observer;

/// Counts what the engine tells.
pub struct EngineMetrics {
    written: IntGauge,
    followed: IntGauge,
    take_overs: IntCounter,
    forwarded: IntCounter,
    inbox_full: IntCounter,
    healed: IntCounter,
    forked: IntCounter,
}

impl EngineMetrics {
    /// Counts into the registry of these metrics.
    pub fn new(metrics: &Metrics) -> Arc<Self> {
        Arc::new(Self::registered(metrics.registry()))
    }

    fn registered(registry: &Registry) -> Self {
        Self {
            written: gauge(registry, "shows_written", "Shows that this node writes."),
            followed: gauge(registry, "shows_followed", "Shows that this node follows while another writes them."),
            take_overs: counter(registry, "show_take_overs_total", "Shows taken over from another node."),
            forwarded: counter(registry, "forwarded_commands_total", "Commands handed to a show's writer elsewhere."),
            inbox_full: counter(
                registry,
                "inbox_full_total",
                "Commands turned away because too much waits for a show's writer.",
            ),
            healed: counter(
                registry,
                "journal_healed_entries_total",
                "Entries that a failover lost and that were put back as they were.",
            ),
            forked: counter(
                registry,
                "journal_forked_entries_total",
                "Entries that a failover lost and that the journal went on without.",
            ),
        }
    }
}

fn begin(gauge: &IntGauge, begins: bool) {
    if begins {
        gauge.inc();
    } else {
        gauge.dec();
    }
}

fn count(counter: &IntCounter, by: usize) {
    counter.inc_by(u64::try_from(by).unwrap_or(u64::MAX));
}

impl Observer for EngineMetrics {
    fn writes(&self, begins: bool) {
        begin(&self.written, begins);
    }

    fn follows(&self, begins: bool) {
        begin(&self.followed, begins);
    }

    fn took_over(&self) {
        self.take_overs.inc();
    }

    fn forwarded(&self, commands: usize) {
        count(&self.forwarded, commands);
    }

    fn inbox_full(&self, commands: usize) {
        count(&self.inbox_full, commands);
    }

    fn healed(&self, entries: u64) {
        self.healed.inc_by(entries);
    }

    fn forked(&self, entries: u64, _promises: usize) {
        self.forked.inc_by(entries);
    }
}
