//! A page of entries, made of blocks.

use super::{
    block::{self, EntryRef, Unreadable},
    contract::{READ_BYTES_MAX, RawEntry, ReadError},
};

/// What one read returns, while it is being filled.
pub(super) struct Page {
    next_seq: u64,
    entries_max: usize,
    entries: Vec<RawEntry>,
    bytes: usize,
    full: bool,
    damage: Option<ReadError>,
}

impl Page {
    /// An empty page that begins with this entry.
    pub(super) fn new(from_seq: u64, entries_max: usize) -> Self {
        Self { next_seq: from_seq, entries_max, entries: Vec::new(), bytes: 0, full: entries_max == 0, damage: None }
    }

    /// Whether nothing more is to be added.
    pub(super) fn is_full(&self) -> bool {
        self.full || self.damage.is_some()
    }

    /// Adds the entries of a block from the next one on, as far as there is room.
    pub(super) fn add(&mut self, first_seq: u64, block: &[u8]) {
        for entry in block::decode(first_seq, block) {
            if self.is_full() {
                return;
            }
            match entry {
                Err(Unreadable { seq, reason }) => self.damaged(seq.max(self.next_seq), reason),
                Ok(entry) if entry.seq < self.next_seq => {}
                Ok(entry) => self.add_entry(&entry),
            }
        }
    }

    fn add_entry(&mut self, entry: &EntryRef<'_>) {
        if entry.seq != self.next_seq {
            return self.damaged(self.next_seq, "it is not there, though later ones are");
        }
        self.bytes += entry.body.len();
        if self.entries.len() == self.entries_max || (self.bytes > READ_BYTES_MAX && !self.entries.is_empty()) {
            self.full = true;
            return;
        }
        self.entries.push(entry.to_entry());
        self.next_seq += 1;
    }

    fn damaged(&mut self, seq: u64, reason: &str) {
        self.damage = Some(ReadError::Damaged { seq, reason: reason.to_owned() });
    }

    /// The entries; of a damaged journal those before the damage, if there are any. The journal ends at `tail_seq`.
    pub(super) fn read(mut self, tail_seq: u64) -> Result<Vec<RawEntry>, ReadError> {
        if self.entries.is_empty() && !self.full && self.damage.is_none() && self.next_seq <= tail_seq {
            self.damaged(self.next_seq, "it is not there, though the journal goes on after it");
        }
        match self.damage {
            Some(damage) if self.entries.is_empty() => Err(damage),
            _ => Ok(self.entries),
        }
    }
}
