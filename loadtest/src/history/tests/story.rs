//! A show and its clients, told step by step.

use std::{ops::Range, time::Duration};

use dropcast_proto::v1::{
    self, Cause, CloseReason, DropPhase, EntryBody, Fact, KeyBinding, KeyOutcome, Role,
    fact::Kind,
    key_outcome::{
        self,
        Kind::{Order, Reservation, Waiter},
    },
};

use crate::history::{
    Asked, Call, History, Sight, States, Verdict,
    call::{Owner, Refusal, Told},
    check,
};

pub(super) const DROP: &str = "opening";
pub(super) const SKU: &str = "scarf";

/// What the journal has, and what clients saw. Moments are in milliseconds.
#[derive(Default)]
pub(super) struct Story {
    pub(super) seq: u64,
    reservations: u64,
    orders: u64,
    waiters: u64,
    pub(super) entries: Vec<EntryBody>,
    pub(super) history: History,
}

impl Story {
    /// A planned drop of so many units in a show that is live: entries 1 and 2.
    pub(super) fn planned(units: u32, limit: u32) -> Self {
        Self::planned_as(units, v1::DropPlanned { limit_per_viewer: limit, ..Default::default() })
    }

    /// The same, of a drop that is planned like this but for its name, and for what it sells where that isn't said.
    pub(super) fn planned_as(units: u32, mut planned: v1::DropPlanned) -> Self {
        let mut story = Self::default();
        planned.drop = DROP.into();
        if planned.items.is_empty() {
            planned.items.push(v1::PlannedItem { sku: SKU.into(), ..Default::default() });
        }
        for item in &planned.items {
            story.add(Kind::UnitsAdded(v1::UnitsAdded { sku: item.sku.clone(), units, planned: true }));
        }
        story.add(Kind::DropPlanned(planned));
        story.pass(vec![Kind::ShowStarted(v1::ShowStarted {})]);
        story
    }

    /// The same, and the drop is open: entry 3.
    pub(super) fn open_as(units: u32, planned: v1::DropPlanned) -> Self {
        let mut story = Self::planned_as(units, planned);
        story.phase(DropPhase::Open);
        story
    }

    /// The same, and the drop is open: entry 3.
    pub(super) fn open(units: u32, limit: u32) -> Self {
        let mut story = Self::planned(units, limit);
        story.phase(DropPhase::Open);
        story
    }

    /// What came of it.
    pub(super) fn check(&self) -> Verdict {
        let mut states = States::default();
        for (seq, body) in (1..).zip(&self.entries) {
            states.add(seq, body);
        }
        check(&self.history, &states)
    }

    /// The entry that follows.
    pub(super) fn entry(&mut self, cause: Option<Cause>, facts: Vec<Kind>) -> u64 {
        let facts = facts.into_iter().map(|kind| Fact { kind: Some(kind) }).collect();
        self.entries.push(EntryBody { cause, facts });
        self.seq = self.entries.len() as u64;
        self.seq
    }

    /// An entry that nobody asked for.
    pub(super) fn pass(&mut self, facts: Vec<Kind>) -> u64 {
        self.entry(None, facts)
    }

    /// One more fact of the last entry, or of the first.
    pub(super) fn add(&mut self, kind: Kind) {
        if self.entries.is_empty() {
            self.pass(Vec::new());
        }
        let last = self.entries.last_mut().expect("there is one");
        last.facts.push(Fact { kind: Some(kind) });
    }

    /// The drop is planned, or planned anew, in the last entry.
    pub(super) fn plan(&mut self, limit_per_viewer: u32, item: v1::PlannedItem) {
        let planned = v1::DropPlanned { drop: DROP.into(), limit_per_viewer, items: vec![item], ..Default::default() };
        self.add(Kind::DropPlanned(planned));
    }

    /// The drop comes into a phase.
    pub(super) fn phase(&mut self, phase: DropPhase) -> u64 {
        let drop = || DROP.to_owned();
        let kind = match phase {
            DropPhase::Open => Kind::DropOpened(v1::DropOpened { drop: drop(), closes_at: None }),
            DropPhase::Paused => Kind::DropPaused(v1::DropPaused { drop: drop() }),
            _ => Kind::DropClosed(v1::DropClosed { drop: drop(), reason: CloseReason::Host.into() }),
        };
        self.pass(vec![kind])
    }

    /// The journal has it that somebody holds units; the number of the reservation.
    pub(super) fn hold(&mut self, viewer: &str, key: &str, quantity: u32) -> u64 {
        self.reservations += 1;
        let reservation = self.reservations;
        let held = v1::ReservationHeld {
            reservation,
            viewer: viewer.into(),
            drop: DROP.into(),
            sku: SKU.into(),
            quantity,
            ..Default::default()
        };
        self.entry(Some(cause(viewer, key, Reservation(reservation))), vec![Kind::ReservationHeld(held)]);
        reservation
    }

