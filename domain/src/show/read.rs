//! What can be asked of a show.

use super::{
    Drop, DropItem, DropItemState, DropPhase, DropStock, Fingerprint, Outcome, Principal, Product, Role, Show,
};
use super::{ShowPhase, ShowSettings, Variant};
use crate::{
    ids::{DropId, Key, OrderId, PrincipalId, ProductId, ReservationId, Sku, WaiterId},
    inventory::{
        BundleLine, Elsewhere, Reservation, Stock, Waiter, reservation::ReservationRecord, waiter::WaiterRecord,
    },
    orders::{Order, order::OrderRecord},
    table::Slot,
    time::Timestamp,
};

impl Show {
    /// Whether a plan was ever applied.
    pub fn exists(&self) -> bool {
        self.records.settings.is_some()
    }

    /// What holds for the whole show; `None` before the first plan.
    pub fn settings(&self) -> Option<&ShowSettings> {
        self.records.settings.as_ref()
    }

    /// Draft before the first plan, too.
    pub fn phase(&self) -> ShowPhase {
        self.records.phase()
    }

    /// When it went live.
    pub fn started_at(&self) -> Option<Timestamp> {
        self.records.started_at
    }

    /// When it was over.
    pub fn ended_at(&self) -> Option<Timestamp> {
        self.records.ended_at
    }

    /// The moment of the last entry; zero when there is none.
    pub fn last_at(&self) -> Timestamp {
        self.records.last_at
    }

