//! The run of show: which drop sells what, to whom, from when to when.

use std::collections::BTreeMap;

use dropcast_proto::v1::{
    self, CapRaised, CloseReason, DropClosed, DropExtended, DropOpened, DropPhase, DropPlanned, ReservationHeld,
};

use super::{ViolationCode, entries::time, sales::Reservation, violation::Findings};

/// The last moment that a deadline can be: 9999-12-30T22:00:00.000Z, the last with a four-digit year in every clock.
pub(super) const MOMENT_MAX_MS: u64 = 253_402_207_200_000;

/// The drops of the run of show by their names.
#[derive(Default, Debug)]
pub(super) struct Drops {
    drops: BTreeMap<String, Drop>,
}

#[derive(Debug)]
struct Drop {
    plan: DropPlanned,
    phase: DropPhase,
    closes_at: Option<u64>,
    /// By how much the cap of each SKU was raised.
    raised: BTreeMap<String, u64>,
    /// The units held and sold of each SKU.
    taken: BTreeMap<String, u64>,
    /// The units that each viewer holds and bought.
    taken_by: BTreeMap<String, u64>,
}

impl Drops {
    pub(super) fn plan(&mut self, plan: &DropPlanned, findings: &mut Findings) {
        let Some(drop) = self.drops.get_mut(&plan.drop) else {
            self.drops.insert(plan.drop.clone(), Drop::planned(plan));
            return;
        };
        if drop.is_fixed() && drop.sells_otherwise(plan) {
            findings.add(ViolationCode::DropChanged, format_args!("drop {} is {:?}", plan.drop, drop.phase));
        }
        drop.plan = plan.clone();
    }

    pub(super) fn unplan(&mut self, name: &str, findings: &mut Findings) {
        if self.expect(name, &[DropPhase::Planned], "taken away", findings).is_some_and(|drop| drop.has_held()) {
            findings.add(ViolationCode::DropChanged, format_args!("drop {name} is taken away with what it held"));
        }
        self.drops.remove(name);
    }

    pub(super) fn schedule(&mut self, name: &str, findings: &mut Findings) {
        self.expect(name, &[DropPhase::Planned], "scheduled", findings);
    }

    pub(super) fn open(&mut self, fact: &DropOpened, findings: &mut Findings) {
        let Some(drop) = self.expect(&fact.drop, &[DropPhase::Planned], "opened", findings) else { return };
        drop.phase = DropPhase::Open;
        drop.closes_at = fact.closes_at;
    }

    pub(super) fn pause(&mut self, name: &str, findings: &mut Findings) {
        let Some(drop) = self.expect(name, &[DropPhase::Open], "paused", findings) else { return };
        drop.phase = DropPhase::Paused;
    }

    pub(super) fn resume(&mut self, name: &str, findings: &mut Findings) {
        let Some(drop) = self.expect(name, &[DropPhase::Paused], "resumed", findings) else { return };
        drop.phase = DropPhase::Open;
    }

    pub(super) fn extend(&mut self, fact: &DropExtended, findings: &mut Findings) {
        let running = [DropPhase::Open, DropPhase::Paused];
        let Some(drop) = self.expect(&fact.drop, &running, "extended", findings) else { return };
        drop.closes_at = Some(fact.closes_at);
    }

    pub(super) fn raise_cap(&mut self, fact: &CapRaised, findings: &mut Findings) {
        let not_over = [DropPhase::Planned, DropPhase::Open, DropPhase::Paused];
        let Some(drop) = self.expect(&fact.drop, &not_over, "given units", findings) else { return };
        *drop.raised.entry(fact.sku.clone()).or_default() += u64::from(fact.units);
    }

    pub(super) fn close(&mut self, fact: &DropClosed, at_ms: u64, findings: &mut Findings) {
        let running = [DropPhase::Open, DropPhase::Paused];
        let Some(drop) = self.expect(&fact.drop, &running, "closed", findings) else { return };
        let is_over = drop.closes_at.is_some_and(|closes_at| closes_at <= at_ms);
        drop.phase = DropPhase::Closed;
        if fact.reason == i32::from(CloseReason::Time) && !is_over {
            let until = drop.closes_at.map_or_else(|| "without an end".to_owned(), time);
            let detail = format_args!("drop {} was open until {until}", fact.drop);
            findings.add(ViolationCode::ClosedEarly, detail);
        }
    }

    /// The show ended: no drop may sell on.
    pub(super) fn all_over(&self, findings: &mut Findings) {
        let running = |drop: &&Drop| matches!(drop.phase, DropPhase::Open | DropPhase::Paused);
        for drop in self.drops.values().filter(running) {
            let detail = format_args!("drop {} is {:?} when the show ends", drop.plan.drop, drop.phase);
            findings.add(ViolationCode::DropPhase, detail);
        }
    }

    /// Takes units for a viewer, and checks that the drop could sell them so.
    pub(super) fn hold(
        &mut self,
        held: &ReservationHeld,
        at_ms: u64,
        hold_ttl_ms: u64,
        list_price_minor: u64,
        findings: &mut Findings,
    ) {
        let Some(drop) = self.drops.get_mut(&held.drop) else {
            findings.add(ViolationCode::DropUnknown, format_args!("{:?} holds units", held.drop));
            return;
        };
        if drop.phase != DropPhase::Open || drop.closes_at.is_some_and(|closes_at| closes_at <= at_ms) {
            let until = drop.closes_at.map(time);
            let detail = format_args!("drop {} is {:?} until {until:?}", held.drop, drop.phase);
            findings.add(ViolationCode::DropNotOpen, detail);
        }
        let expires_at = drop.deadline(at_ms, hold_ttl_ms);
        if held.expires_at != expires_at {
            let (found, expected) = (time(held.expires_at), time(expires_at));
            let detail = format_args!("reservation {} is held until {found}, not {expected}", held.reservation);
            findings.add(ViolationCode::DeadlineDiffers, detail);
        }
        drop.take(held, Some(list_price_minor), findings);
    }

