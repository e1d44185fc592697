//! What was true after each entry of a journal, as far as answers to viewers depend on it.

use std::collections::{BTreeMap, BTreeSet};

use dropcast_proto::v1::{DropPhase, EntryBody, ReservationState, ShowPhase};

use super::{
    call::{Asked, Name, Owner},
    timeline::Timeline,
};

/// The states of a show, by the number of the entry after which each was there. Entry 0 stands for the beginning.
#[derive(Debug, Default)]
pub(crate) struct States {
    /// The number of the last entry.
    pub(super) last: u64,
    pub(super) show: Timeline<ShowPhase>,
    /// Units of each SKU that nobody has.
    pub(super) free: BTreeMap<Name, Timeline<i64>>,
    pub(super) drops: BTreeMap<Name, DropStates>,
    pub(super) reservations: BTreeMap<u64, Reservation>,
    /// What each key stands for.
    pub(super) bound: BTreeMap<Owner, Bound>,
    /// What a lost history had told: the viewer, and the number that the reservation had there.
    pub(super) promises: BTreeSet<(Name, u64)>,
    /// What could not be taken in, in words.
    pub(super) unread: Vec<String>,
}

/// A drop, after each entry.
#[derive(Debug, Default)]
pub(super) struct DropStates {
    /// `None` while it is not in the run of show.
    pub(super) phase: Timeline<Option<DropPhase>>,
    pub(super) limit: Timeline<i64>,
    /// What it sells.
    pub(super) items: BTreeMap<Name, Item>,
    /// How many units each viewer has of it.
    pub(super) taken: BTreeMap<Name, Timeline<i64>>,
}

/// What a drop sells of a SKU.
#[derive(Debug, Default)]
pub(super) struct Item {
    /// Whether it sells it, and how many units it may still hold under its cap.
    pub(super) left: Timeline<Left>,
    /// By how much the cap was raised since it was planned.
    pub(super) raised: i64,
    /// Units that are held and sold.
    pub(super) used: i64,
}

/// How many units a drop may still hold of a SKU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// None: it does not sell it.
    NotSold,
    /// As many as there are.
    Uncapped,
    /// So many.
    Units(i64),
}

/// What was held, and what became of it.
#[derive(Debug)]
pub(super) struct Reservation {
    pub(super) viewer: Name,
    pub(super) drop: Name,
    pub(super) sku: Name,
    pub(super) quantity: u32,
    pub(super) state: Timeline<ReservationState>,
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
}

impl States {
    /// Takes in the next entry.
    pub(crate) fn add(&mut self, seq: u64, body: &EntryBody) {
        self.last = seq;
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

    /// Whether a history was lost in which other things were true.
    pub(super) fn has_promises(&self) -> bool {
        !self.promises.is_empty()
    }

    /// Units of a SKU that a drop could hold after this entry, were it open; `None` where it doesn't sell the SKU.
    pub(super) fn available(&self, at: u64, drop: &Name, sku: &Name) -> Option<i64> {
        let free = self.free.get(sku).and_then(|free| free.at(at)).copied().unwrap_or_default();
        match self.drops.get(drop)?.items.get(sku)?.left.at(at)? {
            Left::NotSold => None,
            Left::Uncapped => Some(free),
            Left::Units(left) => Some(free.min(*left)),
        }
    }

    /// The first entry after which the drop is in this phase.
    pub(super) fn first_in_phase(&self, drop: &Name, phase: DropPhase) -> Option<u64> {
        self.drops.get(drop)?.phase.first(|now| *now == Some(phase))
    }
}

impl Item {
    /// What is left under a cap, from this entry on.
    pub(super) fn cap(&mut self, seq: u64, cap: Option<u32>) {
        let left = cap.map_or(Left::Uncapped, |cap| Left::Units(i64::from(cap) + self.raised - self.used));
        self.left.set(seq, left);
    }

    /// More or fewer are held and sold.
    pub(super) fn use_units(&mut self, seq: u64, units: i64) {
        self.used += units;
        self.leave(seq, -units);
    }

    /// The cap is higher.
    pub(super) fn raise(&mut self, seq: u64, units: i64) {
        self.raised += units;
        self.leave(seq, units);
    }

    fn leave(&mut self, seq: u64, units: i64) {
        if let Some(Left::Units(left)) = self.left.now().copied() {
            self.left.set(seq, Left::Units(left + units));
        }
    }
}
