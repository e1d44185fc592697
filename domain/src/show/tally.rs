//! What each viewer has over the whole show.

use super::{Principal, ReservationState};
use crate::{inventory::reservation::ReservationRecord, table::Slot, time::Timestamp};

/// Follows from the reservations and the waitlists.
#[derive(Clone, Debug, Default)]
pub(super) struct Tallies(Vec<Tally>);

/// What one viewer has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Tally {
    /// Units that are held, offered, waited for or sold.
    pub(super) units: u32,
    /// Reservations that are held or offered.
    pub(super) open: u32,
    /// Holds and offers that ran out.
    pub(super) lapses: u32,
    /// When the last one did.
    pub(super) lapsed_at: Timestamp,
}

impl Tallies {
    pub(super) fn of(&self, viewer: Slot<Principal>) -> Tally {
        self.0.get(viewer.index()).copied().unwrap_or_default()
    }

    pub(super) fn take(&mut self, viewer: Slot<Principal>, units: u32) {
        let tally = self.tally(viewer);
        tally.units = tally.units.saturating_add(units);
    }

    pub(super) fn give_back(&mut self, viewer: Slot<Principal>, units: u32) {
        let tally = self.tally(viewer);
        tally.units = tally.units.saturating_sub(units);
    }

    /// A reservation begins.
    pub(super) fn opened(&mut self, reservation: &ReservationRecord) {
        self.tally(reservation.viewer).open += 1;
    }

    /// A reservation is not kept any more.
    pub(super) fn settled(&mut self, reservation: &ReservationRecord) {
        let tally = self.tally(reservation.viewer);
        tally.open = tally.open.saturating_sub(1);
        if reservation.state == ReservationState::Expired {
            tally.lapses += 1;
            tally.lapsed_at = tally.lapsed_at.max(reservation.expires_at);
        }
    }

    fn tally(&mut self, viewer: Slot<Principal>) -> &mut Tally {
        if self.0.len() <= viewer.index() {
            self.0.resize(viewer.index() + 1, Tally::default());
        }
        &mut self.0[viewer.index()]
    }
}

/// Who has nothing may be missing.
impl PartialEq for Tallies {
    fn eq(&self, other: &Self) -> bool {
        let most = self.0.len().max(other.0.len());
        let of = |tallies: &Self, viewer: usize| tallies.0.get(viewer).copied().unwrap_or_default();
        (0..most).all(|viewer| of(self, viewer) == of(other, viewer))
    }
}

impl Eq for Tallies {}
