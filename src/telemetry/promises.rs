//! What became of promises of lost histories, counted as they become durable.

use std::sync::Arc;

use dropcast_domain::show::{Entry, Fact, Show};

use super::metrics::Metrics;
use crate::{
    engine::{Projection, Publication},
    journal::Position,
};

/// Counts, of the entries that this node writes, the promises that were kept and broken; what is only loaded was
/// counted when it was made.
pub struct PromisesProjection {
    metrics: Arc<Metrics>,
    kept: u64,
    broken: u64,
    /// Whether this node writes the show: what nodes that follow it count would be the same again.
    counts: bool,
}

impl PromisesProjection {
    /// The projection that counts into `metrics`.
    pub fn new(metrics: Arc<Metrics>) -> Self {
        Self { metrics, kept: 0, broken: 0, counts: false }
    }
}

impl Projection for PromisesProjection {
    fn load(&mut self, _show: &Show, _position: Position) {
        (self.kept, self.broken) = (0, 0);
    }

    fn applied(&mut self, _show: &Show, _position: Position, entry: &Entry) {
        for fact in &entry.facts {
            match fact {
                Fact::PromiseKept(_) => self.kept += 1,
                Fact::PromiseBroken(_) => self.broken += 1,
                _ => {}
            }
        }
    }

    fn writes(&mut self, writes: bool) {
        self.counts = writes;
    }

    fn collect(&mut self, _show: &Show) -> Option<Publication> {
        let (kept, broken) = (std::mem::take(&mut self.kept), std::mem::take(&mut self.broken));
        if (kept, broken) == (0, 0) || !self.counts {
            return None;
        }
        let metrics = Arc::clone(&self.metrics);
        Some(Box::new(move || metrics.promises(kept, broken)))
    }
}
