//! What every journal promises, whatever it is made of.
//!
//! - Sequence numbers of a show start at 1 and have no gaps.
//! - Each entry carries a digest chained over the one before it, so two positions are the same exactly when their
//!   digests are.
//! - An append names the position it expects and the claim it is made under, and is refused if either is stale.
//! - Nothing is half-appended: an append's entries, its wake time and its card become durable together or not at all.
//! - Appends of one claim take effect in the order in which [`Journal::append`] was called; when one is refused, so are
//!   all that were called after it and expected what it would have written.
//! - An append ends as *appended*, *fenced*, *moved*, *unavailable* (certainly not appended) or *in doubt* (the caller
//!   reads the tail and compares digests; it never guesses).
//! - A reader that asks for trimmed entries gets a typed gap, never a silent skip.
//! - Time in a journal never goes backwards.
//!
//! A journal that several nodes share lends a show to one of them at a time ([`Claim::lease`]), and carries what they say
//! to each other ([`Journal::exchange`]).

use std::{fmt, pin::Pin, sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use super::exchange::{Exchange, Mark};
use crate::mistakes::{self, Mistake};

/// The most entries one append may carry; one with more, or with none, is *invalid*.
pub const APPEND_ENTRIES_MAX: usize = 1_024;
/// The most body bytes one append may carry; one with more is *invalid*.
pub const APPEND_BYTES_MAX: usize = 4 * 1_024 * 1_024;
/// The longest name of a show, in bytes; the shortest is one. A claim of any other is *invalid*.
pub const SHOW_NAME_BYTES_MAX: usize = 64;
/// The largest card, in bytes; an append with a larger one is *invalid*.
pub const CARD_BYTES_MAX: usize = 64 * 1_024;
/// The largest snapshot, in bytes; a larger one is *invalid*.
pub const SNAPSHOT_BYTES_MAX: usize = 1_024 * 1_024 * 1_024;
/// How many body bytes one read returns at most; an entry that is larger by itself comes alone.
pub const READ_BYTES_MAX: usize = 1_024 * 1_024;

/// SHA-256 chained over the entries of a show: `sha256(previous digest ‖ seq ‖ at_ms ‖ body)`, integers big-endian.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// The digest of the entry that follows one with this digest.
    #[must_use]
    pub fn chain(&self, seq: u64, at_ms: u64, body: &[u8]) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(self.0);
        hasher.update(seq.to_be_bytes());
        if !mistakes::made(Mistake::DigestWithoutTime) {
            hasher.update(at_ms.to_be_bytes());
        }
        hasher.update(body);
        Self(hasher.finalize().into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0[..4].iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A place in a show's journal: after the entry `seq`, whose digest is `digest`. The default is the empty journal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Position {
    /// The number of the last entry before this place; 0 for the empty journal.
    pub seq: u64,
    /// That entry's digest; all zero for the empty journal.
    pub digest: Digest,
}

/// One entry: what one accepted command made true, encoded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RawEntry {
    /// Its number in the show, from 1, without gaps.
    pub seq: u64,
    /// When it was decided: Unix milliseconds, never less than the entry before it.
    pub at_ms: u64,
    /// The digest chained up to and including this entry.
    pub digest: Digest,
    /// The encoded facts. Opaque here.
    pub body: Bytes,
}

impl RawEntry {
    /// The entry that follows `previous`.
    #[must_use]
    pub fn following(previous: &Position, at_ms: u64, body: Bytes) -> Self {
        let seq = previous.seq + 1;
        Self { seq, at_ms, digest: previous.digest.chain(seq, at_ms, &body), body }
    }

    /// The position right after this entry.
    #[must_use]
    pub fn position(&self) -> Position {
        Position { seq: self.seq, digest: self.digest }
    }
}

