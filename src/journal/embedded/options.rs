//! What can be chosen about an embedded journal.

use std::time::Duration;

/// What can be chosen about an embedded journal; the defaults suit a server.
#[derive(Clone, Debug)]
pub struct Options {
    /// How much memory redb may use to cache pages, in bytes. At most half of it holds pages that are not written yet.
    pub cache_bytes: usize,
    /// After a failed reopening, how long every call answers *unavailable* before one tries again.
    pub reopen_interval: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { cache_bytes: 64 * 1_024 * 1_024, reopen_interval: Duration::from_millis(500) }
    }
}
