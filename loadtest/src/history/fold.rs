//! What each kind of fact changes: the one place that a new kind is added to.

use dropcast_proto::v1::{
    Cause, DropPhase, DropPlanned, Fact, PromiseKept, ReservationHeld, ReservationState, Role, ShowPhase, UsedKey,
    fact::Kind, key_outcome,
};

use super::{
    call::{Asked, Name, Owner},
    states::{Bound, DropStates, Left, Reservation, States},
    timeline::Timeline,
};

impl States {
    /// Takes in a fact. In words, why it can't be.
    pub(super) fn apply(&mut self, seq: u64, fact: Option<&Kind>) -> Result<(), String> {
        let Some(fact) = fact else { return Err("a fact of a kind that is not known here".to_owned()) };
        match fact {
            Kind::ShowStarted(_) => self.show.set(seq, ShowPhase::Live),
            Kind::ShowEnded(_) => self.show.set(seq, ShowPhase::Ended),
            Kind::UnitsAdded(added) => self.move_units(seq, &added.sku, i64::from(added.units)),
            Kind::UnitsWithdrawn(withdrawn) => self.move_units(seq, &withdrawn.sku, -i64::from(withdrawn.units)),
            Kind::DropPlanned(planned) => self.plan(seq, planned),
            Kind::DropUnplanned(unplanned) => self.drop_of(&unplanned.drop)?.phase.set(seq, None),
            Kind::DropOpened(opened) => self.set_phase(seq, &opened.drop, DropPhase::Open)?,
            Kind::DropPaused(paused) => self.set_phase(seq, &paused.drop, DropPhase::Paused)?,
            Kind::DropResumed(resumed) => self.set_phase(seq, &resumed.drop, DropPhase::Open)?,
            Kind::DropClosed(closed) => self.set_phase(seq, &closed.drop, DropPhase::Closed)?,
            Kind::CapRaised(raised) => {
                let item = self.drop_of(&raised.drop)?.items.entry(raised.sku.as_str().into()).or_default();
                item.raise(seq, i64::from(raised.units));
            }
            Kind::ReservationHeld(held) => self.hold(seq, held)?,
            Kind::ReservationSold(sold) => self.settle(seq, sold.reservation, ReservationState::Sold)?,
            Kind::ReservationReleased(released) => {
                self.settle(seq, released.reservation, ReservationState::Released)?;
            }
            Kind::ReservationExpired(expired) => self.settle(seq, expired.reservation, ReservationState::Expired)?,
            Kind::PromiseKept(kept) => self.keep_promise(seq, kept),
            Kind::PromiseBroken(broken) => {
                self.promises.insert((broken.viewer.as_str().into(), broken.lost));
            }
            other if changes_nothing_here(other) => {}
            other => return Err(format!("{other:?} is a fact of a kind that the check of answers does not know")),
        }
        Ok(())
    }

    /// Takes in who asked, and what the key stands for from now on.
    pub(super) fn bind_cause(&mut self, seq: u64, cause: &Cause, facts: &[Fact]) -> Result<(), String> {
        let Some(binding) = &cause.binding else { return Ok(()) };
        let (mut reservation, mut order) = (None, None);
        match binding.outcome.as_ref().and_then(|outcome| outcome.kind.as_ref()) {
            Some(key_outcome::Kind::Reservation(number)) => reservation = Some(*number),
            Some(key_outcome::Kind::Order(number)) => order = Some(*number),
            Some(key_outcome::Kind::Done(_) | key_outcome::Kind::Waiter(_)) => {}
            None => return Err("a key that stands for nothing that is known here".to_owned()),
        }
        let asked = asked(facts);
        if let Asked::Confirm { reservation: sold } = asked {
            reservation = Some(sold);
        }
        let owner =
            Owner { role: cause.role(), name: cause.principal.as_str().into(), key: binding.key.as_str().into() };
        self.bind(owner, Bound { seq, asked: Some(asked), reservation, order })
    }

    fn bind(&mut self, owner: Owner, bound: Bound) -> Result<(), String> {
        let seq = bound.seq;
        if let Some(before) = self.bound.get(&owner).filter(|before| before.seq != seq) {
            return Err(format!("{owner} was accepted before, by entry {}", before.seq));
        }
        self.bound.insert(owner, bound);
        Ok(())
    }

