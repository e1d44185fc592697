//! The run of show: drops as they stand.

use serde::{Deserialize, Serialize};

use super::{CloseReason, Digest, DropItem, DropPhase, DropPlan, Lots, UNDO_MS};
use crate::{ids::Sku, inventory::stock::Kept, table::Slot, time::Timestamp};

/// A drop as it stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Drop {
    pub(super) plan: DropPlan,
    pub(super) place: u32,
    pub(super) phase: DropPhase,
    pub(super) opens_at: Option<Timestamp>,
    pub(super) opened_at: Option<Timestamp>,
    pub(super) closes_at: Option<Timestamp>,
    pub(super) closed: Option<Closed>,
    /// Whether an opening of it was taken back.
    pub(super) was_undone: bool,
    pub(super) commitment: Option<Digest>,
    pub(super) lots: Option<Lots>,
    /// By how much the shared cap was raised above the plan's.
    pub(super) shared_raised: u32,
    /// The last place in line that was given.
    pub(super) last_place: u32,
    /// One for each of the plan's items, in their order.
    pub(super) stocks: Vec<DropStock>,
}

/// When and why a drop closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Closed {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: CloseReason,
}

/// What a drop did with one of its SKUs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct DropStock {
    pub(crate) sku: Slot<Sku>,
    /// By how much the cap was raised above the plan's.
    pub(crate) raised: u32,
    pub(crate) held: u32,
    pub(crate) offered: u32,
    pub(crate) sold: u32,
}

/// One SKU of a drop as it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DropItemState<'a> {
    /// What is sold.
    pub sku: &'a Sku,
    /// What one unit costs in this drop, in minor units.
    pub unit_price_minor: u64,
    /// The most units that the drop may sell, with what was added to it; `None`: as many as the allotment has.
    pub cap: Option<u32>,
    /// Units that are held in this drop.
    pub held: u32,
    /// Units that are offered in this drop to who waited.
    pub offered: u32,
    /// Units that were sold in this drop.
    pub sold: u32,
    /// Units that could be held now, were the drop open: the smallest of what cap, shared cap and allotment have left;
    /// none while somebody waits.
    pub available: u32,
    /// How many wait for it, in line or for the lots to be drawn.
    pub waiting: u32,
    /// The place of who is next in line for it.
    pub next_place: Option<u32>,
}

impl Drop {
    /// What was planned.
    pub fn plan(&self) -> &DropPlan {
        &self.plan
    }

    /// Its place in the run of show, from 0.
    pub fn place(&self) -> u32 {
        self.place
    }

    /// Whether it sells.
    pub fn phase(&self) -> DropPhase {
        self.phase
    }

    /// When it opens by itself, or would have. A moment that had passed when it was asked for, when the show started,
    /// or when its draw was bound to a seed, became that moment, so that what it opens late is not cut short.
    pub fn opens_at(&self) -> Option<Timestamp> {
        self.opens_at
    }

    /// When it opened.
    pub fn opened_at(&self) -> Option<Timestamp> {
        self.opened_at
    }

    /// When it closes or would have closed by itself; `None` before it opens, and when no end is set.
    pub fn closes_at(&self) -> Option<Timestamp> {
        self.closes_at
    }

    /// When and why it closed.
    pub fn closed(&self) -> Option<Closed> {
        self.closed
    }

    /// Open or paused: it was opened and isn't over.
    pub fn is_running(&self) -> bool {
        matches!(self.phase, DropPhase::Open | DropPhase::Paused)
    }

    /// Until when its opening can be taken back, as long as nothing is sold in it; `None` when it is not open, or lots
    /// are drawn.
    pub fn undo_until(&self) -> Option<Timestamp> {
        let is_undrawn = self.is_running() && self.lots.is_none();
        self.opened_at.filter(|_| is_undrawn).map(|opened_at| opened_at.after_ms(UNDO_MS))
    }

    /// Whether its opening can be taken back.
    pub(super) fn can_be_undone(&self, now: Timestamp) -> bool {
        self.undo_until().is_some_and(|until| now < until) && self.stocks.iter().all(|stock| stock.sold == 0)
    }

    /// When it closes, if it opens at `opens_at`.
    pub(super) fn end_if_opened(&self, opens_at: Timestamp) -> Option<Timestamp> {
        self.plan.duration_ms.map(|duration_ms| opens_at.after_ms(duration_ms))
    }

    /// The most units that it may sell of all its SKUs together, with what was added to it.
    pub fn shared_cap(&self) -> Option<u32> {
        self.plan.shared_cap.map(|cap| cap.saturating_add(self.shared_raised))
    }

    /// What the shared cap has left.
    pub(super) fn shared_cap_left(&self) -> u32 {
        let taken = |taken: u32, stock: &DropStock| taken.saturating_add(stock.taken());
        let left = |cap: u32| cap.saturating_sub(self.stocks.iter().fold(0, taken));
        self.shared_cap().map_or(u32::MAX, left)
    }

    /// The item of that SKU and what the drop did with it.
    pub(super) fn item(&self, sku: &Sku) -> Option<(&DropItem, &DropStock)> {
        let position = self.plan.items.iter().position(|item| item.sku == *sku)?;
        Some((&self.plan.items[position], self.stocks.get(position)?))
    }

    pub(super) fn stock_mut(&mut self, sku: Slot<Sku>) -> Option<&mut DropStock> {
        self.stocks.iter_mut().find(|stock| stock.sku == sku)
    }

    /// The items and what the drop did with them.
    pub(super) fn items(&self) -> impl Iterator<Item = (&DropItem, &DropStock)> {
        self.plan.items.iter().zip(&self.stocks)
    }
}

impl DropStock {
    /// The most units that the drop may sell.
    pub(super) fn cap(&self, item: &DropItem) -> Option<u32> {
        item.cap.map(|cap| cap.saturating_add(self.raised))
    }

    /// What the cap has left.
    pub(super) fn cap_left(&self, item: &DropItem) -> u32 {
        self.cap(item).map_or(u32::MAX, |cap| cap.saturating_sub(self.taken()))
    }

    /// Units that count towards caps.
    pub(super) fn taken(&self) -> u32 {
        self.held.saturating_add(self.offered).saturating_add(self.sold)
    }

    /// Units that are kept in that way.
    pub(super) fn kept_mut(&mut self, kept: Kept) -> &mut u32 {
        match kept {
            Kept::Held => &mut self.held,
            Kept::Offered => &mut self.offered,
        }
    }
}
