//! What must be answered to a request, and what must become true.

use dropcast_domain::{
    ids::{DropId, OrderId, PrincipalId, ReservationId, Sku},
    show::{
        CloseReason, Command, DROP_DURATION_MS_MAX, DropPhase, Fact, HOLD_EXTENSION_MS_MAX, Outcome, QUANTITY_MAX,
        Refusal, Request, ReservationState, UNITS_MAX,
    },
    time::Timestamp,
};

use super::{
    history::{Effect, Held, Naive, fact},
    questions::Told,
};

/// What becomes true, and what the key stands for.
pub(super) type Answer = Result<(Vec<Effect>, Outcome), Refusal>;

impl Naive {
    /// Answers a request that is no plan, and notes what follows; returns the facts that must become true. Time passed
    /// to `now` before.
    pub(crate) fn ask(&mut self, now: Timestamp, request: &Request) -> Result<(Vec<Fact>, Outcome), Refusal> {
        if let Some((fingerprint, outcome)) = request.key.as_ref().and_then(|key| self.bound(&request.principal, key)) {
            return if fingerprint == request.fingerprint { Ok((vec![], outcome)) } else { Err(Refusal::KeyConflict) };
        }
        let (effects, outcome) = self.answer(now, request)?;
        let facts: Vec<Fact> = effects.iter().map(fact).collect();
        for effect in effects {
            self.note(now, effect);
        }
        if !facts.is_empty() {
            self.note_key(now, request, outcome);
        }
        Ok((facts, outcome))
    }

    fn answer(&self, now: Timestamp, request: &Request) -> Answer {
        let who = &request.principal.id;
        let done = |effect| Ok((vec![effect], Outcome::Done));
        match request.command.clone() {
            Command::Plan(_) => unreachable!("plans are asked elsewhere"),
            Command::Start if self.ended_at().is_some() => Err(Refusal::ShowEnded),
            Command::Start if self.started_at().is_some() => Err(Refusal::ShowAlreadyLive),
            Command::Start => done(Effect::Started),
            Command::ScheduleDrop { .. } | Command::AddUnits { .. } if self.ended_at().is_some() => {
                Err(Refusal::ShowEnded)
            }
            Command::ScheduleDrop { drop, opens_at } => {
                self.drop_in(&drop, &[DropPhase::Planned])?;
                let passed = opens_at.is_some_and(|opens_at| opens_at <= now);
                if passed { Err(Refusal::MomentPassed) } else { done(Effect::Scheduled(drop, opens_at)) }
            }
            Command::AddUnits { drop, sku, units } => self.add(drop, &sku, units),
            Command::Confirm { reservation } => self.confirm(who, reservation),
            Command::Release { reservation } => {
                self.own(who, reservation)?;
                Ok((vec![Effect::Released(reservation)], Outcome::Reservation(reservation)))
            }
            Command::SettleOrder { order, payment } => self.settle(order, payment),
            Command::ExtendHolds { by_ms } => self.extend_holds(now, by_ms),
            Command::WithdrawUnits { .. }
            | Command::JoinWaitlist { .. }
            | Command::LeaveWaitlist { .. }
            | Command::ExtendHold { .. }
            | Command::CommitDraw { .. }
            | Command::DrawLots { .. } => unreachable!("not walked yet"),
            Command::Reclaim(promise) => Ok(self.reclaim(now, &promise)),
            _ if self.ended_at().is_some() => Err(Refusal::ShowEnded),
            _ if self.started_at().is_none() => Err(Refusal::ShowNotLive),
            Command::End => Ok((self.end(), Outcome::Done)),
            Command::OpenDrop { drop } => {
                let told = self.drop_in(&drop, &[DropPhase::Planned])?;
                done(Effect::Opened(drop, told.plan.duration_ms.map(|ms| Timestamp(now.0 + ms))))
            }
            Command::PauseDrop { drop } => {
                self.drop_in(&drop, &[DropPhase::Open])?;
                done(Effect::Paused(drop))
            }
            Command::ResumeDrop { drop } => {
                self.drop_in(&drop, &[DropPhase::Paused])?;
                done(Effect::Resumed(drop))
            }
            Command::ExtendDrop { drop, by_ms } => self.extend(drop, by_ms),
            Command::CloseDrop { drop } => {
                self.drop_in(&drop, &[DropPhase::Open, DropPhase::Paused])?;
                done(Effect::Closed(drop, CloseReason::Host))
            }
            Command::Reserve { drop, sku, quantity, with: _ } => self.reserve(now, who, drop, sku, quantity),
        }
    }

