//! The run of show: which drop is in which phase.

use std::collections::BTreeMap;

use dropcast_domain::show::UNDO_MS;
use dropcast_proto::v1::{
    CapRaised, CloseReason, DrawCommitted, DropClosed, DropExtended, DropOpened, DropPhase, DropPlanned, LotsDrawn,
    SharedCapRaised,
};

use super::{AuditDraw, ViolationCode, drop::Drop, entries::time, violation::Findings};
use crate::journal::Digest;

/// The drops of the run of show by their names.
#[derive(Default, Debug)]
pub(super) struct Drops {
    drops: BTreeMap<String, Drop>,
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
        if self.expect(name, &[DropPhase::Planned], "taken away", findings).is_some_and(|drop| drop.is_fixed()) {
            let detail = format_args!("drop {name} is taken away with what it held, or after it was opened");
            findings.add(ViolationCode::DropChanged, detail);
        }
        self.drops.remove(name);
    }

    pub(super) fn schedule(&mut self, name: &str, findings: &mut Findings) {
        self.expect(name, &[DropPhase::Planned], "scheduled", findings);
    }

    pub(super) fn open(&mut self, fact: &DropOpened, at_ms: u64, findings: &mut Findings) {
        let Some(drop) = self.expect(&fact.drop, &[DropPhase::Planned], "opened", findings) else { return };
        if drop.plan.draw_entry_ms.is_some() && !drop.draw.is_bound() {
            findings.add(ViolationCode::DrawUncommitted, format_args!("drop {} opens", fact.drop));
        }
        drop.phase = DropPhase::Open;
        drop.opened_at = at_ms;
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

    pub(super) fn raise_shared_cap(&mut self, fact: &SharedCapRaised, findings: &mut Findings) {
        let not_over = [DropPhase::Planned, DropPhase::Open, DropPhase::Paused];
        let Some(drop) = self.expect(&fact.drop, &not_over, "given units", findings) else { return };
        drop.shared_raised += u64::from(fact.units);
    }

    /// Binds a draw to its seed, before the drop opens.
    pub(super) fn commit_draw(&mut self, fact: &DrawCommitted, findings: &mut Findings) {
        let Some(drop) = self.expect(&fact.drop, &[DropPhase::Planned], "bound to a seed", findings) else { return };
        if drop.plan.draw_entry_ms.is_none() {
            findings.add(ViolationCode::DrawNotDue, format_args!("drop {} has no draw to bind", fact.drop));
        }
        drop.draw.commit(&fact.commitment);
    }

    /// Takes in what decides a draw; `before` is the digest of the entry before this one.
    pub(super) fn draw_lots(&mut self, fact: &LotsDrawn, at_ms: u64, before: &Digest, findings: &mut Findings) {
        let running = [DropPhase::Open, DropPhase::Paused];
        let Some(drop) = self.expect(&fact.drop, &running, "drawn", findings) else { return };
        if !drop.takes_lots(at_ms) {
            findings.add(ViolationCode::DrawNotDue, format_args!("the lots of drop {} are drawn", fact.drop));
        }
        drop.draw.draw(fact, before, findings);
    }

    /// The draws that are bound to a seed; `entered` counts those who wait for lots.
    pub(super) fn draws(&self, entered: impl Fn(&str) -> u64) -> Vec<AuditDraw> {
        let drawing = self.drops.iter().filter(|(_, drop)| drop.plan.draw_entry_ms.is_some());
        drawing.filter_map(|(name, drop)| drop.draw.report(name, entered(name))).collect()
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

    pub(super) fn undo(&mut self, name: &str, at_ms: u64, findings: &mut Findings) {
        let running = [DropPhase::Open, DropPhase::Paused];
        let Some(drop) = self.expect(name, &running, "taken back", findings) else { return };
        // Of what is not open the phase says enough.
        let is_late = running.contains(&drop.phase) && drop.opened_at.saturating_add(UNDO_MS) <= at_ms;
        if is_late || drop.draw.is_drawn() || drop.keeps_units() {
            let detail = format_args!("drop {name}, opened {}, is taken back", time(drop.opened_at));
            findings.add(ViolationCode::UndoneInUse, detail);
        }
        (drop.phase, drop.opened_at, drop.closes_at) = (DropPhase::Planned, 0, None);
        drop.was_undone = true;
    }

    pub(super) fn find(&self, name: &str) -> Option<&Drop> {
        self.drops.get(name)
    }

    /// The drop in which something is done for a viewer; one that never was is told.
    pub(super) fn find_mut(&mut self, name: &str, findings: &mut Findings) -> Option<&mut Drop> {
        let drop = self.drops.get_mut(name);
        if drop.is_none() {
            findings.add(ViolationCode::DropUnknown, format_args!("{name:?} holds units, or has a line"));
        }
        drop
    }

    /// The show ended: no drop may sell on.
    pub(super) fn all_over(&self, findings: &mut Findings) {
        let running = |drop: &&Drop| matches!(drop.phase, DropPhase::Open | DropPhase::Paused);
        for drop in self.drops.values().filter(running) {
            let detail = format_args!("drop {} is {:?} when the show ends", drop.plan.drop, drop.phase);
            findings.add(ViolationCode::DropPhase, detail);
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
