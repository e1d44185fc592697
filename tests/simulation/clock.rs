//! A node's wall clock, which may be wrong.

use std::{
    pin::Pin,
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use dropcast::clock::Clock;
use dropcast_domain::time::Timestamp;

use crate::trace::Time;

/// How long a wait goes on before the clock is looked at again, so that a jump of it is noticed.
const SLEEP_MAX_MS: u64 = 250;

pub(crate) struct NodeClock {
    time: Time,
    ahead_ms: AtomicI64,
}

impl NodeClock {
    pub(crate) fn new(time: Time, ahead_ms: i64) -> Self {
        Self { time, ahead_ms: AtomicI64::new(ahead_ms) }
    }

    /// By how much it is ahead of the journal's; negative when it is behind.
    pub(crate) fn ahead_ms(&self) -> i64 {
        self.ahead_ms.load(Ordering::Relaxed)
    }

    pub(crate) fn set_ahead_ms(&self, ahead_ms: i64) {
        self.ahead_ms.store(ahead_ms, Ordering::Relaxed);
    }
}

impl Clock for NodeClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.time.now_ms().saturating_add_signed(self.ahead_ms()))
    }

    fn sleep_until(&self, at: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            while let Some(left_ms @ 1..) = at.0.checked_sub(self.now().0) {
                tokio::time::sleep(Duration::from_millis(left_ms.min(SLEEP_MAX_MS))).await;
            }
        })
    }
}
