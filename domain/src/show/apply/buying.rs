//! Facts about reservations.

use super::{
    catalogue::move_units,
    promises::reclaimed_for,
    run::{expect_show, slot, slot_in},
};
use crate::{
    ids::{DropId, PrincipalId, ReservationId, Sku},
    inventory::{
        BundleLine, Stock,
        reservation::{RESERVATIONS_MAX, ReservationRecord},
        stock::Kept,
    },
    show::read::position,
    show::{BUNDLE_LINES_MAX, DropPhase, FoldError, Principal, ReservationState, Role, Show, ShowPhase},
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
    let reclaimed_for = reclaimed_for(show, hold.reservation);
    if reclaimed_for.is_none() {
        expect_show(show, ShowPhase::Live)?;
    }
    let viewer = show.principal_slot(&Principal { role: Role::Viewer, id: hold.viewer.clone() })?;
    // The phase of the drop does not stand against a promise that is kept.
    let drop = match reclaimed_for {
        None => slot_in(show, hold.drop, &[DropPhase::Open])?,
        Some(promised_to) if promised_to == viewer => slot(show, hold.drop)?,
        Some(_) => return Err(FoldError::Reservation(hold.reservation)),
    };
    begin(show, at, hold, viewer, drop, Kept::Held)
}

/// A reservation begins, whose units come out of *free*.
pub(super) fn begin(
    show: &mut Show,
    at: Timestamp,
    hold: &Hold<'_>,
    viewer: Slot<Principal>,
    drop: Slot<DropId>,
    kept: Kept,
) -> Result<(), FoldError> {
    let &Hold { reservation, quantity, unit_price_minor, expires_at, .. } = hold;
    expect_number(show.records.reservations.len(), reservation.0)?;
    if show.records.reservations.len() >= RESERVATIONS_MAX {
        return Err(FoldError::TooMany);
    }
    let line = Line { reservation, drop, viewer, sku: hold.sku, quantity };
    let sku = line.move_from_free(show, kept)?;
    let state = match kept {
        Kept::Held => ReservationState::Held,
        Kept::Offered => ReservationState::Offered,
    };
    let record = ReservationRecord {
        viewer,
        drop,
        sku,
        quantity,
        unit_price_minor,
        held_at: at,
        expires_at,
        order: None,
        state,
        was_offered: kept == Kept::Offered,
        was_extended: false,
        is_bundle: false,
    };
    show.index.insert(reservation, &record);
    show.records.reservations.push(record);
    look_at_lines(show, drop, sku);
    Ok(())
}

/// The newest reservation holds more: until something else happens, it is a bundle in the making.
pub(super) fn hold_line(show: &mut Show, id: ReservationId, line: BundleLine) -> Result<(), FoldError> {
    let unknown = FoldError::Reservation(id);
    if id.0 != show.reservation_count() as u64 || show.bundle(id).len() + 1 >= BUNDLE_LINES_MAX {
        return Err(unknown);
    }
    let record = record(show, id)?.clone();
    let is_there = show.records.skus.name(record.sku) == &line.sku;
    let is_there = is_there || show.bundle(id).iter().any(|other| other.sku == line.sku);
    if record.state != ReservationState::Held || is_there {
        return Err(unknown);
    }
    let quantity = line.quantity;
    let sku = Line { reservation: id, drop: record.drop, viewer: record.viewer, sku: &line.sku, quantity }
        .move_from_free(show, Kept::Held)?;
    show.index.add_line(&record, quantity);
    record_mut(show, id)?.is_bundle = true;
    show.records.bundles.entry(id).or_default().push(line);
    look_at_lines(show, record.drop, sku);
    Ok(())
}

pub(super) fn sell(show: &mut Show, id: ReservationId) -> Result<(), FoldError> {
    settle(show, id, ReservationState::Sold)
}

pub(super) fn release(show: &mut Show, id: ReservationId) -> Result<(), FoldError> {
    settle(show, id, ReservationState::Released)
}

pub(super) fn expire(show: &mut Show, id: ReservationId) -> Result<(), FoldError> {
    settle(show, id, ReservationState::Expired)
}

pub(super) fn revoke(show: &mut Show, id: ReservationId) -> Result<(), FoldError> {
    settle(show, id, ReservationState::Revoked)
}

/// A reservation is extended once, to a later moment.
pub(super) fn extend(show: &mut Show, id: ReservationId, expires_at: Timestamp) -> Result<(), FoldError> {
    let mut record = record(show, id)?.clone();
    if record.kept().is_none() || record.was_extended || expires_at < record.expires_at {
        return Err(FoldError::Reservation(id));
    }
    show.index.deadlines.remove(record.deadline(id));
    (record.expires_at, record.was_extended) = (expires_at, true);
    show.index.deadlines.insert(record.deadline(id));
    *record_mut(show, id)? = record;
    Ok(())
}

