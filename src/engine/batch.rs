//! Entries that were decided and are on their way to the journal, in appends within the journal's bounds.

use bytes::Bytes;
use dropcast_domain::{
    ids::ShowId,
    show::{Entry, Fact, Show},
};
use prost::Message as _;

use crate::{
    codec,
    journal::{APPEND_BYTES_MAX, APPEND_ENTRIES_MAX, Append, Position, RawEntry},
};

/// Decided entries, cut into appends.
#[derive(Default)]
pub(super) struct Batch {
    appends: Vec<Append>,
    bytes: usize,
    card_changed: bool,
}

impl Batch {
    /// Adds an entry that follows `tail`; returns the position after it.
    pub(super) fn add(&mut self, tail: Position, entry: &Entry) -> Position {
        let raw = RawEntry::following(&tail, entry.at.0, codec::encode_entry(entry));
        let position = raw.position();
        self.card_changed |= entry.facts.iter().any(changes_card);
        self.append_for(tail, raw.body.len()).entries.push(raw);
        position
    }

    /// The appends, the last of which carries when to wake the show and its card if it changed.
    pub(super) fn take(&mut self, id: &ShowId, show: &Show) -> Vec<Append> {
        let batch = std::mem::take(self);
        let mut appends = batch.appends;
        let wake_at_ms = show.next_deadline().map(|at| at.0);
        for append in &mut appends {
            append.wake_at_ms = wake_at_ms;
        }
        if batch.card_changed
            && let Some(last) = appends.last_mut()
        {
            last.card = show.settings().map(|settings| Bytes::from(codec::card(id, show, settings).encode_to_vec()));
        }
        appends
    }

    fn append_for(&mut self, tail: Position, body_bytes: usize) -> &mut Append {
        let full = self.bytes + body_bytes > APPEND_BYTES_MAX
            || self.appends.last().is_none_or(|append| append.entries.len() == APPEND_ENTRIES_MAX);
        if full || self.appends.is_empty() {
            self.appends.push(Append { expected: tail, ..Append::default() });
            self.bytes = 0;
        }
        self.bytes += body_bytes;
        let last = self.appends.len() - 1;
        &mut self.appends[last]
    }
}

fn changes_card(fact: &Fact) -> bool {
    matches!(fact, Fact::ShowPlanned(_) | Fact::ShowStarted | Fact::ShowEnded)
}