    /// The journal has it that somebody bought what was held; the number of the order.
    pub(super) fn sell(&mut self, viewer: &str, key: &str, reservation: u64) -> u64 {
        self.orders += 1;
        let order = self.orders;
        let facts = vec![
            Kind::ReservationSold(v1::ReservationSold { reservation }),
            Kind::OrderPlaced(v1::OrderPlaced { order, reservation, total_minor: 0 }),
        ];
        self.entry(Some(cause(viewer, key, Order(order))), facts);
        order
    }

    /// The journal has it that somebody gave back what was held.
    pub(super) fn release(&mut self, viewer: &str, key: &str, reservation: u64) {
        let released = Kind::ReservationReleased(v1::ReservationReleased { reservation });
        self.entry(Some(cause(viewer, key, Reservation(reservation))), vec![released]);
    }

    /// The journal has it that somebody waits; the number of the place.
    pub(super) fn join(&mut self, viewer: &str, key: &str, quantity: u32) -> u64 {
        self.waiters += 1;
        let waiter = self.waiters;
        let (viewer, drop, sku) = (viewer.to_owned(), DROP.to_owned(), SKU.to_owned());
        let cause = cause(&viewer, key, Waiter(waiter));
        self.entry(Some(cause), vec![Kind::WaitlistJoined(v1::WaitlistJoined { waiter, viewer, drop, sku, quantity })]);
        waiter
    }

    /// Units are offered to who waits, as one more fact of the last entry; the number of the reservation.
    pub(super) fn offer(&mut self, viewer: &str, waiter: u64, quantity: u32) -> u64 {
        self.reservations += 1;
        self.add(Kind::ReservationOffered(v1::ReservationOffered {
            reservation: self.reservations,
            waiter,
            viewer: viewer.into(),
            drop: DROP.into(),
            sku: SKU.into(),
            quantity,
            ..Default::default()
        }));
        self.reservations
    }

    /// A client clicks and is told that it waits, perhaps in which place.
    pub(super) fn told_to_wait(&mut self, viewer: &str, key: &str, span: Range<u64>, waiter: u64, place: Option<u32>) {
        let told = Told::Waits { waiter, drop: DROP.into(), line: (SKU.into(), 1), place };
        self.call(viewer, key, reserve(1), span, told);
    }

    /// The journal has a place for one unit, and its client knows.
    pub(super) fn waits(&mut self, viewer: &str, key: &str, span: Range<u64>, place: Option<u32>) -> u64 {
        let waiter = self.join(viewer, key, 1);
        self.told_to_wait(viewer, key, span, waiter, place);
        waiter
    }

    /// A client asks, and is told something.
    pub(super) fn call(&mut self, viewer: &str, key: &str, asked: Asked, span: Range<u64>, told: Told) {
        self.ask(viewer, key, asked, span.start);
        let call = self.history.calls.last_mut().expect("it was just made");
        call.answer = Some((Duration::from_millis(span.end), told));
    }

    /// A client asks, and is never told.
    pub(super) fn ask(&mut self, viewer: &str, key: &str, asked: Asked, at: u64) {
        let owner = Owner { role: Role::Viewer, name: viewer.into(), key: key.into() };
        self.history.calls.push(Call { owner, asked, called: Duration::from_millis(at), answer: None });
    }

    /// A client clicks and is told that it holds this.
    pub(super) fn held(&mut self, viewer: &str, key: &str, quantity: u32, span: Range<u64>, reservation: u64) {
        let told = Told::Held { reservation, drop: DROP.into(), lines: vec![(SKU.into(), quantity)] };
        self.call(viewer, key, reserve(quantity), span, told);
    }

    /// A client clicks and is refused.
    pub(super) fn refused(&mut self, viewer: &str, key: &str, quantity: u32, span: Range<u64>, refusal: Refusal) {
        self.call(viewer, key, reserve(quantity), span, Told::Refused(refusal));
    }

    /// The journal has a hold, and its client knows. As short as that.
    pub(super) fn holds(&mut self, viewer: &str, key: &str, quantity: u32, span: Range<u64>) -> u64 {
        let reservation = self.hold(viewer, key, quantity);
        self.held(viewer, key, quantity, span, reservation);
        reservation
    }

    /// A client sees the drop in a phase.
    pub(super) fn sees(&mut self, at: u64, phase: DropPhase) {
        self.history.sights.push(Sight { at: Duration::from_millis(at), drop: DROP.into(), phase });
    }
}

pub(super) fn reserve(quantity: u32) -> Asked {
    Asked::Reserve { drop: DROP.into(), lines: vec![(SKU.into(), quantity)] }
}

pub(super) fn cause(viewer: &str, key: &str, kind: key_outcome::Kind) -> Cause {
    let outcome = Some(KeyOutcome { kind: Some(kind) });
    let binding = Some(KeyBinding { key: key.into(), fingerprint: vec![0; 16], outcome });
    Cause { role: Role::Viewer.into(), principal: viewer.into(), binding }
}
