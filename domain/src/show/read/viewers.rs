//! What can be asked of a show about viewers: what they hold, wait for and bought.

use super::position;
use crate::{
    ids::{DropId, Key, OrderId, PrincipalId, ReservationId, WaiterId},
    inventory::{BundleLine, Reservation, Waiter, reservation::ReservationRecord, waiter::WaiterRecord},
    orders::{Order, order::OrderRecord},
    show::{Drop, Fingerprint, Outcome, Principal, Role, Show},
    table::Slot,
};

impl Show {
    /// How many more units the viewer may hold in that drop under its limit, whatever its phase and its stock. What the
    /// viewer waits for counts as held.
    pub fn remaining_limit(&self, drop: &DropId, viewer: &PrincipalId) -> Option<u32> {
        let slot = self.records.drops.slot(drop)?;
        let limit = self.records.drops[slot].plan.limit_per_viewer;
        let taken = self.viewer_slot(viewer).map_or(0, |viewer| self.index.taken(slot, viewer));
        Some(limit.saturating_sub(taken))
    }

    /// The reservation of that number.
    pub fn reservation(&self, id: ReservationId) -> Option<Reservation<'_>> {
        let record = self.reservation_record(id)?;
        Some(Reservation {
            id,
            viewer: &self.records.principals.name(record.viewer).id,
            drop: self.records.drops.name(record.drop),
            sku: self.records.skus.name(record.sku),
            quantity: record.quantity,
            unit_price_minor: record.unit_price_minor,
            with: if record.is_bundle { self.bundle(id) } else { &[] },
            held_at: record.held_at,
            expires_at: record.expires_at,
            state: record.state,
            was_offered: record.was_offered,
            was_extended: record.was_extended,
            order: record.order_id(),
        })
    }

    /// All reservations, the oldest first.
    pub fn reservations(&self) -> impl Iterator<Item = Reservation<'_>> {
        (1..).map(ReservationId).map_while(|id| self.reservation(id))
    }

    /// The viewer's reservations, the oldest first. It costs what the viewer has, not what the show has.
    pub fn reservations_of(&self, viewer: &PrincipalId) -> impl DoubleEndedIterator<Item = Reservation<'_>> {
        let own = self.viewer_slot(viewer).map(|viewer| self.index.by_viewer.of(viewer));
        let newest_first: Vec<_> = own.into_iter().flatten().collect();
        newest_first.into_iter().rev().filter_map(|id| self.reservation(id))
    }

    /// Whether it is its viewer's oldest reservation. It costs the same whatever the viewer has.
    pub fn is_first_reservation(&self, id: ReservationId) -> bool {
        self.index.by_viewer.is_first(id)
    }

    /// The place in line of that number.
    pub fn waiter(&self, id: WaiterId) -> Option<Waiter<'_>> {
        let record = self.waiter_record(id)?;
        Some(Waiter {
            id,
            viewer: &self.records.principals.name(record.viewer).id,
            drop: self.records.drops.name(record.drop),
            sku: self.records.skus.name(record.sku),
            quantity: record.quantity,
            joined_at: record.joined_at,
            place: Some(record.place).filter(|&place| place > 0),
            state: record.state,
        })
    }

    /// All places in line that there ever were, the oldest first.
    pub fn waiters(&self) -> impl Iterator<Item = Waiter<'_>> {
        (1..).map(WaiterId).map_while(|id| self.waiter(id))
    }

    /// The places in which the viewer waits now, in the order of the run of show. It costs what there are drops.
    pub fn waiters_of(&self, viewer: &PrincipalId) -> impl Iterator<Item = Waiter<'_>> {
        let viewer = self.viewer_slot(viewer).filter(|_| !self.index.lines.is_empty());
        let waits = move |viewer| {
            let in_drop = move |drop: &Drop| {
                let drop = self.records.drops.slot(&drop.plan.drop)?;
                self.waiter(self.index.lines.waits(drop, viewer)?)
            };
            self.running_drops().filter_map(in_drop)
        };
        viewer.into_iter().flat_map(waits)
    }

    /// All places that there ever were in that drop's line, in the order in which they were taken. It costs what the
    /// show has.
    pub fn waiters_in(&self, drop: &DropId) -> impl Iterator<Item = Waiter<'_>> {
        let drop = self.records.drops.slot(drop);
        let is_in = move |(record, _): &(&WaiterRecord, u64)| Some(record.drop) == drop;
        let numbered = self.records.waiters.iter().zip(1..).filter(is_in);
        numbered.filter_map(|(_, id)| self.waiter(WaiterId(id)))
    }

    /// How many stand before that waiter in line; `None` for who does not wait, or whose lot is not drawn. It costs the
    /// shorter of what stands before and behind.
    pub fn ahead_of(&self, id: WaiterId) -> Option<usize> {
        let waiter = self.waiter_record(id).filter(|waiter| waiter.is_waiting() && waiter.place > 0)?;
        Some(self.index.lines.before(waiter.sku, waiter.drop, waiter.place))
    }

    /// The order of that number.
    pub fn order(&self, id: OrderId) -> Option<Order<'_>> {
        let record = self.order_record(id)?;
        Some(Order {
            id,
            reservation: record.reservation,
            viewer: self.reservation(record.reservation)?.viewer,
            placed_at: record.placed_at,
            total_minor: record.total_minor,
            state: record.state(),
            payment: record.payment.as_ref(),
        })
    }

    /// All orders, the oldest first.
    pub fn orders(&self) -> impl Iterator<Item = Order<'_>> {
        (1..).map(OrderId).map_while(|id| self.order(id))
    }

    /// The viewer's orders, in the order of their reservations. It costs what the viewer has, not what the show has.
    pub fn orders_of(&self, viewer: &PrincipalId) -> impl DoubleEndedIterator<Item = Order<'_>> {
        self.reservations_of(viewer).filter_map(|reservation| self.order(reservation.order?))
    }

    /// Whether its viewer placed no order before it. It costs what the viewer has, not what the show has.
    pub fn is_first_order(&self, id: OrderId) -> bool {
        let reservation = self.order_record(id).and_then(|order| self.reservation_record(order.reservation));
        let Some(reservation) = reservation else { return false };
        let ordered = |own| self.reservation_record(own).and_then(ReservationRecord::order_id);
        !self.index.by_viewer.of(reservation.viewer).filter_map(ordered).any(|order| order < id)
    }

    /// What the principal used the key for, and what came of it.
    pub fn binding(&self, principal: &Principal, key: &Key) -> Option<(&Fingerprint, &Outcome)> {
        let principal = self.records.principals.slot(principal)?;
        self.records.keys.find(principal, key).map(|bound| (&bound.fingerprint, &bound.outcome))
    }

    pub(in crate::show) fn viewer_slot(&self, viewer: &PrincipalId) -> Option<Slot<Principal>> {
        self.records.principals.slot(&Principal { role: Role::Viewer, id: viewer.clone() })
    }

    pub(in crate::show) fn reservation_record(&self, id: ReservationId) -> Option<&ReservationRecord> {
        self.records.reservations.get(position(id.0)?)
    }

    pub(in crate::show) fn order_record(&self, id: OrderId) -> Option<&OrderRecord> {
        self.records.orders.get(position(id.0)?)
    }

    pub(in crate::show) fn waiter_record(&self, id: WaiterId) -> Option<&WaiterRecord> {
        self.records.waiters.get(position(id.0)?)
    }

    /// What a reservation holds besides its first line.
    pub(in crate::show) fn bundle(&self, id: ReservationId) -> &[BundleLine] {
        self.records.bundles.get(&id).map_or(&[], Vec::as_slice)
    }
}
