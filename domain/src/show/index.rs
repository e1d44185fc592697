//! What is looked up on every click, kept beside the records so that nothing is searched for.

use std::collections::BTreeSet;

use hashbrown::HashMap;

use super::{Drop, DropPhase, Principal, ShowPhase, promises::BrokenIndex, state::Records};
use super::{
    deadlines::{Deadline, Deadlines, Due},
    draws::Draws,
    lines::Lines,
    own::OwnReservations,
    tally::Tallies,
};
use crate::{
    ids::{DropId, ReservationId},
    inventory::reservation::ReservationRecord,
    table::Slot,
};

/// Follows from the records: [`Index::of`] makes it anew.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Index {
    pub(super) by_viewer: OwnReservations,
    /// Units that are held, offered, waited for or sold for a viewer in a drop; no zeros. Never walked through but to
    /// check every one.
    pub(super) taken: HashMap<(Slot<DropId>, Slot<Principal>), u32>,
    /// Drops in which something was ever held.
    pub(super) reserved: BTreeSet<Slot<DropId>>,
    pub(super) deadlines: Deadlines,
    pub(super) broken: BrokenIndex,
    pub(super) tallies: Tallies,
    pub(super) lines: Lines,
    pub(super) draws: Draws,
}

impl Index {
    /// The index of these records.
    pub(super) fn of(records: &Records) -> Self {
        let mut index = Self::default();
        for (reservation, id) in records.reservations.iter().zip(1..) {
            let id = ReservationId(id);
            index.insert(id, reservation);
            for line in records.bundles.get(&id).into_iter().flatten() {
                index.add_line(reservation, line.quantity);
            }
        }
        index.lines = Lines::of(records);
        for waiter in records.waiters.iter().filter(|waiter| waiter.is_waiting()) {
            index.take(waiter.drop, waiter.viewer, waiter.quantity);
        }
        index.broken = records.promises.index();
        let phase = records.phase();
        for (slot, _, drop) in records.drops.iter() {
            index.watch(slot, drop, phase);
        }
        index
    }

    /// A drop as it is from now on.
    pub(super) fn watch(&mut self, slot: Slot<DropId>, drop: &Drop, show: ShowPhase) {
        self.deadlines.extend(drop.deadline(slot, show));
        self.draws.watch(slot, drop);
    }

    /// A drop as it was until now.
    pub(super) fn forget(&mut self, slot: Slot<DropId>, drop: &Drop, show: ShowPhase) {
        if let Some(deadline) = drop.deadline(slot, show) {
            self.deadlines.remove(deadline);
        }
        self.draws.forget(slot, drop);
    }

    /// A reservation in its present state comes in, the next one after those that are there.
    pub(super) fn insert(&mut self, id: ReservationId, reservation: &ReservationRecord) {
        self.by_viewer.push(reservation.viewer);
        self.reserved.insert(reservation.drop);
        self.tallies.opened(reservation);
        if reservation.counts() {
            self.take(reservation.drop, reservation.viewer, reservation.quantity);
        }
        if reservation.kept().is_some() {
            self.deadlines.insert(reservation.deadline(id));
        } else {
            self.tallies.settled(reservation);
        }
    }

    /// The newest reservation holds more.
    pub(super) fn add_line(&mut self, reservation: &ReservationRecord, quantity: u32) {
        if reservation.counts() {
            self.take(reservation.drop, reservation.viewer, quantity);
        }
    }

    /// A reservation of so many units that was kept comes in its new state.
    pub(super) fn settle(&mut self, id: ReservationId, reservation: &ReservationRecord, units: u32) {
        self.deadlines.remove(reservation.deadline(id));
        self.tallies.settled(reservation);
        if !reservation.counts() {
            self.give_back(reservation.drop, reservation.viewer, units);
        }
    }

    /// So many units more count for the viewer in the drop.
    pub(super) fn take(&mut self, drop: Slot<DropId>, viewer: Slot<Principal>, units: u32) {
        let taken = self.taken.entry((drop, viewer)).or_default();
        *taken = taken.saturating_add(units);
        self.tallies.take(viewer, units);
    }

    /// So many units less.
    pub(super) fn give_back(&mut self, drop: Slot<DropId>, viewer: Slot<Principal>, units: u32) {
        self.tallies.give_back(viewer, units);
        if let Some(taken) = self.taken.get_mut(&(drop, viewer)) {
            *taken = taken.saturating_sub(units);
            if *taken == 0 {
                self.taken.remove(&(drop, viewer));
            }
        }
    }

    pub(super) fn taken(&self, drop: Slot<DropId>, viewer: Slot<Principal>) -> u32 {
        self.taken.get(&(drop, viewer)).copied().unwrap_or(0)
    }
}

impl ReservationRecord {
    pub(super) fn deadline(&self, id: ReservationId) -> Deadline {
        Deadline { at: self.expires_at, due: Due::Expire(id) }
    }
}

impl Drop {
    /// What time will do to the drop next.
    pub(super) fn deadline(&self, slot: Slot<DropId>, show: ShowPhase) -> Option<Deadline> {
        match self.phase {
            DropPhase::Planned if show == ShowPhase::Live && self.is_bound() => {
                self.opens_at.map(|at| Deadline { at, due: Due::Open(self.place, slot) })
            }
            DropPhase::Open | DropPhase::Paused => {
                // A draw that its writer is late with is held before its drop closes, or nobody would get anything.
                let closes_at = self.closes_at.filter(|_| !self.draws() || self.lots.is_some());
                closes_at.map(|at| Deadline { at, due: Due::Close(self.place, slot) })
            }
            DropPhase::Planned | DropPhase::Closed => None,
        }
    }
}
