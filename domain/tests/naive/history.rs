//! What happened, in order.

use dropcast_domain::{
    audience::AudienceCount,
    ids::{DropId, Key, OrderId, PrincipalId, ReservationId, Sku, WaiterId},
    inventory::BundleLine,
    show::{
        BrokenPromise, CloseReason, Digest, Fact, Fairness, Fingerprint, KeptPromise, Outcome, Principal, Request,
        ShowPlan,
    },
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
    Undone(DropId),
    Closed(DropId, CloseReason),
    Added(Sku, u32),
    Raised(DropId, Sku, u32),
    RaisedInAll(DropId, u32),
    Missing(Sku, u32),
    SoldElsewhere(Sku, u32),
    Held(Held),
    HeldLonger(ReservationId, Timestamp),
    Sold(ReservationId),
    Released(ReservationId),
    Expired(ReservationId),
    Revoked(ReservationId),
    AllHeldLonger(u64),
    Joined(Joined),
    Left(WaiterId),
    /// A draw's seed is committed to, and revealed with the digest that it is mixed with.
    Committed(DropId, Digest),
    Drawn(DropId, Digest, Digest),
    Ordered(OrderId, ReservationId, u64),
    Paid(OrderId, PrincipalId),
    Counted(PrincipalId, AudienceCount),
    Bound(Principal, Key, Fingerprint, Outcome),
    Kept(KeptPromise),
    Broken(BrokenPromise),
}

/// Units that were held, or offered to somebody who waited.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) id: ReservationId,
    pub(crate) viewer: PrincipalId,
    pub(crate) drop: DropId,
    /// At least one.
    pub(crate) lines: Vec<BundleLine>,
    pub(crate) expires_at: Timestamp,
    /// For whoever waited: in which place.
    pub(crate) waited: Option<WaiterId>,
}

impl Held {
    pub(crate) fn total(&self) -> u64 {
        self.lines.iter().map(|line| line.unit_price_minor * u64::from(line.quantity)).sum()
    }
}

/// Somebody who waits.
#[derive(Clone, Debug)]
pub(crate) struct Joined {
    pub(crate) waiter: WaiterId,
    pub(crate) viewer: PrincipalId,
    pub(crate) drop: DropId,
    pub(crate) sku: Sku,
    pub(crate) quantity: u32,
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

    /// Notes the same, and says it in facts.
    pub(super) fn tell(&mut self, at: Timestamp, effect: Effect) -> Vec<Fact> {
        let facts = facts(&effect);
        self.note(at, effect);
        facts
    }

    /// Notes the key under which something was asked.
    pub(crate) fn note_key(&mut self, at: Timestamp, request: &Request, outcome: Outcome) {
        if let Some(key) = &request.key {
            self.note(at, Effect::Bound(request.principal.clone(), key.clone(), request.fingerprint, outcome));
        }
    }

    /// Lets time pass; returns the facts that must become true, in order: at each moment what is due then, and then
    /// what that frees for who waits.
    pub(crate) fn pass(&mut self, now: Timestamp) -> Vec<Fact> {
        let mut facts = Vec::new();
        while let Some((moment, effect)) = self.due(now) {
            facts.extend(self.tell(now, effect));
            if self.due(now).is_none_or(|(next, _)| next > moment) {
                facts.extend(self.offer(now));
            }
        }
        facts
    }

    /// What is due first, and since when.
    fn due(&self, now: Timestamp) -> Option<(Timestamp, Effect)> {
        let mut due = Vec::new();
        for (place, drop) in self.drops().into_iter().enumerate() {
            let name = drop.plan.drop.clone();
            if let Some(at) = drop.closes_at.filter(|_| drop.is_running() && drop.is_drawn()) {
                due.push(((at, 0, place), Effect::Closed(name, CloseReason::Time)));
            } else if let Some(at) = drop.opens_at.filter(|_| drop.may_open() && self.is_live()) {
                let since = if drop.plan.fairness == Fairness::FirstCome { at } else { now };
                let closes_at = drop.plan.duration_ms.map(|duration_ms| Timestamp(since.0 + duration_ms));
                due.push(((at, 2, place), Effect::Opened(name, closes_at)));
            }
        }
        for (number, held) in self.held().into_iter().enumerate() {
            if self.is_kept(held.id) {
                due.push(((self.deadline(&held), 1, number), Effect::Expired(held.id)));
            }
        }
        due.sort_by_key(|(order, _)| *order);
        due.into_iter().map(|((at, ..), effect)| (at, effect)).find(|(at, _)| *at <= now)
    }
}

