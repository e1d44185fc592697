//! What was acknowledged to viewers in entries that the journal lost for good, to be reclaimed where it goes on.

use std::collections::BTreeMap;

use dropcast_domain::{
    ids::{Key, PrincipalId, ReservationId},
    inventory::BundleLine,
    show::{
        Command, Entry, Fact, Fingerprint, KeyUse, Principal, Promise, Promised, Request, ReservationState, Role, Show,
    },
};

use crate::{
    codec,
    journal::{Digest, RawEntry},
};

/// The requests that reclaim what these entries promised, in the order in which it was promised. `show` is the history
/// that goes on.
///
/// Each request has a key of its own that follows from the lost entry, so that however many nodes reclaim it, it is
/// reclaimed once.
pub(in crate::engine) fn reclaims<'a>(show: &Show, lost: impl Iterator<Item = &'a RawEntry>) -> Vec<Request> {
    let mut promises = Promises { show, open: BTreeMap::new(), offers: BTreeMap::new() };
    for raw in lost {
        match codec::decode_entry(raw) {
            Ok(entry) => promises.add(&entry, raw.digest),
            Err(error) => {
                tracing::error!(seq = raw.seq, %error, "a lost entry can't be read: what it promised is lost");
            }
        }
    }
    promises.open.into_iter().filter_map(|(_, (promise, digest))| request(promise, digest)).collect()
}

struct Promises<'a> {
    show: &'a Show,
    open: BTreeMap<ReservationId, (Promise, Digest)>,
    /// What was offered to who waited. Nobody asked for it under a key: it becomes a promise when it is bought.
    offers: BTreeMap<ReservationId, Promise>,
}

impl Promises<'_> {
    fn add(&mut self, entry: &Entry, digest: Digest) {
        let keys = Keys::of(entry);
        for fact in &entry.facts {
            match fact {
                Fact::ReservationHeld { reservation, .. } => {
                    if let Some(promise) = keys.reserve.clone().and_then(|reserve| promise(fact, reserve)) {
                        self.open.insert(*reservation, (promise, digest));
                    }
                }
                Fact::ReservationOffered { reservation, .. } => {
                    if let Some(promise) = offer_key(*reservation, digest).and_then(|key| promise(fact, key)) {
                        self.offers.insert(*reservation, promise);
                    }
                }
                Fact::BundleLineHeld { reservation, sku, quantity, unit_price_minor } => {
                    if let Some((promise, _)) = self.open.get_mut(reservation) {
                        let (quantity, unit_price_minor) = (*quantity, *unit_price_minor);
                        promise.with.push(BundleLine { sku: sku.clone(), quantity, unit_price_minor });
                    }
                }
                Fact::HoldExtended { reservation, expires_at } => {
                    if let Some(promise) = self.kept_mut(*reservation) {
                        promise.expires_at = *expires_at;
                    }
                }
                Fact::ReservationSold { reservation } => self.sold(*reservation, &keys, digest),
                Fact::ReservationReleased { reservation }
                | Fact::ReservationExpired { reservation }
                | Fact::ReservationRevoked { reservation } => {
                    self.open.remove(reservation);
                    self.offers.remove(reservation);
                }
                Fact::HoldsExtended { by_ms } => self.held_longer(*by_ms),
                _ => {}
            }
        }
    }

    /// What is sold by then is reclaimed with its deadline all the same; it counts only where it can't be sold at once.
    fn held_longer(&mut self, by_ms: u64) {
        for promise in self.open.values_mut().map(|(promise, _)| promise).chain(self.offers.values_mut()) {
            promise.expires_at = promise.expires_at.after_ms(by_ms);
        }
    }

    fn kept_mut(&mut self, reservation: ReservationId) -> Option<&mut Promise> {
        let held = self.open.get_mut(&reservation).map(|(promise, _)| promise);
        held.or_else(|| self.offers.get_mut(&reservation))
    }

    fn sold(&mut self, reservation: ReservationId, keys: &Keys, digest: Digest) {
        let Some(confirm) = keys.confirm.clone() else { return };
        if let Some(offer) = self.offers.remove(&reservation) {
            self.open.insert(reservation, (offer, digest));
        }
        if let Some((promise, _)) = self.open.get_mut(&reservation) {
            if let Promised::Held { reserve } = promise.promised.clone() {
                promise.promised = Promised::Bought { reserve, confirm };
            }
        } else if let Some(promise) = self.surviving(reservation, keys.viewer.as_ref(), confirm) {
            self.open.insert(reservation, (promise, digest));
        }
    }

    /// The promise of a sale whose reservation was made before the histories parted. One of another viewer is another
    /// one under the same number.
    fn surviving(&self, lost: ReservationId, viewer: Option<&PrincipalId>, confirm: KeyUse) -> Option<Promise> {
        let reservation = self.show.reservation(lost).filter(|it| it.state != ReservationState::Sold)?;
        if viewer != Some(reservation.viewer) {
            return None;
        }
        Some(Promise {
            viewer: reservation.viewer.clone(),
            drop: reservation.drop.clone(),
            sku: reservation.sku.clone(),
            quantity: reservation.quantity,
            unit_price_minor: reservation.unit_price_minor,
            with: reservation.with.to_vec(),
            expires_at: reservation.expires_at,
            lost,
            promised: Promised::Confirmed { confirm },
        })
    }
}

