//! What waits for the committer.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use super::{committer::SlowJob, group::Job};

/// The most appends and claims that wait; the next one is answered *unavailable* at once.
const JOBS_MAX: usize = 4_096;
/// The most bytes of appends that wait; an append that would pass it is answered *unavailable* at once.
const BYTES_MAX: usize = 64 * 1_024 * 1_024;
/// The most snapshots and trims that wait; the next one is answered *unavailable* at once.
const SLOW_JOBS_MAX: usize = 64;
/// How many bytes of appends go into one transaction; one append may pass it by its own length. What is left waits for
/// the next transaction.
const GROUP_BYTES_MAX: usize = 8 * 1_024 * 1_024;

/// A bounded queue: many callers that never wait, one committer that does.
pub(super) struct Queue {
    /// Held for a push or a take only, never while something is written.
    waiting: Mutex<Waiting>,
    /// Wakes the committer.
    filled: Condvar,
}

struct Waiting {
    jobs: VecDeque<Job>,
    bytes: usize,
    slow_jobs: VecDeque<SlowJob>,
    /// Why nothing is taken in any more.
    closed: Option<&'static str>,
}

/// What the committer does next.
pub(super) struct Taken {
    /// In the order of the calls; may be empty.
    pub(super) jobs: Vec<Job>,
    /// One more to begin, if none is under way.
    pub(super) slow_job: Option<SlowJob>,
}

impl Queue {
    pub(super) fn new() -> Self {
        let waiting = Waiting { jobs: VecDeque::new(), bytes: 0, slow_jobs: VecDeque::new(), closed: None };
        Self { waiting: Mutex::new(waiting), filled: Condvar::new() }
    }

    /// Takes a job in, or answers it at once as *unavailable*.
    pub(super) fn push(&self, job: Job) {
        let mut waiting = self.lock();
        if let Some(reason) = waiting.refusal(job.bytes()) {
            drop(waiting);
            return job.answer_unavailable(reason);
        }
        waiting.bytes += job.bytes();
        waiting.jobs.push_back(job);
        self.filled.notify_one();
    }

    /// Takes a slow job in, or answers it at once as *unavailable*.
    pub(super) fn push_slow(&self, job: SlowJob) {
        let mut waiting = self.lock();
        if let Some(reason) = waiting.slow_refusal() {
            drop(waiting);
            return job.answer_unavailable(reason);
        }
        waiting.slow_jobs.push_back(job);
        self.filled.notify_one();
    }

    /// Waits until there is something to do; with a slow job under way there is. `None` when the queue is closed and
    /// everything is done.
    pub(super) fn take(&self, slow_job_under_way: bool) -> Option<Taken> {
        let mut waiting = self.lock();
        while !slow_job_under_way && waiting.is_empty() {
            if waiting.closed.is_some() {
                return None;
            }
            waiting = self.filled.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        let slow_job = if slow_job_under_way { None } else { waiting.slow_jobs.pop_front() };
        Some(Taken { jobs: waiting.take_group(), slow_job })
    }

    /// Takes nothing in any more. What waits is still done.
    pub(super) fn close(&self, reason: &'static str) {
        self.lock().closed.get_or_insert(reason);
        self.filled.notify_one();
    }

    /// Drops what waits: for a committer that can't go on.
    pub(super) fn abandon(&self) {
        let mut waiting = self.lock();
        waiting.jobs.clear();
        waiting.slow_jobs.clear();
        waiting.bytes = 0;
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Nothing that can panic is done while it is held.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn is_empty(&self) -> bool {
        self.jobs.is_empty() && self.slow_jobs.is_empty()
    }

    /// Why a job of this many bytes is not taken in.
    fn refusal(&self, bytes: usize) -> Option<String> {
        if let Some(reason) = self.closed {
            return Some(reason.to_owned());
        }
        let full = self.jobs.len() >= JOBS_MAX || self.bytes + bytes > BYTES_MAX;
        full.then(|| format!("{} appends of {} bytes wait for the disk already", self.jobs.len(), self.bytes))
    }

    fn slow_refusal(&self) -> Option<String> {
        if let Some(reason) = self.closed {
            return Some(reason.to_owned());
        }
        (self.slow_jobs.len() >= SLOW_JOBS_MAX).then(|| format!("{SLOW_JOBS_MAX} snapshots and trims wait already"))
    }

    fn take_group(&mut self) -> Vec<Job> {
        let mut group = Vec::new();
        let mut bytes = 0;
        while bytes < GROUP_BYTES_MAX
            && let Some(job) = self.jobs.pop_front()
        {
            bytes += job.bytes();
            group.push(job);
        }
        self.bytes -= bytes;
        group
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use tokio::sync::oneshot::{self, Receiver};

    use super::*;
    use crate::journal::{
        admission::Head,
        contract::{APPEND_BYTES_MAX, Append, AppendError, Claim, ClaimError, RawEntry},
        embedded::group::{AppendJob, ClaimJob},
    };

    fn push_claim(queue: &Queue) -> Receiver<Result<Claim, ClaimError>> {
        let (answer, answered) = oneshot::channel();
        queue.push(Job::Claim(ClaimJob::new("show", 1, answer)));
        answered
    }

    /// An append of the largest size, of which several are more than a group or the queue takes.
    fn push_large(queue: &Queue) -> Receiver<Result<(), AppendError>> {
        let (answer, answered) = oneshot::channel();
        let claim = Head::default().claim("show", 1);
        let entry = RawEntry::following(&claim.tail, 1, Bytes::from(vec![0; APPEND_BYTES_MAX]));
        let append = Append { entries: vec![entry], ..Append::default() };
        queue.push(Job::Append(AppendJob::new(&claim, append, answer).unwrap()));
        answered
    }

    #[test]
    fn one_job_too_many_is_unavailable_at_once() {
        let queue = Queue::new();
        let mut waiting: Vec<_> = (0..JOBS_MAX).map(|_| push_claim(&queue)).collect();
        assert!(waiting.iter_mut().all(|answered| answered.try_recv().is_err()));
        assert!(matches!(push_claim(&queue).try_recv(), Ok(Err(ClaimError::Unavailable(_)))));
        assert_eq!(queue.take(false).unwrap().jobs.len(), JOBS_MAX);
        assert!(push_claim(&queue).try_recv().is_err(), "refused, though there is room again");
    }

    #[test]
    fn bytes_beyond_the_bound_are_unavailable_at_once_and_groups_are_bounded() {
        let queue = Queue::new();
        let mut waiting = vec![push_large(&queue)];
        while waiting.last_mut().unwrap().try_recv().is_err() {
            waiting.push(push_large(&queue));
        }
        assert_eq!(waiting.len() - 1, BYTES_MAX / (APPEND_BYTES_MAX + 1));
        assert_eq!(queue.take(false).unwrap().jobs.len(), GROUP_BYTES_MAX / APPEND_BYTES_MAX);
        assert!(push_large(&queue).try_recv().is_err(), "refused, though there is room again");
    }

    #[test]
    fn a_closed_queue_gives_what_waits_and_then_nothing() {
        let queue = Queue::new();
        let _waiting = push_claim(&queue);
        queue.close("closed");
        assert!(matches!(push_claim(&queue).try_recv(), Ok(Err(ClaimError::Unavailable(_)))));
        assert_eq!(queue.take(false).unwrap().jobs.len(), 1);
        assert!(queue.take(false).is_none());
    }
}
