//! Promises of a lost history, asked for in the one that goes on.

use std::collections::BTreeSet;

use super::{
    Decision,
    buying::{room, sale_of},
    sold_out::{Sale, sold_out_by},
};
use crate::{
    ids::{OrderId, ReservationId, Sku},
    inventory::{BundleLine, reservation::ReservationRecord},
    show::{
        BUNDLE_LINES_MAX, BrokenPromise, Drop, Fact, KeptPromise, KeptSale, KeyUse, Outcome, PRICE_MINOR_MAX,
        Principal, Promise, QUANTITY_MAX, Refusal, ReservationState, Role, Show,
    },
    time::Timestamp,
};

/// Refuses a quantity or a price that no plan allows, and a bundle out of its bounds: no history can have promised
/// that. Every other promise is accepted, and there is nothing to do for what is done: a key that stands for something
/// in this history (its viewer asked again, or it was reclaimed before), a reservation that its viewer bought or gave
/// back here, a promise that was recorded as broken.
///
/// What is left to do is kept where it can be. A sale is made of the reservation if that is still held here. Otherwise
/// units are held anew, whatever the phase of the show and the drop, and whoever waits: within the drop's caps, the
/// allotment, the viewer's limit in the drop and the bounds of the show. Their deadline gives the viewer as much time
/// as anybody who holds now has. Where that can't be, the promise is broken, and that is recorded whatever the bounds.
pub(super) fn reclaim(show: &Show, now: Timestamp, promise: &Promise) -> Result<Decision, Refusal> {
    let fits = |(_, quantity, price): (&Sku, u32, u64)| quantity > 0 && price <= PRICE_MINOR_MAX;
    let units: u64 = promise.lines().map(|line| u64::from(line.1)).sum();
    if units > u64::from(QUANTITY_MAX) || !promise.lines().all(fits) {
        return Err(Refusal::QuantityInvalid { max: QUANTITY_MAX });
    }
    let skus: BTreeSet<_> = promise.lines().map(|line| line.0).collect();
    if promise.with.len() >= BUNDLE_LINES_MAX || skus.len() <= promise.with.len() {
        return Err(Refusal::BundleInvalid { max: BUNDLE_LINES_MAX });
    }
    let Some(due) = Due::of(show, promise) else { return Ok(Decision::done(Vec::new())) };
    let kept = match due.here() {
        _ if due.confirm.is_none() => due.hold(now),
        None | Some((_, ReservationRecord { state: ReservationState::Expired, .. })) => due.hold(now),
        Some((id, record)) if record.kept().is_some() => Some(due.sell(id, record)),
        Some((_, ReservationRecord { state: ReservationState::Revoked, .. })) => None,
        Some(_) => return Ok(Decision::done(Vec::new())),
    };
    Ok(kept.unwrap_or_else(|| Decision::done(vec![Fact::PromiseBroken(Box::new(due.broken()))])))
}

/// What of a promise is still to be done: that of the keys that stand for nothing here.
struct Due<'a> {
    show: &'a Show,
    promise: &'a Promise,
    reserve: Option<&'a KeyUse>,
    confirm: Option<&'a KeyUse>,
    /// The key that tells the promise from others.
    key: &'a KeyUse,
}

impl<'a> Due<'a> {
    /// `None` when there is nothing to do.
    fn of(show: &'a Show, promise: &'a Promise) -> Option<Self> {
        let is_free = |used: &&KeyUse| show.binding(&viewer(promise), &used.key).is_none();
        // A key stands for one thing: what claims to be both is what held the units.
        let is_own = |used: &&KeyUse| promise.reserve().is_none_or(|reserve| reserve.key != used.key);
        let (reserve, confirm) = (promise.reserve().filter(is_free), promise.confirm().filter(is_own).filter(is_free));
        let key = reserve.or(confirm)?;
        let is_broken = show.is_broken(&promise.viewer, &key.key);
        (!is_broken).then_some(Self { show, promise, reserve, confirm, key })
    }

    /// The viewer's reservation in this history that the promise is about.
    fn here(&self) -> Option<(ReservationId, &'a ReservationRecord)> {
        let Self { show, promise, .. } = *self;
        let id = match promise.reserve() {
            None => promise.lost,
            Some(reserve) => match show.binding(&viewer(promise), &reserve.key)?.1 {
                Outcome::Reservation(id) => *id,
                Outcome::Done | Outcome::Order(_) | Outcome::Waiter(_) => return None,
            },
        };
        let record = show.reservation_record(id)?;
        (show.viewer_slot(&promise.viewer) == Some(record.viewer)).then_some((id, record))
    }

