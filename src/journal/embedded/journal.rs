//! The embedded journal, as its callers see it.

use std::{path::Path, sync::Arc, thread::JoinHandle};

use async_trait::async_trait;
use redb::ReadTransaction;
use tokio::{
    sync::{Semaphore, oneshot, watch},
    task,
};

use super::{
    committer::{self, STOPPED, SlowJob, SlowWork},
    error::OpenError,
    file,
    group::{AppendJob, ClaimJob, Job, ReleaseJob},
    options::Options,
    queue::Queue,
    reader,
    snapshot::SnapshotJob,
    store::{Opener, ReadFailure, Store},
    trim::TrimJob,
};
use crate::journal::{
    admission::check_show,
    contract::{
        Append, AppendError, Appending, Claim, ClaimError, Durability, Journal, Listed, Position, RawEntry, ReadError,
        Snapshot,
    },
};

/// How many reads are made at a time; the others wait their turn.
const READS_MAX: usize = 16;

/// A journal in one file of one process. Dropping it does what [`Journal::close`] does, and waits for it.
pub struct EmbeddedJournal {
    store: Arc<Store>,
    queue: Arc<Queue>,
    /// `None` when it is open for reading only.
    committer: Option<JoinHandle<()>>,
    /// Closed when the committer has ended.
    end: watch::Receiver<()>,
    /// Bounds how many of the runtime's blocking threads are used, and so how much is read into memory.
    reads: Arc<Semaphore>,
}

impl EmbeddedJournal {
    /// Opens the journal in this directory, and creates both where they are missing. Waits for the disk; after a crash
    /// the whole file is checked, which takes a while for a large one.
    pub fn open(data_dir: &Path, options: Options) -> Result<Self, OpenError> {
        let path = file::path_in(data_dir);
        let reopen_interval = options.reopen_interval;
        let opener = Box::new(move || file::open_writable(&path, &options));
        Self::open_by(opener, reopen_interval, &file::path_in(data_dir))
    }

    /// Opens the journal of a server that does not run, for tools that read. Whatever writes answers *unavailable*.
    pub fn open_read_only(data_dir: &Path, options: Options) -> Result<Self, OpenError> {
        let path = file::path_in(data_dir);
        let reopen_interval = options.reopen_interval;
        let store = Store::open(Box::new(move || file::open_read_only(&path, &options)), reopen_interval)?;
        let queue = Queue::new();
        queue.close("the journal is open for reading only");
        Ok(Self {
            store: Arc::new(store),
            queue: Arc::new(queue),
            committer: None,
            end: watch::channel(()).1,
            reads: Arc::new(Semaphore::new(READS_MAX)),
        })
    }

    /// Opens a database by other means than a plain file.
    pub(super) fn open_by(
        opener: Opener,
        reopen_interval: std::time::Duration,
        path: &Path,
    ) -> Result<Self, OpenError> {
        let store = Arc::new(Store::open(opener, reopen_interval)?);
        let queue = Arc::new(Queue::new());
        let (committer, end) = committer::start(Arc::clone(&store), Arc::clone(&queue))
            .map_err(|error| OpenError::Storage { path: path.to_owned(), reason: error.to_string() })?;
        let reads = Arc::new(Semaphore::new(READS_MAX));
        Ok(Self { store, queue, committer: Some(committer), end, reads })
    }

    async fn run_slow(&self, work: SlowWork) -> Result<(), AppendError> {
        let (answer, answered) = oneshot::channel();
        self.queue.push_slow(SlowJob { work, answer });
        answered.await.unwrap_or_else(|_| Err(AppendError::InDoubt(STOPPED.to_owned())))
    }

