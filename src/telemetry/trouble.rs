//! Facts that tell of trouble, counted as they become durable.

use std::{sync::Arc, time::Duration};

use dropcast_domain::show::{Entry, Fact, Show};
use prometheus::{Counter, IntCounter, Registry};

use super::{families, metrics::Metrics};
use crate::{
    engine::{Projection, Publication},
    journal::Position,
};

/// How often what became true.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Trouble {
    promises_kept: u64,
    promises_broken: u64,
    holds_extended: u64,
    holds_extended_ms: u64,
}

pub(super) struct TroubleMetrics {
    promises_kept: IntCounter,
    promises_broken: IntCounter,
    holds_extended: IntCounter,
    holds_extended_by: Counter,
}

impl TroubleMetrics {
    pub(super) fn new(registry: &Registry) -> Self {
        Self {
            promises_kept: families::PROMISES_KEPT.counter(registry),
            promises_broken: families::PROMISES_BROKEN.counter(registry),
            holds_extended: families::HOLDS_EXTENDED.counter(registry),
            holds_extended_by: families::HOLDS_EXTENDED_BY.seconds(registry),
        }
    }

    /// This became true, durably.
    fn add(&self, counted: &Trouble) {
        self.promises_kept.inc_by(counted.promises_kept);
        self.promises_broken.inc_by(counted.promises_broken);
        self.holds_extended.inc_by(counted.holds_extended);
        self.holds_extended_by.inc_by(Duration::from_millis(counted.holds_extended_ms).as_secs_f64());
    }
}

/// Counts, of the entries that this node writes, the promises that were kept and broken, and the outages that extended
/// holds; what is only loaded was counted when it was made.
pub struct TroubleProjection {
    metrics: Arc<Metrics>,
    counted: Trouble,
    /// Whether this node writes the show: what nodes that follow it count would be the same again.
    counts: bool,
}

impl TroubleProjection {
    /// The projection that counts into `metrics`.
    pub fn new(metrics: Arc<Metrics>) -> Self {
        Self { metrics, counted: Trouble::default(), counts: false }
    }
}

impl Projection for TroubleProjection {
    fn load(&mut self, _show: &Show, _position: Position) {
        self.counted = Trouble::default();
    }

    fn applied(&mut self, _show: &Show, _position: Position, entry: &Entry) {
        for fact in &entry.facts {
            match fact {
                Fact::PromiseKept(_) => self.counted.promises_kept += 1,
                Fact::PromiseBroken(_) => self.counted.promises_broken += 1,
                Fact::HoldsExtended { by_ms } => {
                    self.counted.holds_extended += 1;
                    self.counted.holds_extended_ms += by_ms;
                }
                _ => {}
            }
        }
    }

    fn writes(&mut self, writes: bool) {
        self.counts = writes;
    }

    fn collect(&mut self, _show: &Show) -> Option<Publication> {
        let counted = std::mem::take(&mut self.counted);
        if counted == Trouble::default() || !self.counts {
            return None;
        }
        let metrics = Arc::clone(&self.metrics);
        Some(Box::new(move || metrics.trouble.add(&counted)))
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
            with: Vec::new(),
            lost: ReservationId(2),
            sold: false,
            key: Key::new("k").unwrap(),
        };
        let kept = || Fact::PromiseKept(Box::new(kept.clone()));
        let extended = Fact::HoldsExtended { by_ms: 30_500 };
        let facts = vec![kept(), kept(), Fact::PromiseBroken(Box::new(broken)), extended];
        Entry { at: Timestamp(1), cause: None, facts }
    }

    fn counted(metrics: &Metrics) -> Vec<String> {
        let of_facts =
            |line: &&str| ["dropcast_promises_", "dropcast_holds_"].iter().any(|name| line.starts_with(name));
        metrics.render().lines().filter(of_facts).map(str::to_owned).collect()
    }

    #[test]
    fn they_are_counted_by_the_writer_once_they_are_durable() {
        let metrics = Metrics::new();
        let (mut projection, show) = (TroubleProjection::new(Arc::clone(&metrics)), Show::default());
        let zero = [
            "dropcast_holds_extended_seconds_total 0",
            "dropcast_holds_extended_total 0",
            "dropcast_promises_broken_total 0",
            "dropcast_promises_kept_total 0",
        ];
        projection.writes(false);
        projection.applied(&show, Position::default(), &entry());
        assert!(projection.collect(&show).is_none(), "another node counts them");
        projection.writes(true);
        projection.applied(&show, Position::default(), &entry());
        let publication = projection.collect(&show).unwrap();
        assert_eq!(counted(&metrics), zero, "not durable yet");
        publication();
        let once = [
            "dropcast_holds_extended_seconds_total 30.5",
            "dropcast_holds_extended_total 1",
            "dropcast_promises_broken_total 1",
            "dropcast_promises_kept_total 2",
        ];
        assert_eq!(counted(&metrics), once);
        assert!(projection.collect(&show).is_none());
        projection.applied(&show, Position::default(), &entry());
        projection.load(&show, Position::default());
        assert!(projection.collect(&show).is_none(), "what was undone is not counted");
    }
}