/// The right to append to one show, until somebody else claims it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Claim {
    /// The show.
    pub show: String,
    /// Grows by one with every claim of the show; an append under an older epoch is fenced.
    pub epoch: u64,
    /// Random, so that a claim can't be mistaken for another after an epoch was lost.
    pub token: u128,
    /// The end of the journal at the moment of the claim.
    pub tail: Position,
    /// For how long after it was asked for the claim keeps other nodes away, unless it is renewed: every append renews
    /// it. `None`: no other node can claim the show.
    pub lease: Option<Duration>,
    /// Up to where the writers before consumed the show's inbox.
    pub inbox: Mark,
}

/// What is to become durable together.
#[derive(Clone, Debug, Default)]
pub struct Append {
    /// Where the writer thinks the journal ends.
    pub expected: Position,
    /// 1 to [`APPEND_ENTRIES_MAX`] entries that follow `expected`.
    pub entries: Vec<RawEntry>,
    /// When the show must next be woken, in Unix milliseconds: its earliest deadline after them. `None`: never.
    pub wake_at_ms: Option<u64>,
    /// The show's line in the list of shows, where it changed. Opaque here.
    pub card: Option<Bytes>,
    /// Up to where the inbox is consumed once this is durable; what is before is forgotten. `None`: as far as before.
    pub inbox: Option<Mark>,
}

/// What a claim is renewed with.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Renewal {
    /// Where the writer thinks the journal ends, after everything that it called before.
    pub expected: Position,
    /// Up to where the inbox is consumed; what is before is forgotten. `None`: as far as before.
    pub inbox: Option<Mark>,
}

/// A state that a fold can start from instead of from the beginning.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Snapshot {
    /// What the state is the fold of.
    pub position: Position,
    /// The time of the last folded entry.
    pub at_ms: u64,
    /// The encoded state. Opaque here.
    pub body: Bytes,
}

/// A show as the list of shows knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// The show.
    pub show: String,
    /// The card of the newest append that carried one.
    pub card: Bytes,
}

/// Why a show could not be claimed.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// Another node holds a lease on it.
    #[error("another node holds the show for {left_ms} ms more")]
    Held {
        /// How much is left of the lease, in milliseconds.
        left_ms: u64,
    },
    /// This node's clock is too far from the journal's. Nothing was claimed.
    #[error("{}", clock_apart(*ahead_ms))]
    ClockApart {
        /// By how much this node's clock is ahead, in milliseconds; negative when it is behind.
        ahead_ms: i64,
    },
    /// No show can have this name.
    #[error("not a show's name: {0}")]
    Invalid(String),
    /// The journal can't be reached or written now. The claim may have taken effect all the same, and then has fenced
    /// every earlier one.
    #[error("the journal is unavailable: {0}")]
    Unavailable(String),
}

/// Why an append did not end as *appended*.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The show was claimed by somebody else since, or the claim was released. Nothing was appended.
    #[error("the show was claimed by another writer")]
    Fenced,
    /// The journal does not end where the writer thinks. Nothing was appended.
    #[error("the journal ends at {}, not where the writer expected", tail.seq)]
    Moved {
        /// Where it ends.
        tail: Position,
    },
    /// This node's clock is too far from the journal's. Nothing was appended.
    #[error("{}", clock_apart(*ahead_ms))]
    ClockApart {
        /// By how much this node's clock is ahead, in milliseconds; negative when it is behind.
        ahead_ms: i64,
    },
    /// The journal can't be written now (a full disk, say). Nothing was appended.
    #[error("the journal is unavailable: {0}")]
    Unavailable(String),
    /// It may or may not have been appended: read the tail.
    #[error("it is not known whether the append became durable: {0}")]
    InDoubt(String),
    /// The append breaks a promise (a gap, a wrong digest, time going back, a bound). Nothing was appended.
    #[error("the append is not well formed: {0}")]
    Invalid(String),
}

/// Why entries could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Entries before `first_seq` were trimmed; the archive has them.
    #[error("entries before {first_seq} were trimmed")]
    Gap {
        /// The first entry that is still here.
        first_seq: u64,
    },
    /// What is stored is not what was appended. A read that begins before the damage returns what is sound first.
    #[error("the journal is damaged at entry {seq}: {reason}")]
    Damaged {
        /// The first entry that can't be trusted.
        seq: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// The journal can't be read now.
    #[error("the journal is unavailable: {0}")]
    Unavailable(String),
}

