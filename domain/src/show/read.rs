//! What can be asked of a show.

use super::{Drop, DropItem, DropItemState, DropPhase, DropStock, Product, Show, ShowPhase, ShowSettings, Variant};
use crate::{
    audience::Audience,
    ids::{DropId, ProductId, Sku},
    inventory::{Elsewhere, Reservation, Stock},
    time::Timestamp,
};

mod viewers;

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

    /// The moment from which [`Show::pass`] has something to do: that of the last entry, where a long row of offers
    /// goes on in the next one.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let offers_at = self.next_offer(self.last_at()).map(|_| self.last_at());
        offers_at.or_else(|| self.index.deadlines.first())
    }

    /// What is held or offered, the earliest deadline first.
    pub fn holds(&self) -> impl Iterator<Item = Reservation<'_>> {
        self.index.deadlines.held().filter_map(|id| self.reservation(id))
    }

    /// Who watches, and how much was asked.
    pub fn audience(&self) -> &Audience {
        &self.records.audience
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

    /// Units of the SKU that the drop could hold now, were it open: the smallest of what its caps and what the
    /// allotment have left; 0 while somebody waits for them, and for what it doesn't sell.
    pub fn available(&self, drop: &DropId, sku: &Sku) -> u32 {
        let Some(drop) = self.drop(drop) else { return 0 };
        drop.item(sku).map_or(0, |(item, stock)| self.available_of(drop, item, stock))
    }

    /// What one unit costs in that drop, in minor units; `None` for what it doesn't sell.
    pub fn unit_price_minor(&self, drop: &DropId, sku: &Sku) -> Option<u64> {
        self.drop(drop)?.item(sku).map(|(item, _)| self.price_of(item))
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

    /// Whether what the drop sells and how is fixed: it was opened once, or something was held in it to keep a promise.
    pub(super) fn is_fixed(&self, drop: &Drop) -> bool {
        let slot = || self.records.drops.slot(&drop.plan.drop);
        drop.phase != DropPhase::Planned
            || drop.was_undone
            || slot().is_some_and(|slot| self.index.reserved.contains(&slot))
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
