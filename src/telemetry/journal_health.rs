//! Whether the journal takes what is written.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// For how long a failed write counts. A show whose append failed tries again at least every two seconds, so a journal
/// that stays in trouble is seen to; and when nobody writes, nobody is kept away for ever by what happened once.
const FAILURE_COUNTS_FOR: Duration = Duration::from_secs(5);

/// What the last write came to.
#[derive(Debug, Default)]
pub(super) struct JournalHealth {
    failed_at: Mutex<Option<Instant>>,
}

impl JournalHealth {
    /// Something was written, or could not be.
    pub(super) fn wrote(&self, ok: bool) {
        *self.failed_at() = if ok { None } else { Some(Instant::now()) };
    }

    /// Whether the last write did not fail a moment ago.
    pub(super) fn is_writable(&self) -> bool {
        self.failed_at().is_none_or(|failed_at| failed_at.elapsed() >= FAILURE_COUNTS_FOR)
    }

    fn failed_at(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        // It is replaced whole.
        self.failed_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
