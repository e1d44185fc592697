//! Holding, buying and giving back units.

use super::{Decision, drops::drop_in, run::expect_live};
use crate::{
    ids::{DropId, OrderId, PrincipalId, ReservationId, Sku},
    inventory::reservation::ReservationRecord,
    money::AMOUNT_MINOR_MAX,
    show::{
        CloseReason, Drop, DropItem, DropPhase, DropStock, Fact, HOLD_TTL_MS_DEFAULT, Outcome, PRICE_MINOR_MAX,
        QUANTITY_MAX, Refusal, ReservationState, Show,
    },
    table::Slot,
    time::Timestamp,
};

/// The most reservations of a show that are held at one moment. A click above it is refused as [`Refusal::Full`] until
/// holds end.
pub const HOLDS_MAX: usize = 1_000_000;

/// The number of bound keys of a show from which on nothing more is held: a click is refused as [`Refusal::Full`], for
/// good. What is held can still be bought, given back and paid, and the show can still be run, so that a bound never
/// breaks a promise: each reservation may bind two keys more, and the host's keys are as many as a host can press. A
/// promise of a lost history binds keys beyond it only where it buys what is held, and one more to say what became of it.
pub const KEYS_MAX: usize = 4_000_000;

/// No total is above what an amount may be, so totals need no refusal.
const _: () = assert!(PRICE_MINOR_MAX * QUANTITY_MAX as u64 <= AMOUNT_MINOR_MAX);

/// Refuses, in this order: a show that is not live, an unknown drop, a drop that is not open, a SKU that the drop does
/// not sell, a quantity out of its bounds, more than the viewer's limit, nothing or too little left, a full show. So a
/// viewer who may have no more is told so even when nothing is left, and *sold out* is said to those only who could
/// have bought.
pub(super) fn reserve(
    show: &Show,
    now: Timestamp,
    viewer: &PrincipalId,
    drop_id: &DropId,
    sku: &Sku,
    quantity: u32,
) -> Result<Decision, Refusal> {
    expect_live(show)?;
    let drop = drop_in(show, drop_id, &[DropPhase::Open])?;
    let (item, stock) = drop.item(sku).ok_or(Refusal::SkuUnknown)?;
    if !(1..=QUANTITY_MAX).contains(&quantity) {
        return Err(Refusal::QuantityInvalid { max: QUANTITY_MAX });
    }
    let remaining = show.remaining_limit(drop_id, viewer).unwrap_or(0);
    if quantity > remaining {
        return Err(Refusal::LimitReached { limit: drop.plan.limit_per_viewer, remaining });
    }
    match show.available_of(item, stock) {
        0 => return Err(Refusal::SoldOut),
        available if available < quantity => return Err(Refusal::NotEnough { available }),
        _ => {}
    }
    room(show.hold_count(), show.key_count())?;
    let reservation = ReservationId(show.reservation_count() as u64 + 1);
    let held = Fact::ReservationHeld {
        reservation,
        viewer: viewer.clone(),
        drop: drop.plan.drop.clone(),
        sku: item.sku.clone(),
        quantity,
        unit_price_minor: show.price_of(item),
        expires_at: now.after_ms(hold_ttl_ms(show, drop)),
    };
    Ok(Decision { facts: vec![held], outcome: Outcome::Reservation(reservation) })
}

/// Refuses, in this order: a reservation that is not the viewer's, one that is not held any more. Neither the drop's
/// phase nor the show's matters: what is held is promised until its deadline.
pub(super) fn confirm(
    show: &Show,
    now: Timestamp,
    viewer: &PrincipalId,
    reservation: ReservationId,
) -> Result<Decision, Refusal> {
    let held = held_by(show, now, viewer, reservation)?;
    let order = OrderId(show.order_count() as u64 + 1);
    let total_minor = held.total_minor().unwrap_or(AMOUNT_MINOR_MAX);
    let mut facts = vec![Fact::ReservationSold { reservation }, Fact::OrderPlaced { order, reservation, total_minor }];
    let sale = Sale { drop: held.drop, sku: held.sku, quantity: held.quantity, was_held: true };
    facts.extend(sold_out_by(show, sale));
    Ok(Decision { facts, outcome: Outcome::Order(order) })
}

/// Refuses as [`confirm`] does.
pub(super) fn release(
    show: &Show,
    now: Timestamp,
    viewer: &PrincipalId,
    reservation: ReservationId,
) -> Result<Decision, Refusal> {
    held_by(show, now, viewer, reservation)?;
    let facts = vec![Fact::ReservationReleased { reservation }];
    Ok(Decision { facts, outcome: Outcome::Reservation(reservation) })
}

