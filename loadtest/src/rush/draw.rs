//! The draw of a rush's drop as the journal has it, on the journal's own clock.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use dropcast_proto::v1::{DropPlanned, JournalEntry, fact::Kind};

use super::show::DROP;
use crate::{history::States, lots};

/// The draw, so far.
#[derive(Debug, Default)]
pub(super) struct Draw {
    /// How long one can enter.
    entry_ms: Option<u64>,
    commitment: Vec<u8>,
    opened_at: u64,
    /// Waiters who entered, and did not leave before the lots were drawn.
    pub(super) entrants: BTreeSet<u64>,
    /// Seed and digest, once the lots are drawn.
    pub(super) lots: Option<(Vec<u8>, Vec<u8>)>,
    /// Waiters and units that were offered right after that.
    first_offers: Vec<(u64, u32)>,
    /// Whether nothing else happened since.
    is_first: bool,
}

impl Draw {
    /// Takes in a fact of an entry that follows one of this digest. In words, what is wrong about it.
    pub(super) fn add(&mut self, entry: &JournalEntry, before: [u8; 32], fact: &Kind) -> Option<String> {
        self.is_first &= matches!(fact, Kind::ReservationOffered(_));
        match fact {
            Kind::DropPlanned(DropPlanned { drop, draw_entry_ms, .. }) if drop == DROP => {
                self.entry_ms = *draw_entry_ms;
            }
            Kind::DrawCommitted(committed) if committed.drop == DROP => {
                self.commitment.clone_from(&committed.commitment);
            }
            Kind::DropOpened(opened) if opened.drop == DROP => self.opened_at = entry.decided_at,
            Kind::WaitlistJoined(joined) if joined.drop == DROP && self.is_ahead() => {
                self.entrants.insert(joined.waiter);
                if entry.decided_at >= self.closes_at() {
                    return Some(format!("entry {} lets {} enter a draw that is closed", entry.seq, joined.viewer));
                }
            }
            Kind::WaitlistLeft(left) if self.is_ahead() => {
                self.entrants.remove(&left.waiter);
            }
            Kind::LotsDrawn(drawn) if drawn.drop == DROP => {
                self.lots = Some((drawn.seed.clone(), drawn.digest.clone()));
                self.is_first = true;
                return self.wrong_lots(entry, before);
            }
            Kind::ReservationOffered(offered) if self.is_first => {
                self.first_offers.push((offered.waiter, offered.quantity));
            }
            _ => {}
        }
        None
    }

    fn is_ahead(&self) -> bool {
        self.entry_ms.is_some() && self.lots.is_none()
    }

    fn closes_at(&self) -> u64 {
        self.opened_at + self.entry_ms.unwrap_or_default()
    }

    fn wrong_lots(&self, entry: &JournalEntry, before: [u8; 32]) -> Option<String> {
        let (seed, digest) = self.lots.as_ref()?;
        let wrong = if *digest != before {
            "with another digest than that of the entry before"
        } else if !lots::is_bound(&self.commitment, seed) {
            "with another seed than it was bound to"
        } else if entry.decided_at < self.closes_at() {
            "before the entries closed"
        } else {
            return None;
        };
        Some(format!("entry {} draws lots {wrong}", entry.seq))
    }

    /// In words, why those with the lowest lots were not the first to be offered these units, which all were free.
    pub(super) fn wrong_first_offers(&self, states: &States, mut units: u32) -> Option<String> {
        self.lots.as_ref()?;
        let entered = states.waiters().filter(|(number, ..)| self.entrants.contains(number));
        let mut waiters: Vec<_> = entered.map(|(number, _, place)| (place, number)).collect();
        waiters.sort_unstable();
        let mut due = Vec::new();
        for (_, waiter) in waiters {
            let quantity = states.wanted_by(waiter).min(units);
            if quantity > 0 {
                due.push((waiter, quantity));
            }
            units -= quantity;
        }
        let longest = due.len().max(self.first_offers.len());
        let place = (0..longest).find(|place| due.get(*place) != self.first_offers.get(*place))?;
        let offer = |offers: &[(u64, u32)]| match offers.get(place) {
            Some((waiter, quantity)) => format!("{quantity} to waiter {waiter}"),
            None => "nothing".to_owned(),
        };
        let (made, was_due) = (offer(&self.first_offers), offer(&due));
        Some(format!("offer {} of the draw was {made}, where {was_due} was due", place + 1))
    }

    /// Waiters who were offered something right after the lots were drawn.
    pub(super) fn winners(&self) -> impl Iterator<Item = u64> {
        self.first_offers.iter().map(|(waiter, _)| *waiter)
    }
}
