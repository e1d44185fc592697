//! What must always be true of what viewers wait for, owe and were promised.

use std::collections::{BTreeMap, BTreeSet};

use super::Violation;
use crate::{
    ids::{OrderId, ReservationId, WaiterId},
    inventory::WaiterState,
    show::{Principal, ReservationState, Show},
    table::Slot,
};

impl Show {
    /// Who waits has one place in a drop that is not closed, and that place is nobody else's.
    pub(super) fn check_waiters(&self) -> Result<(), Violation> {
        let mut places = BTreeSet::new();
        let mut viewers = BTreeSet::new();
        for (waiter, id) in self.records.waiters.iter().zip((1..).map(WaiterId)) {
            let drop = &self.records.drops[waiter.drop];
            let is_drawn_for = drop.draws() && drop.lots.is_none();
            let has_place = (1..=drop.last_place).contains(&waiter.place) && places.insert((waiter.drop, waiter.place))
                || waiter.place == 0 && drop.draws();
            let waits_well = !waiter.is_waiting()
                || drop.is_running()
                    && viewers.insert((waiter.drop, waiter.viewer))
                    && (waiter.place == 0) == is_drawn_for;
            let was_offered = match waiter.state {
                WaiterState::Offered(reservation) => self
                    .reservation_record(reservation)
                    .is_some_and(|offered| offered.was_offered && offered.viewer == waiter.viewer),
                WaiterState::Waiting | WaiterState::Left | WaiterState::Closed => true,
            };
            if waiter.quantity == 0 || !has_place || !waits_well || !was_offered {
                return Err(Violation::Waiter(id));
            }
        }
        Ok(())
    }

    pub(super) fn check_orders(&self) -> Result<(), Violation> {
        let mut ordered = 0;
        for (reservation, id) in self.records.reservations.iter().zip((1..).map(ReservationId)) {
            let Some(order) = reservation.order_id() else { continue };
            let back = self.order_record(order).is_some_and(|order| order.reservation == id);
            if !back || reservation.state != ReservationState::Sold {
                return Err(Violation::Reservation(id));
            }
            ordered += 1;
        }
        for (order, id) in self.records.orders.iter().zip(1..) {
            let total = self.reservation(order.reservation).map(|sold| sold.total_minor());
            if total != Some(order.total_minor) || ordered != self.records.orders.len() {
                return Err(Violation::Order(OrderId(id)));
            }
        }
        Ok(())
    }

    /// The reservation that keeps a promise is held by the fact after it, so the last one may be missing.
    pub(super) fn check_promises(&self) -> Result<(), Violation> {
        let promises = &self.records.promises;
        let next = ReservationId(self.reservation_count() as u64 + 1);
        let fits = |(&id, &viewer): (&ReservationId, &Slot<Principal>)| match self.reservation_record(id) {
            Some(record) => record.viewer == viewer,
            None => id == next && self.records.principals.has(viewer),
        };
        let told_apart: usize = promises.index().values().map(BTreeMap::len).sum();
        let counted = promises.reclaimed.len() as u64 <= promises.kept;
        if counted && told_apart == promises.broken.len() && promises.reclaimed.iter().all(fits) {
            Ok(())
        } else {
            Err(Violation::Promises)
        }
    }
}
