//! Who waits for what, and what is offered to whom.

use dropcast_domain::{
    ids::{DropId, PrincipalId, ReservationId, Sku, WaiterId},
    inventory::{BundleLine, WaiterState},
    show::{Digest, DropPhase, Fact, Fairness},
    time::Timestamp,
};
use sha2::{Digest as _, Sha256};

use super::history::{Effect, Held, Joined, Naive};

impl Naive {
    /// Everybody who ever waited, and since when.
    pub(crate) fn joined(&self) -> Vec<(Timestamp, Joined)> {
        let joined = self.happened.iter().filter_map(|(at, effect)| match effect {
            Effect::Joined(joined) => Some((*at, joined.clone())),
            _ => None,
        });
        joined.collect()
    }

    /// Everybody who ever stood in a place of the drop's line, with that place, in the order of the places; and those
    /// who entered its draw before lots were drawn, or left it then, in place 0. Taking its opening back ends all that.
    pub(crate) fn places(&self, drop: &DropId) -> Vec<(u32, Joined)> {
        let Some(told) = self.drop(drop) else { return Vec::new() };
        let mut is_drawn = told.plan.fairness == Fairness::FirstCome;
        let (mut entrants, mut line): (Vec<Joined>, Vec<Joined>) = (Vec::new(), Vec::new());
        let mut gone = Vec::new();
        for (_, effect) in &self.happened {
            match effect {
                Effect::Joined(joined) if joined.drop == *drop && is_drawn => line.push(joined.clone()),
                Effect::Joined(joined) if joined.drop == *drop => entrants.push(joined.clone()),
                Effect::Left(waiter) => {
                    let left = |joined: &mut Joined| joined.waiter == *waiter;
                    gone.extend(entrants.extract_if(.., left));
                }
                Effect::Undone(of) if of == drop => gone.append(&mut entrants),
                Effect::Drawn(of, seed, digest) if of == drop => {
                    is_drawn = true;
                    entrants.sort_by_key(|joined| lot(&joined.viewer, seed, digest));
                    line.append(&mut entrants);
                }
                _ => {}
            }
        }
        let without = gone.into_iter().chain(entrants).map(|joined| (0, joined));
        without.chain((1..).zip(line)).collect()
    }

    /// Who waits in the drop, with their places.
    pub(crate) fn line(&self, drop: &DropId) -> Vec<(u32, Joined)> {
        let mut line = self.places(drop);
        line.retain(|(_, joined)| self.waits(joined.waiter));
        line
    }

    pub(crate) fn waits(&self, waiter: WaiterId) -> bool {
        self.waiter_state(waiter) == WaiterState::Waiting
    }

    pub(crate) fn waiter_state(&self, waiter: WaiterId) -> WaiterState {
        let mut state = None;
        for (_, effect) in &self.happened {
            match (effect, &state) {
                (Effect::Joined(joined), _) if joined.waiter == waiter => state = Some(joined.drop.clone()),
                (Effect::Left(of), _) if *of == waiter => return WaiterState::Left,
                (Effect::Held(held), _) if held.waited == Some(waiter) => return WaiterState::Offered(held.id),
                (Effect::Closed(drop, _) | Effect::Undone(drop), Some(of)) if drop == of => return WaiterState::Closed,
                _ => {}
            }
        }
        WaiterState::Waiting
    }

    /// Offers what is free to who waits for it, one after the other.
    pub(crate) fn offer(&mut self, now: Timestamp) -> Vec<Fact> {
        let mut facts = Vec::new();
        while let Some(held) = self.next_offer(now) {
            facts.extend(self.tell(now, Effect::Held(held)));
        }
        facts
    }

    /// In each open drop the first in line for whom something is left; of these, who came first.
    fn next_offer(&self, now: Timestamp) -> Option<Held> {
        let open = self.drops().into_iter().filter(|told| told.phase == DropPhase::Open);
        let firsts = open.filter_map(|told| {
            let served = |(place, joined): &(u32, Joined)| *place > 0 && self.left(&told.plan.drop, &joined.sku) > 0;
            let (_, joined) = self.line(&told.plan.drop).into_iter().find(served)?;
            Some((joined, told))
        });
        let (joined, told) = firsts.min_by_key(|(joined, _)| joined.waiter)?;
        let hold_ttl_ms = self.hold_ttl_ms(&told.plan);
        Some(Held {
            id: ReservationId(self.held().len() as u64 + 1),
            lines: vec![BundleLine {
                quantity: joined.quantity.min(self.left(&joined.drop, &joined.sku)),
                unit_price_minor: self.price(&told.plan, &joined.sku),
                sku: joined.sku,
            }],
            viewer: joined.viewer,
            drop: joined.drop,
            expires_at: Timestamp(now.0 + told.plan.offer_ttl_ms.unwrap_or(hold_ttl_ms)),
            waited: Some(joined.waiter),
        })
    }

    /// Units that the viewer waits for, in the drops that `of` picks.
    pub(crate) fn waited_for(&self, viewer: &PrincipalId, of: impl Fn(&DropId) -> bool) -> u32 {
        let waits = |joined: &&Joined| joined.viewer == *viewer && of(&joined.drop) && self.waits(joined.waiter);
        let joined = self.joined();
        joined.iter().map(|(_, joined)| joined).filter(waits).map(|joined| joined.quantity).sum()
    }

    /// How many wait in line for the SKU.
    pub(crate) fn waiting(&self, drop: &DropId, sku: &Sku) -> usize {
        self.line(drop).iter().filter(|(place, joined)| *place > 0 && joined.sku == *sku).count()
    }
}

fn lot(viewer: &PrincipalId, seed: &Digest, digest: &Digest) -> Vec<u8> {
    let ticket = Sha256::digest(viewer.as_str());
    Sha256::digest([&seed.0[..], &digest.0, &ticket].concat()).to_vec()
}