    fn end(&self) -> Vec<Effect> {
        let running = self.drops().into_iter().filter(Told::is_running);
        let closed = running.map(|drop| Effect::Closed(drop.plan.drop, CloseReason::ShowEnded));
        closed.chain([Effect::Ended]).collect()
    }

    fn extend(&self, drop: DropId, by_ms: u64) -> Answer {
        let told = self.drop_in(&drop, &[DropPhase::Open, DropPhase::Paused])?;
        let closes_at = told.closes_at.ok_or(Refusal::DropWithoutEnd)?;
        let latest = told.opened_at.unwrap().0 + DROP_DURATION_MS_MAX;
        if by_ms == 0 || closes_at.0 + by_ms > latest {
            // An end may lie before the moment of a late opening; it does not make the week longer.
            let max_ms = (latest - closes_at.0).min(DROP_DURATION_MS_MAX);
            return Err(Refusal::DurationInvalid { max_ms });
        }
        Ok((vec![Effect::Extended(drop, Timestamp(closes_at.0 + by_ms))], Outcome::Done))
    }

    /// Only what went by since something happened counts.
    fn extend_holds(&self, now: Timestamp, by_ms: u64) -> Answer {
        if by_ms == 0 || by_ms > HOLD_EXTENSION_MS_MAX {
            return Err(Refusal::DurationInvalid { max_ms: HOLD_EXTENSION_MS_MAX });
        }
        let by_ms = by_ms.min(now.0 - self.happened.last().unwrap().0.0);
        let is_any_held = self.held().iter().any(|held| self.is_held(held.id));
        let effects = if by_ms > 0 && is_any_held { vec![Effect::AllHeldLonger(by_ms)] } else { vec![] };
        Ok((effects, Outcome::Done))
    }

    fn add(&self, drop: Option<DropId>, sku: &Sku, units: u32) -> Answer {
        let mut effects = vec![Effect::Added(sku.clone(), units)];
        if let Some(drop) = drop {
            let told = self.drop_named(&drop)?;
            if !told.plan.items.iter().any(|item| item.sku == *sku) {
                return Err(Refusal::SkuUnknown);
            }
            if told.phase == DropPhase::Closed {
                return Err(Refusal::DropPhase { phase: told.phase });
            }
            if self.cap(&drop, sku).is_some() {
                effects.push(Effect::Raised(drop, sku.clone(), units));
            }
        }
        if self.plan().and_then(|plan| super::questions::units_of(plan, sku)).is_none() {
            return Err(Refusal::SkuUnknown);
        }
        if units == 0 || units > UNITS_MAX {
            return Err(Refusal::QuantityInvalid { max: UNITS_MAX });
        }
        Ok((effects, Outcome::Done))
    }

    fn reserve(&self, now: Timestamp, viewer: &PrincipalId, drop: DropId, sku: Sku, quantity: u32) -> Answer {
        let told = self.drop_in(&drop, &[DropPhase::Open])?;
        if !told.plan.items.iter().any(|item| item.sku == sku) {
            return Err(Refusal::SkuUnknown);
        }
        if quantity == 0 || quantity > QUANTITY_MAX {
            return Err(Refusal::QuantityInvalid { max: QUANTITY_MAX });
        }
        let limit = told.plan.limit_per_viewer;
        let taken = self.taken_by(&drop, viewer);
        if taken + quantity > limit {
            return Err(Refusal::LimitReached { limit, remaining: limit - taken });
        }
        let available = self.available(&drop, &sku);
        if available == 0 {
            return Err(Refusal::SoldOut);
        }
        if quantity > available {
            return Err(Refusal::NotEnough { available });
        }
        let id = ReservationId(self.held().len() as u64 + 1);
        let price = self.price(&told.plan, &sku);
        let hold_ttl_ms = told.plan.hold_ttl_ms.unwrap_or(self.plan().unwrap().settings.hold_ttl_ms);
        let expires_at = Timestamp(now.0 + hold_ttl_ms);
        let held = Held { id, viewer: viewer.clone(), drop, sku, quantity, price, expires_at };
        Ok((vec![Effect::Held(held)], Outcome::Reservation(id)))
    }

