//! A journal whose appends are measured.

use std::{sync::Arc, time::Instant};

use async_trait::async_trait;

use super::metrics::Metrics;
use crate::journal::{
    Append, AppendError, Appending, Claim, ClaimError, Durability, Exchange, Journal, Listed, Position, RawEntry,
    ReadError, Renewal, Snapshot,
};

/// Another journal, with how long its appends take and how they end counted in the metrics.
pub struct MeteredJournal {
    journal: Arc<dyn Journal>,
    metrics: Arc<Metrics>,
}

impl MeteredJournal {
    /// Measures `journal`.
    pub fn new(journal: Arc<dyn Journal>, metrics: Arc<Metrics>) -> Self {
        Self { journal, metrics }
    }
}

/// An append under way, which counts as ended even when nobody waits for it any more.
struct UnderWay {
    metrics: Arc<Metrics>,
    started: Instant,
    ended: bool,
}

impl UnderWay {
    fn end(mut self, result: &Result<(), AppendError>) {
        self.ended = true;
        self.metrics.append_ended(self.started.elapsed(), result);
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if !self.ended {
            self.metrics.append_forgotten();
        }
    }
}

#[async_trait]
impl Journal for MeteredJournal {
    fn append(&self, claim: &Claim, append: Append) -> Appending {
        self.metrics.append_started(append.entries.len());
        let under_way = UnderWay { metrics: Arc::clone(&self.metrics), started: Instant::now(), ended: false };
        let appending = self.journal.append(claim, append);
        Box::pin(async move {
            let result = appending.await;
            under_way.end(&result);
            result
        })
    }

    async fn claim(&self, show: &str) -> Result<Claim, ClaimError> {
        let claimed = self.journal.claim(show).await;
        self.metrics.claim_ended(&claimed);
        claimed
    }

    async fn release(&self, claim: &Claim) -> Result<(), ClaimError> {
        self.journal.release(claim).await
    }

    fn renew(&self, claim: &Claim, renewal: Renewal) -> Appending {
        let (metrics, renewing) = (Arc::clone(&self.metrics), self.journal.renew(claim, renewal));
        Box::pin(async move {
            let result = renewing.await;
            metrics.renewal_ended(&result);
            result
        })
    }

    fn exchange(&self) -> Option<Arc<dyn Exchange>> {
        self.journal.exchange()
    }

    fn durability(&self) -> Durability {
        self.journal.durability()
    }

    async fn tail(&self, show: &str) -> Result<Position, ReadError> {
        self.journal.tail(show).await
    }

    async fn read(&self, show: &str, from_seq: u64, entries_max: usize) -> Result<Vec<RawEntry>, ReadError> {
        self.journal.read(show, from_seq, entries_max).await
    }

    async fn save_snapshot(&self, claim: &Claim, snapshot: Snapshot) -> Result<(), AppendError> {
        self.journal.save_snapshot(claim, snapshot).await
    }

    async fn snapshot(&self, show: &str) -> Result<Option<Snapshot>, ReadError> {
        self.journal.snapshot(show).await
    }

    async fn trim(&self, claim: &Claim, through_seq: u64) -> Result<(), AppendError> {
        self.journal.trim(claim, through_seq).await
    }

    async fn list(&self, after: Option<&str>, listed_max: usize) -> Result<Vec<Listed>, ReadError> {
        self.journal.list(after, listed_max).await
    }

    async fn due(&self, now_ms: u64, shows_max: usize) -> Result<Vec<String>, ReadError> {
        self.journal.due(now_ms, shows_max).await
    }

    async fn close(&self) {
        self.journal.close().await;
    }
}

impl std::fmt::Debug for MeteredJournal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MeteredJournal")
    }
}
