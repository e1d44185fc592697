//! Which states may have been the newest at a moment: the one place where the clock of the clients meets the journal.

use std::{fmt, time::Duration};

use dropcast_proto::v1::DropPhase;

use super::{
    History,
    acceptances::Journaled,
    call::{Name, Owner},
    states::States,
};

/// What clients knew when, and what they had not asked for yet.
pub(super) struct Window<'a> {
    /// By the moment at which somebody knew; each with the highest entry that was known by then.
    known: Vec<Known<'a>>,
    /// By the moment of the call; each with the lowest entry of all that were called then or later.
    called: Vec<(Duration, u64)>,
    last: u64,
}

/// Somebody knew that the journal had come to an entry.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    at: Duration,
    /// The entry.
    pub(super) seq: u64,
    /// What told it.
    pub(super) by: By<'a>,
}

/// What told that the journal had come to an entry.
#[derive(Clone, Copy)]
pub(super) enum By<'a> {
    /// The answer to a call under this key.
    Answer(&'a Owner),
    /// A message that showed a drop in a phase.
    Sight(&'a Name, DropPhase),
}

impl<'a> Window<'a> {
    /// Of what the clients saw.
    pub(super) fn new(history: &'a History, states: &States, journaled: &Journaled<'a>) -> Self {
        let answers = journaled
            .entries
            .iter()
            .filter_map(|entry| Some(Known { at: entry.answered?, seq: entry.seq, by: By::Answer(entry.owner) }));
        let sights = history.sights.iter().filter_map(|sight| {
            let seq = states.first_in_phase(&sight.drop, sight.phase)?;
            Some(Known { at: sight.at, seq, by: By::Sight(&sight.drop, sight.phase) })
        });
        let mut known: Vec<_> = answers.chain(sights).collect();
        known.sort_by_key(|known| known.at);
        for next in 1..known.len() {
            if known[next].seq < known[next - 1].seq {
                known[next] = Known { at: known[next].at, ..known[next - 1] };
            }
        }
        let mut called: Vec<_> =
            journaled.entries.iter().filter_map(|entry| Some((entry.called?, entry.seq))).collect();
        called.sort_unstable();
        for before in (1..called.len()).rev() {
            called[before - 1].1 = called[before - 1].1.min(called[before].1);
        }
        Self { known, called, last: states.last }
    }

    /// The highest entry that somebody knew of before this moment.
    pub(super) fn known_before(&self, moment: Duration) -> Option<Known<'a>> {
        let known = self.known.partition_point(|known| known.at < moment);
        known.checked_sub(1).map(|newest| self.known[newest])
    }

    /// The last entry before any whose call was made after this moment.
    pub(super) fn last_by(&self, moment: Duration) -> u64 {
        let called = self.called.partition_point(|(called, _)| *called <= moment);
        self.called.get(called).map_or(self.last, |(_, seq)| seq - 1)
    }
}

impl fmt::Display for By<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer(owner) => write!(f, "{owner} was answered"),
            Self::Sight(drop, phase) => write!(f, "{drop} was seen {}", phase_name(*phase)),
        }
    }
}

/// A phase as the wire has it.
pub(super) fn phase_name(phase: DropPhase) -> String {
    phase.as_str_name().trim_start_matches("DROP_PHASE_").to_lowercase()
}