/// Units of one SKU for one reservation.
struct Line<'a> {
    reservation: ReservationId,
    drop: Slot<DropId>,
    viewer: Slot<Principal>,
    sku: &'a Sku,
    quantity: u32,
}

impl Line<'_> {
    /// Moves the units out of *free*, when drop and viewer may have that many more.
    fn move_from_free(&self, show: &mut Show, kept: Kept) -> Result<Slot<Sku>, FoldError> {
        let quantity = self.quantity;
        let sku = self.room(show)?;
        move_units(show, sku, |stock| match kept {
            Kept::Held => stock.hold(quantity),
            Kept::Offered => stock.offer(quantity),
        })?;
        if let Some(stock) = show.records.drops[self.drop].stock_mut(sku) {
            *stock.kept_mut(kept) += quantity;
        }
        Ok(sku)
    }

    fn room(&self, show: &Show) -> Result<Slot<Sku>, FoldError> {
        let drop = &show.records.drops[self.drop];
        let (item, stock) = drop.item(self.sku).ok_or_else(|| FoldError::SkuUnknown(self.sku.clone()))?;
        if self.quantity == 0 {
            return Err(FoldError::Reservation(self.reservation));
        }
        if self.quantity > stock.cap_left(item).min(drop.shared_cap_left()) {
            return Err(FoldError::CapExceeded { drop: drop.plan.drop.clone(), sku: self.sku.clone() });
        }
        let taken = show.index.taken(self.drop, self.viewer);
        if self.quantity > drop.plan.limit_per_viewer.saturating_sub(taken) {
            return Err(FoldError::LimitExceeded(drop.plan.drop.clone()));
        }
        Ok(stock.sku)
    }
}

/// Ends a reservation: its units leave where they are kept for where they go.
fn settle(show: &mut Show, id: ReservationId, state: ReservationState) -> Result<(), FoldError> {
    let mut record = record(show, id)?.clone();
    let kept = record.kept().ok_or(FoldError::Reservation(id))?;
    let mut units = record.quantity;
    settle_line(show, record.drop, record.sku, record.quantity, (kept, state))?;
    if record.is_bundle {
        for line in show.bundle(id).to_vec() {
            let sku = show.records.skus.slot(&line.sku).ok_or(FoldError::Reservation(id))?;
            settle_line(show, record.drop, sku, line.quantity, (kept, state))?;
            units += line.quantity;
        }
    }
    record.state = state;
    show.index.settle(id, &record, units);
    *record_mut(show, id)? = record;
    Ok(())
}

fn settle_line(
    show: &mut Show,
    drop: Slot<DropId>,
    sku: Slot<Sku>,
    quantity: u32,
    (kept, state): (Kept, ReservationState),
) -> Result<(), FoldError> {
    let is_sold = state == ReservationState::Sold;
    let movement = if is_sold { Stock::sell } else { Stock::give_back };
    move_units(show, sku, |stock| movement(stock, kept, quantity))?;
    if let Some(stock) = show.records.drops[drop].stock_mut(sku) {
        *stock.kept_mut(kept) -= quantity;
        stock.sold += if is_sold { quantity } else { 0 };
    }
    look_at_lines(show, drop, sku);
    Ok(())
}

/// Units of a SKU moved in a drop: that may be what somebody waits for, also where only the shared cap was in the way.
pub(super) fn look_at_lines(show: &mut Show, drop: Slot<DropId>, sku: Slot<Sku>) {
    show.look_at_lines(sku);
    if show.records.drops[drop].plan.shared_cap.is_some() && !show.index.lines.is_empty() {
        show.look_at_lines_in(drop);
    }
}

fn record(show: &Show, id: ReservationId) -> Result<&ReservationRecord, FoldError> {
    show.reservation_record(id).ok_or(FoldError::Reservation(id))
}

pub(super) fn record_mut(show: &mut Show, id: ReservationId) -> Result<&mut ReservationRecord, FoldError> {
    let record = position(id.0).and_then(|position| show.records.reservations.get_mut(position));
    record.ok_or(FoldError::Reservation(id))
}

pub(super) fn expect_number(count: usize, found: u64) -> Result<(), FoldError> {
    let expected = count as u64 + 1;
    if found == expected { Ok(()) } else { Err(FoldError::Number { expected, found }) }
}
