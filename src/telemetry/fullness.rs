//! How full shows are of what the rules bound, so that somebody can look before a bound is hit.

use std::sync::Arc;

use dropcast_domain::show::{Entry, Show};
use prometheus::{IntGauge, Registry};

use super::{
    families::{self, SHOW_BOUNDS},
    metrics::Metrics,
};
use crate::{
    engine::{Projection, Publication},
    journal::Position,
};

/// The most of each that any show had since this node started.
pub(super) struct Peaks(Vec<IntGauge>);

impl Peaks {
    pub(super) fn new(registry: &Registry) -> Self {
        for (gauge, bound) in families::SHOW_BOUND.gauges_by_value(registry).iter().zip(SHOW_BOUNDS) {
            gauge.set(i64::try_from(bound).unwrap_or(i64::MAX));
        }
        Self(families::SHOW_PEAK.gauges_by_value(registry))
    }

    /// A show has so many, in the order of the bounds. Two shows at one moment may leave the smaller number, until
    /// either of them goes on.
    pub(super) fn note(&self, counts: [usize; SHOW_BOUNDS.len()]) {
        for (peak, count) in self.0.iter().zip(counts) {
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            if count > peak.get() {
                peak.set(count);
            }
        }
    }
}

/// Notes how full a show is, once that is durable.
pub struct FullnessProjection {
    metrics: Arc<Metrics>,
    moved: bool,
}

impl FullnessProjection {
    /// The projection that notes it in `metrics`.
    pub fn new(metrics: Arc<Metrics>) -> Self {
        Self { metrics, moved: false }
    }
}

impl Projection for FullnessProjection {
    fn load(&mut self, _show: &Show, _position: Position) {
        self.moved = true;
    }

    fn applied(&mut self, _show: &Show, _position: Position, _entry: &Entry) {
        self.moved = true;
    }

    fn collect(&mut self, show: &Show) -> Option<Publication> {
        if !std::mem::take(&mut self.moved) {
            return None;
        }
        let (metrics, counts) = (Arc::clone(&self.metrics), [show.hold_count(), show.key_count(), show.waiter_count()]);
        Some(Box::new(move || metrics.peaks.note(counts)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(metrics: &Metrics) -> Vec<String> {
        metrics.render().lines().filter(|line| line.starts_with("dropcast_show_")).map(str::to_owned).collect()
    }

    #[test]
    fn the_fullest_show_is_shown_beside_its_bounds() {
        let metrics = Metrics::new();
        metrics.peaks.note([2, 9, 4]);
        metrics.peaks.note([5, 3, 4]);
        let expected = [
            "dropcast_show_bound{of=\"holds\"} 1000000",
            "dropcast_show_bound{of=\"keys\"} 4000000",
            "dropcast_show_bound{of=\"places_in_line\"} 1000000",
            "dropcast_show_peak{of=\"holds\"} 5",
            "dropcast_show_peak{of=\"keys\"} 9",
            "dropcast_show_peak{of=\"places_in_line\"} 4",
        ];
        assert_eq!(shown(&metrics), expected);
    }

    #[test]
    fn it_is_noted_when_something_moved() {
        let metrics = Metrics::new();
        let (mut projection, show) = (FullnessProjection::new(Arc::clone(&metrics)), Show::default());
        assert!(projection.collect(&show).is_none());
        projection.load(&show, Position::default());
        assert!(projection.collect(&show).is_some());
        assert!(projection.collect(&show).is_none());
    }
}
