//! Promises of lost histories: the rules' own, the stored ones, and what their viewers see.

use dropcast_domain::{
    ids::{DropId, Key, OrderId, PrincipalId, ReservationId, Sku},
    inventory::BundleLine,
    money::AMOUNT_MINOR_MAX,
    show::{BrokenPromise, Fingerprint, KeptPromise, KeptSale, KeyUse, ReservationState, Show, ShowSettings},
    time::Timestamp,
};
use dropcast_proto::v1;

use super::{DecodeError, bundle_view, money, names::InWire as _};

pub(super) fn kept_to_wire(kept: &KeptPromise) -> v1::PromiseKept {
    let sale = |sale: &KeptSale| v1::KeptSale { order: sale.order.0, confirm: Some(used_to_wire(&sale.confirm)) };
    v1::PromiseKept {
        viewer: kept.viewer.to_string(),
        lost: kept.lost.0,
        reservation: kept.reservation.0,
        reserve: kept.reserve.as_ref().map(used_to_wire),
        sale: kept.sale.as_ref().map(sale),
    }
}

pub(super) fn kept_from_wire(fact: v1::PromiseKept) -> Result<KeptPromise, DecodeError> {
    let sale = |sale: v1::KeptSale| -> Result<KeptSale, DecodeError> {
        let confirm = sale.confirm.ok_or(DecodeError::Missing("the key of a sale"))?;
        Ok(KeptSale { order: OrderId(sale.order), confirm: used_from_wire(confirm)? })
    };
    Ok(KeptPromise {
        viewer: PrincipalId::new(&fact.viewer)?,
        lost: ReservationId(fact.lost),
        reservation: ReservationId(fact.reservation),
        reserve: fact.reserve.map(used_from_wire).transpose()?,
        sale: fact.sale.map(sale).transpose()?,
    })
}

pub(super) fn broken_to_wire(promise: &BrokenPromise) -> v1::PromiseBroken {
    v1::PromiseBroken {
        viewer: promise.viewer.to_string(),
        drop: promise.drop.to_string(),
        sku: promise.sku.to_string(),
        quantity: promise.quantity,
        unit_price_minor: promise.unit_price_minor,
        lost: promise.lost.0,
        sold: promise.sold,
        key: promise.key.to_string(),
        with: promise.with.iter().map(line_to_wire).collect(),
    }
}

fn line_to_wire(line: &BundleLine) -> v1::HeldLine {
    v1::HeldLine { sku: line.sku.to_string(), quantity: line.quantity, unit_price_minor: line.unit_price_minor }
}

fn line_from_wire(line: &v1::HeldLine) -> Result<BundleLine, DecodeError> {
    Ok(BundleLine { sku: Sku::new(&line.sku)?, quantity: line.quantity, unit_price_minor: line.unit_price_minor })
}

pub(super) fn broken_from_wire(fact: &v1::PromiseBroken) -> Result<BrokenPromise, DecodeError> {
    Ok(BrokenPromise {
        viewer: PrincipalId::new(&fact.viewer)?,
        drop: DropId::new(&fact.drop)?,
        sku: Sku::new(&fact.sku)?,
        quantity: fact.quantity,
        unit_price_minor: fact.unit_price_minor,
        with: fact.with.iter().map(line_from_wire).collect::<Result<_, _>>()?,
        lost: ReservationId(fact.lost),
        sold: fact.sold,
        key: Key::new(&fact.key)?,
    })
}

/// A promise that was broken at that moment, for its viewer.
pub fn broken_promise_view(
    settings: &ShowSettings,
    (broken_at, promise): (Timestamp, &BrokenPromise),
) -> v1::BrokenPromise {
    let cost = |quantity: u32, price: u64| price.saturating_mul(quantity.into());
    let of_bundle = promise.with.iter().map(|line| cost(line.quantity, line.unit_price_minor));
    let total_minor = of_bundle.fold(cost(promise.quantity, promise.unit_price_minor), u64::saturating_add);
    let promised = if promise.sold { ReservationState::Sold } else { ReservationState::Held };
    v1::BrokenPromise {
        reservation: promise.lost.0,
        drop: promise.drop.to_string(),
        sku: promise.sku.to_string(),
        quantity: promise.quantity,
        total: Some(money(settings, total_minor.min(AMOUNT_MINOR_MAX))),
        promised: promised.wire(),
        broken_at: broken_at.0,
        with: bundle_view(settings, &promise.with),
    }
}

/// What was acknowledged to a viewer and could not be kept, newest last: the newest `newest_max`.
pub fn own_broken_promises(show: &Show, viewer: &PrincipalId, newest_max: usize) -> Vec<v1::BrokenPromise> {
    let Some(settings) = show.settings() else { return Vec::new() };
    let newest = show.broken_promises_of(viewer).rev().take(newest_max);
    let mut newest: Vec<_> = newest.map(|broken| broken_promise_view(settings, broken)).collect();
    newest.reverse();
    newest
}

fn used_to_wire(used: &KeyUse) -> v1::UsedKey {
    v1::UsedKey { key: used.key.to_string(), fingerprint: used.fingerprint.0.to_vec() }
}

fn used_from_wire(used: v1::UsedKey) -> Result<KeyUse, DecodeError> {
    let fingerprint = used.fingerprint.try_into().map_err(|_| DecodeError::Fingerprint)?;
    Ok(KeyUse { key: Key::new(&used.key)?, fingerprint: Fingerprint(fingerprint) })
}
