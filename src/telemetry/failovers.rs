//! What failovers lost, as the engine tells it.

use std::sync::Arc;

use super::metrics::Metrics;
use crate::engine::Observer;

/// Counts what the engine had to put back, or to go on without.
pub struct FailoverObserver(pub Arc<Metrics>);

impl Observer for FailoverObserver {
    fn healed(&self, entries: u64) {
        self.0.healed(entries);
    }

    fn forked(&self, entries: u64, _promises: usize) {
        self.0.forked(entries);
    }
}
