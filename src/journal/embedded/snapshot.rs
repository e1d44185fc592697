//! Saving a snapshot, a chunk for each transaction. It is seen when its last chunk is in: the row in the table of
//! snapshots names the generation whose chunks count.

use redb::{ReadableTable, WriteTransaction};
use sha2::{Digest as _, Sha256};

use super::{
    committer::Step,
    store::{Store, WriteFailure},
    tables::{BLOCKS, CHUNKS, HEADS, SNAPSHOTS, SnapshotHead, head, stored_position},
};
use crate::journal::{
    admission::{Head, check_snapshot_bounds, check_snapshot_position},
    contract::{AppendError, Claim, Position, Snapshot},
};

/// How much of a snapshot one transaction writes: what an append may have to wait for. A little less than a power of
/// two, which is how redb makes room for a value and its key.
const CHUNK_BYTES: usize = 256 * 1_024 - 256;

/// A snapshot being saved.
pub(super) struct SnapshotJob {
    claim: Claim,
    snapshot: Snapshot,
    body_sha256: [u8; 32],
    /// The generation that its chunks are stored under; 0 before the first step.
    generation: u64,
    chunks_done: u32,
}

type Checked<T> = Result<Result<T, AppendError>, redb::Error>;

impl SnapshotJob {
    /// Takes as long as the hash of the body: not for an async thread.
    pub(super) fn new(claim: Claim, snapshot: Snapshot) -> Result<Self, AppendError> {
        check_snapshot_bounds(&snapshot)?;
        let body_sha256 = Sha256::digest(&snapshot.body).into();
        Ok(Self { claim, snapshot, body_sha256, generation: 0, chunks_done: 0 })
    }

    /// Writes the next chunk.
    pub(super) fn step(&mut self, store: &Store) -> Result<Step, AppendError> {
        let written = store.write(|transaction| self.write_step(transaction));
        // Without its last chunk nothing of it is seen, and with it all: either is a snapshot that was asked for.
        let (Ok(outcome) | Err(outcome)) = written.map_err(|failure| {
            let (WriteFailure::Unavailable(reason) | WriteFailure::InDoubt(reason)) = failure;
            Err(AppendError::Unavailable(reason))
        });
        outcome
    }

    fn write_step(&mut self, transaction: &WriteTransaction) -> Checked<Step> {
        let head = head(&transaction.open_table(HEADS)?, &self.claim.show)?;
        if let Err(fenced) = head.check_claim(self.claim.epoch, self.claim.token) {
            return Ok(Err(fenced));
        }
        if self.generation == 0 {
            match self.begin(transaction, &head)? {
                Ok(Step::More) => {}
                outcome => return Ok(outcome),
            }
        }
        if let Some(chunk) = self.snapshot.body.chunks(CHUNK_BYTES).nth(self.chunks_done as usize) {
            let key = (self.claim.show.as_str(), self.generation, self.chunks_done);
            transaction.open_table(CHUNKS)?.insert(key, chunk)?;
            self.chunks_done += 1;
        }
        if (self.chunks_done as usize) < self.snapshot.body.len().div_ceil(CHUNK_BYTES) {
            return Ok(Ok(Step::More));
        }
        self.finish(transaction)?;
        Ok(Ok(Step::Done))
    }

    /// Checks the snapshot, and removes what an earlier one that was never finished left behind. *Done* if there is a
    /// newer one already.
    fn begin(&mut self, transaction: &WriteTransaction, head: &Head) -> Checked<Step> {
        let show = self.claim.show.as_str();
        let newest = transaction.open_table(SNAPSHOTS)?.get(show)?.map(|row| SnapshotHead::from_row(row.value()));
        let position = self.snapshot.position;
        if newest.is_some_and(|newest| newest.position.seq > position.seq) {
            return Ok(Ok(Step::Done));
        }
        let known = [Some(Position::default()), Some(head.tail), newest.map(|newest| newest.position)];
        let found = match known.into_iter().flatten().find(|known| known.seq == position.seq) {
            Some(known) => Some(known),
            None => stored_position(&transaction.open_table(BLOCKS)?, show, position.seq)?,
        };
        if let Err(invalid) = check_snapshot_position(&self.snapshot, found) {
            return Ok(Err(invalid));
        }
        let seen = newest.map_or(0, |newest| newest.generation);
        self.generation = seen + 1;
        transaction.open_table(CHUNKS)?.retain_in(all_chunks(show), |(_, generation, _), _| generation == seen)?;
        Ok(Ok(Step::More))
    }

    /// Makes it the one that is seen, and removes the one before it.
    fn finish(&self, transaction: &WriteTransaction) -> Result<(), redb::Error> {
        let show = self.claim.show.as_str();
        let Snapshot { position, at_ms, body } = &self.snapshot;
        let head = SnapshotHead {
            generation: self.generation,
            position: *position,
            at_ms: *at_ms,
            body_bytes: body.len() as u64,
            body_sha256: self.body_sha256,
        };
        transaction.open_table(SNAPSHOTS)?.insert(show, head.to_row())?;
        let mut chunks = transaction.open_table(CHUNKS)?;
        chunks.retain_in(all_chunks(show), |(_, generation, _), _| generation == self.generation)?;
        Ok(())
    }
}

fn all_chunks(show: &str) -> std::ops::RangeInclusive<(&str, u64, u32)> {
    (show, 0, 0)..=(show, u64::MAX, u32::MAX)
}
