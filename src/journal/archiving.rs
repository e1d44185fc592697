//! A journal whose trimmed entries stay readable.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use tokio::task;

use super::{
    archive::{Archive, ArchiveError},
    contract::{
        APPEND_ENTRIES_MAX, Append, AppendError, Appending, Claim, ClaimError, Durability, Journal, Listed, Position,
        RawEntry, ReadError, Renewal, Snapshot,
    },
    exchange::Exchange,
};

/// Another journal with an archive: a trim archives first what it will forget, and a read of what is trimmed reads the
/// archive. A trim whose archiving fails is *unavailable*, and trims nothing.
pub struct ArchivingJournal {
    journal: Arc<dyn Journal>,
    archive: Archive,
}

impl ArchivingJournal {
    /// Archives what `journal` forgets.
    #[must_use]
    pub fn new(journal: Arc<dyn Journal>, archive: Archive) -> Self {
        Self { journal, archive }
    }

    /// Archives everything up to and including `through_seq` that is not archived.
    async fn archive_through(&self, show: &str, through_seq: u64) -> Result<(), AppendError> {
        let tail = self.with_archive(show, Archive::tail).await.map_err(|error| unavailable(&error))?;
        self.check_archived(show, tail).await?;
        let mut next_seq = tail.map_or(1, |tail| tail.seq + 1);
        while next_seq <= through_seq {
            let wanted = usize::try_from(through_seq - next_seq + 1).unwrap_or(usize::MAX).min(APPEND_ENTRIES_MAX);
            let entries = match self.journal.read(show, next_seq, wanted).await {
                // An archive that is empty begins with what is left; any other would have a hole.
                Err(ReadError::Gap { first_seq }) if tail.is_none() && first_seq > next_seq => {
                    next_seq = first_seq;
                    continue;
                }
                read => read.map_err(|error| unavailable(&error))?,
            };
            let Some(last) = entries.last() else { break };
            next_seq = last.seq + 1;
            let added = self.with_archive(show, move |archive, show| archive.add(show, &entries)).await;
            added.map_err(|error| unavailable(&error))?;
        }
        Ok(())
    }

    /// Refuses to go on with an archive that ends with another history than the journal's.
    async fn check_archived(&self, show: &str, archived: Option<Position>) -> Result<(), AppendError> {
        let Some(archived) = archived else { return Ok(()) };
        let stored = match self.journal.read(show, archived.seq, 1).await {
            // It is trimmed: what comes after it is checked as it is added.
            Err(ReadError::Gap { .. }) => return Ok(()),
            read => read.map_err(|error| unavailable(&error))?,
        };
        if stored.first().map(RawEntry::position) == Some(archived) {
            return Ok(());
        }
        let reason = format!("the archive has another entry {} than the journal", archived.seq);
        Err(AppendError::Unavailable(reason))
    }

    async fn with_archive<T: Send + 'static>(
        &self,
        show: &str,
        work: impl FnOnce(&Archive, &str) -> Result<T, ArchiveError> + Send + 'static,
    ) -> Result<T, ReadError> {
        let (archive, show) = (self.archive.clone(), show.to_owned());
        let worked = task::spawn_blocking(move || work(&archive, &show)).await;
        match worked {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(ArchiveError::Damaged { path, seq, reason })) => {
                Err(ReadError::Damaged { seq, reason: format!("in the archive {}, {reason}", path.display()) })
            }
            Ok(Err(error)) => Err(ReadError::Unavailable(error.to_string())),
            Err(error) => Err(ReadError::Unavailable(error.to_string())),
        }
    }
}

fn unavailable(error: &ReadError) -> AppendError {
    AppendError::Unavailable(format!("nothing is trimmed that is not archived: {error}"))
}

#[async_trait]
impl Journal for ArchivingJournal {
    async fn trim(&self, claim: &Claim, through_seq: u64) -> Result<(), AppendError> {
        // Nothing is forgotten by this, and whoever may not trim is told before anything is archived.
        self.journal.trim(claim, 0).await?;
        self.archive_through(&claim.show, through_seq).await?;
        self.journal.trim(claim, through_seq).await
    }

    async fn read(&self, show: &str, from_seq: u64, entries_max: usize) -> Result<Vec<RawEntry>, ReadError> {
        let read = self.journal.read(show, from_seq, entries_max).await;
        let Err(ReadError::Gap { first_seq }) = read else { return read };
        let archived = self.with_archive(show, move |archive, show| archive.read(show, from_seq, entries_max)).await?;
        if archived.is_empty() && entries_max > 0 { Err(ReadError::Gap { first_seq }) } else { Ok(archived) }
    }

    async fn claim(&self, show: &str) -> Result<Claim, ClaimError> {
        self.journal.claim(show).await
    }

    async fn release(&self, claim: &Claim) -> Result<(), ClaimError> {
        self.journal.release(claim).await
    }

    fn append(&self, claim: &Claim, append: Append) -> Appending {
        self.journal.append(claim, append)
    }

    fn renew(&self, claim: &Claim, renewal: Renewal) -> Appending {
        self.journal.renew(claim, renewal)
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

    async fn save_snapshot(&self, claim: &Claim, snapshot: Snapshot) -> Result<(), AppendError> {
        self.journal.save_snapshot(claim, snapshot).await
    }

    async fn snapshot(&self, show: &str) -> Result<Option<Snapshot>, ReadError> {
        self.journal.snapshot(show).await
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

impl fmt::Debug for ArchivingJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArchivingJournal").field("archive", &self.archive).finish_non_exhaustive()
    }
}
