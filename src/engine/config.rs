//! The engine's bounds.

use std::time::Duration;

use super::seeds::Seeds;

/// How much a show's writer takes on. Every number is at least 1.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// The most commands that wait to be decided, per show. One more is answered *retry* at once.
    pub mailbox_max: usize,
    /// The most commands decided before their facts are handed to the journal.
    pub batch_max: usize,
    /// With so many appends of one show under way, further commands wait in the mailbox. A batch whose facts don't fit
    /// one append makes several, and may exceed it by them.
    pub appends_in_flight_max: usize,
    /// After how long without a command, a watcher or anything under way a show is put away.
    pub idle_after: Duration,
    /// After how many entries a snapshot is made; in a show of more than these, when it has twice as many as the last one
    /// stands for. Loading the show folds hardly more than these. While commands wait, it waits for up to as many more.
    pub snapshot_every_entries: u64,
    /// How long a client told *retry* is asked to wait.
    pub retry_after_ms: u64,
    /// Who this node is among those that share the journal; no two may have one name at a time.
    pub node: String,
    /// How long a command of this node's callers waits for the show's writer on another node, at most; then the answer is
    /// *pending*, and the writer no longer carries it out.
    pub forward_limit: Duration,
    /// How long the journal must have been away for holds to be extended by that.
    pub outage_min: Duration,
    /// The most that one outage extends holds by; at most [`dropcast_domain::show::HOLD_EXTENSION_MS_MAX`].
    pub outage_extension_max: Duration,
    /// How many entries stay in the journal behind the newest snapshot; older ones are trimmed. `None`: all.
    pub keep_entries: Option<u64>,
    /// Where the seeds of draws come from. Without them no draw is bound to a seed, and none can be opened.
    pub seeds: Option<Seeds>,
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
            node: "node".to_owned(),
            forward_limit: Duration::from_secs(5),
            outage_min: Duration::from_secs(2),
            outage_extension_max: Duration::from_secs(600),
            keep_entries: None,
            seeds: None,
        }
    }
}
