//! Facts about reservations and orders.

use super::{
    catalogue::move_units,
    promises::reclaimed_for,
    run::{expect_show, slot, slot_in},
};
use crate::{
    ids::{DropId, OrderId, PrincipalId, ReservationId, Sku},
    inventory::{
        Stock, StockError,
        reservation::{RESERVATIONS_MAX, ReservationRecord},
    },
    orders::order::OrderRecord,
    show::read::position,
    show::{DropPhase, DropStock, FoldError, OrderState, Principal, ReservationState, Role, Show, ShowPhase},
    table::Slot,
    time::Timestamp,
};

/// The fields of a [`crate::show::Fact::ReservationHeld`].
pub(super) struct Hold<'a> {
    pub(super) reservation: ReservationId,
    pub(super) viewer: &'a PrincipalId,
    pub(super) drop: &'a DropId,
    pub(super) sku: &'a Sku,
    pub(super) quantity: u32,
    pub(super) unit_price_minor: u64,
    pub(super) expires_at: Timestamp,
}

pub(super) fn hold(show: &mut Show, at: Timestamp, hold: &Hold<'_>) -> Result<(), FoldError> {
    let &Hold { reservation, quantity, unit_price_minor, expires_at, .. } = hold;
    let reclaimed_for = reclaimed_for(show, reservation);
    if reclaimed_for.is_none() {
        expect_show(show, ShowPhase::Live)?;
    }
    expect_number(show.records.reservations.len(), reservation.0)?;
    if show.records.reservations.len() >= RESERVATIONS_MAX {
        return Err(FoldError::TooMany);
    }
    let viewer = show.principal_slot(&Principal { role: Role::Viewer, id: hold.viewer.clone() })?;
    let (drop, sku) = room(show, hold, viewer, reclaimed_for)?;
    move_units(show, sku, |stock| stock.hold(quantity))?;
    if let Some(stock) = show.records.drops[drop].stock_mut(sku) {
        stock.held += quantity;
    }
    let state = ReservationState::Held;
    let record = ReservationRecord {
        viewer,
        drop,
        sku,
        quantity,
        unit_price_minor,
        held_at: at,
        expires_at,
        state,
        order: None,
    };
    show.index.insert(reservation, &record);
    show.records.reservations.push(record);
    Ok(())
}

pub(super) fn sell(show: &mut Show, id: ReservationId) -> Result<(), FoldError> {
    let into_sold = |stock: &mut DropStock, quantity| {
        stock.held -= quantity;
        stock.sold += quantity;
    };
    settle(show, id, ReservationState::Sold, Stock::sell, into_sold)
}

pub(super) fn release(show: &mut Show, id: ReservationId) -> Result<(), FoldError> {
    settle(show, id, ReservationState::Released, Stock::give_back, |stock, quantity| stock.held -= quantity)
}

pub(super) fn expire(show: &mut Show, id: ReservationId) -> Result<(), FoldError> {
    settle(show, id, ReservationState::Expired, Stock::give_back, |stock, quantity| stock.held -= quantity)
}

pub(super) fn place_order(
    show: &mut Show,
    at: Timestamp,
    order: OrderId,
    reservation: ReservationId,
    total_minor: u64,
) -> Result<(), FoldError> {
    expect_number(show.records.orders.len(), order.0)?;
    let sold = record_mut(show, reservation)?;
    if sold.state != ReservationState::Sold || sold.order.is_some() {
        return Err(FoldError::Reservation(reservation));
    }
    if sold.total_minor() != Some(total_minor) {
        return Err(FoldError::Order(order));
    }
    sold.order = Some(order);
    show.records.orders.push(OrderRecord { reservation, placed_at: at, total_minor, payment: None });
    Ok(())
}

pub(super) fn pay_order(show: &mut Show, id: OrderId, payment: &PrincipalId) -> Result<(), FoldError> {
    let order = position(id.0).and_then(|position| show.records.orders.get_mut(position));
    let order = order.filter(|order| order.state() == OrderState::Placed).ok_or(FoldError::Order(id))?;
    order.payment = Some(payment.clone());
    Ok(())
}

/// Where the units come from, when drop and viewer may have that many more. The phase of the drop does not stand against
/// a promise that is kept.
fn room(
    show: &Show,
    hold: &Hold<'_>,
    viewer: Slot<Principal>,
    reclaimed_for: Option<Slot<Principal>>,
) -> Result<(Slot<DropId>, Slot<Sku>), FoldError> {
    let slot = match reclaimed_for {
        None => slot_in(show, hold.drop, &[DropPhase::Open])?,
        Some(promised_to) if promised_to == viewer => slot(show, hold.drop)?,
        Some(_) => return Err(FoldError::Reservation(hold.reservation)),
    };
    let drop = &show.records.drops[slot];
    let (item, stock) = drop.item(hold.sku).ok_or_else(|| FoldError::SkuUnknown(hold.sku.clone()))?;
    if hold.quantity == 0 {
        return Err(FoldError::Reservation(hold.reservation));
    }
    if hold.quantity > stock.cap_left(item) {
        return Err(FoldError::CapExceeded { drop: hold.drop.clone(), sku: hold.sku.clone() });
    }
    if hold.quantity > drop.plan.limit_per_viewer.saturating_sub(show.index.taken(slot, viewer)) {
        return Err(FoldError::LimitExceeded(hold.drop.clone()));
    }
    Ok((slot, stock.sku))
}

/// Ends a hold: its units leave *held* for where they go.
fn settle(
    show: &mut Show,
    id: ReservationId,
    state: ReservationState,
    movement: impl FnOnce(&mut Stock, u32) -> Result<(), StockError>,
    in_drop: impl FnOnce(&mut DropStock, u32),
) -> Result<(), FoldError> {
    let mut record = record_mut(show, id)?.clone();
    if record.state != ReservationState::Held {
        return Err(FoldError::Reservation(id));
    }
    move_units(show, record.sku, |stock| movement(stock, record.quantity))?;
    if let Some(stock) = show.records.drops[record.drop].stock_mut(record.sku) {
        in_drop(stock, record.quantity);
    }
    record.state = state;
    show.index.settle(id, &record);
    *record_mut(show, id)? = record;
    Ok(())
}

fn record_mut(show: &mut Show, id: ReservationId) -> Result<&mut ReservationRecord, FoldError> {
    let record = position(id.0).and_then(|position| show.records.reservations.get_mut(position));
    record.ok_or(FoldError::Reservation(id))
}

pub(super) fn expect_number(count: usize, found: u64) -> Result<(), FoldError> {
    let expected = count as u64 + 1;
    if found == expected { Ok(()) } else { Err(FoldError::Number { expected, found }) }
}
