//! What became durable and what was lost again, in order, written down at the journal's side: it outlives trims, and the
//! checks judge by it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

use dropcast::journal::{Append, Claim, Digest, Position, RawEntry, Snapshot};

/// How many steps there were before something: two things with the same moment saw the same journal.
pub(crate) type Moment = usize;

/// A change of what is durable.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// An entry became durable.
    Entry(RawEntry),
    /// A failover lost so many entries, all after this number.
    Lost { through_seq: u64, entries: usize, at_ms: u64 },
}

/// The record of one world. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Chronicle(Arc<Mutex<Record>>);

#[derive(Clone, Default)]
pub(crate) struct Record {
    pub(crate) steps: Vec<Step>,
    /// The entries that are durable now, from the first, trimmed or not.
    pub(crate) line: Vec<RawEntry>,
    /// When each entry first became durable.
    pub(crate) since: BTreeMap<Digest, Moment>,
    /// What each entry followed.
    pub(crate) parents: BTreeMap<Digest, Position>,
    /// Every snapshot that was taken in.
    pub(crate) snapshots: Vec<Snapshot>,
    /// Writes that took effect under a claim that was not the newest.
    pub(crate) stale: Vec<String>,
    pub(crate) failovers: u64,
    /// The claim that writes are made under.
    pub(crate) newest: Option<Claim>,
    /// Every claim there was.
    pub(crate) claimed: Vec<Claim>,
    /// Which node claimed the show when; `None` is nobody who runs it.
    pub(crate) claims: Vec<(Moment, Option<usize>)>,
    /// What came into the inbox, and when.
    pub(crate) parcels: Vec<(Moment, Vec<u8>)>,
}

impl Chronicle {
    pub(crate) fn read(&self) -> MutexGuard<'_, Record> {
        self.0.lock().unwrap()
    }

    pub(crate) fn now(&self) -> Moment {
        self.read().steps.len()
    }

    pub(crate) fn claimed(&self, claim: &Claim, node: Option<usize>) {
        let mut record = self.read();
        let now = record.steps.len();
        record.claims.push((now, node));
        record.claimed.push(claim.clone());
        record.newest = Some(claim.clone());
    }

    /// The newest claim.
    pub(crate) fn claim(&self) -> Option<Claim> {
        self.read().newest.clone()
    }

    pub(crate) fn renewed(&self, claim: &Claim) {
        self.read().wrote(claim, "a renewal");
    }

    pub(crate) fn appended(&self, claim: &Claim, append: &Append) {
        let mut record = self.read();
        record.wrote(claim, "an append");
        for entry in &append.entries {
            record.entry(entry);
        }
    }

    pub(crate) fn snapshot_saved(&self, snapshot: &Snapshot) {
        self.read().snapshots.push(snapshot.clone());
    }

    pub(crate) fn posted(&self, parcel: &[u8]) {
        let mut record = self.read();
        let now = record.steps.len();
        record.parcels.push((now, parcel.to_vec()));
    }

    /// The last writes were lost, and with them what comes after `tail` and every claim after `newest`.
    pub(crate) fn failed_over(&self, at_ms: u64, newest: Option<Claim>, tail: Position) {
        let mut record = self.read();
        record.failovers += 1;
        record.newest = newest;
        let before = record.line.len();
        record.line.truncate(usize::try_from(tail.seq).unwrap());
        let entries = before - record.line.len();
        // Where no entry was lost, claims and renewals were.
        record.steps.push(Step::Lost { through_seq: tail.seq, entries, at_ms });
    }
}

impl Record {
    /// The claim must be the newest.
    fn wrote(&mut self, claim: &Claim, what: &str) {
        if let Some(newest) = &self.newest
            && (newest.epoch, newest.token) != (claim.epoch, claim.token)
        {
            self.stale.push(format!("{what} under epoch {} took effect in epoch {}", claim.epoch, newest.epoch));
        }
    }

    fn entry(&mut self, entry: &RawEntry) {
        let parent = self.line.last().map_or_else(Position::default, RawEntry::position);
        self.line.push(entry.clone());
        self.steps.push(Step::Entry(entry.clone()));
        let now = self.steps.len();
        self.since.entry(entry.digest).or_insert(now);
        self.parents.entry(entry.digest).or_insert(parent);
    }
}
