//! What is counted as it happens. Which metrics there are, [`families`](super::families) says.

use std::{fmt, sync::Arc};

use prometheus::{Registry, TextEncoder};

#[cfg(target_os = "linux")]
use prometheus::process_collector::ProcessCollector;

use super::{
    answer_metrics::AnswerMetrics, door_metrics::DoorMetrics, families, fullness::Peaks, instruments::made,
    journal_metrics::JournalMetrics, trouble::TroubleMetrics,
};

/// Every metric. One per process; cheap to update from any thread: an update takes no lock and allocates nothing, but
/// for that of an HTTP request or a bad token.
pub struct Metrics {
    registry: Registry,
    pub(super) answers: AnswerMetrics,
    pub(super) door: DoorMetrics,
    pub(super) journal: JournalMetrics,
    pub(super) trouble: TroubleMetrics,
    pub(super) peaks: Peaks,
}

impl Metrics {
    /// All metrics, at zero.
    pub fn new() -> Arc<Self> {
        let registry = Registry::new();
        #[cfg(target_os = "linux")]
        made(registry.register(Box::new(ProcessCollector::for_self())));
        families::BUILD.gauges(&registry).with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        Arc::new(Self {
            answers: AnswerMetrics::new(&registry),
            door: DoorMetrics::new(&registry),
            journal: JournalMetrics::new(&registry),
            trouble: TroubleMetrics::new(&registry),
            peaks: Peaks::new(&registry),
            registry,
        })
    }

    /// Everything, in Prometheus' text format.
    pub fn render(&self) -> String {
        let mut text = String::new();
        if let Err(error) = TextEncoder::new().encode_utf8(&self.registry.gather(), &mut text) {
            tracing::error!(%error, "the metrics can't be written");
        }
        text
    }

    /// Where other files of this folder add theirs.
    pub(super) fn registry(&self) -> &Registry {
        &self.registry
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}
