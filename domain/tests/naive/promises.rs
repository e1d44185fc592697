//! What becomes of the promises of a lost history.

use dropcast_domain::{
    ids::{Key, OrderId, PrincipalId, ReservationId, Sku},
    inventory::BundleLine,
    show::{
        BUNDLE_LINES_MAX, BrokenPromise, Fingerprint, KeptPromise, KeptSale, KeyUse, Outcome, Principal, Promise,
        Promised, Refusal, ReservationState, Role,
    },
    time::Timestamp,
};

use super::{
    answer::Answer,
    history::{Effect, Held, Naive},
};

impl Naive {
    /// Keeps a promise, or notes that it is broken.
    pub(super) fn reclaim(&self, now: Timestamp, promise: &Promise) -> Answer {
        let mut skus: Vec<_> = promise.lines().map(|(sku, ..)| sku).collect();
        skus.sort();
        skus.dedup();
        if skus.len() <= promise.with.len() {
            return Err(Refusal::BundleInvalid { max: BUNDLE_LINES_MAX });
        }
        Ok(self.reclaim_possible(now, promise))
    }

    fn reclaim_possible(&self, now: Timestamp, promise: &Promise) -> (Vec<Effect>, Outcome) {
        let nothing = (Vec::new(), Outcome::Done);
        let (reserve, confirm) = match promise.promised.clone() {
            Promised::Held { reserve } => (Some(reserve), None),
            Promised::Bought { reserve, confirm } => (Some(reserve), Some(confirm)),
            Promised::Confirmed { confirm } => (None, Some(confirm)),
        };
        let known = |used: &KeyUse| self.stands_for(&promise.viewer, &used.key);
        let number = match &reserve {
            None => Some(promise.lost),
            Some(used) => known(used).and_then(|outcome| match outcome {
                Outcome::Reservation(id) => Some(id),
                _ => None,
            }),
        };
        let mine = |held: &Held| Some(held.id) == number && held.viewer == promise.viewer;
        let mine = self.held().into_iter().find(mine);
        let reserve = reserve.filter(|used| known(used).is_none());
        let sold = confirm.is_some();
        let confirm =
            confirm.filter(|used| known(used).is_none() && reserve.as_ref().map(|used| &used.key) != Some(&used.key));
        let Some(name) = reserve.clone().or(confirm.clone()) else { return nothing };
        let told = |broken: &&BrokenPromise| broken.viewer == promise.viewer && broken.key == name.key;
        if self.broken().iter().any(|broken| told(&broken)) {
            return nothing;
        }
        let state = mine.as_ref().map(|held| self.state(held.id));
        match (mine, state) {
            (Some(_), Some(ReservationState::Sold | ReservationState::Released)) if confirm.is_some() => nothing,
            (Some(held), Some(ReservationState::Held | ReservationState::Offered)) if confirm.is_some() => {
                self.kept(promise, &held, vec![], reserve, confirm)
            }
            (Some(_), Some(ReservationState::Revoked)) if confirm.is_some() => {
                (vec![Effect::Broken(broken(promise, sold, name.key))], Outcome::Done)
            }
            _ => match self.held_anew(now, promise) {
                Some(held) => self.kept(promise, &held, vec![Effect::Held(held.clone())], reserve, confirm),
                None => (vec![Effect::Broken(broken(promise, sold, name.key))], Outcome::Done),
            },
        }
    }

    /// Every promise that was broken.
    pub(crate) fn broken(&self) -> Vec<BrokenPromise> {
        let broken = self.happened.iter().filter_map(|(_, effect)| match effect {
            Effect::Broken(promise) => Some(promise.clone()),
            _ => None,
        });
        broken.collect()
    }

    /// How many promises were kept.
    pub(crate) fn kept_count(&self) -> usize {
        self.happened.iter().filter(|(_, effect)| matches!(effect, Effect::Kept(_))).count()
    }

    fn stands_for(&self, viewer: &PrincipalId, key: &Key) -> Option<Outcome> {
        self.bound(&Principal { role: Role::Viewer, id: viewer.clone() }, key).map(|(_, outcome)| outcome)
    }

    fn held_anew(&self, now: Timestamp, promise: &Promise) -> Option<Held> {
        let told = self.drop(&promise.drop)?;
        let units: u32 = promise.lines().map(|(_, quantity, _)| quantity).sum();
        let taken = self.taken_by(&promise.viewer, |drop| *drop == promise.drop) + units;
        let fits = |(sku, quantity, _): (&Sku, u32, u64)| told.sells(sku) && quantity <= self.left(&promise.drop, sku);
        if taken > told.plan.limit_per_viewer || units > self.shared_left(&promise.drop) || !promise.lines().all(fits) {
            return None;
        }
        let line = |(sku, quantity, unit_price_minor): (&Sku, u32, u64)| BundleLine {
            sku: sku.clone(),
            quantity,
            unit_price_minor,
        };
        Some(Held {
            id: ReservationId(self.held().len() as u64 + 1),
            viewer: promise.viewer.clone(),
            drop: promise.drop.clone(),
            lines: promise.lines().map(line).collect(),
            expires_at: promise.expires_at.max(Timestamp(now.0 + self.hold_ttl_ms(&told.plan))),
            waited: None,
        })
    }

    fn kept(
        &self,
        promise: &Promise,
        held: &Held,
        anew: Vec<Effect>,
        reserve: Option<KeyUse>,
        confirm: Option<KeyUse>,
    ) -> (Vec<Effect>, Outcome) {
        let order = OrderId(self.orders().len() as u64 + 1);
        let sale = confirm.map(|confirm| KeptSale { order, confirm });
        let sells = sale.is_some();
        let (viewer, lost) = (promise.viewer.clone(), promise.lost);
        let mut effects = vec![Effect::Kept(KeptPromise { viewer, lost, reservation: held.id, reserve, sale })];
        effects.extend(anew);
        if !sells {
            return (effects, Outcome::Reservation(held.id));
        }
        effects.push(Effect::Sold(held.id));
        effects.push(Effect::Ordered(order, held.id, held.total()));
        let mut after = self.clone();
        for effect in &effects {
            after.note(Timestamp(0), effect.clone());
        }
        effects.extend(after.closed_by_sale(held));
        (effects, Outcome::Order(order))
    }
}

/// What a key stands for since this promise was kept.
pub(super) fn bound_by(kept: &KeptPromise, key: &Key) -> Option<(Fingerprint, Outcome)> {
    let reserve = kept.reserve.as_ref().map(|used| (used, Outcome::Reservation(kept.reservation)));
    let sale = kept.sale.as_ref().map(|sale| (&sale.confirm, Outcome::Order(sale.order)));
    let mut bound = reserve.into_iter().chain(sale);
    bound.find(|(used, _)| used.key == *key).map(|(used, outcome)| (used.fingerprint, outcome))
}

fn broken(promise: &Promise, sold: bool, key: Key) -> BrokenPromise {
    BrokenPromise {
        viewer: promise.viewer.clone(),
        drop: promise.drop.clone(),
        sku: promise.sku.clone(),
        quantity: promise.quantity,
        unit_price_minor: promise.unit_price_minor,
        with: promise.with.clone(),
        lost: promise.lost,
        sold,
        key,
    }
}