fn clock_apart(ahead_ms: i64) -> String {
    let direction = if ahead_ms < 0 { "behind" } else { "ahead of" };
    format!("this node's clock is {} ms {direction} the journal's: let it be set right", ahead_ms.unsigned_abs())
}

/// How much an acknowledged fact survives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Durability {
    /// Nothing: it is in memory.
    Memory,
    /// A crash of the process and of the machine, while the disk lives.
    Embedded,
    /// The same, for many nodes on one Redis.
    Redis1,
    /// The loss of the primary, too: a replica has it before it is acknowledged.
    Redis2,
}

impl Durability {
    /// Its name for people and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Embedded => "embedded",
            Self::Redis1 => "redis/1",
            Self::Redis2 => "redis/2",
        }
    }
}

/// An append under way.
pub type Appending = Pin<Box<dyn Future<Output = Result<(), AppendError>> + Send>>;

/// A journal of many shows. See the module for what it promises.
#[async_trait]
pub trait Journal: Send + Sync + 'static {
    /// Becomes the show's writer; an unknown show has an empty journal. Fences every earlier claim.
    async fn claim(&self, show: &str) -> Result<Claim, ClaimError>;

    /// Gives a claim back: what is appended under it afterwards is fenced. A stale one is left alone.
    async fn release(&self, claim: &Claim) -> Result<(), ClaimError>;

    /// Appends durably. The order is that of the calls, not of the first polls of the returned futures; dropping the
    /// future does not take the append back.
    fn append(&self, claim: &Claim, append: Append) -> Appending;

    /// Renews a claim that has a lease; ends as an append does, and takes its turn among the appends. Without a lease
    /// there is nothing to renew.
    fn renew(&self, _claim: &Claim, _renewal: Renewal) -> Appending {
        Box::pin(std::future::ready(Ok(())))
    }

    /// What the nodes that share the journal say to each other; `None` for the journal of a single node.
    fn exchange(&self) -> Option<Arc<dyn Exchange>> {
        None
    }

    /// How much what it acknowledges survives.
    fn durability(&self) -> Durability;

    /// Where the journal ends.
    async fn tail(&self, show: &str) -> Result<Position, ReadError>;

    /// At most `entries_max` entries from `from_seq` on, in order: at least one if there is one, then as many as fit in
    /// [`READ_BYTES_MAX`]. Empty at the end. Whoever reads checks the chain.
    async fn read(&self, show: &str, from_seq: u64, entries_max: usize) -> Result<Vec<RawEntry>, ReadError>;

    /// Stores a snapshot of durable entries: refused as invalid if its position is not one of the journal's, and as
    /// fenced when the claim is stale. The newest one wins: an older one than is there is left out, one at the same
    /// position replaces it. It is seen whole or not at all.
    async fn save_snapshot(&self, claim: &Claim, snapshot: Snapshot) -> Result<(), AppendError>;

    /// The newest snapshot, if there is one.
    async fn snapshot(&self, show: &str) -> Result<Option<Snapshot>, ReadError>;

    /// Forgets the entries up to and including `through_seq`; refused as invalid past the newest snapshot. The tail
    /// stays what it is.
    async fn trim(&self, claim: &Claim, through_seq: u64) -> Result<(), AppendError>;

    /// The shows after `after` in the order of their names, at most `listed_max`.
    async fn list(&self, after: Option<&str>, listed_max: usize) -> Result<Vec<Listed>, ReadError>;

    /// The shows whose wake time is at or before `now_ms`, the most overdue first, at most `shows_max`.
    async fn due(&self, now_ms: u64, shows_max: usize) -> Result<Vec<String>, ReadError>;

    /// Finishes what was called and lets go of files; what is called afterwards is *unavailable*.
    async fn close(&self);
}
