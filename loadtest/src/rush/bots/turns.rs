//! When a bot moves: all its connections at the same moments, each bot at moments of its own.

use std::time::Duration;

/// How long it is from one turn to the next: with all connections of a bot it is far more than a server lets one viewer
/// ask, and little enough that a few dozen bots leave the machine to the people.
const TURN_EVERY: Duration = Duration::from_millis(50);
/// How much later than the one before it a bot moves, within a turn.
const APART: Duration = Duration::from_millis(7);

/// The turns of one bot, on the clock that everybody is on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turns {
    /// When its turn 0 begins.
    first: Duration,
}

impl Turns {
    /// Of the bot of this number.
    pub(super) fn new(bot: u32) -> Self {
        let turns = u32::try_from(TURN_EVERY.as_millis() / APART.as_millis()).unwrap_or(1);
        Self { first: APART * (bot % turns) }
    }

    /// The first turn that is still to come.
    pub(super) fn next(self, now: Duration) -> u64 {
        let gone = now.saturating_sub(self.first).as_millis().div_ceil(TURN_EVERY.as_millis());
        u64::try_from(gone).unwrap_or(u64::MAX)
    }

    /// When a turn begins.
    pub(super) fn begins(self, turn: u64) -> Duration {
        self.first + TURN_EVERY * u32::try_from(turn).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_begins_no_earlier_than_now() {
        let ms = Duration::from_millis;
        let turns = Turns::new(1);
        assert_eq!([0, 7, 8, 57, 58].map(|now| turns.next(ms(now))), [0, 0, 1, 1, 2]);
        assert_eq!((turns.begins(0), turns.begins(2)), (ms(7), ms(107)));
        assert_eq!((Turns::new(0).begins(0), Turns::new(6).begins(0), Turns::new(7).begins(0)), (ms(0), ms(42), ms(0)));
    }
}
