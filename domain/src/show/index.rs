//! What is looked up on every click, kept beside the records so that nothing is searched for.

use std::collections::BTreeSet;

use hashbrown::HashMap;

use super::{Drop, DropPhase, Principal, ReservationState, ShowPhase, promises::BrokenIndex, state::Records};
use super::{
    deadlines::{Deadline, Deadlines, Due},
    own::OwnReservations,
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
    /// Units that are held or sold for a viewer in a drop; no zeros. Never walked through but to check every one.
    pub(super) taken: HashMap<(Slot<DropId>, Slot<Principal>), u32>,
    /// Drops in which something was ever held.
    pub(super) reserved: BTreeSet<Slot<DropId>>,
    pub(super) deadlines: Deadlines,
    pub(super) broken: BrokenIndex,
}

impl Index {
    /// The index of these records.
    pub(super) fn of(records: &Records) -> Self {
        let mut index = Self::default();
        for (reservation, id) in records.reservations.iter().zip(1..) {
            index.insert(ReservationId(id), reservation);
        }
        index.broken = records.promises.index();
        let phase = records.phase();
        index.deadlines.extend(records.drops.iter().filter_map(|(slot, _, drop)| drop.deadline(slot, phase)));
        index
    }

    /// A reservation in its present state comes in, the next one after those that are there.
    pub(super) fn insert(&mut self, id: ReservationId, reservation: &ReservationRecord) {
        self.by_viewer.push(reservation.viewer);
        self.reserved.insert(reservation.drop);
        if reservation.counts() {
            let taken = self.taken.entry((reservation.drop, reservation.viewer)).or_default();
            *taken = taken.saturating_add(reservation.quantity);
        }
        if reservation.state == ReservationState::Held {
            self.deadlines.insert(reservation.deadline(id));
        }
    }

    /// A reservation that was held comes in its new state.
    pub(super) fn settle(&mut self, id: ReservationId, reservation: &ReservationRecord) {
        self.deadlines.remove(reservation.deadline(id));
        let place = (reservation.drop, reservation.viewer);
        if !reservation.counts()
            && let Some(taken) = self.taken.get_mut(&place)
        {
            *taken = taken.saturating_sub(reservation.quantity);
            if *taken == 0 {
                self.taken.remove(&place);
            }
        }
    }

    pub(super) fn taken(&self, drop: Slot<DropId>, viewer: Slot<Principal>) -> u32 {
        self.taken.get(&(drop, viewer)).copied().unwrap_or(0)
    }
}

impl ReservationRecord {
    fn deadline(&self, id: ReservationId) -> Deadline {
        Deadline { at: self.expires_at, due: Due::Expire(id) }
    }
}

impl Drop {
    /// What time will do to the drop next.
    pub(super) fn deadline(&self, slot: Slot<DropId>, show: ShowPhase) -> Option<Deadline> {
        match self.phase {
            DropPhase::Planned if show == ShowPhase::Live => {
                self.opens_at.map(|at| Deadline { at, due: Due::Open(self.place, slot) })
            }
            DropPhase::Open | DropPhase::Paused => {
                self.closes_at.map(|at| Deadline { at, due: Due::Close(self.place, slot) })
            }
            DropPhase::Planned | DropPhase::Closed => None,
        }
    }
}
