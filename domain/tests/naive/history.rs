//! What happened, in order.

use dropcast_domain::{
    ids::{DropId, Key, OrderId, PrincipalId, ReservationId, Sku},
    show::{BrokenPromise, CloseReason, Fact, Fingerprint, KeptPromise, Outcome, Principal, Request, ShowPlan},
    time::Timestamp,
};

/// Something that happened.
#[derive(Clone, Debug)]
pub(crate) enum Effect {
    Planned(ShowPlan),
    Started,
    Ended,
    Scheduled(DropId, Option<Timestamp>),
    Opened(DropId, Option<Timestamp>),
    Paused(DropId),
    Resumed(DropId),
    Extended(DropId, Timestamp),
    Closed(DropId, CloseReason),
    Added(Sku, u32),
    Raised(DropId, Sku, u32),
    Held(Held),
    Sold(ReservationId),
    Released(ReservationId),
    Expired(ReservationId),
    AllHeldLonger(u64),
    Ordered(OrderId, ReservationId, u64),
    Paid(OrderId, PrincipalId),
    Bound(Principal, Key, Fingerprint, Outcome),
    Kept(KeptPromise),
    Broken(BrokenPromise),
}

/// Units that were held.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) id: ReservationId,
    pub(crate) viewer: PrincipalId,
    pub(crate) drop: DropId,
    pub(crate) sku: Sku,
    pub(crate) quantity: u32,
    pub(crate) price: u64,
    pub(crate) expires_at: Timestamp,
}

/// The list, and nothing beside it.
#[derive(Clone, Default)]
pub(crate) struct Naive {
    pub(crate) happened: Vec<(Timestamp, Effect)>,
}

impl Naive {
    /// Notes something that happened.
    pub(crate) fn note(&mut self, at: Timestamp, effect: Effect) {
        self.happened.push((at, effect));
    }

    /// Notes the key under which something was asked.
    pub(crate) fn note_key(&mut self, at: Timestamp, request: &Request, outcome: Outcome) {
        if let Some(key) = &request.key {
            self.note(at, Effect::Bound(request.principal.clone(), key.clone(), request.fingerprint, outcome));
        }
    }

    /// Lets time pass; returns the facts that must become true, in order.
    pub(crate) fn pass(&mut self, now: Timestamp) -> Vec<Fact> {
        let mut facts = Vec::new();
        while let Some(effect) = self.due(now) {
            facts.push(fact(&effect));
            self.note(now, effect);
        }
        facts
    }

    /// What is due first.
    fn due(&self, now: Timestamp) -> Option<Effect> {
        let mut due = Vec::new();
        for (place, drop) in self.drops().into_iter().enumerate() {
            let name = drop.plan.drop.clone();
            if let Some(at) = drop.closes_at.filter(|_| drop.is_running()) {
                due.push(((at, 0, place), Effect::Closed(name, CloseReason::Time)));
            } else if let Some(at) = drop.opens_at.filter(|_| drop.is_planned() && self.is_live()) {
                let closes_at = drop.plan.duration_ms.map(|duration_ms| Timestamp(at.0 + duration_ms));
                due.push(((at, 2, place), Effect::Opened(name, closes_at)));
            }
        }
        for (number, held) in self.held().into_iter().enumerate() {
            if self.is_held(held.id) {
                due.push(((self.deadline(&held), 1, number), Effect::Expired(held.id)));
            }
        }
        due.sort_by_key(|(order, _)| *order);
        due.into_iter().find(|((at, ..), _)| *at <= now).map(|(_, effect)| effect)
    }
}

/// The fact that says the same.
pub(crate) fn fact(effect: &Effect) -> Fact {
    match effect.clone() {
        Effect::Planned(_) | Effect::Bound(..) => unreachable!("no single fact says this"),
        Effect::Started => Fact::ShowStarted,
        Effect::Ended => Fact::ShowEnded,
        Effect::Scheduled(drop, opens_at) => Fact::DropScheduled { drop, opens_at },
        Effect::Opened(drop, closes_at) => Fact::DropOpened { drop, closes_at },
        Effect::Paused(drop) => Fact::DropPaused { drop },
        Effect::Resumed(drop) => Fact::DropResumed { drop },
        Effect::Extended(drop, closes_at) => Fact::DropExtended { drop, closes_at },
        Effect::Closed(drop, reason) => Fact::DropClosed { drop, reason },
        Effect::Added(sku, units) => Fact::UnitsAdded { sku, units, planned: false },
        Effect::Raised(drop, sku, units) => Fact::CapRaised { drop, sku, units },
        Effect::Held(held) => Fact::ReservationHeld {
            reservation: held.id,
            viewer: held.viewer,
            drop: held.drop,
            sku: held.sku,
            quantity: held.quantity,
            unit_price_minor: held.price,
            expires_at: held.expires_at,
        },
        Effect::Sold(reservation) => Fact::ReservationSold { reservation },
        Effect::Released(reservation) => Fact::ReservationReleased { reservation },
        Effect::Expired(reservation) => Fact::ReservationExpired { reservation },
        Effect::AllHeldLonger(by_ms) => Fact::HoldsExtended { by_ms },
        Effect::Ordered(order, reservation, total_minor) => Fact::OrderPlaced { order, reservation, total_minor },
        Effect::Paid(order, payment) => Fact::OrderPaid { order, payment },
        Effect::Kept(kept) => Fact::PromiseKept(Box::new(kept)),
        Effect::Broken(promise) => Fact::PromiseBroken(Box::new(promise)),
    }
}
