//! Holding, waiting, buying.

use dropcast_domain::{
    ids::{DropId, OrderId, PrincipalId, ReservationId, WaiterId},
    inventory::{BundleLine, WaiterState},
    show::{BUNDLE_LINES_MAX, DropPhase, Outcome, QUANTITY_MAX, Refusal, ReservationState, Waitlist, WantedLine},
    time::Timestamp,
};

use super::{
    answer::Answer,
    history::{Effect, Held, Joined, Naive},
    questions::Told,
};

impl Naive {
    pub(super) fn reserve(&self, now: Timestamp, viewer: &PrincipalId, drop: DropId, lines: &[WantedLine]) -> Answer {
        let told = self.asked_of(&drop, lines)?;
        match told.undrawn_until() {
            Some(until) if now < until => return self.enter(now, viewer, drop, lines),
            Some(_) => return Err(Refusal::DrawPending),
            None => {}
        }
        self.may_hold(now, viewer, &told, units(lines))?;
        if let Some(refusal) = self.missing(&drop, lines) {
            let joins = refusal == Refusal::SoldOut && told.plan.waitlist == Waitlist::Automatic && lines.len() == 1;
            return if joins { self.enter(now, viewer, drop, lines) } else { Err(refusal) };
        }
        let id = ReservationId(self.held().len() as u64 + 1);
        let line = |line: &WantedLine| BundleLine {
            sku: line.sku.clone(),
            quantity: line.quantity,
            unit_price_minor: self.price(&told.plan, &line.sku),
        };
        let lines = lines.iter().map(line).collect();
        let expires_at = Timestamp(now.0 + self.hold_ttl_ms(&told.plan));
        let held = Held { id, viewer: viewer.clone(), drop, lines, expires_at, waited: None };
        Ok((vec![Effect::Held(held)], Outcome::Reservation(id)))
    }

    pub(super) fn join(&self, now: Timestamp, viewer: &PrincipalId, drop: DropId, lines: &[WantedLine]) -> Answer {
        let told = self.asked_of(&drop, lines)?;
        match told.undrawn_until() {
            Some(until) if now >= until => Err(Refusal::DrawPending),
            None if told.plan.waitlist == Waitlist::Off => Err(Refusal::WaitlistOff),
            _ => self.enter(now, viewer, drop, lines),
        }
    }

    fn enter(&self, now: Timestamp, viewer: &PrincipalId, drop: DropId, lines: &[WantedLine]) -> Answer {
        let [WantedLine { sku, quantity }] = lines else { return Err(Refusal::BundleInvalid { max: 1 }) };
        if let Some((_, joined)) = self.line(&drop).iter().find(|(_, joined)| joined.viewer == *viewer) {
            return Err(Refusal::AlreadyWaiting { waiter: joined.waiter });
        }
        self.may_hold(now, viewer, &self.drop(&drop).unwrap(), *quantity)?;
        let waiter = WaiterId(self.joined().len() as u64 + 1);
        let joined = Joined { waiter, viewer: viewer.clone(), drop, sku: sku.clone(), quantity: *quantity };
        Ok((vec![Effect::Joined(joined)], Outcome::Waiter(waiter)))
    }

    pub(super) fn leave(&self, viewer: &PrincipalId, waiter: WaiterId) -> Answer {
        let mut joined = self.joined().into_iter().map(|(_, joined)| joined);
        if !joined.any(|joined| joined.waiter == waiter && joined.viewer == *viewer) {
            return Err(Refusal::WaiterUnknown);
        }
        match self.waiter_state(waiter) {
            WaiterState::Waiting => Ok((vec![Effect::Left(waiter)], Outcome::Waiter(waiter))),
            _ => Err(Refusal::WaiterOver),
        }
    }

    pub(super) fn extend_hold(&self, viewer: &PrincipalId, id: ReservationId) -> Answer {
        let held = self.own(viewer, id)?;
        let by_ms = self.plan().unwrap().settings.hold_rules.payment_extension_ms;
        if by_ms == 0 || self.was_extended(id) {
            return Err(Refusal::ExtensionOver);
        }
        let expires_at = Timestamp(self.deadline(&held).0 + by_ms);
        Ok((vec![Effect::HeldLonger(id, expires_at)], Outcome::Reservation(id)))
    }