/// The facts that say the same.
fn facts(effect: &Effect) -> Vec<Fact> {
    let fact = match effect.clone() {
        Effect::Planned(_) | Effect::Bound(..) => unreachable!("no single fact says this"),
        Effect::Started => Fact::ShowStarted,
        Effect::Ended => Fact::ShowEnded,
        Effect::Scheduled(drop, opens_at) => Fact::DropScheduled { drop, opens_at },
        Effect::Opened(drop, closes_at) => Fact::DropOpened { drop, closes_at },
        Effect::Paused(drop) => Fact::DropPaused { drop },
        Effect::Resumed(drop) => Fact::DropResumed { drop },
        Effect::Extended(drop, closes_at) => Fact::DropExtended { drop, closes_at },
        Effect::Undone(drop) => Fact::DropUndone { drop },
        Effect::Closed(drop, reason) => Fact::DropClosed { drop, reason },
        Effect::Added(sku, units) => Fact::UnitsAdded { sku, units, planned: false },
        Effect::Raised(drop, sku, units) => Fact::CapRaised { drop, sku, units },
        Effect::RaisedInAll(drop, units) => Fact::SharedCapRaised { drop, units },
        Effect::Missing(sku, units) => Fact::ShortfallRecorded { sku, units },
        Effect::SoldElsewhere(sku, units) => Fact::UnitsSoldElsewhere { sku, units },
        Effect::Held(held) => return held_facts(held),
        Effect::HeldLonger(reservation, expires_at) => Fact::HoldExtended { reservation, expires_at },
        Effect::Sold(reservation) => Fact::ReservationSold { reservation },
        Effect::Released(reservation) => Fact::ReservationReleased { reservation },
        Effect::Expired(reservation) => Fact::ReservationExpired { reservation },
        Effect::Revoked(reservation) => Fact::ReservationRevoked { reservation },
        Effect::AllHeldLonger(by_ms) => Fact::HoldsExtended { by_ms },
        Effect::Joined(Joined { waiter, viewer, drop, sku, quantity }) => {
            Fact::WaitlistJoined { waiter, viewer, drop, sku, quantity }
        }
        Effect::Left(waiter) => Fact::WaitlistLeft { waiter },
        Effect::Committed(drop, commitment) => Fact::DrawCommitted { drop, commitment },
        Effect::Drawn(drop, seed, digest) => Fact::LotsDrawn { drop, seed, digest },
        Effect::Ordered(order, reservation, total_minor) => Fact::OrderPlaced { order, reservation, total_minor },
        Effect::Paid(order, payment) => Fact::OrderPaid { order, payment },
        Effect::Counted(node, count) => Fact::AudienceCounted { node, count: Box::new(count) },
        Effect::Kept(kept) => Fact::PromiseKept(Box::new(kept)),
        Effect::Broken(promise) => Fact::PromiseBroken(Box::new(promise)),
    };
    vec![fact]
}

fn held_facts(held: Held) -> Vec<Fact> {
    let Held { id: reservation, viewer, drop, lines, expires_at, waited } = held;
    let mut lines = lines.into_iter();
    let BundleLine { sku, quantity, unit_price_minor } = lines.next().unwrap();
    let first = match waited {
        None => Fact::ReservationHeld { reservation, viewer, drop, sku, quantity, unit_price_minor, expires_at },
        Some(waiter) => {
            Fact::ReservationOffered { reservation, waiter, viewer, drop, sku, quantity, unit_price_minor, expires_at }
        }
    };
    let with = lines.map(|BundleLine { sku, quantity, unit_price_minor }| Fact::BundleLineHeld {
        reservation,
        sku,
        quantity,
        unit_price_minor,
    });
    std::iter::once(first).chain(with).collect()
}
