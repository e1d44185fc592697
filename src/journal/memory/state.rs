//! What is in memory, and how it changes.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use tokio::sync::{Notify, oneshot};

use super::faults::AppendFault;
use crate::journal::{
    admission::{Head, Outline},
    contract::{
        Append, AppendError, Claim, ClaimError, Position, READ_BYTES_MAX, RawEntry, ReadError, Renewal, Snapshot,
    },
    exchange::{ForwardError, INBOX_PARCELS_MAX, Mark, NOTICES_KEPT, Notice},
};

const FAULT: &str = "a fault was injected";

#[derive(Debug, Default)]
pub(super) struct Shared {
    pub(super) shows: BTreeMap<String, Show>,
    pub(super) wakes: BTreeSet<(u64, String)>,
    /// How many claims there ever were: the next one's token.
    pub(super) claims: u128,
    pub(super) append_faults: VecDeque<AppendFault>,
    pub(super) held: Option<VecDeque<HeldAppend>>,
    /// What fails as *unavailable* until told otherwise.
    pub(super) failing: BTreeSet<Call>,
    /// How many writes of a show can be taken back.
    pub(super) writes_remembered: usize,
    /// Wakes whoever waits for something new, in the order in which they began to wait.
    pub(super) news: Arc<Notify>,
}

/// What can be asked of a journal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Call {
    /// Claims and releases.
    Claim,
    /// Appends and renewals.
    Append,
    Read,
    /// Snapshots and trims.
    Snapshot,
}

#[derive(Debug)]
pub(super) struct HeldAppend {
    pub(super) claim: Claim,
    pub(super) append: Append,
    pub(super) answer: oneshot::Sender<Result<(), AppendError>>,
}

#[derive(Debug, Default)]
pub(super) struct Show {
    pub(super) head: Head,
    pub(super) entries: BTreeMap<u64, RawEntry>,
    pub(super) snapshot: Option<Snapshot>,
    pub(super) card: Option<Bytes>,
    pub(super) lease: Option<Lease>,
    pub(super) inbox: BTreeMap<Mark, Bytes>,
    pub(super) inbox_consumed: Mark,
    pub(super) notices: BTreeMap<Mark, Notice>,
    /// What was there before each of the last writes, the oldest first.
    before: VecDeque<Version>,
    /// What is there after the last write.
    last: Version,
}

/// What a failover can bring back of a show.
#[derive(Clone, Debug, Default)]
struct Version {
    head: Head,
    lease: Option<Lease>,
    entries: BTreeMap<u64, RawEntry>,
    snapshot: Option<Snapshot>,
}

/// To whom a show is lent, and until when by the journal's time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Lease {
    node: String,
    until_ms: u64,
}

impl Shared {
    pub(super) fn show(&self, show: &str) -> Option<&Show> {
        self.shows.get(show)
    }

    pub(super) fn show_mut(&mut self, show: &str) -> &mut Show {
        self.shows.entry(show.to_owned()).or_default()
    }

    /// The claimed show, for what is neither claim nor append.
    pub(super) fn claimed(&mut self, claim: &Claim) -> Result<&mut Show, AppendError> {
        self.check_answers(Call::Snapshot).map_err(AppendError::Unavailable)?;
        let show = self.shows.get_mut(&claim.show).ok_or(AppendError::Fenced)?;
        show.head.check_claim(claim.epoch, claim.token)?;
        Ok(show)
    }

    pub(super) fn append(&mut self, claim: &Claim, append: &Append) -> Result<(), AppendError> {
        self.check_answers(Call::Append).map_err(AppendError::Unavailable)?;
        match self.append_faults.pop_front() {
            None => self.append_usually(claim, append),
            Some(AppendFault::Unavailable) => Err(AppendError::Unavailable(FAULT.to_owned())),
            Some(AppendFault::InDoubtLost) => Err(AppendError::InDoubt(FAULT.to_owned())),
            Some(AppendFault::InDoubtAppended) => {
                self.append_usually(claim, append)?;
                Err(AppendError::InDoubt(FAULT.to_owned()))
            }
        }
    }

    /// Why such a call is not answered, if it isn't.
    pub(super) fn check_answers(&self, call: Call) -> Result<(), String> {
        if self.failing.contains(&call) { Err(FAULT.to_owned()) } else { Ok(()) }
    }

    /// From now on such calls fail, or don't.
    pub(super) fn fail(&mut self, call: Call, fails: bool) {
        if fails {
            self.failing.insert(call);
        } else {
            self.failing.remove(&call);
        }
    }

    fn append_usually(&mut self, claim: &Claim, append: &Append) -> Result<(), AppendError> {
        let outline = Outline::of(append)?;
        let show = self.shows.get_mut(&claim.show).ok_or(AppendError::Fenced)?;
        let woken_at_ms = show.head.wake_at_ms;
        show.head.admit(claim.epoch, claim.token, &outline)?;
        show.entries.extend(append.entries.iter().map(|entry| (entry.seq, entry.clone())));
        if let Some(card) = &append.card {
            show.card = Some(card.clone());
        }
        if let Some(wake_at_ms) = woken_at_ms {
            self.wakes.remove(&(wake_at_ms, claim.show.clone()));
        }
        if let Some(wake_at_ms) = append.wake_at_ms {
            self.wakes.insert((wake_at_ms, claim.show.clone()));
        }
        show.consume(append.inbox);
        show.remember(self.writes_remembered);
        self.changed();
        Ok(())
    }

