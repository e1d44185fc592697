//! What each kind of fact changes: the one place that a new kind is added to.

use dropcast_proto::v1::{DropPhase, DropPlanned, ReservationState, ShowPhase, fact::Kind};

use super::{
    drops::{Draw, DropStates, Left},
    states::States,
};

impl States {
    /// Takes in a fact. In words, why it can't be.
    pub(super) fn apply(&mut self, seq: u64, fact: Option<&Kind>) -> Result<(), String> {
        let Some(fact) = fact else { return Err("a fact of a kind that is not known here".to_owned()) };
        match fact {
            Kind::ShowPlanned(planned) => self.hold_rules.set(seq, planned.hold_rules.unwrap_or_default()),
            Kind::ShowStarted(_) => self.show.set(seq, ShowPhase::Live),
            Kind::ShowEnded(_) => self.show.set(seq, ShowPhase::Ended),
            Kind::UnitsAdded(added) => self.move_units(seq, &added.sku, i64::from(added.units)),
            Kind::UnitsWithdrawn(withdrawn) => self.move_units(seq, &withdrawn.sku, -i64::from(withdrawn.units)),
            Kind::UnitsSoldElsewhere(sold) => self.move_units(seq, &sold.sku, -i64::from(sold.units)),
            Kind::DropPlanned(planned) => self.plan(seq, planned),
            Kind::DropUnplanned(unplanned) => self.unplan(seq, &unplanned.drop)?,
            Kind::DropOpened(opened) => self.open(seq, &opened.drop)?,
            Kind::DropPaused(paused) => self.set_phase(seq, &paused.drop, DropPhase::Paused)?,
            Kind::DropResumed(resumed) => self.set_phase(seq, &resumed.drop, DropPhase::Open)?,
            Kind::DropUndone(undone) => self.undo(seq, &undone.drop)?,
            Kind::DropClosed(closed) => self.end_lines(seq, &closed.drop, DropPhase::Closed)?,
            Kind::CapRaised(raised) => {
                let item = self.drop_of(&raised.drop)?.items.entry(raised.sku.as_str().into()).or_default();
                item.raise(seq, i64::from(raised.units));
            }
            Kind::SharedCapRaised(raised) => {
                self.drop_of(&raised.drop)?.shared.raise(seq, i64::from(raised.units));
            }
            Kind::ReservationHeld(held) => self.hold(seq, held)?,
            Kind::BundleLineHeld(line) => self.hold_more(seq, line)?,
            Kind::ReservationOffered(offered) => self.offer(seq, offered)?,
            Kind::HoldExtended(extended) => self.extend(seq, extended.reservation)?,
            Kind::ReservationSold(sold) => self.settle(seq, sold.reservation, ReservationState::Sold)?,
            Kind::ReservationReleased(released) => {
                self.settle(seq, released.reservation, ReservationState::Released)?;
            }
            Kind::ReservationExpired(expired) => self.settle(seq, expired.reservation, ReservationState::Expired)?,
            Kind::ReservationRevoked(revoked) => self.settle(seq, revoked.reservation, ReservationState::Revoked)?,
            Kind::WaitlistJoined(joined) => self.join(seq, joined)?,
            Kind::WaitlistLeft(left) => self.leave(seq, left.waiter)?,
            Kind::DrawCommitted(committed) => self.commit(committed)?,
            Kind::LotsDrawn(drawn) => self.draw(seq, drawn)?,
            Kind::PromiseKept(kept) => self.keep_promise(seq, kept),
            Kind::PromiseBroken(broken) => {
                self.promises.insert((broken.viewer.as_str().into(), broken.lost));
            }
            other if changes_nothing_here(other) => {}
            other => return Err(format!("{other:?} is a fact of a kind that the check of answers does not know")),
        }
        Ok(())
    }

    pub(super) fn move_units(&mut self, seq: u64, sku: &str, units: i64) {
        self.free.entry(sku.into()).or_default().add(seq, units);
    }

    pub(super) fn drop_of(&mut self, drop: &str) -> Result<&mut DropStates, String> {
        self.drops.get_mut(drop).ok_or_else(|| format!("the drop {drop}, which was never planned"))
    }

    fn set_phase(&mut self, seq: u64, drop: &str, phase: DropPhase) -> Result<(), String> {
        self.drop_of(drop)?.phase.set(seq, Some(phase));
        Ok(())
    }

    /// What was done with a SKU is kept where the drop sells it still.
    fn plan(&mut self, seq: u64, planned: &DropPlanned) {
        let drop = self.drops.entry(planned.drop.as_str().into()).or_default();
        if drop.phase.now().copied().flatten().is_none() {
            drop.phase.set(seq, Some(DropPhase::Planned));
            drop.items.values_mut().for_each(|item| item.raised = 0);
            drop.shared.raised = 0;
        }
        drop.limit.set(seq, i64::from(planned.limit_per_viewer));
        drop.waitlist.set(seq, planned.waitlist());
        if drop.draw.now() != Some(&Draw::Over) {
            drop.draw.set(seq, if planned.draw_entry_ms.is_some() { Draw::Ahead } else { Draw::Never });
        }
        for (sku, item) in &mut drop.items {
            if planned.items.iter().all(|planned| *planned.sku != **sku) {
                item.raised = 0;
                item.left.set(seq, Left::NotSold);
            }
        }
        for item in &planned.items {
            drop.items.entry(item.sku.as_str().into()).or_default().cap(seq, item.cap);
        }
        drop.shared.cap(seq, planned.shared_cap);
    }

    fn unplan(&mut self, seq: u64, drop: &str) -> Result<(), String> {
        let drop = self.drop_of(drop)?;
        drop.phase.set(seq, None);
        drop.commitment.clear();
        Ok(())
    }

    fn open(&mut self, seq: u64, name: &str) -> Result<(), String> {
        self.set_phase(seq, name, DropPhase::Open)?;
        let drop = self.drop_of(name)?;
        let is_bound = drop.draw.now() != Some(&Draw::Ahead) || !drop.commitment.is_empty();
        if is_bound { Ok(()) } else { Err(format!("the drop {name} opens before its draw is bound to a seed")) }
    }

    /// What was kept in it is revoked before, and its draw has still to be held.
    fn undo(&mut self, seq: u64, name: &str) -> Result<(), String> {
        let drop = self.drop_of(name)?;
        let is_unused = drop.items.values().all(|item| item.used == 0) && drop.draw.now() != Some(&Draw::Over);
        self.end_lines(seq, name, DropPhase::Planned)?;
        if is_unused { Ok(()) } else { Err(format!("the opening of {name} is taken back while it is in use")) }
    }
}

/// No viewer's answer depends on them, but for the clock.
fn changes_nothing_here(fact: &Kind) -> bool {
    matches!(
        fact,
        Kind::ProductListed(_)
            | Kind::ProductUnlisted(_)
            | Kind::DropScheduled(_)
            | Kind::DropExtended(_)
            | Kind::OrderPlaced(_)
            | Kind::OrderPaid(_)
            | Kind::HoldsExtended(_)
            | Kind::ShortfallRecorded(_)
            | Kind::AudienceCounted(_)
    )
}