    fn confirm(&self, viewer: &PrincipalId, id: ReservationId) -> Answer {
        let held = self.own(viewer, id)?;
        let order = OrderId(self.orders().len() as u64 + 1);
        let mut effects = vec![Effect::Sold(id), Effect::Ordered(order, id, held.price * u64::from(held.quantity))];
        let mut after = self.clone();
        after.note(Timestamp(0), Effect::Sold(id));
        effects.extend(after.closed_by_sale(&held));
        Ok((effects, Outcome::Order(order)))
    }

    /// The drops that close because this was just sold: its own, and where all of the SKU is sold, the others that sell
    /// it. What other drops lost otherwise closes none.
    pub(super) fn closed_by_sale(&self, just: &Held) -> Vec<Effect> {
        let sold = self.units(ReservationState::Sold, |held| held.sku == just.sku);
        let is_all_sold = sold == self.given(&just.sku);
        let sells_it = |told: &Told| told.plan.items.iter().any(|item| item.sku == just.sku);
        let is_touched = |told: &Told| told.plan.drop == just.drop || (is_all_sold && sells_it(told));
        let closes = |told: &Told| told.is_running() && told.plan.close_when_sold_out && self.is_sold_out(told);
        let over = self.drops().into_iter().filter(|told| is_touched(told) && closes(told));
        over.map(|told| Effect::Closed(told.plan.drop, CloseReason::SoldOut)).collect()
    }

    fn settle(&self, order: OrderId, payment: PrincipalId) -> Answer {
        use dropcast_domain::show::OrderState;
        match self.orders().iter().find(|(id, ..)| *id == order) {
            None => Err(Refusal::OrderUnknown),
            Some((.., OrderState::Paid)) => Err(Refusal::OrderPaid),
            Some(_) => Ok((vec![Effect::Paid(order, payment)], Outcome::Order(order))),
        }
    }

    /// Whether nothing is left that the drop could ever sell.
    fn is_sold_out(&self, told: &Told) -> bool {
        told.plan.items.iter().all(|item| {
            let here = |held: &Held| held.drop == told.plan.drop && held.sku == item.sku;
            let anywhere = |held: &Held| held.sku == item.sku;
            let cap_is_sold = self.cap(&told.plan.drop, &item.sku) == Some(self.units(ReservationState::Sold, here));
            cap_is_sold || self.units(ReservationState::Sold, anywhere) == self.given(&item.sku)
        })
    }

    fn own(&self, viewer: &PrincipalId, id: ReservationId) -> Result<Held, Refusal> {
        let held = self.held().into_iter().find(|held| held.id == id && held.viewer == *viewer);
        let held = held.ok_or(Refusal::ReservationUnknown)?;
        match self.state(id) {
            ReservationState::Held => Ok(held),
            state => Err(Refusal::ReservationState { state }),
        }
    }

    fn drop_named(&self, drop: &DropId) -> Result<Told, Refusal> {
        self.drop(drop).ok_or(Refusal::DropUnknown)
    }

    fn drop_in(&self, drop: &DropId, phases: &[DropPhase]) -> Result<Told, Refusal> {
        let told = self.drop_named(drop)?;
        if phases.contains(&told.phase) { Ok(told) } else { Err(Refusal::DropPhase { phase: told.phase }) }
    }
}