/// Whether the show may hold something more.
pub(super) fn room(holds: usize, keys: usize) -> Result<(), Refusal> {
    if holds >= HOLDS_MAX {
        Err(Refusal::Full { bound: "HOLDS_MAX".into() })
    } else if keys >= KEYS_MAX {
        Err(Refusal::Full { bound: "KEYS_MAX".into() })
    } else {
        Ok(())
    }
}

/// How long units are held in that drop.
pub(super) fn hold_ttl_ms(show: &Show, drop: &Drop) -> u64 {
    let of_show = || show.settings().map_or(HOLD_TTL_MS_DEFAULT, |settings| settings.hold_ttl_ms);
    drop.plan.hold_ttl_ms.unwrap_or_else(of_show)
}

/// The viewer's own reservation, when it is held at `now`.
fn held_by<'a>(
    show: &'a Show,
    now: Timestamp,
    viewer: &PrincipalId,
    id: ReservationId,
) -> Result<&'a ReservationRecord, Refusal> {
    let record = show.reservation_record(id).ok_or(Refusal::ReservationUnknown)?;
    // Who asks for another's reservation is not told that there is one.
    if show.viewer_slot(viewer) != Some(record.viewer) {
        return Err(Refusal::ReservationUnknown);
    }
    match record.state {
        ReservationState::Held if now >= record.expires_at => {
            Err(Refusal::ReservationState { state: ReservationState::Expired })
        }
        ReservationState::Held => Ok(record),
        state => Err(Refusal::ReservationState { state }),
    }
}

/// Units that a decision sells.
#[derive(Clone, Copy)]
pub(super) struct Sale {
    pub(super) drop: Slot<DropId>,
    pub(super) sku: Slot<Sku>,
    pub(super) quantity: u32,
    /// Whether they are held before the decision; free otherwise.
    pub(super) was_held: bool,
}

impl Sale {
    /// How many of these units of a SKU leave *held*.
    fn held_units(self, sku: Slot<Sku>) -> u32 {
        if sku == self.sku && self.was_held { self.quantity } else { 0 }
    }

    /// How many of these units of a SKU leave *free*.
    fn free_units(self, sku: Slot<Sku>) -> u32 {
        if sku == self.sku && !self.was_held { self.quantity } else { 0 }
    }
}

/// The drops that have nothing left to sell once these units are sold and that close for that.
///
/// Only a sale closes a drop as sold out: one that opens without units, or whose units are withdrawn, waits for the
/// host.
pub(super) fn sold_out_by(show: &Show, sold: Sale) -> Vec<Fact> {
    let own = &show.records.drops[sold.drop];
    let closed = |drop: &Drop| Fact::DropClosed { drop: drop.plan.drop.clone(), reason: CloseReason::SoldOut };
    if !gone_for_good(show, sold, sold.sku) {
        // Other drops can't be affected: only this drop's cap can be what was used up.
        return if closes(show, own, sold) { vec![closed(own)] } else { Vec::new() };
    }
    show.running_drops().filter(|drop| closes(show, drop, sold)).map(closed).collect()
}

/// Whether that sale leaves the drop with nothing held and nothing to hold, of anything that it sells.
fn closes(show: &Show, drop: &Drop, sold: Sale) -> bool {
    let sells_it = drop.stocks.iter().any(|stock| stock.sku == sold.sku);
    let is_own = drop.plan.drop == *show.records.drops.name(sold.drop);
    let here = |units: u32| if is_own { units } else { 0 };
    // The decision looks at what is before the sale: its units are still held, or free.
    let nothing_left = |(item, stock): (&DropItem, &DropStock)| {
        let cap_is_sold = stock.cap_left(item) == here(sold.free_units(stock.sku));
        stock.held == here(sold.held_units(stock.sku)) && (cap_is_sold || gone_for_good(show, sold, stock.sku))
    };
    drop.plan.close_when_sold_out && drop.is_running() && sells_it && drop.items().all(nothing_left)
}

/// Whether that sale leaves nothing of the SKU that can be held or come back.
fn gone_for_good(show: &Show, sold: Sale, sku: Slot<Sku>) -> bool {
    let units = show.records.skus[sku].stock;
    units.free == sold.free_units(sku) && units.held == sold.held_units(sku)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_show_holds_nothing_more() {
        assert_eq!(room(HOLDS_MAX - 1, KEYS_MAX - 1), Ok(()));
        assert_eq!(room(HOLDS_MAX, 0), Err(Refusal::Full { bound: "HOLDS_MAX".into() }));
        assert_eq!(room(0, KEYS_MAX), Err(Refusal::Full { bound: "KEYS_MAX".into() }));
    }
}
