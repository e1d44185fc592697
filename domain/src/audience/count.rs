//! What one node counted.

use std::{cmp::Reverse, collections::BTreeMap};

use serde::{Deserialize, Serialize};

use crate::ids::SourceId;

/// The most sources that a node tells apart; it counts whoever comes from another one only as watching.
pub const SOURCES_MAX: usize = 32;

/// What a node counted of a show since it began to count: all but `viewers` only ever grows. Whoever watches on several
/// nodes, one after the other or at once, is counted by each.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct AudienceCount {
    /// Connections of viewers now.
    pub viewers: u32,
    /// Different viewers who were connected; whoever is not signed in counts with every connection.
    pub watched: u64,
    /// How many of them were there while a drop was open.
    pub saw: u64,
    /// Different viewers who asked for units, connected or not.
    pub clicked: u64,
    /// How often viewers asked for units, and were answered.
    pub clicks: u64,
    /// How often they were turned down, and why.
    pub turned_away: TurnedAway,
    /// Where those who watched came from, as far as they said.
    pub sources: BTreeMap<SourceId, u64>,
}

/// Wishes for units that were turned down.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct TurnedAway {
    /// Too little was left.
    pub sold_out: u64,
    /// The viewer may not have more, or has to rest.
    pub limited: u64,
    /// The drop or the show did not sell.
    pub closed: u64,
    /// All else.
    pub other: u64,
    /// Units that were asked for where too little was left.
    pub units: u64,
}

impl TurnedAway {
    /// How many wishes.
    pub fn total(&self) -> u64 {
        [self.sold_out, self.limited, self.closed, self.other].into_iter().fold(0, u64::saturating_add)
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: &Self) -> Self {
        Self {
            sold_out: self.sold_out.saturating_add(other.sold_out),
            limited: self.limited.saturating_add(other.limited),
            closed: self.closed.saturating_add(other.closed),
            other: self.other.saturating_add(other.other),
            units: self.units.saturating_add(other.units),
        }
    }

    fn is_after(&self, earlier: &Self) -> bool {
        self.sold_out >= earlier.sold_out
            && self.limited >= earlier.limited
            && self.closed >= earlier.closed
            && self.other >= earlier.other
            && self.units >= earlier.units
    }
}

impl AudienceCount {
    /// Whether nothing in it is less than it was, as a node's next count is.
    pub fn is_after(&self, earlier: &Self) -> bool {
        let source = |(source, &viewers): (&SourceId, &u64)| self.of(source) >= viewers;
        self.watched >= earlier.watched
            && self.saw >= earlier.saw
            && self.clicked >= earlier.clicked
            && self.clicks >= earlier.clicks
            && self.turned_away.is_after(&earlier.turned_away)
            && earlier.sources.iter().all(source)
    }

    /// Adds what another node counted.
    pub fn add(&mut self, other: &Self) {
        self.viewers = self.viewers.saturating_add(other.viewers);
        self.watched = self.watched.saturating_add(other.watched);
        self.saw = self.saw.saturating_add(other.saw);
        self.clicked = self.clicked.saturating_add(other.clicked);
        self.clicks = self.clicks.saturating_add(other.clicks);
        self.turned_away = self.turned_away.plus(&other.turned_away);
        for (source, viewers) in &other.sources {
            let sum = self.sources.entry(source.clone()).or_default();
            *sum = sum.saturating_add(*viewers);
        }
    }

    /// Keeps the [`SOURCES_MAX`] sources from which most came; of as many, those whose names are first.
    pub(super) fn keep_largest_sources(&mut self) {
        let mut sources: Vec<_> = std::mem::take(&mut self.sources).into_iter().collect();
        // They are in the order of their names, and stay so where as many came.
        sources.sort_by_key(|(_, viewers)| Reverse(*viewers));
        sources.truncate(SOURCES_MAX);
        self.sources = sources.into_iter().collect();
    }

    fn of(&self, source: &SourceId) -> u64 {
        self.sources.get(source).copied().unwrap_or_default()
    }
}