    /// Takes units for a viewer to whom a lost history promised them: whatever the phase, at the price that was
    /// promised, and for no shorter a time than anybody would have.
    pub(super) fn hold_as_promised(
        &mut self,
        held: &ReservationHeld,
        at_ms: u64,
        hold_ttl_ms: u64,
        findings: &mut Findings,
    ) {
        let Some(drop) = self.drops.get_mut(&held.drop) else {
            findings.add(ViolationCode::DropUnknown, format_args!("{:?} holds units", held.drop));
            return;
        };
        let earliest = drop.deadline(at_ms, hold_ttl_ms);
        if held.expires_at < earliest {
            let (found, expected) = (time(held.expires_at), time(earliest));
            let detail = format_args!("reservation {} is held until {found}, before {expected}", held.reservation);
            findings.add(ViolationCode::DeadlineDiffers, detail);
        }
        drop.take(held, None, findings);
    }

    /// Units came back.
    pub(super) fn give_back(&mut self, ended: &Reservation) {
        let Some(drop) = self.drops.get_mut(&ended.drop) else { return };
        let quantity = u64::from(ended.quantity);
        for taken in [drop.taken.get_mut(&ended.sku), drop.taken_by.get_mut(&ended.viewer)].into_iter().flatten() {
            *taken = taken.saturating_sub(quantity);
        }
    }

    /// The drop, which should be in one of these phases to be treated so.
    fn expect(
        &mut self,
        name: &str,
        phases: &[DropPhase],
        treated: &str,
        findings: &mut Findings,
    ) -> Option<&mut Drop> {
        let drop = self.drops.get_mut(name);
        match &drop {
            None => findings.add(ViolationCode::DropUnknown, format_args!("{name:?} is {treated}")),
            Some(drop) if !phases.contains(&drop.phase) => {
                let detail = format_args!("drop {name} is {treated} while it is {:?}", drop.phase);
                findings.add(ViolationCode::DropPhase, detail);
            }
            Some(_) => {}
        }
        drop
    }
}

impl Drop {
    fn planned(plan: &DropPlanned) -> Self {
        Self {
            plan: plan.clone(),
            phase: DropPhase::Planned,
            closes_at: None,
            raised: BTreeMap::new(),
            taken: BTreeMap::new(),
            taken_by: BTreeMap::new(),
        }
    }

    /// Until when units are held that are held now.
    fn deadline(&self, at_ms: u64, hold_ttl_ms: u64) -> u64 {
        at_ms.saturating_add(self.plan.hold_ttl_ms.unwrap_or(hold_ttl_ms)).min(MOMENT_MAX_MS)
    }

    /// Whether anything was ever held in it.
    fn has_held(&self) -> bool {
        !self.taken.is_empty()
    }

    /// Whether it sells what it sells for good: it was opened, or something was held in it as promised.
    fn is_fixed(&self) -> bool {
        self.phase != DropPhase::Planned || self.has_held()
    }

    /// Whether a plan changes more than what people read and the place in the run of show.
    fn sells_otherwise(&self, plan: &DropPlanned) -> bool {
        let comparable = DropPlanned { title: plan.title.clone(), place: plan.place, ..self.plan.clone() };
        comparable != *plan
    }

    /// Takes units; their price is checked where there is a list price to hold it against.
    fn take(&mut self, held: &ReservationHeld, list_price_minor: Option<u64>, findings: &mut Findings) {
        let quantity = u64::from(held.quantity);
        let taken = self.taken.entry(held.sku.clone()).or_default();
        *taken += quantity;
        let taken_by = self.taken_by.entry(held.viewer.clone()).or_default();
        *taken_by += quantity;
        let limit = self.plan.limit_per_viewer;
        if *taken_by > u64::from(limit) {
            let detail = format_args!("{} has {taken_by} units in drop {}, not {limit}", held.viewer, held.drop);
            findings.add(ViolationCode::LimitExceeded, detail);
        }
        let Some(item) = self.plan.items.iter().find(|item| item.sku == held.sku) else {
            findings.add(ViolationCode::SkuNotInDrop, format_args!("{:?} in drop {}", held.sku, held.drop));
            return;
        };
        if let Some(list_price_minor) = list_price_minor {
            check_price(item, held, list_price_minor, findings);
        }
        let raised = self.raised.get(&held.sku).copied().unwrap_or_default();
        if let Some(cap) = item.cap.map(|cap| u64::from(cap) + raised).filter(|cap| *taken > *cap) {
            let detail = format_args!("drop {} has {taken} units of {}, not {cap}", held.drop, held.sku);
            findings.add(ViolationCode::CapExceeded, detail);
        }
    }
}

fn check_price(item: &v1::PlannedItem, held: &ReservationHeld, list_price_minor: u64, findings: &mut Findings) {
    let price_minor = item.price_minor.unwrap_or(list_price_minor);
    if held.unit_price_minor != price_minor {
        let detail = format_args!(
            "reservation {} is at {}, {} costs {price_minor}",
            held.reservation, held.unit_price_minor, held.sku
        );
        findings.add(ViolationCode::PriceDiffers, detail);
    }
}
