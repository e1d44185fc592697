//! The newest entries as they were written, kept against a failover that loses them.

use std::collections::VecDeque;

use crate::journal::{Position, RawEntry};

/// The most entries kept. Replication is behind by milliseconds; a node that takes in a million entries a second keeps
/// more than the last 60 ms of them.
pub(in crate::engine) const RECENT_ENTRIES_MAX: usize = 65_536;
/// The most bytes of bodies kept.
pub(in crate::engine) const RECENT_BYTES_MAX: usize = 32 * 1_024 * 1_024;

/// The last entries that were durable, in order. When one too many comes in, the oldest goes.
#[derive(Debug, Default)]
pub(in crate::engine) struct Recent {
    /// The position before the first that is kept.
    base: Position,
    entries: VecDeque<RawEntry>,
    bytes: usize,
}

impl Recent {
    /// Nothing is kept yet; the next entry follows `position`.
    pub(in crate::engine) fn starting_at(position: Position) -> Self {
        Self { base: position, ..Self::default() }
    }

    /// Keeps an entry that follows the last one.
    pub(in crate::engine) fn push(&mut self, entry: RawEntry) {
        debug_assert_eq!(entry.seq, self.end().seq + 1);
        self.bytes += entry.body.len();
        self.entries.push_back(entry);
        while self.entries.len() > RECENT_ENTRIES_MAX || self.bytes > RECENT_BYTES_MAX {
            let Some(oldest) = self.entries.pop_front() else { break };
            self.bytes -= oldest.body.len();
            self.base = oldest.position();
        }
    }

    /// The position before the first entry that is kept.
    pub(in crate::engine) fn base(&self) -> Position {
        self.base
    }

    /// The position after the last entry.
    pub(in crate::engine) fn end(&self) -> Position {
        self.entries.back().map_or(self.base, RawEntry::position)
    }

    /// The entries after `seq`.
    pub(in crate::engine) fn after(&self, seq: u64) -> impl Iterator<Item = &RawEntry> {
        let skipped = usize::try_from(seq.saturating_sub(self.base.seq)).unwrap_or(usize::MAX);
        self.entries.iter().skip(skipped)
    }

    /// The position with this number, as far as it is kept.
    pub(in crate::engine) fn position_at(&self, seq: u64) -> Option<Position> {
        if seq == self.base.seq {
            return Some(self.base);
        }
        let place = usize::try_from(seq.checked_sub(self.base.seq + 1)?).ok()?;
        self.entries.get(place).map(RawEntry::position)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn entries(count: usize, bytes: usize) -> Recent {
        let mut recent = Recent::starting_at(Position::default());
        for _ in 0..count {
            recent.push(RawEntry::following(&recent.end(), 1, Bytes::from(vec![0; bytes])));
        }
        recent
    }

    #[test]
    fn entries_are_found_by_their_number() {
        let recent = entries(5, 1);
        assert_eq!(recent.after(3).map(|entry| entry.seq).collect::<Vec<_>>(), [4, 5]);
        assert_eq!(recent.position_at(5), Some(recent.end()));
        assert_eq!(recent.position_at(0), Some(Position::default()));
        assert_eq!(recent.position_at(6), None);
    }

    #[test]
    fn the_oldest_make_room() {
        let many = entries(RECENT_ENTRIES_MAX + 2, 0);
        assert_eq!((many.base().seq, many.position_at(1)), (2, None));
        assert_eq!(many.after(0).next().map(|entry| entry.seq), Some(3));
        let large = entries(3, RECENT_BYTES_MAX / 2);
        assert_eq!((large.base().seq, large.end().seq), (1, 3));
    }
}
