//! What time alone makes true, in the order in which it does.

use std::collections::BTreeSet;

use crate::{
    ids::{DropId, ReservationId},
    table::Slot,
    time::Timestamp,
};

/// Something that time alone makes true.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Deadline {
    pub(super) at: Timestamp,
    pub(super) due: Due,
}

/// What a deadline does; at one moment in this order, drops in the order of their places in the run of show.
///
/// A drop closes before units come back, so that what comes back at its very end is not sold in it any more; a drop
/// opens after units came back, so that it opens with all that there is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Due {
    Close(u32, Slot<DropId>),
    Expire(ReservationId),
    Open(u32, Slot<DropId>),
}

/// Deadlines in their order. Those of holds, of which there may be a million, are kept by themselves, as small as they
/// can be.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Deadlines {
    of_drops: BTreeSet<Deadline>,
    of_holds: BTreeSet<(Timestamp, ReservationId)>,
}

impl Deadlines {
    pub(super) fn insert(&mut self, deadline: Deadline) {
        match deadline.due {
            Due::Expire(reservation) => self.of_holds.insert((deadline.at, reservation)),
            Due::Close(..) | Due::Open(..) => self.of_drops.insert(deadline),
        };
    }

    /// Whether it was there.
    pub(super) fn remove(&mut self, deadline: Deadline) -> bool {
        match deadline.due {
            Due::Expire(reservation) => self.of_holds.remove(&(deadline.at, reservation)),
            Due::Close(..) | Due::Open(..) => self.of_drops.remove(&deadline),
        }
    }

    /// What is held, the earliest deadline first.
    pub(super) fn held(&self) -> impl Iterator<Item = ReservationId> {
        self.of_holds.iter().map(|&(_, reservation)| reservation)
    }

    /// Moves the deadlines of all that is held by so much.
    pub(super) fn extend_holds(&mut self, by_ms: u64) {
        let moved = |(at, reservation): (Timestamp, ReservationId)| (at.after_ms(by_ms), reservation);
        self.of_holds = std::mem::take(&mut self.of_holds).into_iter().map(moved).collect();
    }

    /// How many are those of holds.
    pub(super) fn holds(&self) -> usize {
        self.of_holds.len()
    }

    /// When the first one is due.
    pub(super) fn first(&self) -> Option<Timestamp> {
        let drop = self.of_drops.first().map(|deadline| deadline.at);
        let hold = self.of_holds.first().map(|&(at, _)| at);
        drop.into_iter().chain(hold).min()
    }

    /// All of them, in their order.
    pub(super) fn iter(&self) -> impl Iterator<Item = Deadline> {
        let mut drops = self.of_drops.iter().copied().peekable();
        let mut holds =
            self.of_holds.iter().map(|&(at, reservation)| Deadline { at, due: Due::Expire(reservation) }).peekable();
        std::iter::from_fn(move || match (drops.peek(), holds.peek()) {
            (Some(drop), Some(hold)) if drop > hold => holds.next(),
            (Some(_), _) => drops.next(),
            (None, _) => holds.next(),
        })
    }
}

impl Extend<Deadline> for Deadlines {
    fn extend<I: IntoIterator<Item = Deadline>>(&mut self, deadlines: I) {
        deadlines.into_iter().for_each(|deadline| self.insert(deadline));
    }
}
