//! A journal in memory, for tests and simulations: deterministic (ordered maps, no clock, no randomness), with faults
//! that are asked for.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::oneshot;

use super::{
    admission::{Head, Outline, check_show, check_snapshot_bounds, check_snapshot_position, check_trim},
    contract::{
        Append, AppendError, Appending, Claim, ClaimError, Journal, Listed, Position, READ_BYTES_MAX, RawEntry,
        ReadError, Snapshot,
    },
};

/// A journal in memory. An append takes effect when it is called, unless a fault says otherwise.
#[derive(Debug, Default)]
pub struct MemoryJournal {
    shared: Arc<Mutex<Shared>>,
    closed: AtomicBool,
}

impl MemoryJournal {
    /// An empty journal.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Another connection to the same journal, as another node would have, or the same node after a restart. Closing
    /// one leaves the others open; faults are common to all.
    #[must_use]
    pub fn connect(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), closed: AtomicBool::new(false) }
    }

    /// The control of this journal's faults.
    #[must_use]
    pub fn faults(&self) -> Faults {
        Faults { shared: Arc::clone(&self.shared) }
    }

    fn open(&self) -> Result<MutexGuard<'_, Shared>, String> {
        if self.closed.load(Ordering::Acquire) {
            return Err("the journal is closed".to_owned());
        }
        Ok(lock(&self.shared))
    }

    fn open_to_read(&self) -> Result<MutexGuard<'_, Shared>, ReadError> {
        let shared = self.open().map_err(ReadError::Unavailable)?;
        if shared.reads_fail {
            return Err(ReadError::Unavailable(FAULT.to_owned()));
        }
        Ok(shared)
    }

    fn open_to_claim(&self) -> Result<MutexGuard<'_, Shared>, ClaimError> {
        let shared = self.open().map_err(ClaimError::Unavailable)?;
        if shared.claims_fail {
            return Err(ClaimError::Unavailable(FAULT.to_owned()));
        }
        Ok(shared)
    }
}

/// What is to happen to one append instead of the usual.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AppendFault {
    /// It is not appended, and the answer says so.
    Unavailable,
    /// It goes the usual way, but where it would be answered *appended*, the answer is lost: *in doubt*.
    InDoubtAppended,
    /// It is not appended, and the answer is *in doubt*.
    InDoubtLost,
}

/// Injects faults into a [`MemoryJournal`] and all its connections.
#[derive(Clone, Debug)]
pub struct Faults {
    shared: Arc<Mutex<Shared>>,
}

impl Faults {
    /// Plans one append's fate; several are met in the order in which they were planned, one append each.
    pub fn next_append(&self, fault: AppendFault) {
        lock(&self.shared).append_faults.push_back(fault);
    }

    /// From now on appends are taken in but neither take effect nor are answered, as on a slow disk, until
    /// [`Faults::release_appends`].
    pub fn hold_appends(&self) {
        lock(&self.shared).held.get_or_insert_default();
    }

    /// How many appends are held.
    #[must_use]
    pub fn held_appends(&self) -> usize {
        lock(&self.shared).held.as_ref().map_or(0, VecDeque::len)
    }

    /// Lets all held appends take effect, in the order of their calls, and holds no more.
    pub fn release_appends(&self) {
        let mut shared = lock(&self.shared);
        for held in shared.held.take().into_iter().flatten() {
            let outcome = shared.append(&held.claim, &held.append);
            // Whoever dropped the future does not want the answer.
            let _ = held.answer.send(outcome);
        }
    }

    /// Makes every read fail as *unavailable*, or ends that.
    pub fn fail_reads(&self, fail: bool) {
        lock(&self.shared).reads_fail = fail;
    }

    /// Makes every claim and release fail as *unavailable*, or ends that.
    pub fn fail_claims(&self, fail: bool) {
        lock(&self.shared).claims_fail = fail;
    }

