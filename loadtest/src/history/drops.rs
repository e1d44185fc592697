//! What was true of a drop after each entry.

use std::collections::BTreeMap;

use dropcast_proto::v1::{DropPhase, Waitlist};

use super::{call::Name, timeline::Timeline};

/// A drop, after each entry.
#[derive(Debug, Default)]
pub(super) struct DropStates {
    /// `None` while it is not in the run of show.
    pub(super) phase: Timeline<Option<DropPhase>>,
    pub(super) limit: Timeline<i64>,
    /// What it sells.
    pub(super) items: BTreeMap<Name, Item>,
    /// All that it sells, together.
    pub(super) shared: Item,
    /// How many units each viewer has of it, or waits for.
    pub(super) taken: BTreeMap<Name, Timeline<i64>>,
    pub(super) waitlist: Timeline<Waitlist>,
    pub(super) draw: Timeline<Draw>,
    /// SHA-256 of the seed that its draw is bound to.
    pub(super) commitment: Vec<u8>,
    /// In which place each viewer waits.
    pub(super) waiting: BTreeMap<Name, Timeline<Option<u64>>>,
    /// Who stands in line for each SKU.
    pub(super) lines: BTreeMap<Name, Line>,
    /// The last place that was given.
    pub(super) last_place: u32,
}

/// How far a drop is with its draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Draw {
    /// It has none.
    Never,
    /// The lots are not drawn.
    Ahead,
    /// The lots are drawn.
    Over,
}

/// Who stands in line for a SKU of a drop.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// By place.
    pub(super) standing: BTreeMap<u32, u64>,
    pub(super) length: Timeline<i64>,
}

/// What a drop sells of a SKU, or of all.
#[derive(Debug, Default)]
pub(super) struct Item {
    /// Whether it sells it, and how many units it may still hold under its cap.
    pub(super) left: Timeline<Left>,
    /// By how much the cap was raised since it was planned.
    pub(super) raised: i64,
    /// Units that are held, offered and sold.
    pub(super) used: i64,
}

/// How many units a drop may still hold of a SKU, or of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// None: it does not sell it.
    NotSold,
    /// As many as there are.
    Uncapped,
    /// So many.
    Units(i64),
}

impl DropStates {
    /// The phase after an entry; `None` while it is not in the run of show.
    pub(super) fn phase_at(&self, at: u64) -> Option<DropPhase> {
        self.phase.at(at).copied().flatten()
    }

    /// What its shared cap has left after an entry; very many where it has none.
    pub(super) fn shared_left(&self, at: u64) -> i64 {
        match self.shared.left.at(at) {
            Some(Left::Units(left)) => *left,
            _ => i64::MAX,
        }
    }

    /// A place in its line that nobody had before.
    pub(super) fn next_place(&mut self) -> u32 {
        self.last_place += 1;
        self.last_place
    }

    /// In which place a viewer waits after an entry.
    pub(super) fn place_of(&self, viewer: &Name, at: u64) -> Option<u64> {
        self.waiting.get(viewer).and_then(|waits| waits.at(at)).copied().flatten()
    }
}

impl Item {
    /// What is left under a cap, from this entry on.
    pub(super) fn cap(&mut self, seq: u64, cap: Option<u32>) {
        let left = cap.map_or(Left::Uncapped, |cap| Left::Units(i64::from(cap) + self.raised - self.used));
        self.left.set(seq, left);
    }

    /// More or fewer are held, offered and sold.
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

impl Line {
    /// Somebody stands in this place from now on.
    pub(super) fn join(&mut self, seq: u64, place: u32, waiter: u64) {
        self.standing.insert(place, waiter);
        self.length.add(seq, 1);
    }

    /// Nobody stands in this place any more.
    pub(super) fn leave(&mut self, seq: u64, place: u32) {
        if self.standing.remove(&place).is_some() {
            self.length.add(seq, -1);
        }
    }
}
