//! Faults that a test asks for.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use super::state::{Call, Shared, lock};

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

/// Injects faults into a [`MemoryJournal`](super::MemoryJournal) and all its connections.
#[derive(Clone, Debug)]
pub struct Faults {
    pub(super) shared: Arc<Mutex<Shared>>,
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
        lock(&self.shared).fail(Call::Read, fail);
    }

    /// Makes every claim and release fail as *unavailable*, or ends that.
    pub fn fail_claims(&self, fail: bool) {
        lock(&self.shared).fail(Call::Claim, fail);
    }

    /// Takes the journal away: makes every claim, release, append, renewal and read fail as *unavailable*; or gives it back.
    pub fn outage(&self, begins: bool) {
        let mut shared = lock(&self.shared);
        for call in [Call::Claim, Call::Append, Call::Read] {
            shared.fail(call, begins);
        }
    }

    /// Makes every snapshot and trim fail as *unavailable*, or ends that.
    pub fn fail_snapshots(&self, fail: bool) {
        lock(&self.shared).fail(Call::Snapshot, fail);
    }

    /// From now on [`Faults::fail_over`] can take back so many writes of each show.
    pub fn remember_writes(&self, writes_max: usize) {
        lock(&self.shared).writes_remembered = writes_max;
    }

    /// A replica becomes the primary that had not yet received the last `writes` of the show, or as many of them as are
    /// remembered: entries, snapshots, trims, claims and leases are what they were before. Returns how many entries are
    /// lost.
    pub fn fail_over(&self, show: &str, writes: usize) -> u64 {
        let mut shared = lock(&self.shared);
        let lost = shared.shows.get_mut(show).map_or(0, |show| show.take_back(writes));
        shared.changed();
        lost
    }
}
