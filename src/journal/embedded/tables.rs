//! The tables of the database, and their rows.

use redb::{ReadTransaction, ReadableTable, Table, TableDefinition, TableError, WriteTransaction};

use crate::journal::{
    admission::Head,
    block,
    contract::{Digest, Position},
};

/// The format that this version reads and writes. It changes when a table or a row does.
pub(super) const FORMAT: u64 = 1;

/// One row: the format.
pub(super) const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");
/// Show → what is known about it besides its entries.
pub(super) const HEADS: TableDefinition<'_, &str, HeadRow> = TableDefinition::new("heads");
/// Show and number of the first entry → the entries of one append. See [`block`].
pub(super) const BLOCKS: TableDefinition<'_, (&str, u64), &[u8]> = TableDefinition::new("blocks");
/// Wake time and show: the index of the shows that must be woken.
pub(super) const WAKES: TableDefinition<'_, (u64, &str), ()> = TableDefinition::new("wakes");
/// Show → its line in the list of shows.
pub(super) const CARDS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("cards");
/// Show → what is known about its newest whole snapshot. A snapshot without a row here is not seen.
pub(super) const SNAPSHOTS: TableDefinition<'_, &str, SnapshotRow> = TableDefinition::new("snapshots");
/// Show, generation and place → a piece of a snapshot's body.
pub(super) const CHUNKS: TableDefinition<'_, (&str, u64, u32), &[u8]> = TableDefinition::new("chunks");

/// Tail number, tail digest, last time, epoch, token, first number, wake time.
pub(super) type HeadRow = (u64, [u8; 32], u64, u64, Option<u128>, u64, Option<u64>);
/// Generation, number, digest, time, length of the body, SHA-256 of the body.
pub(super) type SnapshotRow = (u64, u64, [u8; 32], u64, u64, [u8; 32]);

pub(super) fn to_row(head: &Head) -> HeadRow {
    let Head { tail, at_ms, epoch, token, first_seq, wake_at_ms } = *head;
    (tail.seq, tail.digest.0, at_ms, epoch, token, first_seq, wake_at_ms)
}

pub(super) fn from_row(row: HeadRow) -> Head {
    let (seq, digest, at_ms, epoch, token, first_seq, wake_at_ms) = row;
    Head { tail: Position { seq, digest: Digest(digest) }, at_ms, epoch, token, first_seq, wake_at_ms }
}

/// What is known about a snapshot besides its body.
#[derive(Clone, Copy)]
pub(super) struct SnapshotHead {
    /// Grows by one with every snapshot of the show that became whole.
    pub(super) generation: u64,
    pub(super) position: Position,
    pub(super) at_ms: u64,
    pub(super) body_bytes: u64,
    pub(super) body_sha256: [u8; 32],
}

impl SnapshotHead {
    pub(super) fn to_row(self) -> SnapshotRow {
        let Self { generation, position, at_ms, body_bytes, body_sha256 } = self;
        (generation, position.seq, position.digest.0, at_ms, body_bytes, body_sha256)
    }

    pub(super) fn from_row(row: SnapshotRow) -> Self {
        let (generation, seq, digest, at_ms, body_bytes, body_sha256) = row;
        Self { generation, position: Position { seq, digest: Digest(digest) }, at_ms, body_bytes, body_sha256 }
    }
}

/// The tables that a group of appends and claims writes.
pub(super) struct GroupTables<'txn> {
    pub(super) heads: Table<'txn, &'static str, HeadRow>,
    pub(super) blocks: Table<'txn, (&'static str, u64), &'static [u8]>,
    pub(super) wakes: Table<'txn, (u64, &'static str), ()>,
    pub(super) cards: Table<'txn, &'static str, &'static [u8]>,
}

impl<'txn> GroupTables<'txn> {
    pub(super) fn open(transaction: &'txn WriteTransaction) -> Result<Self, TableError> {
        Ok(Self {
            heads: transaction.open_table(HEADS)?,
            blocks: transaction.open_table(BLOCKS)?,
            wakes: transaction.open_table(WAKES)?,
            cards: transaction.open_table(CARDS)?,
        })
    }
}

/// Creates what is missing, so that nobody who reads has to think of tables that are not there.
pub(super) fn create(transaction: &WriteTransaction) -> Result<(), redb::Error> {
    GroupTables::open(transaction)?;
    transaction.open_table(SNAPSHOTS)?;
    transaction.open_table(CHUNKS)?;
    transaction.open_table(META)?.insert(FORMAT_KEY, FORMAT)?;
    Ok(())
}

/// The format of the file; `None` if nothing was created yet.
pub(super) fn format(transaction: &ReadTransaction) -> Result<Option<u64>, redb::Error> {
    match transaction.open_table(META) {
        Ok(meta) => Ok(meta.get(FORMAT_KEY)?.map(|format| format.value())),
        Err(TableError::TableDoesNotExist(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

const FORMAT_KEY: &str = "format";

/// The head of a show; that of an empty journal if the show is unknown.
pub(super) fn head(heads: &impl ReadableTable<&'static str, HeadRow>, show: &str) -> Result<Head, redb::Error> {
    Ok(heads.get(show)?.map(|row| from_row(row.value())).unwrap_or_default())
}

/// The position of the stored entry with this number; `None` if it is not there or can't be read.
pub(super) fn stored_position(
    blocks: &impl ReadableTable<(&'static str, u64), &'static [u8]>,
    show: &str,
    seq: u64,
) -> Result<Option<Position>, redb::Error> {
    let Some(block) = blocks.range((show, 0)..=(show, seq))?.next_back() else {
        return Ok(None);
    };
    let (key, value) = block?;
    let mut entries = block::decode(key.value().1, value.value()).map_while(Result::ok);
    Ok(entries.find(|entry| entry.seq == seq).map(|entry| Position { seq, digest: entry.digest }))
}
