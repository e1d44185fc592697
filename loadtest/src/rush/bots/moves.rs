//! What a bot does next.

use dropcast_proto::v1::{
    ClientMessage, Confirm, ExtendHold, JoinWaitlist, LeaveWaitlist, Release, Reserve, client_message,
};
use prost::Message as _;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use tokio_tungstenite::tungstenite::Message;

use super::memory::{Memory, Press};
use crate::rush::show::{DROP, SKU};

/// Every so many turns all connections of a bot press one new key at the same moment.
const TOGETHER_EVERY: u64 = 6;
/// More than a message may have.
const TOO_BIG_BYTES: usize = 20 * 1_024;
/// How far beyond the reservations that it knows a bot guesses.
const GUESSES: u64 = 20;

/// What a bot does.
pub(super) enum Move {
    /// It asks something that can be read.
    Press(Press),
    /// It sends something that can't, which may end the connection.
    Rubbish(Message),
}

/// Chooses the moves of one connection.
pub(super) struct Moves {
    random: StdRng,
    connection: usize,
    limit: u32,
}

impl Moves {
    /// Of the connection of this number, where one viewer may have `limit` units. The same seed, the same choices.
    pub(super) fn new(connection: usize, limit: u32, seed: u64) -> Self {
        let random = StdRng::seed_from_u64(seed.wrapping_add(1 + connection as u64));
        Self { random, connection, limit }
    }

    /// The one of this turn. It never says that it sent a key before, which a fair client does.
    pub(super) fn next(&mut self, turn: u64, memory: &Memory) -> Move {
        if turn.is_multiple_of(TOGETHER_EVERY) {
            return press(reserve(format!("together-{turn}"), 1));
        }
        let fresh = format!("c{}-{}", self.connection, memory.pressed);
        match self.random.random_range(0..100) {
            0..45 => press(reserve(fresh, 1)),
            45..60 => match memory.presses.choose(&mut self.random) {
                Some(again) => Move::Press(again.clone()),
                None => press(reserve(fresh, 1)),
            },
            60..66 => {
                let used = memory.presses.choose(&mut self.random).map(|used| used.key.clone());
                press(reserve(used.unwrap_or(fresh), 2))
            }
            66..72 => {
                let greedy = [0, self.limit + 1, 100, 101, u32::MAX];
                press(reserve(fresh, greedy[self.random.random_range(0..greedy.len())]))
            }
            72..80 => {
                let anybodys = self.random.random_range(0..=memory.highest + GUESSES);
                self.settle(fresh, anybodys)
            }
            80..86 => {
                let own = memory.own.choose(&mut self.random).copied();
                self.settle(fresh, own.unwrap_or(1))
            }
            86..88 => press(Reserve { drop: "another-drop".to_owned(), ..reserve(fresh, 1) }),
            88..90 => {
                Move::Press(Press { key: fresh.clone(), message: client_message::Kind::JoinWaitlist(join(fresh)) })
            }
            90..98 => Move::Rubbish(Message::Binary(self.garbled(fresh).into())),
            98 => Move::Rubbish(Message::Text("{\"reserve\": ".into())),
            _ => Move::Rubbish(Message::Binary(vec![0; TOO_BIG_BYTES].into())),
        }
    }

    /// Buys, gives back, wants to hold for longer, or waits no more.
    fn settle(&mut self, key: String, number: u64) -> Move {
        let (attempt, reservation, waiter) = (None, number, number);
        let own = key.clone();
        let message = match self.random.random_range(0..8) {
            0..3 => client_message::Kind::Confirm(Confirm { key, attempt, reservation }),
            3..6 => client_message::Kind::Release(Release { key, attempt, reservation }),
            6 => client_message::Kind::ExtendHold(ExtendHold { key, attempt, reservation }),
            _ => client_message::Kind::LeaveWaitlist(LeaveWaitlist { key, attempt, waiter }),
        };
        Move::Press(Press { key: own, message })
    }

    /// A message that was cut off, which no reader can make sense of.
    fn garbled(&mut self, key: String) -> Vec<u8> {
        let kind = Some(client_message::Kind::Reserve(reserve(key, 1)));
        let mut bytes = ClientMessage { kind }.encode_to_vec();
        bytes.truncate(self.random.random_range(1..bytes.len()));
        bytes
    }
}

fn press(reserve: Reserve) -> Move {
    Move::Press(Press { key: reserve.key.clone(), message: client_message::Kind::Reserve(reserve) })
}

fn reserve(key: String, quantity: u32) -> Reserve {
    Reserve { key, attempt: None, drop: DROP.to_owned(), sku: SKU.to_owned(), quantity, with: Vec::new() }
}

fn join(key: String) -> JoinWaitlist {
    JoinWaitlist { key, attempt: None, drop: DROP.to_owned(), sku: SKU.to_owned(), quantity: 1 }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_bot_makes_every_kind_of_move_the_same_for_the_same_seed() {
        let moves = |seed| {
            let (mut moves, mut memory) = (Moves::new(0, 2, seed), Memory::default());
            memory.own = vec![1, 2];
            let mut made = Vec::new();
            for turn in 0..1_000 {
                made.push(match moves.next(turn, &memory) {
                    Move::Press(press) => {
                        memory.press(&press);
                        format!("{:?}", press.message)
                    }
                    Move::Rubbish(rubbish) => format!("{rubbish:?}"),
                });
            }
            made
        };
        let made = moves(7);
        let kinds: BTreeSet<_> = made.iter().filter_map(|one| one.split('(').next()).collect();
        let all = ["Binary", "Confirm", "ExtendHold", "JoinWaitlist", "LeaveWaitlist", "Release", "Reserve", "Text"];
        assert_eq!(kinds, BTreeSet::from(all));
        assert!(made.iter().collect::<BTreeSet<_>>().len() < made.len(), "something is asked again");
        assert_eq!((moves(7) == made, moves(8) == made), (true, false));
    }

    #[test]
    fn connections_press_one_key_together() {
        let keys = [0, 1].map(|connection| match Moves::new(connection, 2, 1).next(12, &Memory::default()) {
            Move::Press(press) => press.key,
            Move::Rubbish(rubbish) => panic!("{rubbish:?}"),
        });
        assert_eq!(keys, ["together-12", "together-12"]);
    }

    #[test]
    fn what_is_garbled_can_not_be_read() {
        let mut moves = Moves::new(0, 2, 1);
        for _ in 0..100 {
            let garbled = moves.garbled("key".to_owned());
            assert!(ClientMessage::decode(garbled.as_slice()).is_err());
        }
    }
}
