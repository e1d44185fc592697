//! Which drops close because nothing is left.

use crate::{
    ids::{DropId, Sku},
    inventory::stock::Kept,
    show::{CloseReason, Drop, DropItem, DropStock, Fact, Show},
    table::Slot,
};

/// Units that a decision sells.
pub(in crate::show) struct Sale {
    pub(in crate::show) drop: Slot<DropId>,
    /// Of what, and how many; each SKU once.
    pub(in crate::show) lines: Vec<(Slot<Sku>, u32)>,
    /// How they are kept before the decision; `None`: they are free.
    pub(in crate::show) kept: Option<Kept>,
}

impl Sale {
    fn units(&self, sku: Slot<Sku>) -> u32 {
        self.lines.iter().find(|line| line.0 == sku).map_or(0, |line| line.1)
    }

    /// How many of these units of a SKU leave *held* or *offered*.
    fn kept_units(&self, sku: Slot<Sku>) -> u32 {
        if self.kept.is_some() { self.units(sku) } else { 0 }
    }

    /// How many of these units of a SKU leave *free*.
    fn free_units(&self, sku: Slot<Sku>) -> u32 {
        if self.kept.is_none() { self.units(sku) } else { 0 }
    }
}

/// The drops that have nothing left to sell once these units are sold and that close for that: the one in which they
/// are sold, and where that is the end of a SKU, others that sell it.
///
/// Only a sale closes a drop as sold out: one that opens without units, or whose units are withdrawn, waits for the
/// host.
pub(super) fn sold_out_by(show: &Show, sold: &Sale) -> Vec<Fact> {
    let own = &show.records.drops[sold.drop];
    let closed = |drop: &Drop| Fact::DropClosed { drop: drop.plan.drop.clone(), reason: CloseReason::SoldOut };
    let mut gone = sold.lines.iter().map(|line| line.0).filter(|&sku| gone_for_good(show, sold, sku)).peekable();
    if gone.peek().is_none() {
        // Other drops can't be affected: only this drop's caps can be what was used up.
        return if closes(show, own, sold) { vec![closed(own)] } else { Vec::new() };
    }
    let gone: Vec<_> = gone.collect();
    let is_touched =
        |drop: &Drop| drop.plan.drop == own.plan.drop || drop.stocks.iter().any(|stock| gone.contains(&stock.sku));
    show.running_drops().filter(|drop| is_touched(drop) && closes(show, drop, sold)).map(closed).collect()
}

/// Whether that sale leaves the drop with nothing kept and nothing to hold, of anything that it sells.
fn closes(show: &Show, drop: &Drop, sold: &Sale) -> bool {
    if !drop.plan.close_when_sold_out || !drop.is_running() {
        return false;
    }
    let is_own = drop.plan.drop == *show.records.drops.name(sold.drop);
    let here = |units: u32| if is_own { units } else { 0 };
    let free_here: u32 = drop.stocks.iter().map(|stock| here(sold.free_units(stock.sku))).sum();
    let shared_cap_is_sold = drop.shared_cap_left() == free_here;
    // The decision looks at what is before the sale: its units are still kept, or free.
    let nothing_left = |(item, stock): (&DropItem, &DropStock)| {
        let cap_is_sold = shared_cap_is_sold || stock.cap_left(item) == here(sold.free_units(stock.sku));
        let nothing_kept = stock.held + stock.offered == here(sold.kept_units(stock.sku));
        nothing_kept && (cap_is_sold || gone_for_good(show, sold, stock.sku))
    };
    drop.items().all(nothing_left)
}

/// Whether that sale leaves nothing of the SKU that can be held or come back.
fn gone_for_good(show: &Show, sold: &Sale, sku: Slot<Sku>) -> bool {
    let units = show.records.skus[sku].stock;
    units.free == sold.free_units(sku) && units.kept() == sold.kept_units(sku)
}
