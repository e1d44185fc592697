//! What must be answered to a request, and what must become true.

use dropcast_domain::{
    ids::{DropId, OrderId, PrincipalId, ReservationId, Sku},
    show::{
        CloseReason, Command, DROP_DURATION_MS_MAX, Digest, DropPhase, Fact, Fairness, HOLD_EXTENSION_MS_MAX, Outcome,
        Refusal, Request, ReservationState, UNITS_MAX, WantedLine,
    },
    time::Timestamp,
};
use sha2::{Digest as _, Sha256};

use super::{
    history::{Effect, Held, Naive},
    questions::Told,
    units::units_of,
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
        let mut facts: Vec<Fact> = Vec::new();
        for effect in effects {
            facts.extend(self.tell(now, effect));
        }
        if !facts.is_empty() {
            facts.extend(self.offer(now));
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
            Command::WithdrawUnits { sku, units, force } => self.withdraw(sku, units, force),
            Command::LeaveWaitlist { waiter } => self.leave(who, waiter),
            Command::CommitDraw { drop, commitment } => self.commit(drop, commitment),
            Command::DrawLots { drop, seed, digest } => self.draw(now, drop, seed, digest),
            Command::ExtendHold { reservation } => self.extend_hold(who, reservation),
            Command::Confirm { reservation } => self.confirm(who, reservation),
            Command::Release { reservation } => {
                self.own(who, reservation)?;
                Ok((vec![Effect::Released(reservation)], Outcome::Reservation(reservation)))
            }
            Command::SettleOrder { order, payment } => self.settle(order, payment),
            Command::ExtendHolds { by_ms } => self.extend_holds(now, by_ms),
            Command::Reclaim(promise) => self.reclaim(now, &promise),
            Command::CountAudience { node, count } => self.count(now, node, *count),
            _ if self.ended_at().is_some() => Err(Refusal::ShowEnded),
            _ if self.started_at().is_none() => Err(Refusal::ShowNotLive),
            Command::End => Ok((self.end(), Outcome::Done)),
            Command::OpenDrop { drop } => {
                let told = self.drop_in(&drop, &[DropPhase::Planned])?;
                if !told.may_open() {
                    return Err(Refusal::DrawUncommitted);
                }
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
            Command::UndoDrop { drop } => self.undo(now, drop),
            Command::CloseDrop { drop } => {
                self.drop_in(&drop, &[DropPhase::Open, DropPhase::Paused])?;
                done(Effect::Closed(drop, CloseReason::Host))
            }
            Command::Reserve { drop, sku, quantity, with } => {
                let mut lines = vec![WantedLine { sku, quantity }];
                lines.extend(with);
                self.reserve(now, who, drop, &lines)
            }
            Command::JoinWaitlist { drop, sku, quantity } => self.join(now, who, drop, &[WantedLine { sku, quantity }]),
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

    /// Ten seconds long, unless something is sold in it, or its lots are drawn.
    fn undo(&self, now: Timestamp, drop: DropId) -> Answer {
        let told = self.drop_in(&drop, &[DropPhase::Open, DropPhase::Paused])?;
        let is_in_time = now.0 - told.opened_at.unwrap().0 < 10_000;
        let sold = self.units(ReservationState::Sold, |held, _| held.drop == drop);
        if !is_in_time || sold > 0 || told.drawn.is_some() {
            return Err(Refusal::UndoOver);
        }
        let kept = self.held().into_iter().filter(|held| held.drop == drop && self.is_kept(held.id));
        let mut effects: Vec<_> = kept.map(|held| Effect::Revoked(held.id)).collect();
        effects.push(Effect::Undone(drop));
        Ok((effects, Outcome::Done))
    }

    /// Only what went by since something happened counts.
    fn extend_holds(&self, now: Timestamp, by_ms: u64) -> Answer {
        if by_ms == 0 || by_ms > HOLD_EXTENSION_MS_MAX {
            return Err(Refusal::DurationInvalid { max_ms: HOLD_EXTENSION_MS_MAX });
        }
        let by_ms = by_ms.min(now.0 - self.happened.last().unwrap().0.0);
        let is_any_held = self.held().iter().any(|held| self.is_kept(held.id));
        let effects = if by_ms > 0 && is_any_held { vec![Effect::AllHeldLonger(by_ms)] } else { vec![] };
        Ok((effects, Outcome::Done))
    }

    fn add(&self, drop: Option<DropId>, sku: &Sku, units: u32) -> Answer {
        let mut effects = vec![Effect::Added(sku.clone(), units)];
        if let Some(drop) = drop {
            let told = self.drop_named(&drop)?;
            if !told.sells(sku) {
                return Err(Refusal::SkuUnknown);
            }
            if told.phase == DropPhase::Closed {
                return Err(Refusal::DropPhase { phase: told.phase });
            }
            if self.cap(&drop, sku).is_some() {
                effects.push(Effect::Raised(drop.clone(), sku.clone(), units));
            }
            if self.shared_cap(&drop).is_some() {
                effects.push(Effect::RaisedInAll(drop, units));
            }
        }
        if self.plan().and_then(|plan| units_of(plan, sku)).is_none() {
            return Err(Refusal::SkuUnknown);
        }
        if units == 0 || units > UNITS_MAX {
            return Err(Refusal::QuantityInvalid { max: UNITS_MAX });
        }
        Ok((effects, Outcome::Done))
    }

    /// What is free goes first, then what is offered, then what is held, of each the newest; and whole reservations.
    fn withdraw(&self, sku: Sku, units: u32, force: bool) -> Answer {
        if self.plan().and_then(|plan| units_of(plan, &sku)).is_none() {
            return Err(Refusal::SkuUnknown);
        }
        if units == 0 || units > UNITS_MAX {
            return Err(Refusal::QuantityInvalid { max: UNITS_MAX });
        }
        let free = self.free(&sku);
        let units_in = |state| self.units(state, |_, of| *of == sku);
        let kept = units_in(ReservationState::Held) + units_in(ReservationState::Offered);
        let available = if force { free + kept } else { free };
        if units > available {
            return Err(Refusal::NotEnough { available });
        }
        let mut effects = Vec::new();
        if units > free {
            effects.push(Effect::Missing(sku.clone(), units - free));
        }
        let mut after = self.clone();
        for state in [ReservationState::Offered, ReservationState::Held] {
            let of_it = |held: &&Held| self.state(held.id) == state && held.lines.iter().any(|line| line.sku == sku);
            for held in self.held().iter().filter(of_it).rev() {
                if after.free(&sku) < units {
                    after.note(Timestamp(0), Effect::Revoked(held.id));
                    effects.push(Effect::Revoked(held.id));
                }
            }
        }
        effects.push(Effect::SoldElsewhere(sku, units));
        Ok((effects, Outcome::Done))
    }

    fn commit(&self, drop: DropId, commitment: Digest) -> Answer {
        let told = self.drop_in(&drop, &[DropPhase::Planned])?;
        if told.plan.fairness == Fairness::FirstCome {
            return Err(Refusal::DrawNotDue);
        }
        let is_known = told.commitment == Some(commitment);
        let effects = if is_known { vec![] } else { vec![Effect::Committed(drop, commitment)] };
        Ok((effects, Outcome::Done))
    }

    fn draw(&self, now: Timestamp, drop: DropId, seed: Digest, digest: Digest) -> Answer {
        let told = self.drop_in(&drop, &[DropPhase::Open, DropPhase::Paused])?;
        if told.undrawn_until().is_none_or(|until| now < until) {
            return Err(Refusal::DrawNotDue);
        }
        if told.commitment != Some(Digest(Sha256::digest(seed.0).into())) {
            return Err(Refusal::SeedForeign);
        }
        Ok((vec![Effect::Drawn(drop, seed, digest)], Outcome::Done))
    }

    /// The drops that close because this was just sold: its own, and where it was the last of a SKU, the others that
    /// sell that. What other drops lost otherwise closes none.
    pub(super) fn closed_by_sale(&self, just: &Held) -> Vec<Effect> {
        let is_all_sold = |sku: &Sku| self.units(ReservationState::Sold, |_, of| of == sku) == self.allotment(sku);
        let ended: Vec<_> = just.lines.iter().map(|line| &line.sku).filter(|sku| is_all_sold(sku)).collect();
        let is_touched = |told: &Told| told.plan.drop == just.drop || ended.iter().any(|sku| told.sells(sku));
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
        let sold = |of: &dyn Fn(&Held, &Sku) -> bool| self.units(ReservationState::Sold, of);
        let is_here = |held: &Held| held.drop == told.plan.drop;
        let shared_is_sold = self.shared_cap(&told.plan.drop) == Some(sold(&|held, _| is_here(held)));
        told.plan.items.iter().all(|item| {
            let here = sold(&|held, of| is_here(held) && *of == item.sku);
            let cap_is_sold = shared_is_sold || self.cap(&told.plan.drop, &item.sku) == Some(here);
            let nothing_kept = here == self.taken(|held, of| is_here(held) && *of == item.sku);
            let all_is_sold = || sold(&|_, of| *of == item.sku) == self.allotment(&item.sku);
            nothing_kept && (cap_is_sold || all_is_sold())
        })
    }

    pub(super) fn own(&self, viewer: &PrincipalId, id: ReservationId) -> Result<Held, Refusal> {
        let held = self.held().into_iter().find(|held| held.id == id && held.viewer == *viewer);
        let held = held.ok_or(Refusal::ReservationUnknown)?;
        match self.state(id) {
            ReservationState::Held | ReservationState::Offered => Ok(held),
            state => Err(Refusal::ReservationState { state }),
        }
    }

    fn drop_named(&self, drop: &DropId) -> Result<Told, Refusal> {
        self.drop(drop).ok_or(Refusal::DropUnknown)
    }

    pub(super) fn drop_in(&self, drop: &DropId, phases: &[DropPhase]) -> Result<Told, Refusal> {
        let told = self.drop_named(drop)?;
        if phases.contains(&told.phase) { Ok(told) } else { Err(Refusal::DropPhase { phase: told.phase }) }
    }
}
