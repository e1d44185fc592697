//! Reading, at one instant of the database.

use bytes::Bytes;
use redb::{ReadTransaction, ReadableTable};
use sha2::{Digest as _, Sha256};

use super::{
    store::ReadFailure,
    tables::{BLOCKS, CARDS, CHUNKS, HEADS, SNAPSHOTS, SnapshotHead, WAKES, head},
};
use crate::journal::{
    block::{self, EntryRef, Unreadable},
    contract::{Listed, Position, READ_BYTES_MAX, RawEntry, ReadError, Snapshot},
};

pub(super) fn tail(transaction: &ReadTransaction, show: &str) -> Result<Position, ReadFailure> {
    Ok(head(&transaction.open_table(HEADS)?, show)?.tail)
}

pub(super) fn entries(
    transaction: &ReadTransaction,
    show: &str,
    from_seq: u64,
    entries_max: usize,
) -> Result<Vec<RawEntry>, ReadFailure> {
    let head = head(&transaction.open_table(HEADS)?, show)?;
    let from_seq = from_seq.max(1);
    if from_seq < head.first_seq {
        return Err(ReadFailure::Refused(ReadError::Gap { first_seq: head.first_seq }));
    }
    if from_seq > head.tail.seq || entries_max == 0 {
        return Ok(Vec::new());
    }
    let mut page = Page { next_seq: from_seq, entries: Vec::new(), entries_max, bytes: 0 };
    match page.fill(transaction, show, head.tail.seq) {
        // What can be read is returned first; whoever goes on from there is told.
        Err(ReadFailure::Refused(ReadError::Damaged { .. })) if !page.entries.is_empty() => Ok(page.entries),
        filled => filled.map(|()| page.entries),
    }
}

/// What one read returns, while it is being filled.
struct Page {
    next_seq: u64,
    entries: Vec<RawEntry>,
    entries_max: usize,
    bytes: usize,
}

#[derive(PartialEq, Eq)]
enum Added {
    All,
    Full,
}

impl Page {
    fn fill(&mut self, transaction: &ReadTransaction, show: &str, tail_seq: u64) -> Result<(), ReadFailure> {
        let blocks = transaction.open_table(BLOCKS)?;
        // The block that holds the first entry may begin before it.
        let first_block = blocks.range((show, 0)..=(show, self.next_seq))?.next_back().transpose()?;
        let first_key = first_block.map_or(self.next_seq, |(key, _)| key.value().1);
        for block in blocks.range((show, first_key)..=(show, tail_seq))? {
            let (key, value) = block?;
            if self.add_block(key.value().1, value.value())? == Added::Full {
                return Ok(());
            }
        }
        if self.next_seq <= tail_seq {
            return Err(damaged(self.next_seq, "it is not there, though the journal goes on after it"));
        }
        Ok(())
    }

    fn add_block(&mut self, first_seq: u64, block: &[u8]) -> Result<Added, ReadFailure> {
        for entry in block::decode(first_seq, block) {
            let entry = entry.map_err(|Unreadable { seq, reason }| damaged(seq.max(self.next_seq), reason))?;
            if entry.seq >= self.next_seq && self.add(&entry)? == Added::Full {
                return Ok(Added::Full);
            }
        }
        Ok(Added::All)
    }

    fn add(&mut self, entry: &EntryRef<'_>) -> Result<Added, ReadFailure> {
        self.bytes += entry.body.len();
        if self.entries.len() == self.entries_max || (self.bytes > READ_BYTES_MAX && !self.entries.is_empty()) {
            return Ok(Added::Full);
        }
        if entry.seq != self.next_seq {
            return Err(damaged(self.next_seq, "it is not there, though later ones are"));
        }
        self.entries.push(entry.to_entry());
        self.next_seq += 1;
        Ok(Added::All)
    }
}

pub(super) fn snapshot(transaction: &ReadTransaction, show: &str) -> Result<Option<Snapshot>, ReadFailure> {
    let Some(row) = transaction.open_table(SNAPSHOTS)?.get(show)? else {
        return Ok(None);
    };
    let head = SnapshotHead::from_row(row.value());
    let mut body = Vec::with_capacity(usize::try_from(head.body_bytes).unwrap_or_default());
    let chunks = transaction.open_table(CHUNKS)?;
    for chunk in chunks.range((show, head.generation, 0)..=(show, head.generation, u32::MAX))? {
        body.extend_from_slice(chunk?.1.value());
    }
    if body.len() as u64 != head.body_bytes || head.body_sha256[..] != Sha256::digest(&body)[..] {
        return Err(damaged(head.position.seq, "the snapshot there is not what was saved"));
    }
    Ok(Some(Snapshot { position: head.position, at_ms: head.at_ms, body: Bytes::from(body) }))
}

pub(super) fn listed(
    transaction: &ReadTransaction,
    after: Option<&str>,
    listed_max: usize,
) -> Result<Vec<Listed>, ReadFailure> {
    let cards = transaction.open_table(CARDS)?;
    // No show has the empty name, so everything comes after it.
    let after = after.unwrap_or_default();
    let mut listed = Vec::new();
    for card in cards.range(after..)?.filter(|card| !matches!(card, Ok((show, _)) if show.value() == after)) {
        if listed.len() == listed_max {
            break;
        }
        let (show, card) = card?;
        listed.push(Listed { show: show.value().to_owned(), card: Bytes::copy_from_slice(card.value()) });
    }
    Ok(listed)
}

pub(super) fn due(transaction: &ReadTransaction, now_ms: u64, shows_max: usize) -> Result<Vec<String>, ReadFailure> {
    let mut shows = Vec::new();
    for wake in transaction.open_table(WAKES)?.iter()? {
        let (key, ()) = wake.map(|(key, _)| (key, ()))?;
        let (wake_at_ms, show) = key.value();
        if wake_at_ms > now_ms || shows.len() == shows_max {
            break;
        }
        shows.push(show.to_owned());
    }
    Ok(shows)
}

fn damaged(seq: u64, reason: &str) -> ReadFailure {
    ReadFailure::Refused(ReadError::Damaged { seq, reason: reason.to_owned() })
}