    /// Reads on one of the runtime's blocking threads.
    async fn read_with<T: Send + 'static>(
        &self,
        read: impl FnOnce(&ReadTransaction) -> Result<T, ReadFailure> + Send + 'static,
    ) -> Result<T, ReadError> {
        let turn = Arc::clone(&self.reads).acquire_owned().await;
        let store = Arc::clone(&self.store);
        let reading = task::spawn_blocking(move || {
            let _turn = turn;
            store.read(read)
        });
        reading.await.unwrap_or_else(|error| Err(ReadError::Unavailable(error.to_string())))
    }
}

#[async_trait]
impl Journal for EmbeddedJournal {
    async fn claim(&self, show: &str) -> Result<Claim, ClaimError> {
        check_show(show)?;
        let (answer, answered) = oneshot::channel();
        self.queue.push(Job::Claim(ClaimJob::new(show, rand::random(), answer)));
        answered.await.unwrap_or_else(|_| Err(ClaimError::Unavailable(STOPPED.to_owned())))
    }

    async fn release(&self, claim: &Claim) -> Result<(), ClaimError> {
        let (answer, answered) = oneshot::channel();
        self.queue.push(Job::Release(ReleaseJob::new(claim, answer)));
        answered.await.unwrap_or_else(|_| Err(ClaimError::Unavailable(STOPPED.to_owned())))
    }

    fn append(&self, claim: &Claim, append: Append) -> Appending {
        let (answer, answered) = oneshot::channel();
        match AppendJob::new(claim, append, answer) {
            Err(error) => Box::pin(std::future::ready(Err(error))),
            Ok(job) => {
                self.queue.push(Job::Append(job));
                Box::pin(async { answered.await.unwrap_or_else(|_| Err(AppendError::InDoubt(STOPPED.to_owned()))) })
            }
        }
    }

    async fn tail(&self, show: &str) -> Result<Position, ReadError> {
        let show = show.to_owned();
        self.read_with(move |transaction| reader::tail(transaction, &show)).await
    }

    async fn read(&self, show: &str, from_seq: u64, entries_max: usize) -> Result<Vec<RawEntry>, ReadError> {
        let show = show.to_owned();
        self.read_with(move |transaction| reader::entries(transaction, &show, from_seq, entries_max)).await
    }

    async fn save_snapshot(&self, claim: &Claim, snapshot: Snapshot) -> Result<(), AppendError> {
        let claim = claim.clone();
        let job = task::spawn_blocking(move || SnapshotJob::new(claim, snapshot))
            .await
            .map_err(|error| AppendError::Unavailable(error.to_string()))??;
        self.run_slow(SlowWork::Snapshot(job)).await
    }

    async fn snapshot(&self, show: &str) -> Result<Option<Snapshot>, ReadError> {
        let show = show.to_owned();
        self.read_with(move |transaction| reader::snapshot(transaction, &show)).await
    }

    async fn trim(&self, claim: &Claim, through_seq: u64) -> Result<(), AppendError> {
        self.run_slow(SlowWork::Trim(TrimJob::new(claim.clone(), through_seq))).await
    }

    async fn list(&self, after: Option<&str>, listed_max: usize) -> Result<Vec<Listed>, ReadError> {
        let after = after.map(str::to_owned);
        self.read_with(move |transaction| reader::listed(transaction, after.as_deref(), listed_max)).await
    }

    async fn due(&self, now_ms: u64, shows_max: usize) -> Result<Vec<String>, ReadError> {
        self.read_with(move |transaction| reader::due(transaction, now_ms, shows_max)).await
    }

    fn durability(&self) -> Durability {
        Durability::Embedded
    }

    async fn close(&self) {
        self.queue.close("the journal is closed");
        let mut end = self.end.clone();
        while end.changed().await.is_ok() {}
        // Without a committer nobody else does it.
        self.store.close();
    }
}

impl Drop for EmbeddedJournal {
    fn drop(&mut self) {
        self.queue.close("the journal is closed");
        if let Some(committer) = self.committer.take() {
            // A panic of the committer was reported where it happened.
            let _ = committer.join();
        }
        self.store.close();
    }
}
