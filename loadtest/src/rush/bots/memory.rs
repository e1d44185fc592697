//! What the connections of one bot know together.

use dropcast_proto::v1::{answer_outcome, client_message};

/// How many of its presses a bot remembers, to press them again.
const PRESSES_MAX: usize = 64;

/// What one bot knows.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// The newest presses, in a ring.
    pub(super) presses: Vec<Press>,
    /// How many presses there were.
    pub(super) pressed: usize,
    /// Reservations and places in line that it was told are its own.
    pub(super) own: Vec<u64>,
    /// The highest number of those.
    pub(super) highest: u64,
}

/// Something that a bot asked.
#[derive(Debug, Clone)]
pub(super) struct Press {
    pub(super) key: String,
    pub(super) message: client_message::Kind,
}

impl Memory {
    /// Remembers a press.
    pub(super) fn press(&mut self, press: &Press) {
        if self.presses.len() < PRESSES_MAX {
            self.presses.push(press.clone());
        } else {
            self.presses[self.pressed % PRESSES_MAX] = press.clone();
        }
        self.pressed += 1;
    }

    /// Learns from an answer.
    pub(super) fn learn(&mut self, outcome: &answer_outcome::Kind) {
        let own = match outcome {
            answer_outcome::Kind::Held(held) => held.reservation,
            answer_outcome::Kind::Waiter(waiter) => waiter.waiter,
            _ => return,
        };
        if !self.own.contains(&own) {
            self.own.push(own);
            self.highest = self.highest.max(own);
        }
    }
}
