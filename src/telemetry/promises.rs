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

#[cfg(test)]
mod tests {
    use dropcast_domain::{
        ids::{DropId, Key, PrincipalId, ReservationId, Sku},
        show::{BrokenPromise, KeptPromise},
        time::Timestamp,
    };

    use super::*;

    fn entry() -> Entry {
        let viewer = || PrincipalId::new("ada").unwrap();
        let kept = KeptPromise {
            viewer: viewer(),
            lost: ReservationId(1),
            reservation: ReservationId(1),
            reserve: None,
            sale: None,
        };
        let broken = BrokenPromise {
            viewer: viewer(),
            drop: DropId::new("night").unwrap(),
            sku: Sku::new("tee").unwrap(),
            quantity: 1,
            unit_price_minor: 1,
            lost: ReservationId(2),
            sold: false,
            key: Key::new("k").unwrap(),
        };
        let kept = || Fact::PromiseKept(Box::new(kept.clone()));
        Entry { at: Timestamp(1), cause: None, facts: vec![kept(), kept(), Fact::PromiseBroken(Box::new(broken))] }
    }

    fn counted(metrics: &Metrics) -> Vec<String> {
        let of_promises = |line: &&str| line.starts_with("dropcast_promises_");
        metrics.render().lines().filter(of_promises).map(str::to_owned).collect()
    }

    #[test]
    fn promises_are_counted_by_the_writer_once_they_are_durable() {
        let metrics = Metrics::new();
        let (mut projection, show) = (PromisesProjection::new(Arc::clone(&metrics)), Show::default());
        let zero = ["dropcast_promises_broken_total 0", "dropcast_promises_kept_total 0"];
        projection.writes(false);
        projection.applied(&show, Position::default(), &entry());
        assert!(projection.collect(&show).is_none(), "another node counts them");
        projection.writes(true);
        projection.applied(&show, Position::default(), &entry());
        let publication = projection.collect(&show).unwrap();
        assert_eq!(counted(&metrics), zero, "not durable yet");
        publication();
        assert_eq!(counted(&metrics), ["dropcast_promises_broken_total 1", "dropcast_promises_kept_total 2"]);
        assert!(projection.collect(&show).is_none());
        projection.applied(&show, Position::default(), &entry());
        projection.load(&show, Position::default());
        assert!(projection.collect(&show).is_none(), "what was undone is not counted");
    }
}