    /// The moment from which [`Show::pass`] has something to do.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.index.deadlines.first()
    }

    /// What is held or offered, the earliest deadline first.
    pub fn holds(&self) -> impl Iterator<Item = Reservation<'_>> {
        self.index.deadlines.held().filter_map(|id| self.reservation(id))
    }

    /// The catalogue, in the order of its places.
    pub fn products(&self) -> impl Iterator<Item = &Product> {
        let mut products: Vec<_> = self.records.products.values().collect();
        products.sort_by_key(|product| product.place);
        products.into_iter()
    }

    /// The product of that name.
    pub fn product(&self, product: &ProductId) -> Option<&Product> {
        self.records.products.get(product)
    }

    /// The variant of that SKU.
    pub fn variant(&self, sku: &Sku) -> Option<&Variant> {
        let record = self.records.skus.find(sku)?;
        self.records.products.get(&record.product)?.variants.get(record.variant as usize)
    }

    /// Where the units of that SKU are.
    pub fn stock(&self, sku: &Sku) -> Option<Stock> {
        self.records.skus.find(sku).map(|record| record.stock)
    }

    /// Units of the SKU that were sold elsewhere; none of a SKU that is not there.
    pub fn elsewhere(&self, sku: &Sku) -> Elsewhere {
        let record = self.records.skus.find(sku);
        record.map_or_else(Elsewhere::default, |record| Elsewhere { sold: record.sold_elsewhere, short: record.short })
    }

    /// How many wait for the SKU, in lines and for lots to be drawn, over all drops.
    pub fn waiting(&self, sku: &Sku) -> u32 {
        self.records.skus.slot(sku).map_or(0, |sku| self.index.lines.waiting_for(sku))
    }

    /// Where the units of every SKU are, in the order of the SKUs' names.
    pub fn stocks(&self) -> impl Iterator<Item = (&Sku, Stock)> {
        self.records.skus.iter().map(|(_, sku, record)| (sku, record.stock))
    }

    /// The run of show, in the order of its places.
    pub fn drops(&self) -> impl Iterator<Item = &Drop> {
        let mut drops: Vec<_> = self.records.drops.iter().map(|(_, _, drop)| drop).collect();
        drops.sort_by_key(|drop| drop.place);
        drops.into_iter()
    }

    /// The drop of that name.
    pub fn drop(&self, drop: &DropId) -> Option<&Drop> {
        self.records.drops.find(drop)
    }

    /// What the drop sells, in the order of its plan; nothing for a drop that is not there.
    pub fn drop_items(&self, drop: &DropId) -> impl Iterator<Item = DropItemState<'_>> {
        let drop = self.drop(drop).into_iter();
        drop.flat_map(|drop| drop.items().map(|(item, stock)| self.item_state(drop, item, stock)))
    }

    /// Units of the SKU that the drop could hold now, were it open: the smallest of what its caps and what the allotment
    /// have left; 0 while somebody waits for them, and for what it doesn't sell.
    pub fn available(&self, drop: &DropId, sku: &Sku) -> u32 {
        let Some(drop) = self.drop(drop) else { return 0 };
        drop.item(sku).map_or(0, |(item, stock)| self.available_of(drop, item, stock))
    }

    /// What one unit costs in that drop, in minor units; `None` for what it doesn't sell.
    pub fn unit_price_minor(&self, drop: &DropId, sku: &Sku) -> Option<u64> {
        self.drop(drop)?.item(sku).map(|(item, _)| self.price_of(item))
    }

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

    /// All places that there ever were in that drop's line, in the order in which they were taken. It costs what the show has.
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

    /// What the principal used the key for, and what came of it.
    pub fn binding(&self, principal: &Principal, key: &Key) -> Option<(&Fingerprint, &Outcome)> {
        let principal = self.records.principals.slot(principal)?;
        self.records.keys.find(principal, key).map(|bound| (&bound.fingerprint, &bound.outcome))
    }

    /// Reservations that are held or offered now; at most [`super::HOLDS_MAX`], and offers beyond it.
    pub fn hold_count(&self) -> usize {
        self.index.deadlines.holds()
    }

    /// Keys that are bound; see [`super::KEYS_MAX`].
    pub fn key_count(&self) -> usize {
        self.records.keys.len()
    }

    /// Reservations that there ever were.
    pub fn reservation_count(&self) -> usize {
        self.records.reservations.len()
    }

    /// Places in line that there ever were; at most [`super::WAITERS_MAX`].
    pub fn waiter_count(&self) -> usize {
        self.records.waiters.len()
    }

    /// Orders that there ever were.
    pub fn order_count(&self) -> usize {
        self.records.orders.len()
    }

    pub(super) fn viewer_slot(&self, viewer: &PrincipalId) -> Option<Slot<Principal>> {
        self.records.principals.slot(&Principal { role: Role::Viewer, id: viewer.clone() })
    }

    pub(super) fn reservation_record(&self, id: ReservationId) -> Option<&ReservationRecord> {
        self.records.reservations.get(position(id.0)?)
    }

    pub(super) fn order_record(&self, id: OrderId) -> Option<&OrderRecord> {
        self.records.orders.get(position(id.0)?)
    }

    pub(super) fn waiter_record(&self, id: WaiterId) -> Option<&WaiterRecord> {
        self.records.waiters.get(position(id.0)?)
    }

    /// What a reservation holds besides its first line.
    pub(super) fn bundle(&self, id: ReservationId) -> &[BundleLine] {
        self.records.bundles.get(&id).map_or(&[], Vec::as_slice)
    }

    pub(super) fn available_of(&self, drop: &Drop, item: &DropItem, stock: &DropStock) -> u32 {
        if self.is_kept_for_line(stock.sku, drop) { 0 } else { self.left_of(drop, item, stock) }
    }

    /// The smallest of what caps and allotment have left, for whoever.
    pub(super) fn left_of(&self, drop: &Drop, item: &DropItem, stock: &DropStock) -> u32 {
        stock.cap_left(item).min(drop.shared_cap_left()).min(self.records.skus[stock.sku].stock.free)
    }

    pub(super) fn price_of(&self, item: &DropItem) -> u64 {
        let list_price = || self.variant(&item.sku).map_or(0, |variant| variant.list_price_minor);
        item.price_minor.unwrap_or_else(list_price)
    }

    /// Drops that are open or paused, in the order of their places.
    pub(super) fn running_drops(&self) -> impl Iterator<Item = &Drop> {
        self.drops().filter(|drop| matches!(drop.phase, DropPhase::Open | DropPhase::Paused))
    }

    /// Whether what the drop sells and how is fixed: it was opened, or something was held in it to keep a promise.
    pub(super) fn is_fixed(&self, drop: &Drop) -> bool {
        let slot = || self.records.drops.slot(&drop.plan.drop);
        drop.phase != DropPhase::Planned || slot().is_some_and(|slot| self.index.reserved.contains(&slot))
    }

    fn item_state<'a>(&self, drop: &'a Drop, item: &'a DropItem, stock: &DropStock) -> DropItemState<'a> {
        let (lines, slot) = (&self.index.lines, self.records.drops.slot(&drop.plan.drop));
        DropItemState {
            sku: &item.sku,
            unit_price_minor: self.price_of(item),
            cap: stock.cap(item),
            held: stock.held,
            offered: stock.offered,
            sold: stock.sold,
            available: self.available_of(drop, item, stock),
            waiting: slot.map_or(0, |drop| lines.len(stock.sku, drop)),
            next_place: slot.and_then(|drop| lines.first(stock.sku, drop)),
        }
    }
}

/// Where the record of that number is; numbers count from 1.
pub(super) fn position(number: u64) -> Option<usize> {
    usize::try_from(number.checked_sub(1)?).ok()
}
