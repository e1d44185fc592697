//! Which reservations are whose.

use super::Principal;
use crate::{ids::ReservationId, inventory::reservation::RESERVATIONS_MAX, table::Slot};

/// The reservations of each viewer: the newest one, and from each the one before. That takes a reservation four bytes,
/// and a viewer four.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct OwnReservations {
    /// By viewer: the number of the newest; 0 for none.
    newest: Vec<u32>,
    /// By number, from 1: the number of the same viewer's reservation before; 0 for none.
    before: Vec<u32>,
}

const _: () = assert!(RESERVATIONS_MAX <= u32::MAX as usize);

impl OwnReservations {
    /// The next reservation is this viewer's.
    #[expect(clippy::cast_possible_truncation, reason = "a show has at most RESERVATIONS_MAX of them")]
    pub(super) fn push(&mut self, viewer: Slot<Principal>) {
        if self.newest.len() <= viewer.index() {
            self.newest.resize(viewer.index() + 1, 0);
        }
        let newest = &mut self.newest[viewer.index()];
        self.before.push(*newest);
        *newest = self.before.len() as u32;
    }

    /// Whether the reservation is there, and its viewer had none before.
    pub(super) fn is_first(&self, id: ReservationId) -> bool {
        let index = id.0.checked_sub(1).and_then(|index| usize::try_from(index).ok());
        index.and_then(|index| self.before.get(index)) == Some(&0)
    }

    /// The viewer's reservations, the newest first.
    pub(super) fn of(&self, viewer: Slot<Principal>) -> impl Iterator<Item = ReservationId> {
        let newest = self.newest.get(viewer.index()).copied();
        std::iter::successors(newest, |&number| self.before.get((number as usize).checked_sub(1)?).copied())
            .take_while(|&number| number > 0)
            .map(|number| ReservationId(u64::from(number)))
    }
}