    pub(super) fn confirm(&self, viewer: &PrincipalId, id: ReservationId) -> Answer {
        let held = self.own(viewer, id)?;
        let order = OrderId(self.orders().len() as u64 + 1);
        let mut effects = vec![Effect::Sold(id), Effect::Ordered(order, id, held.total())];
        let mut after = self.clone();
        after.note(Timestamp(0), Effect::Sold(id));
        effects.extend(after.closed_by_sale(&held));
        Ok((effects, Outcome::Order(order)))
    }

    /// The drop, when these lines of it can be asked for at all.
    fn asked_of(&self, drop: &DropId, lines: &[WantedLine]) -> Result<Told, Refusal> {
        let told = self.drop_in(drop, &[DropPhase::Open])?;
        if !lines.iter().all(|line| told.sells(&line.sku)) {
            return Err(Refusal::SkuUnknown);
        }
        if lines.iter().any(|line| line.quantity == 0) || units(lines) > QUANTITY_MAX {
            return Err(Refusal::QuantityInvalid { max: QUANTITY_MAX });
        }
        let times = |line: &WantedLine| lines.iter().filter(|other| other.sku == line.sku).count();
        if lines.len() > BUNDLE_LINES_MAX || lines.iter().any(|line| times(line) > 1) {
            return Err(Refusal::BundleInvalid { max: BUNDLE_LINES_MAX });
        }
        Ok(told)
    }

    fn may_hold(&self, now: Timestamp, viewer: &PrincipalId, told: &Told, units: u32) -> Result<(), Refusal> {
        let rules = &self.plan().unwrap().settings.hold_rules;
        let own: Vec<Held> = self.held().into_iter().filter(|held| held.viewer == *viewer).collect();
        if let Some(rest) = rules.cool_down {
            let lapsed = |held: &&Held| self.state(held.id) == ReservationState::Expired;
            let over: Vec<Timestamp> = own.iter().filter(lapsed).map(|held| self.deadline(held)).collect();
            let until = Timestamp(over.iter().max().map_or(0, |last| last.0) + rest.for_ms);
            if over.len() > rest.lapses_allowed as usize && now < until {
                return Err(Refusal::CoolingDown { until });
            }
        }
        let open = own.iter().filter(|held| self.is_kept(held.id)).count();
        if let Some(limit) = rules.open_holds_per_viewer.filter(|limit| open >= *limit as usize) {
            return Err(Refusal::OpenHoldsReached { limit });
        }
        let limit = told.plan.limit_per_viewer;
        let taken = self.taken_by(viewer, |drop| *drop == told.plan.drop);
        if taken + units > limit {
            return Err(Refusal::LimitReached { limit, remaining: limit - taken });
        }
        let taken = self.taken_by(viewer, |_| true);
        match rules.limit_per_viewer {
            Some(limit) if taken + units > limit => {
                Err(Refusal::ShowLimitReached { limit, remaining: limit.saturating_sub(taken) })
            }
            _ => Ok(()),
        }
    }

    /// Why these lines can't be had.
    fn missing(&self, drop: &DropId, lines: &[WantedLine]) -> Option<Refusal> {
        let available = |line: &WantedLine| self.available(drop, &line.sku);
        if lines.iter().any(|line| available(line) == 0) {
            return Some(Refusal::SoldOut);
        }
        let short = lines.iter().rev().find(|line| available(line) < line.quantity);
        let shared = self.shared_left(drop);
        match short {
            Some(line) => Some(Refusal::NotEnough { available: available(line) }),
            None => (units(lines) > shared).then_some(Refusal::NotEnough { available: shared }),
        }
    }
}

fn units(lines: &[WantedLine]) -> u32 {
    lines.iter().map(|line| line.quantity).sum()
}
