//! A shard's time.

use std::time::{Duration, Instant};

/// The resolution of the timers. Nothing fires early; everything may fire this much late.
pub(super) const TICK: Duration = Duration::from_millis(10);

/// A tick that never comes.
pub(super) const NEVER: u64 = u64::MAX;

/// The time of the current turn, read once; also as a number of ticks since the shard started.
pub(super) struct Clock {
    started: Instant,
    now: Instant,
}

impl Clock {
    pub(super) fn new(now: Instant) -> Self {
        Self { started: now, now }
    }

    pub(super) fn advance(&mut self, now: Instant) {
        self.now = now;
    }

    pub(super) fn now(&self) -> Instant {
        self.now
    }

    /// The last tick that has begun.
    pub(super) fn tick(&self) -> u64 {
        let elapsed = self.now.saturating_duration_since(self.started);
        u64::try_from(elapsed.as_nanos() / TICK.as_nanos()).unwrap_or(NEVER)
    }

    /// The first tick that begins at `at` or later.
    pub(super) fn tick_at(&self, at: Instant) -> u64 {
        ticks(at.saturating_duration_since(self.started))
    }

    /// How long from now until `tick` begins.
    pub(super) fn until(&self, tick: u64) -> Duration {
        let ticks = u32::try_from(tick - self.tick().min(tick)).unwrap_or(u32::MAX);
        let begun = self.now.saturating_duration_since(self.started).as_nanos() % TICK.as_nanos();
        TICK.saturating_mul(ticks).saturating_sub(Duration::from_nanos(u64::try_from(begun).unwrap_or(0)))
    }
}

/// A duration as ticks, rounded up.
pub(super) fn ticks(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos().div_ceil(TICK.as_nanos())).unwrap_or(NEVER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_early() {
        let started = Instant::now();
        let mut clock = Clock::new(started);
        clock.advance(started + Duration::from_millis(25));
        assert_eq!(clock.tick(), 2);
        assert_eq!(clock.tick_at(started + Duration::from_millis(31)), 4);
        assert_eq!(clock.tick_at(started + Duration::from_millis(40)), 4);
        assert_eq!(clock.until(4), Duration::from_millis(15));
        assert_eq!(clock.until(2), Duration::ZERO);
        assert_eq!(clock.until(1), Duration::ZERO);
    }
}
