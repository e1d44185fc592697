//! How fast WebSockets are let in.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::limits::RetryAfter;
use crate::config::LimitsSection;

/// Lets WebSockets in at a steady pace: a handshake, a token and a snapshot cost far more than a message, and when
/// everybody comes back at once, those who are connected have to go on receiving theirs. Who comes too early waits; when
/// too many wait, more are sent away.
#[derive(Debug)]
pub struct Admission {
    /// The time between two; `None`: they come as they like.
    interval: Option<Duration>,
    wait_max: Duration,
    /// When the next one may come in.
    next: Mutex<Option<Instant>>,
}

impl Admission {
    /// The pace that is set.
    pub fn new(limits: &LimitsSection) -> Self {
        let per_second = limits.connections_per_second;
        Self {
            interval: (per_second > 0).then(|| Duration::from_secs(1) / per_second),
            wait_max: Duration::from_millis(limits.connection_wait_ms),
            next: Mutex::default(),
        }
    }

    /// Takes a turn: how long from `now` until it comes. A turn that is not used is lost.
    ///
    /// # Errors
    ///
    /// [`RetryAfter`] when that would be longer than a client is let wait; then no turn is taken.
    pub fn take_turn(&self, now: Instant) -> Result<Duration, RetryAfter> {
        let Some(interval) = self.interval else { return Ok(Duration::ZERO) };
        // It is replaced whole.
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = next.map_or(now, |next| next.max(now));
        let wait = turn - now;
        if wait > self.wait_max {
            return Err(RetryAfter { after_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1) });
        }
        *next = Some(turn + interval);
        Ok(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admission(connections_per_second: u32, connection_wait_ms: u64) -> Admission {
        Admission::new(&LimitsSection { connections_per_second, connection_wait_ms, ..LimitsSection::default() })
    }

    #[test]
    fn a_storm_comes_in_at_the_pace_and_the_rest_is_sent_away() {
        let admission = admission(100, 50);
        let now = Instant::now();
        let turns: Vec<_> = (0..7).map(|_| admission.take_turn(now).map_err(|retry| retry.after_ms)).collect();
        let waits = [0, 10, 20, 30, 40, 50].map(|ms| Ok(Duration::from_millis(ms)));
        assert_eq!(turns[..6], waits);
        assert_eq!(turns[6], Err(60));
        let later = now + Duration::from_millis(10);
        assert_eq!(admission.take_turn(later), Ok(Duration::from_millis(50)), "who was sent away took no turn");
        assert_eq!(admission.take_turn(now + Duration::from_secs(1)), Ok(Duration::ZERO), "the storm is over");
    }

    #[test]
    fn zero_lets_everybody_in() {
        let (admission, now) = (admission(0, 0), Instant::now());
        assert!((0..10_000).all(|_| admission.take_turn(now) == Ok(Duration::ZERO)));
    }
}
