//! How many commands one connection may send.

use std::time::{Duration, Instant};

use crate::config::LimitsSection;

/// What is left of a connection's commands, as the generic cell rate algorithm keeps it (ITU-T I.371, annex A): one
/// moment, instead of a count and the time of the last refill. It costs an idle connection nothing but its place.
#[derive(Debug, Default)]
pub(super) struct CommandRate {
    /// When all the commands so far would have been sent, had they come at the long-run rate.
    spent_until: Option<Instant>,
}

impl CommandRate {
    /// Counts a command; one too many is not counted, and the error is how long to wait, at least a millisecond.
    pub(super) fn check(&mut self, limits: &LimitsSection, now: Instant) -> Result<(), Duration> {
        let Some(interval) = Duration::from_secs(1).checked_div(limits.commands_per_connection_per_second) else {
            return Ok(());
        };
        let burst = interval.saturating_mul(limits.commands_per_connection_burst.max(1));
        let spent_until = self.spent_until.map_or(now, |until| until.max(now)) + interval;
        match spent_until.checked_duration_since(now + burst) {
            Some(wait) if !wait.is_zero() => Err(wait.max(Duration::from_millis(1))),
            _ => {
                self.spent_until = Some(spent_until);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(per_second: u32, burst: u32) -> LimitsSection {
        LimitsSection {
            commands_per_connection_per_second: per_second,
            commands_per_connection_burst: burst,
            ..LimitsSection::default()
        }
    }

    #[test]
    fn a_burst_is_let_through_and_then_the_rate() {
        let (limits, start) = (limits(10, 3), Instant::now());
        let mut rate = CommandRate::default();
        let at = |ms| start + Duration::from_millis(ms);
        assert!((0..3).all(|_| rate.check(&limits, at(0)).is_ok()));
        assert_eq!(rate.check(&limits, at(0)), Err(Duration::from_millis(100)));
        assert_eq!(rate.check(&limits, at(40)), Err(Duration::from_millis(60)));
        assert_eq!(rate.check(&limits, at(100)), Ok(()), "what was refused was not counted");
        assert!(rate.check(&limits, at(100)).is_err());
        assert!((0..3).all(|_| rate.check(&limits, at(10_000)).is_ok()), "a rest gives the burst back, and no more");
        assert!(rate.check(&limits, at(10_000)).is_err());
    }

    #[test]
    fn zero_is_unlimited_and_a_burst_is_at_least_one() {
        let now = Instant::now();
        let mut rate = CommandRate::default();
        assert!((0..1_000).all(|_| rate.check(&limits(0, 0), now).is_ok()));
        assert!(rate.check(&limits(1, 0), now).is_ok());
        assert!(rate.check(&limits(1, 0), now).is_err());
    }
}
