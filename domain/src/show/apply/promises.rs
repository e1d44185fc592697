//! Facts about promises of lost histories.

use super::buying::expect_number;
use crate::{
    ids::ReservationId,
    show::{
        BrokenPromise, FoldError, KeptPromise, KeyBinding, KeyUse, Outcome, Principal, Role, Show, promises::Broken,
    },
    table::Slot,
    time::Timestamp,
};

/// Binds the viewer's keys ahead of what they stand for, which the facts after this one make true: so the hold that
/// follows is known to be one that no phase of the show or the drop stands against.
pub(super) fn keep(show: &mut Show, kept: &KeptPromise) -> Result<(), FoldError> {
    let key = kept.key().ok_or(FoldError::Promise(kept.lost))?;
    if show.is_broken(&kept.viewer, key) {
        return Err(FoldError::Promise(kept.lost));
    }
    let viewer = Principal { role: Role::Viewer, id: kept.viewer.clone() };
    if let Some(sale) = &kept.sale {
        expect_number(show.records.orders.len(), sale.order.0)?;
    }
    let slot = show.principal_slot(&viewer)?;
    if kept.reservation.0 == show.reservation_count() as u64 + 1 {
        show.records.promises.reclaimed.insert(kept.reservation, slot);
    } else {
        expect_held(show, kept, slot)?;
    }
    if let Some(reserve) = &kept.reserve {
        show.bind(&viewer, &binding(reserve, Outcome::Reservation(kept.reservation)))?;
    }
    if let Some(sale) = &kept.sale {
        show.bind(&viewer, &binding(&sale.confirm, Outcome::Order(sale.order)))?;
    }
    show.records.promises.kept += 1;
    Ok(())
}

pub(super) fn break_promise(show: &mut Show, at: Timestamp, promise: &BrokenPromise) -> Result<(), FoldError> {
    let viewer = Principal { role: Role::Viewer, id: promise.viewer.clone() };
    if show.is_broken(&promise.viewer, &promise.key) || show.binding(&viewer, &promise.key).is_some() {
        return Err(FoldError::Promise(promise.lost));
    }
    let broken = &mut show.records.promises.broken;
    let of_viewer = show.index.broken.entry(promise.viewer.clone()).or_default();
    of_viewer.insert(promise.key.clone(), broken.len());
    broken.push(Broken { at, promise: promise.clone() });
    Ok(())
}

/// For whom a reservation of this number is held to keep a promise.
pub(super) fn reclaimed_for(show: &Show, reservation: ReservationId) -> Option<Slot<Principal>> {
    show.records.promises.reclaimed.get(&reservation).copied()
}

/// A reservation that is there already keeps a promise only by being sold.
fn expect_held(show: &Show, kept: &KeptPromise, viewer: Slot<Principal>) -> Result<(), FoldError> {
    let record = show.reservation_record(kept.reservation);
    let is_held = record.is_some_and(|record| record.viewer == viewer && record.kept().is_some());
    let is_only_sold = kept.reserve.is_none() && kept.sale.is_some();
    if is_held && is_only_sold { Ok(()) } else { Err(FoldError::Reservation(kept.reservation)) }
}

fn binding(used: &KeyUse, outcome: Outcome) -> KeyBinding {
    KeyBinding { key: used.key.clone(), fingerprint: used.fingerprint, outcome }
}