    /// Sells what is held.
    fn sell(&self, id: ReservationId, record: &ReservationRecord) -> Decision {
        let total_minor = self.show.reservation(id).map_or(0, |held| held.total_minor());
        self.kept(id, Vec::new(), (total_minor, sale_of(self.show, id, record)))
    }

    /// Holds units anew, and sells them if that was promised; `None` when it can't be.
    fn hold(&self, now: Timestamp) -> Option<Decision> {
        let Self { show, promise, .. } = *self;
        let drop = show.drop(&promise.drop)?;
        let lines: Vec<_> = promise
            .lines()
            .map(|(sku, quantity, _)| Some((show.records.skus.slot(sku)?, quantity)))
            .collect::<Option<_>>()?;
        if !self.fits(drop) {
            return None;
        }
        let reservation = ReservationId(show.reservation_count() as u64 + 1);
        let total = |total: u64, (_, quantity, price): (&Sku, u32, u64)| total + price * u64::from(quantity);
        let total_minor = promise.lines().fold(0, total);
        let sale = Sale { drop: show.records.drops.slot(&promise.drop)?, lines, kept: None };
        Some(self.kept(reservation, self.held(now, reservation, drop), (total_minor, sale)))
    }

    fn fits(&self, drop: &Drop) -> bool {
        let Self { show, promise, .. } = *self;
        let remaining = show.remaining_limit(&promise.drop, &promise.viewer).unwrap_or(0);
        // What is free while somebody waits, as in a paused drop, was promised before that.
        let left = |sku| drop.item(sku).map_or(0, |(item, stock)| show.left_of(drop, item, stock));
        let units: u32 = promise.lines().map(|line| line.1).sum();
        units <= remaining.min(drop.shared_cap_left())
            && promise.lines().all(|(sku, quantity, _)| quantity <= left(sku))
            && room(show.hold_count(), show.key_count()).is_ok()
    }

    fn held(&self, now: Timestamp, reservation: ReservationId, drop: &Drop) -> Vec<Fact> {
        let Self { show, promise, .. } = *self;
        let anew = now.after_ms(show.hold_ttl_ms(drop));
        let held = Fact::ReservationHeld {
            reservation,
            viewer: promise.viewer.clone(),
            drop: promise.drop.clone(),
            sku: promise.sku.clone(),
            quantity: promise.quantity,
            unit_price_minor: promise.unit_price_minor,
            expires_at: promise.expires_at.clamp(anew, Timestamp::MAX),
        };
        let line = |line: &BundleLine| Fact::BundleLineHeld {
            reservation,
            sku: line.sku.clone(),
            quantity: line.quantity,
            unit_price_minor: line.unit_price_minor,
        };
        std::iter::once(held).chain(promise.with.iter().map(line)).collect()
    }

    fn kept(&self, reservation: ReservationId, held: Vec<Fact>, (total_minor, sale): (u64, Sale)) -> Decision {
        let order = OrderId(self.show.order_count() as u64 + 1);
        let kept = KeptPromise {
            viewer: self.promise.viewer.clone(),
            lost: self.promise.lost,
            reservation,
            reserve: self.reserve.cloned(),
            sale: self.confirm.cloned().map(|confirm| KeptSale { order, confirm }),
        };
        let mut facts = vec![Fact::PromiseKept(Box::new(kept))];
        facts.extend(held);
        if self.confirm.is_none() {
            return Decision { facts, outcome: Outcome::Reservation(reservation) };
        }
        facts.push(Fact::ReservationSold { reservation });
        facts.push(Fact::OrderPlaced { order, reservation, total_minor });
        facts.extend(sold_out_by(self.show, &sale));
        Decision { facts, outcome: Outcome::Order(order) }
    }

    fn broken(&self) -> BrokenPromise {
        let promise = self.promise;
        BrokenPromise {
            viewer: promise.viewer.clone(),
            drop: promise.drop.clone(),
            sku: promise.sku.clone(),
            quantity: promise.quantity,
            unit_price_minor: promise.unit_price_minor,
            with: promise.with.clone(),
            lost: promise.lost,
            sold: promise.is_sold(),
            key: self.key.key.clone(),
        }
    }
}

fn viewer(promise: &Promise) -> Principal {
    Principal { role: Role::Viewer, id: promise.viewer.clone() }
}
