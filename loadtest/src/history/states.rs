//! What was true after each entry of a journal, as far as answers to viewers depend on it.

use std::collections::{BTreeMap, BTreeSet};

use dropcast_proto::v1::{DropPhase, EntryBody, HoldRules, ReservationState, ShowPhase, WaiterState, fact::Kind};

use super::{
    call::{Asked, Line, Name, Owner},
    drops::{DropStates, Left},
    timeline::Timeline,
};

/// The most facts of an entry; what else follows from it comes in the next one.
const ENTRY_FACTS_MAX: usize = 256;

/// The states of a show, by the number of the entry after which each was there. Entry 0 stands for the beginning.
#[derive(Debug, Default)]
pub(crate) struct States {
    /// The number of the last entry.
    pub(super) last: u64,
    pub(super) show: Timeline<ShowPhase>,
    pub(super) hold_rules: Timeline<HoldRules>,
    /// Units of each SKU that nobody has.
    pub(super) free: BTreeMap<Name, Timeline<i64>>,
    pub(super) drops: BTreeMap<Name, DropStates>,
    pub(super) reservations: BTreeMap<u64, Reservation>,
    pub(super) waiters: BTreeMap<u64, Waiter>,
    /// What each viewer has over the whole show.
    pub(super) viewers: BTreeMap<Name, Viewer>,
    /// What each key stands for.
    pub(super) bound: BTreeMap<Owner, Bound>,
    /// What a lost history had told: the viewer, and the number that the reservation had there.
    pub(super) promises: BTreeSet<(Name, u64)>,
    /// How often something was offered to who waited.
    pub(crate) offers: u64,
    /// Of these, how often to who was next.
    pub(crate) offers_in_order: u64,
    /// What could not be taken in, in words.
    pub(super) unread: Vec<String>,
    /// Whether the last entry has as many facts as one may have, so that offers come in the next one.
    is_full: bool,
}

/// What was held or offered, and what became of it.
#[derive(Debug)]
pub(super) struct Reservation {
    pub(super) viewer: Name,
    pub(super) drop: Name,
    /// The first is what was clicked on.
    pub(super) lines: Vec<Line>,
    pub(super) was_offered: bool,
    pub(super) state: Timeline<ReservationState>,
    /// Whether it had its one extension; never set before.
    pub(super) was_extended: Timeline<bool>,
}

/// A place in the line or in the draw of a drop.
#[derive(Debug)]
pub(super) struct Waiter {
    pub(super) viewer: Name,
    pub(super) drop: Name,
    /// At most.
    pub(super) line: Line,
    /// `None` before the lots are drawn.
    pub(super) place: Option<u32>,
    pub(super) state: Timeline<WaiterState>,
}

/// What a viewer has over the whole show.
#[derive(Debug, Default)]
pub(super) struct Viewer {
    /// Units that are held, offered, waited for or sold.
    pub(super) units: Timeline<i64>,
    /// Reservations that are held or offered.
    pub(super) open: Timeline<i64>,
    /// Holds that ran out; what was offered is none.
    pub(super) lapses: Timeline<i64>,
}

/// What a key stands for.
#[derive(Debug)]
pub(super) struct Bound {
    /// The entry that accepted it.
    pub(super) seq: u64,
    /// What was asked, as the entry tells it; `None` where it keeps a promise that tells no more than the key.
    pub(super) asked: Option<Asked>,
    /// The reservation that it is about.
    pub(super) reservation: Option<u64>,
    /// The order that came of it.
    pub(super) order: Option<u64>,
    /// The place in line that it is about.
    pub(super) waiter: Option<u64>,
}

impl States {
    /// Takes in the next entry.
    pub(crate) fn add(&mut self, seq: u64, body: &EntryBody) {
        let offers = matches!(body.facts.first().map(|fact| &fact.kind), Some(Some(Kind::ReservationOffered(_))));
        if let Some(waiter) = self.next_in_line().filter(|_| !offers) {
            self.unread.push(format!("entry {seq}: it comes before waiter {waiter} is offered what is free"));
        }
        self.last = seq;
        self.is_full = body.facts.len() >= ENTRY_FACTS_MAX;
        for fact in &body.facts {
            if let Err(why) = self.apply(seq, fact.kind.as_ref()) {
                self.unread.push(format!("entry {seq}: {why}"));
            }
        }
        if let Some(cause) = &body.cause
            && let Err(why) = self.bind_cause(seq, cause, &body.facts)
        {
            self.unread.push(format!("entry {seq}: {why}"));
        }
    }

    /// What could not be taken in, in words.
    pub(super) fn unread(&self) -> &[String] {
        &self.unread
    }

    /// Who waits for something that was free after the last entry and should have been offered in it.
    pub(super) fn overlooked(&self) -> Option<u64> {
        self.next_in_line().filter(|_| !self.is_full)
    }

    /// Everybody who ever waited, by number: the name, and the place where it has one.
    pub(crate) fn waiters(&self) -> impl Iterator<Item = (u64, &str, Option<u32>)> {
        self.waiters.iter().map(|(number, waiter)| (*number, &*waiter.viewer, waiter.place))
    }

    /// How many units the waiter of this number wanted.
    pub(crate) fn wanted_by(&self, waiter: u64) -> u32 {
        self.waiters.get(&waiter).map_or(0, |waiter| waiter.line.1)
    }

    /// Reservations that were offered, and to whom.
    pub(crate) fn offered(&self) -> impl Iterator<Item = (u64, &str)> {
        let offered = self.reservations.iter().filter(|(_, reservation)| reservation.was_offered);
        offered.map(|(number, reservation)| (*number, &*reservation.viewer))
    }

    /// Whether a history was lost in which other things were true.
    pub(crate) fn has_promises(&self) -> bool {
        !self.promises.is_empty()
    }

    /// Units of a SKU that a drop could hold after this entry, were it open; `None` where it doesn't sell the SKU.
    pub(super) fn available(&self, at: u64, drop: &Name, sku: &Name) -> Option<i64> {
        let left = self.left(at, drop, sku)?;
        let line = self.drops.get(drop)?.lines.get(sku);
        let is_waited_for = line.and_then(|line| line.length.at(at)).is_some_and(|length| *length > 0);
        Some(if is_waited_for { 0 } else { left })
    }

    /// The same for whoever is served next, whoever waits.
    pub(super) fn left(&self, at: u64, drop: &Name, sku: &Name) -> Option<i64> {
        let drop = self.drops.get(drop)?;
        let free = self.free.get(sku).and_then(|free| free.at(at)).copied().unwrap_or_default();
        match drop.items.get(sku)?.left.at(at)? {
            Left::NotSold => None,
            Left::Uncapped => Some(free.min(drop.shared_left(at))),
            Left::Units(left) => Some(free.min(*left).min(drop.shared_left(at))),
        }
    }

    /// The first entry after which the drop is in this phase.
    pub(super) fn first_in_phase(&self, drop: &Name, phase: DropPhase) -> Option<u64> {
        self.drops.get(drop)?.phase.first(|now| *now == Some(phase))
    }
}