    pub(super) fn renew(&mut self, claim: &Claim, renewal: Renewal) -> Result<(), AppendError> {
        self.check_answers(Call::Append).map_err(AppendError::Unavailable)?;
        let show = self.shows.get_mut(&claim.show).ok_or(AppendError::Fenced)?;
        show.head.check_claim(claim.epoch, claim.token)?;
        if show.head.tail != renewal.expected {
            return Err(AppendError::Moved { tail: show.head.tail });
        }
        show.consume(renewal.inbox);
        show.remember(self.writes_remembered);
        Ok(())
    }

    /// Tells whoever waits for something new.
    pub(super) fn changed(&self) {
        self.news.notify_waiters();
    }
}

impl Show {
    /// As many entries from `from_seq` on as a read may return.
    pub(super) fn read(&self, from_seq: u64, entries_max: usize) -> Result<Vec<RawEntry>, ReadError> {
        let from_seq = from_seq.max(1);
        if from_seq < self.head.first_seq {
            return Err(ReadError::Gap { first_seq: self.head.first_seq });
        }
        let mut bytes = 0;
        let fits = |entry: &&RawEntry| {
            bytes += entry.body.len();
            entry.seq == from_seq || bytes <= READ_BYTES_MAX
        };
        Ok(self.entries.range(from_seq..).map(|(_, entry)| entry).take(entries_max).take_while(fits).cloned().collect())
    }

    /// Lends the show, unless another node has it.
    pub(super) fn lend(&mut self, node: &str, lease: Duration, now_ms: u64) -> Result<(), ClaimError> {
        if let Some(held) = &self.lease
            && held.node != node
            && held.until_ms > now_ms
        {
            return Err(ClaimError::Held { left_ms: held.until_ms - now_ms });
        }
        self.lease = Some(Lease::of(node, lease, now_ms));
        Ok(())
    }

    /// Extends the lease of the node that has the show.
    pub(super) fn extend(&mut self, node: &str, lease: Duration, now_ms: u64) {
        if self.lease.as_ref().is_some_and(|held| held.node == node) {
            self.lease = Some(Lease::of(node, lease, now_ms));
            self.last.lease.clone_from(&self.lease);
        }
    }

    /// Ends the lease, and says so.
    pub(super) fn give_back(&mut self) {
        self.lease = None;
        self.say(0, Notice::Released);
    }

    /// Adds a notice; the oldest makes room.
    pub(super) fn say(&mut self, now_ms: u64, notice: Notice) {
        self.notices.insert(next_mark(&self.notices, now_ms), notice);
        if self.notices.len() > NOTICES_KEPT {
            self.notices.pop_first();
        }
    }

    /// Adds a parcel, unless there are as many as there may be.
    pub(super) fn post(&mut self, now_ms: u64, parcel: Bytes) -> Result<(), ForwardError> {
        if self.inbox.len() >= INBOX_PARCELS_MAX {
            return Err(ForwardError::Full);
        }
        let mark = next_mark(&self.inbox, now_ms).max(self.inbox_consumed.next());
        self.inbox.insert(mark, parcel);
        Ok(())
    }

    /// The inbox is consumed up to here.
    fn consume(&mut self, through: Option<Mark>) {
        if let Some(through) = through {
            self.inbox_consumed = self.inbox_consumed.max(through);
            self.inbox = self.inbox.split_off(&self.inbox_consumed.next());
        }
    }

    /// Keeps what was before the write that was just made.
    pub(super) fn remember(&mut self, writes_max: usize) {
        if writes_max == 0 {
            return;
        }
        let now = Version {
            head: self.head,
            lease: self.lease.clone(),
            entries: self.entries.clone(),
            snapshot: self.snapshot.clone(),
        };
        self.before.push_back(std::mem::replace(&mut self.last, now));
        while self.before.len() > writes_max {
            self.before.pop_front();
        }
    }

    /// Undoes the last writes, and returns how many entries went with them.
    pub(super) fn take_back(&mut self, writes: usize) -> u64 {
        let kept = self.before.len().saturating_sub(writes);
        let Some(version) = self.before.drain(kept..).next() else { return 0 };
        let lost = self.head.tail.seq - version.head.tail.seq;
        self.last = version.clone();
        let Version { head, lease, entries, snapshot } = version;
        (self.head, self.lease, self.entries, self.snapshot) = (head, lease, entries, snapshot);
        lost
    }

    /// The position with this number, as far as it is still known.
    pub(super) fn position_at(&self, seq: u64) -> Option<Position> {
        let snapshot = self.snapshot.as_ref().map(|snapshot| snapshot.position);
        [Some(Position::default()), Some(self.head.tail), snapshot]
            .into_iter()
            .flatten()
            .find(|position| position.seq == seq)
            .or_else(|| self.entries.get(&seq).map(RawEntry::position))
    }
}

pub(super) fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    // A panic of another test thread leaves nothing half-changed that a later assertion would not find.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Lease {
    fn of(node: &str, lease: Duration, now_ms: u64) -> Self {
        Self { node: node.to_owned(), until_ms: now_ms + u64::try_from(lease.as_millis()).unwrap_or(u64::MAX / 2) }
    }
}

/// A mark after all those that there are.
fn next_mark<T>(marked: &BTreeMap<Mark, T>, now_ms: u64) -> Mark {
    let fresh = Mark { at_ms: now_ms, number: 1 };
    marked.last_key_value().map_or(fresh, |(last, _)| fresh.max(last.next()))
}
