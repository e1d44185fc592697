//! The journal in memory, as its callers see it.

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use tokio::sync::oneshot;

use super::{
    exchange::MemoryExchange,
    faults::Faults,
    state::{Call, HeldAppend, Shared, lock},
};
use crate::journal::{
    admission::{check_show, check_snapshot_bounds, check_snapshot_position, check_trim},
    contract::{
        Append, AppendError, Appending, Claim, ClaimError, Durability, Journal, Listed, Position, RawEntry, ReadError,
        Renewal, Snapshot,
    },
    exchange::Exchange,
};

/// What time the journal thinks it is, in Unix milliseconds: leases are measured by it.
pub type Time = Arc<dyn Fn() -> u64 + Send + Sync>;

/// A journal in memory. An append takes effect when it is called, unless a fault says otherwise.
#[derive(Debug, Default)]
pub struct MemoryJournal {
    shared: Arc<Mutex<Shared>>,
    closed: AtomicBool,
    /// Who this is among the nodes that share the journal; `None` when it is not shared.
    node: Option<Node>,
}

#[derive(Clone)]
struct Node {
    name: String,
    lease: Duration,
    time: Time,
}

impl MemoryJournal {
    /// An empty journal.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Another connection to the same journal, as the same node has after a restart. Closing one leaves the others open;
    /// faults are common to all.
    #[must_use]
    pub fn connect(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), closed: AtomicBool::new(false), node: self.node.clone() }
    }

    /// A connection of one of several nodes, to which shows are lent for `lease` at a time.
    #[must_use]
    pub fn connect_as(&self, name: &str, lease: Duration, time: Time) -> Self {
        Self { node: Some(Node { name: name.to_owned(), lease, time }), ..self.connect() }
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
        shared.check_answers(Call::Read).map_err(ReadError::Unavailable)?;
        Ok(shared)
    }

    /// What was written under a claim renews its lease.
    fn extend_lease(&self, claim: &Claim) {
        if let Some(Node { name, lease, time }) = &self.node
            && let Some(show) = lock(&self.shared).shows.get_mut(&claim.show)
        {
            show.extend(name, *lease, time());
        }
    }

    fn open_to_claim(&self) -> Result<MutexGuard<'_, Shared>, ClaimError> {
        let shared = self.open().map_err(ClaimError::Unavailable)?;
        shared.check_answers(Call::Claim).map_err(ClaimError::Unavailable)?;
        Ok(shared)
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn claim(&self, show: &str) -> Result<Claim, ClaimError> {
        let mut shared = self.open_to_claim()?;
        check_show(show)?;
        shared.claims += 1;
        let token = shared.claims;
        let kept = shared.writes_remembered;
        let show_state = shared.show_mut(show);
        if let Some(Node { name, lease, time }) = &self.node {
            show_state.lend(name, *lease, time())?;
        }
        let lease = self.node.as_ref().map(|node| node.lease);
        let claim = Claim { lease, inbox: show_state.inbox_consumed, ..show_state.head.claim(show, token) };
        show_state.remember(kept);
        Ok(claim)
    }

    async fn release(&self, claim: &Claim) -> Result<(), ClaimError> {
        let mut shared = self.open_to_claim()?;
        let kept = shared.writes_remembered;
        if let Some(show) = shared.shows.get_mut(&claim.show)
            && show.head.holds(claim.epoch, claim.token)
        {
            show.head.token = None;
            show.give_back();
            show.remember(kept);
            shared.changed();
        }
        Ok(())
    }

    fn renew(&self, claim: &Claim, renewal: Renewal) -> Appending {
        let outcome = match self.open() {
            Err(reason) => Err(AppendError::Unavailable(reason)),
            Ok(mut shared) => shared.renew(claim, renewal),
        };
        if outcome.is_ok() {
            self.extend_lease(claim);
        }
        Box::pin(std::future::ready(outcome))
    }

    fn exchange(&self) -> Option<Arc<dyn Exchange>> {
        let node = self.node.as_ref()?;
        Some(Arc::new(MemoryExchange { shared: Arc::clone(&self.shared), time: Arc::clone(&node.time) }))
    }

    fn durability(&self) -> Durability {
        Durability::Memory
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
        if outcome.is_ok() {
            self.extend_lease(claim);
        }
        Box::pin(std::future::ready(outcome))
    }

    async fn tail(&self, show: &str) -> Result<Position, ReadError> {
        Ok(self.open_to_read()?.show(show).map_or_else(Position::default, |show| show.head.tail))
    }

    async fn read(&self, show: &str, from_seq: u64, entries_max: usize) -> Result<Vec<RawEntry>, ReadError> {
        let shared = self.open_to_read()?;
        shared.show(show).map_or_else(|| Ok(Vec::new()), |show| show.read(from_seq, entries_max))
    }

    async fn save_snapshot(&self, claim: &Claim, snapshot: Snapshot) -> Result<(), AppendError> {
        let mut shared = self.open().map_err(AppendError::Unavailable)?;
        check_snapshot_bounds(&snapshot)?;
        let kept = shared.writes_remembered;
        let show = shared.claimed(claim)?;
        let position = snapshot.position;
        if show.snapshot.as_ref().is_some_and(|newest| newest.position.seq > position.seq) {
            return Ok(());
        }
        check_snapshot_position(&snapshot, show.position_at(position.seq))?;
        show.snapshot = Some(snapshot);
        show.remember(kept);
        Ok(())
    }

    async fn snapshot(&self, show: &str) -> Result<Option<Snapshot>, ReadError> {
        Ok(self.open_to_read()?.show(show).and_then(|show| show.snapshot.clone()))
    }

    async fn trim(&self, claim: &Claim, through_seq: u64) -> Result<(), AppendError> {
        let mut shared = self.open().map_err(AppendError::Unavailable)?;
        let kept = shared.writes_remembered;
        let show = shared.claimed(claim)?;
        check_trim(through_seq, show.snapshot.as_ref().map(|snapshot| snapshot.position))?;
        show.head.first_seq = show.head.first_seq.max(through_seq + 1);
        show.entries = show.entries.split_off(&show.head.first_seq);
        show.remember(kept);
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

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").field("name", &self.name).field("lease", &self.lease).finish_non_exhaustive()
    }
}