    fn move_units(&mut self, seq: u64, sku: &str, units: i64) {
        self.free.entry(sku.into()).or_default().add(seq, units);
    }

    fn drop_of(&mut self, drop: &str) -> Result<&mut DropStates, String> {
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
        }
        drop.limit.set(seq, i64::from(planned.limit_per_viewer));
        for (sku, item) in &mut drop.items {
            if planned.items.iter().all(|planned| *planned.sku != **sku) {
                item.raised = 0;
                item.left.set(seq, Left::NotSold);
            }
        }
        for item in &planned.items {
            drop.items.entry(item.sku.as_str().into()).or_default().cap(seq, item.cap);
        }
    }

    fn hold(&mut self, seq: u64, held: &ReservationHeld) -> Result<(), String> {
        let ReservationHeld { reservation, viewer, drop, sku, quantity, .. } = held;
        let name = |text: &String| Name::from(text.as_str());
        let mut state = Timeline::default();
        state.set(seq, ReservationState::Held);
        let record = Reservation { viewer: name(viewer), drop: name(drop), sku: name(sku), quantity: *quantity, state };
        if self.reservations.insert(*reservation, record).is_some() {
            return Err(format!("reservation {reservation} is held twice"));
        }
        self.take(seq, *reservation, i64::from(*quantity))
    }

    fn settle(&mut self, seq: u64, reservation: u64, state: ReservationState) -> Result<(), String> {
        let unknown = || format!("reservation {reservation} was never held");
        let record = self.reservations.get_mut(&reservation).ok_or_else(unknown)?;
        record.state.set(seq, state);
        let quantity = i64::from(record.quantity);
        if state == ReservationState::Sold { Ok(()) } else { self.take(seq, reservation, -quantity) }
    }

    /// So many more units, or fewer, are the reservation's.
    fn take(&mut self, seq: u64, reservation: u64, units: i64) -> Result<(), String> {
        let Some(record) = self.reservations.get(&reservation) else { return Ok(()) };
        let (viewer, drop, sku) = (Name::clone(&record.viewer), Name::clone(&record.drop), Name::clone(&record.sku));
        self.move_units(seq, &sku, -units);
        let drop = self.drop_of(&drop)?;
        drop.items.entry(sku).or_default().use_units(seq, units);
        drop.taken.entry(viewer).or_default().add(seq, units);
        Ok(())
    }

    /// The keys are bound as if the viewer had asked here.
    fn keep_promise(&mut self, seq: u64, kept: &PromiseKept) {
        self.promises.insert((kept.viewer.as_str().into(), kept.lost));
        let owner = |used: &UsedKey| Owner {
            role: Role::Viewer,
            name: kept.viewer.as_str().into(),
            key: used.key.as_str().into(),
        };
        let reservation = Some(kept.reservation);
        if let Some(used) = &kept.reserve {
            self.bound.insert(owner(used), Bound { seq, asked: None, reservation, order: None });
        }
        if let Some(sale) = &kept.sale
            && let Some(used) = &sale.confirm
        {
            self.bound.insert(owner(used), Bound { seq, asked: None, reservation, order: Some(sale.order) });
        }
    }
}

/// No viewer's answer depends on them.
fn changes_nothing_here(fact: &Kind) -> bool {
    matches!(
        fact,
        Kind::ShowPlanned(_)
            | Kind::ProductListed(_)
            | Kind::ProductUnlisted(_)
            | Kind::DropScheduled(_)
            | Kind::DropExtended(_)
            | Kind::OrderPlaced(_)
            | Kind::OrderPaid(_)
            | Kind::HoldsExtended(_)
    )
}

/// What must have been asked for these facts to come of it.
fn asked(facts: &[Fact]) -> Asked {
    let asked = facts.iter().find_map(|fact| match fact.kind.as_ref()? {
        Kind::ReservationHeld(held) => Some(Asked::Reserve {
            drop: held.drop.as_str().into(),
            sku: held.sku.as_str().into(),
            quantity: held.quantity,
        }),
        Kind::ReservationSold(sold) => Some(Asked::Confirm { reservation: sold.reservation }),
        Kind::ReservationReleased(released) => Some(Asked::Release { reservation: released.reservation }),
        _ => None,
    });
    asked.unwrap_or(Asked::Run)
}
