//! What the viewers of a scenario were told.

use std::collections::{BTreeMap, BTreeSet};

/// Whose click, and its key.
pub(crate) type Click = (String, String);

/// What was told, and what was not.
#[derive(Clone, Default, Debug)]
pub(crate) struct Told {
    /// The number of the reservation that each acknowledged click was given.
    pub(crate) held: BTreeMap<Click, u64>,
    /// Clicks that were refused, and why.
    pub(crate) refused: BTreeMap<Click, String>,
    /// Clicks that have no answer yet.
    pub(crate) open: BTreeSet<Click>,
    /// Clicks that were put off, and not made again.
    pub(crate) unsure: BTreeSet<Click>,
    /// How many answers were *retry* or *pending*.
    pub(crate) again: usize,
    /// How many times there was nobody at a node's address.
    pub(crate) unreachable: usize,
    /// How many times a connection ended, or nothing was heard for too long; by the code of the close frame, 1006 for
    /// none, 0 over HTTP, 1 for silence.
    pub(crate) lost: BTreeMap<u16, usize>,
    /// Answers that no node may give.
    pub(crate) strange: Vec<String>,
}

impl Told {
    /// How many clicks there were.
    pub(crate) fn clicks(&self) -> usize {
        self.held.len() + self.refused.len() + self.open.len()
    }

    /// A click was acknowledged.
    pub(crate) fn hold(&mut self, click: Click, number: u64) {
        self.open.remove(&click);
        if let Some(before) = self.held.get(&click) {
            panic!("{click:?} was acknowledged as {before} and {number}");
        }
        self.held.insert(click, number);
    }

    /// A click was refused.
    pub(crate) fn refuse(&mut self, click: Click, code: &str) {
        self.open.remove(&click);
        self.refused.insert(click, code.to_owned());
    }
}
