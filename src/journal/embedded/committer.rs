//! The committer: the one thread that writes. It takes everything that waits into one transaction, so that a rush of
//! appends pays for few fsyncs, and a lone append waits for nobody.

use std::{
    io,
    panic::{self, AssertUnwindSafe},
    sync::Arc,
    thread,
};

use tokio::sync::{oneshot, watch};

use super::{group, queue::Queue, snapshot::SnapshotJob, store::Store, trim::TrimJob};
use crate::journal::contract::AppendError;

/// What is answered when the committer is gone.
pub(super) const STOPPED: &str = "the journal's committer has stopped";

/// A job too long for one transaction: between its steps the appends that wait are committed.
pub(super) struct SlowJob {
    pub(super) work: SlowWork,
    pub(super) answer: oneshot::Sender<Result<(), AppendError>>,
}

pub(super) enum SlowWork {
    Snapshot(SnapshotJob),
    Trim(TrimJob),
}

/// How far a slow job is after a step.
pub(super) enum Step {
    More,
    Done,
}

/// Starts the committer. When it has ended, the returned channel is closed.
pub(super) fn start(store: Arc<Store>, queue: Arc<Queue>) -> io::Result<(thread::JoinHandle<()>, watch::Receiver<()>)> {
    let (ended, end) = watch::channel(());
    let committer = Committer { store, queue, _ended: ended };
    let thread = thread::Builder::new().name("journal".to_owned()).spawn(move || committer.run())?;
    Ok((thread, end))
}

struct Committer {
    store: Arc<Store>,
    queue: Arc<Queue>,
    _ended: watch::Sender<()>,
}

impl Committer {
    fn run(self) {
        // redb may panic on a file that was damaged from outside. Then nothing must be left waiting for an answer or be
        // taken in; that is done here, not while unwinding, where a second panic would end the process.
        let ended = panic::catch_unwind(AssertUnwindSafe(|| self.work()));
        if ended.is_err() {
            tracing::error!("the journal's committer panicked and has stopped; restart the server");
        }
        self.queue.close(STOPPED);
        self.queue.abandon();
        self.store.close();
    }

    fn work(&self) {
        let mut under_way = None;
        while let Some(taken) = self.queue.take(under_way.is_some()) {
            if !taken.jobs.is_empty() {
                group::commit(&self.store, taken.jobs);
            }
            under_way = under_way.or(taken.slow_job).and_then(|job| job.advance(&self.store));
        }
    }
}

impl SlowJob {
    /// Answers a job that was not taken in.
    pub(super) fn answer_unavailable(self, reason: String) {
        self.finish(Err(AppendError::Unavailable(reason)));
    }

    /// Takes one step; gives the job back if there is more to do.
    fn advance(mut self, store: &Store) -> Option<Self> {
        let step = match &mut self.work {
            SlowWork::Snapshot(snapshot) => snapshot.step(store),
            SlowWork::Trim(trim) => trim.step(store),
        };
        match step {
            Ok(Step::More) => Some(self),
            Ok(Step::Done) => {
                self.finish(Ok(()));
                None
            }
            Err(error) => {
                self.finish(Err(error));
                None
            }
        }
    }

    fn finish(self, outcome: Result<(), AppendError>) {
        // Whoever dropped the future does not want the answer.
        let _ = self.answer.send(outcome);
    }
}
