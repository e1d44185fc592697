//! Trimming: first the entries are declared gone, at once, then their blocks are removed, some in each transaction.

use redb::{ReadableTable, WriteTransaction};

use super::{
    committer::Step,
    store::{Store, WriteFailure},
    tables::{BLOCKS, HEADS, SNAPSHOTS, SnapshotHead, head, to_row},
};
use crate::journal::{
    admission::{Head, check_trim},
    contract::{AppendError, Claim},
};

/// How many blocks one transaction removes: what an append may have to wait for.
const BLOCKS_PER_STEP: usize = 1_024;

/// A trim under way.
pub(super) struct TrimJob {
    claim: Claim,
    through_seq: u64,
}

impl TrimJob {
    pub(super) fn new(claim: Claim, through_seq: u64) -> Self {
        Self { claim, through_seq }
    }

    /// Declares the entries gone, if that is not done, and removes some blocks.
    pub(super) fn step(&mut self, store: &Store) -> Result<Step, AppendError> {
        store.write(|transaction| self.write_step(transaction)).unwrap_or_else(|failure| {
            Err(match failure {
                WriteFailure::Unavailable(reason) => AppendError::Unavailable(reason),
                WriteFailure::InDoubt(reason) => AppendError::InDoubt(reason),
            })
        })
    }

    fn write_step(&self, transaction: &WriteTransaction) -> Result<Result<Step, AppendError>, redb::Error> {
        let show = self.claim.show.as_str();
        let mut heads = transaction.open_table(HEADS)?;
        let mut head = head(&heads, show)?;
        let newest = transaction.open_table(SNAPSHOTS)?.get(show)?.map(|row| SnapshotHead::from_row(row.value()));
        let checked = head
            .check_claim(self.claim.epoch, self.claim.token)
            .and_then(|()| check_trim(self.through_seq, newest.map(|newest| newest.position)));
        if let Err(refused) = checked {
            return Ok(Err(refused));
        }
        if head.first_seq <= self.through_seq {
            head.first_seq = self.through_seq + 1;
            heads.insert(show, to_row(&head))?;
        }
        Ok(Ok(remove_blocks(transaction, show, &head)?))
    }
}

/// Removes blocks that hold trimmed entries only. One that also holds later ones stays whole: readers skip what is
/// trimmed of it.
fn remove_blocks(transaction: &WriteTransaction, show: &str, head: &Head) -> Result<Step, redb::Error> {
    let mut blocks = transaction.open_table(BLOCKS)?;
    // Where the first entry that stays is, or would be appended.
    let kept = match blocks.range((show, 0)..=(show, head.first_seq))?.next_back() {
        Some(block) if head.first_seq <= head.tail.seq => block?.0.value().1,
        _ => head.first_seq,
    };
    let mut removed = 0;
    for block in blocks.extract_from_if((show, 0)..(show, kept), |_, _| true)?.take(BLOCKS_PER_STEP) {
        block?;
        removed += 1;
    }
    Ok(if removed == BLOCKS_PER_STEP { Step::More } else { Step::Done })
}