/// The viewer's keys that stand for what an entry made true.
#[derive(Default)]
struct Keys {
    viewer: Option<PrincipalId>,
    reserve: Option<KeyUse>,
    confirm: Option<KeyUse>,
}

impl Keys {
    fn of(entry: &Entry) -> Self {
        // What was reclaimed before is promised once more, under the keys that it was promised under first.
        let kept = entry.facts.iter().find_map(|fact| match fact {
            Fact::PromiseKept(kept) => Some(kept),
            _ => None,
        });
        if let Some(kept) = kept {
            let confirm = kept.sale.as_ref().map(|sale| sale.confirm.clone());
            return Self { viewer: Some(kept.viewer.clone()), reserve: kept.reserve.clone(), confirm };
        }
        let own = entry.cause.as_ref().filter(|cause| cause.principal.role == Role::Viewer);
        let binding = own.and_then(|cause| cause.binding.as_ref());
        let used = binding.map(|binding| KeyUse { key: binding.key.clone(), fingerprint: binding.fingerprint });
        Self { viewer: own.map(|cause| cause.principal.id.clone()), reserve: used.clone(), confirm: used }
    }
}

/// The promise of units that were held or offered, under a key.
fn promise(fact: &Fact, reserve: KeyUse) -> Option<Promise> {
    let (Fact::ReservationHeld { reservation, viewer, drop, sku, quantity, unit_price_minor, expires_at }
    | Fact::ReservationOffered { reservation, viewer, drop, sku, quantity, unit_price_minor, expires_at, .. }) = fact
    else {
        return None;
    };
    Some(Promise {
        viewer: viewer.clone(),
        drop: drop.clone(),
        sku: sku.clone(),
        quantity: *quantity,
        unit_price_minor: *unit_price_minor,
        with: Vec::new(),
        expires_at: *expires_at,
        lost: *reservation,
        promised: Promised::Held { reserve },
    })
}

/// What tells an offer that is bought from other promises, since nobody asked for it under a key, and the reservation of
/// its number may be another one in the history that goes on.
fn offer_key(reservation: ReservationId, digest: Digest) -> Option<KeyUse> {
    let key = Key::new(&format!("offer-{digest:?}-{reservation}")).ok()?;
    Some(KeyUse { key, fingerprint: Fingerprint::default() })
}

fn request(promise: Promise, digest: Digest) -> Option<Request> {
    let mut fingerprint = Fingerprint::default();
    fingerprint.0.copy_from_slice(&digest.0[..16]);
    let key = Key::new(&format!("reclaim-{digest:?}-{}", promise.lost)).ok()?;
    let principal = Principal { role: Role::System, id: PrincipalId::new("reclaims").ok()? };
    Some(Request { principal, key: Some(key), fingerprint, command: Command::Reclaim(Box::new(promise)) })
}

#[cfg(test)]
#[path = "promises_tests.rs"]
mod tests;
