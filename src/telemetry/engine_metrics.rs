//! What the engine tells of itself beside its answers: how long their stages took, who writes what, and what failovers
//! lost.

use std::sync::Arc;

use prometheus::{Histogram, IntCounter, IntGauge, Registry};

use super::{families, metrics::Metrics};
use crate::engine::{Observer, Stages};

/// Counts what the engine tells.
pub struct EngineMetrics {
    /// By stage.
    stages: Vec<Histogram>,
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
            stages: families::ANSWER_STAGE.histograms_by_value(registry),
            written: families::SHOWS_WRITTEN.gauge(registry),
            followed: families::SHOWS_FOLLOWED.gauge(registry),
            take_overs: families::TAKE_OVERS.counter(registry),
            forwarded: families::FORWARDED.counter(registry),
            inbox_full: families::INBOX_FULL.counter(registry),
            healed: families::HEALED.counter(registry),
            forked: families::FORKED.counter(registry),
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
    fn answered(&self, &Stages { decide, journal, hand_over }: &Stages) {
        for (stage, took) in self.stages.iter().zip([decide, journal, hand_over]) {
            stage.observe(took.as_secs_f64());
        }
    }

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