    /// Makes every snapshot and trim fail as *unavailable*, or ends that.
    pub fn fail_snapshots(&self, fail: bool) {
        lock(&self.shared).snapshots_fail = fail;
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn claim(&self, show: &str) -> Result<Claim, ClaimError> {
        let mut shared = self.open_to_claim()?;
        check_show(show)?;
        shared.claims += 1;
        let token = shared.claims;
        Ok(shared.show_mut(show).head.claim(show, token))
    }

    async fn release(&self, claim: &Claim) -> Result<(), ClaimError> {
        let mut shared = self.open_to_claim()?;
        if let Some(show) = shared.shows.get_mut(&claim.show)
            && show.head.holds(claim.epoch, claim.token)
        {
            show.head.token = None;
        }
        Ok(())
    }

    fn append(&self, claim: &Claim, append: Append) -> Appending {
        let outcome = match self.open() {
            Err(reason) => Err(AppendError::Unavailable(reason)),
            Ok(mut shared) => {
                if let Some(held) = &mut shared.held {
                    let (answer, answered) = oneshot::channel();
                    held.push_back(HeldAppend { claim: claim.clone(), append, answer });
                    return Box::pin(async {
                        answered.await.unwrap_or_else(|_| Err(AppendError::InDoubt("the journal is gone".to_owned())))
                    });
                }
                shared.append(claim, &append)
            }
        };
        Box::pin(std::future::ready(outcome))
    }

    async fn tail(&self, show: &str) -> Result<Position, ReadError> {
        Ok(self.open_to_read()?.show(show).map_or_else(Position::default, |show| show.head.tail))
    }

    async fn read(&self, show: &str, from_seq: u64, entries_max: usize) -> Result<Vec<RawEntry>, ReadError> {
        let shared = self.open_to_read()?;
        let Some(show) = shared.show(show) else {
            return Ok(Vec::new());
        };
        let from_seq = from_seq.max(1);
        if from_seq < show.head.first_seq {
            return Err(ReadError::Gap { first_seq: show.head.first_seq });
        }
        let mut bytes = 0;
        let fits = |entry: &&RawEntry| {
            bytes += entry.body.len();
            entry.seq == from_seq || bytes <= READ_BYTES_MAX
        };
        Ok(show.entries.range(from_seq..).map(|(_, entry)| entry).take(entries_max).take_while(fits).cloned().collect())
    }

    async fn save_snapshot(&self, claim: &Claim, snapshot: Snapshot) -> Result<(), AppendError> {
        let mut shared = self.open().map_err(AppendError::Unavailable)?;
        check_snapshot_bounds(&snapshot)?;
        let show = shared.claimed(claim)?;
        let position = snapshot.position;
        if show.snapshot.as_ref().is_some_and(|newest| newest.position.seq > position.seq) {
            return Ok(());
        }
        check_snapshot_position(&snapshot, show.position_at(position.seq))?;
        show.snapshot = Some(snapshot);
        Ok(())
    }

    async fn snapshot(&self, show: &str) -> Result<Option<Snapshot>, ReadError> {
        Ok(self.open_to_read()?.show(show).and_then(|show| show.snapshot.clone()))
    }

    async fn trim(&self, claim: &Claim, through_seq: u64) -> Result<(), AppendError> {
        let mut shared = self.open().map_err(AppendError::Unavailable)?;
        let show = shared.claimed(claim)?;
        check_trim(through_seq, show.snapshot.as_ref().map(|snapshot| snapshot.position))?;
        show.head.first_seq = show.head.first_seq.max(through_seq + 1);
        show.entries = show.entries.split_off(&show.head.first_seq);
        Ok(())
    }

    async fn list(&self, after: Option<&str>, listed_max: usize) -> Result<Vec<Listed>, ReadError> {
        let shared = self.open_to_read()?;
        let listed = shared
            .shows
            .iter()
            .filter(|(name, _)| after.is_none_or(|after| name.as_str() > after))
            .filter_map(|(name, show)| Some(Listed { show: name.clone(), card: show.card.clone()? }));
        Ok(listed.take(listed_max).collect())
    }

    async fn due(&self, now_ms: u64, shows_max: usize) -> Result<Vec<String>, ReadError> {
        let shared = self.open_to_read()?;
        let due = shared.wakes.iter().take_while(|(wake_at_ms, _)| *wake_at_ms <= now_ms);
        Ok(due.take(shows_max).map(|(_, show)| show.clone()).collect())
    }

    async fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }
}

const FAULT: &str = "a fault was injected";

#[derive(Debug, Default)]
struct Shared {
    shows: BTreeMap<String, Show>,
    wakes: BTreeSet<(u64, String)>,
    /// How many claims there ever were: the next one's token.
    claims: u128,
    append_faults: VecDeque<AppendFault>,
    held: Option<VecDeque<HeldAppend>>,
    reads_fail: bool,
    claims_fail: bool,
    snapshots_fail: bool,
}

#[derive(Debug)]
struct HeldAppend {
    claim: Claim,
    append: Append,
    answer: oneshot::Sender<Result<(), AppendError>>,
}

#[derive(Debug, Default)]
struct Show {
    head: Head,
    entries: BTreeMap<u64, RawEntry>,
    snapshot: Option<Snapshot>,
    card: Option<Bytes>,
}

impl Shared {
    fn show(&self, show: &str) -> Option<&Show> {
        self.shows.get(show)
    }

    fn show_mut(&mut self, show: &str) -> &mut Show {
        self.shows.entry(show.to_owned()).or_default()
    }

    /// The claimed show, for what is neither claim nor append.
    fn claimed(&mut self, claim: &Claim) -> Result<&mut Show, AppendError> {
        if self.snapshots_fail {
            return Err(AppendError::Unavailable(FAULT.to_owned()));
        }
        let show = self.shows.get_mut(&claim.show).ok_or(AppendError::Fenced)?;
        show.head.check_claim(claim.epoch, claim.token)?;
        Ok(show)
    }

    fn append(&mut self, claim: &Claim, append: &Append) -> Result<(), AppendError> {
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
        Ok(())
    }
}

impl Show {
    /// The position with this number, as far as it is still known.
    fn position_at(&self, seq: u64) -> Option<Position> {
        let snapshot = self.snapshot.as_ref().map(|snapshot| snapshot.position);
        [Some(Position::default()), Some(self.head.tail), snapshot]
            .into_iter()
            .flatten()
            .find(|position| position.seq == seq)
            .or_else(|| self.entries.get(&seq).map(RawEntry::position))
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    // A panic of another test thread leaves nothing half-changed that a later assertion would not find.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
