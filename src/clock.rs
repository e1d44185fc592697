//! What time it is: the only file that asks the operating system.

use std::{
    pin::Pin,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use dropcast_domain::time::Timestamp;
use tokio::sync::watch;

/// Tells the time, and waits for it.
pub trait Clock: Send + Sync + 'static {
    /// The time now. It may step back; whoever needs it not to takes the larger of two.
    fn now(&self) -> Timestamp;

    /// Comes back once `at` was reached, at once if it was.
    fn sleep_until(&self, at: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// The operating system's clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

/// How long a wait goes on before the wall clock is looked at again, so that a step of it is noticed.
const SLEEP_MAX: Duration = Duration::from_secs(1);

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }

    fn sleep_until(&self, at: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            while let Some(left_ms @ 1..) = at.0.checked_sub(self.now().0) {
                tokio::time::sleep(Duration::from_millis(left_ms).min(SLEEP_MAX)).await;
            }
        })
    }
}

/// A clock that moves only when it is told to; for tests.
#[derive(Debug)]
pub struct ManualClock {
    now: watch::Sender<Timestamp>,
}

impl ManualClock {
    /// A clock that stands at `now`.
    pub fn new(now: Timestamp) -> Self {
        Self { now: watch::Sender::new(now) }
    }

    /// Moves on, and wakes who waited for it.
    pub fn advance_ms(&self, by_ms: u64) {
        self.now.send_modify(|now| *now = now.after_ms(by_ms));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.now.borrow()
    }

    fn sleep_until(&self, at: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let mut now = self.now.subscribe();
        Box::pin(async move {
            // The sender lives as long as `self`, so the wait can't fail.
            let _ = now.wait_for(|now| *now >= at).await;
        })
    }
}
