//! The engine's bounds.

use std::time::Duration;

/// How much a show's writer takes on.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// The most commands that wait to be decided, per show. One more is answered *retry* at once.
    pub mailbox_max: usize,
    /// The most commands decided before their facts are handed to the journal.
    pub batch_max: usize,
    /// The most appends of one show under way at once; further commands wait in the mailbox.
    pub appends_in_flight_max: usize,
    /// After how long without a command, a watcher or anything under way a show is put away.
    pub idle_after: Duration,
    /// After how many entries a snapshot is made, so that loading the show folds no more than these.
    pub snapshot_every_entries: u64,
    /// How long a client told *retry* is asked to wait.
    pub retry_after_ms: u64,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            mailbox_max: 16_384,
            batch_max: 1_024,
            appends_in_flight_max: 4,
            idle_after: Duration::from_secs(60),
            snapshot_every_entries: 50_000,
            retry_after_ms: 250,
        }
    }
}
