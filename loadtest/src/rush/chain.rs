//! The chain of a journal's entries: numbers without a gap, time that never goes back, digests that hang together.

use dropcast_proto::v1::JournalEntry;
use sha2::{Digest as _, Sha256};

/// The end of a chain, so far.
#[derive(Debug, Default)]
pub(super) struct Chain {
    seq: u64,
    decided_at: u64,
    digest: [u8; 32],
}

impl Chain {
    /// The number that the next entry has.
    pub(super) fn next_seq(&self) -> u64 {
        self.seq + 1
    }

    /// The digest of the last entry.
    pub(super) fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// Follows the chain to the next entry; in words what is wrong with it. A break is told once: the chain goes on
    /// from the entry as it is.
    pub(super) fn follow(&mut self, entry: &JournalEntry) -> Vec<String> {
        let mut breaks = Vec::new();
        if entry.seq != self.next_seq() {
            breaks.push(format!("entry {} follows entry {}", entry.seq, self.seq));
        }
        if entry.decided_at < self.decided_at {
            breaks.push(format!("time goes back at entry {}", entry.seq));
        }
        if entry.digest != self.digest_of(entry) {
            breaks.push(format!("the digest of entry {} is not chained to the one before", entry.seq));
        }
        self.seq = entry.seq;
        self.decided_at = entry.decided_at;
        self.digest = entry.digest.as_slice().try_into().unwrap_or_default();
        breaks
    }

    /// SHA-256 of the digest before, number and time as 8 bytes big-endian, and the body.
    fn digest_of(&self, entry: &JournalEntry) -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update(self.digest);
        hasher.update(entry.seq.to_be_bytes());
        hasher.update(entry.decided_at.to_be_bytes());
        hasher.update(&entry.body);
        hasher.finalize().into()
    }
}
