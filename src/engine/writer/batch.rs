//! Entries that were decided and are on their way to the journal: one append, within the journal's bounds.

use bytes::Bytes;
use dropcast_domain::{
    ids::ShowId,
    show::{Command, Entry, Fact, Show},
};
use prost::Message as _;

use crate::{
    codec::{self, BodyWriter},
    journal::{APPEND_BYTES_MAX, APPEND_ENTRIES_MAX, Append, Position, RawEntry},
};

/// What is kept free for the entries of one more command that is not a plan: its own, and what it makes due. Only a show
/// that starts makes much due, all its drops at worst, which is a handful of entries.
const ROOM_ENTRIES: usize = 64;
/// The same in bytes. No command but a plan has texts; its facts are bounded by the drops of a show.
const ROOM_BYTES: usize = APPEND_BYTES_MAX / 4;

/// Decided entries that become durable together or not at all. What is made known of them is therefore certain or undone
/// as a whole, too.
#[derive(Default)]
pub(in crate::engine) struct Batch {
    append: Append,
    bodies: BodyWriter,
    bytes: usize,
    card_changed: bool,
}

impl Batch {
    /// Whether what this command makes true is sure to fit. A plan's facts may fill an append by themselves.
    pub(in crate::engine) fn has_room_for(&self, command: &Command) -> bool {
        self.append.entries.is_empty() || (self.has_room() && !matches!(command, Command::Plan(_)))
    }

    /// Whether an entry that only the passing of time makes is sure to fit.
    pub(in crate::engine) fn has_room(&self) -> bool {
        self.append.entries.len() <= APPEND_ENTRIES_MAX - ROOM_ENTRIES && self.bytes <= APPEND_BYTES_MAX - ROOM_BYTES
    }

    /// Adds an entry that follows `tail`; returns the position after it.
    pub(in crate::engine) fn add(&mut self, tail: Position, entry: &Entry) -> Position {
        if self.append.entries.is_empty() {
            self.append.expected = tail;
        }
        let raw = RawEntry::following(&tail, entry.at.0, self.bodies.write(entry));
        let position = raw.position();
        self.card_changed |= entry.facts.iter().any(changes_card);
        self.bytes += raw.body.len();
        self.append.entries.push(raw);
        position
    }

    /// Forgets what was added.
    pub(in crate::engine) fn clear(&mut self) {
        (self.append, self.bytes) = (Append::default(), 0);
    }

    /// The show's card goes with the next entries, whatever they are: the one that is listed may be an older one.
    pub(in crate::engine) fn renew_card(&mut self) {
        self.card_changed = true;
    }

    /// The append, with when to wake the show and its card if it changed; `None` when there is nothing to append.
    /// `show` is the state after it.
    pub(in crate::engine) fn take(&mut self, id: &ShowId, show: &Show) -> Option<Append> {
        if self.append.entries.is_empty() {
            return None;
        }
        self.bytes = 0;
        // In a rush the next batch is about as large as this one.
        let room = Vec::with_capacity(self.append.entries.len());
        let mut append = std::mem::replace(&mut self.append, Append { entries: room, ..Append::default() });
        let card_changed = std::mem::take(&mut self.card_changed);
        let draw = show.pending_draws().map(|(at, _)| at).next();
        append.wake_at_ms = show.next_deadline().into_iter().chain(draw).min().map(|at| at.0);
        let settings = show.settings().filter(|_| card_changed);
        append.card = settings.map(|settings| Bytes::from(codec::card(id, show, settings).encode_to_vec()));
        Some(append)
    }
}

fn changes_card(fact: &Fact) -> bool {
    matches!(fact, Fact::ShowPlanned(_) | Fact::ShowStarted | Fact::ShowEnded)
}
