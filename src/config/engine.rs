//! The shows' writers.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::engine::EngineConfig;

/// Bounds of the shows' writers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EngineSection {
    /// Commands that may wait to be decided, per show; one more is answered *retry*, `busy`. Default: 16,384.
    pub mailbox_max: usize,
    /// Commands decided before their facts are handed to the journal. Default: 1,024.
    pub batch_max: usize,
    /// Appends of one show under way at once; further commands wait. Default: 4.
    pub appends_in_flight_max: usize,
    /// After how long without a command or a watcher a show is put away, in milliseconds. Default: 60,000.
    pub idle_after_ms: u64,
    /// After how many entries a snapshot is made; in a long show, after a quarter of its entries. Loading a show folds no
    /// more than these. Default: 50,000.
    pub snapshot_every_entries: u64,
    /// How long a client that is told *retry* is asked to wait, in milliseconds. Default: 250.
    pub retry_after_ms: u64,
    /// How long a command waits at most for the show's writer on another node, in milliseconds; then it is answered
    /// *pending*. Default: 5,000.
    pub forward_limit_ms: u64,
    /// How long the journal must have been away for holds to be extended by that, in milliseconds. Default: 2,000.
    pub outage_min_ms: u64,
    /// The most that one outage of the journal extends holds by, in milliseconds; 0: nothing. Default: 600,000.
    pub outage_extension_max_ms: u64,
    /// How many entries stay in the journal behind the newest snapshot, where older ones are archived. Default: 100,000.
    pub keep_entries: u64,
}

impl EngineSection {
    /// The engine's own form of it.
    pub fn engine_config(&self) -> EngineConfig {
        EngineConfig {
            mailbox_max: self.mailbox_max,
            batch_max: self.batch_max,
            appends_in_flight_max: self.appends_in_flight_max,
            idle_after: Duration::from_millis(self.idle_after_ms),
            snapshot_every_entries: self.snapshot_every_entries,
            retry_after_ms: self.retry_after_ms,
            forward_limit: Duration::from_millis(self.forward_limit_ms),
            outage_min: Duration::from_millis(self.outage_min_ms),
            outage_extension_max: Duration::from_millis(self.outage_extension_max_ms),
            ..EngineConfig::default()
        }
    }
}

impl Default for EngineSection {
    fn default() -> Self {
        let engine = EngineConfig::default();
        Self {
            mailbox_max: engine.mailbox_max,
            batch_max: engine.batch_max,
            appends_in_flight_max: engine.appends_in_flight_max,
            idle_after_ms: milliseconds(engine.idle_after),
            snapshot_every_entries: engine.snapshot_every_entries,
            retry_after_ms: engine.retry_after_ms,
            forward_limit_ms: milliseconds(engine.forward_limit),
            outage_min_ms: milliseconds(engine.outage_min),
            outage_extension_max_ms: milliseconds(engine.outage_extension_max),
            keep_entries: 100_000,
        }
    }
}

/// A duration in whole milliseconds.
pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
