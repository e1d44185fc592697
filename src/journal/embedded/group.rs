//! A group: the appends, claims and releases that become durable in one transaction, in the order of their calls.

use bytes::Bytes;
use tokio::sync::oneshot;

use super::{
    reader,
    store::{Store, WriteFailure},
    tables::{GroupTables, head, to_row},
};
use crate::journal::{
    admission::{Outline, check_bounds},
    block,
    contract::{Append, AppendError, Claim, ClaimError},
};

/// What a group is made of.
pub(super) enum Job {
    Append(AppendJob),
    Claim(ClaimJob),
    Release(ReleaseJob),
}

/// An append. Whether it is well formed and admitted is known when it is applied.
pub(super) struct AppendJob {
    show: String,
    epoch: u64,
    token: u128,
    append: Append,
    /// What the queue counts.
    bytes: usize,
    end_seq: u64,
    refused: Option<AppendError>,
    answer: oneshot::Sender<Result<(), AppendError>>,
}

/// A claim; what is claimed is known when it is applied.
pub(super) struct ClaimJob {
    show: String,
    token: u128,
    claimed: Option<Claim>,
    answer: oneshot::Sender<Result<Claim, ClaimError>>,
}

pub(super) struct ReleaseJob {
    show: String,
    epoch: u64,
    token: u128,
    answer: oneshot::Sender<Result<(), ClaimError>>,
}

/// Writes and answers a group. Nothing is answered before it is durable.
pub(super) fn commit(store: &Store, mut jobs: Vec<Job>) {
    let written = store.write(|transaction| {
        let mut tables = GroupTables::open(transaction)?;
        jobs.iter_mut().try_for_each(|job| job.apply(&mut tables))
    });
    match written {
        Ok(()) => jobs.into_iter().for_each(Job::answer),
        Err(failure) => jobs.into_iter().for_each(|job| job.answer_failed(store, &failure)),
    }
}

impl Job {
    /// How much of the queue's bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Append(append) => append.bytes,
            Self::Claim(_) | Self::Release(_) => 0,
        }
    }

    /// Answers a job that was not taken in.
    pub(super) fn answer_unavailable(self, reason: String) {
        match self {
            Self::Append(job) => send(job.answer, Err(AppendError::Unavailable(reason))),
            Self::Claim(job) => send(job.answer, Err(ClaimError::Unavailable(reason))),
            Self::Release(job) => send(job.answer, Err(ClaimError::Unavailable(reason))),
        }
    }

    fn apply(&mut self, tables: &mut GroupTables<'_>) -> Result<(), redb::Error> {
        match self {
            Self::Append(job) => job.apply(tables),
            Self::Claim(job) => job.apply(tables),
            Self::Release(job) => job.apply(tables),
        }
    }

    fn answer(self) {
        match self {
            Self::Append(job) => send(job.answer, job.refused.map_or(Ok(()), Err)),
            Self::Claim(ClaimJob { answer, claimed, .. }) => {
                send(answer, claimed.ok_or_else(|| ClaimError::Unavailable("it was not applied".to_owned())));
            }
            Self::Release(job) => send(job.answer, Ok(())),
        }
    }

    fn answer_failed(self, store: &Store, failure: &WriteFailure) {
        match (self, failure) {
            (Self::Append(job), WriteFailure::InDoubt(reason)) => job.answer_in_doubt(store, reason),
            (job, WriteFailure::Unavailable(reason) | WriteFailure::InDoubt(reason)) => {
                job.answer_unavailable(reason.clone());
            }
        }
    }
}

impl AppendJob {
    /// An append within its bounds. The rest of it is checked and encoded on the committer's thread: the caller's is that
    /// of a show, which has clicks to decide meanwhile.
    pub(super) fn new(
        claim: &Claim,
        append: Append,
        answer: oneshot::Sender<Result<(), AppendError>>,
    ) -> Result<Self, AppendError> {
        check_bounds(&append)?;
        Ok(Self {
            show: claim.show.clone(),
            epoch: claim.epoch,
            token: claim.token,
            bytes: block::bytes(&append.entries) + append.card.as_ref().map_or(0, Bytes::len),
            end_seq: append.entries.last().map_or(0, |entry| entry.seq),
            append,
            refused: None,
            answer,
        })
    }

    fn apply(&mut self, tables: &mut GroupTables<'_>) -> Result<(), redb::Error> {
        let mut head = head(&tables.heads, &self.show)?;
        let woken_at_ms = head.wake_at_ms;
        let admitted = Outline::of(&self.append)
            .and_then(|outline| head.admit(self.epoch, self.token, &outline).map(|()| outline));
        let outline = match admitted {
            Ok(outline) => outline,
            Err(refused) => {
                self.refused = Some(refused);
                return Ok(());
            }
        };
        let show = self.show.as_str();
        let mut block =
            tables.blocks.insert_reserve((show, outline.expected.seq + 1), block::bytes(&self.append.entries))?;
        block::write_into(&self.append.entries, block.as_mut());
        drop(block);
        tables.heads.insert(show, to_row(&head))?;
        if let Some(card) = &self.append.card {
            tables.cards.insert(show, card.as_ref())?;
        }
        if woken_at_ms != head.wake_at_ms {
            if let Some(wake_at_ms) = woken_at_ms {
                tables.wakes.remove((wake_at_ms, show))?;
            }
            if let Some(wake_at_ms) = head.wake_at_ms {
                tables.wakes.insert((wake_at_ms, show), ())?;
            }
        }
        Ok(())
    }

    /// Looks at the reopened journal: what is not in it never will be.
    fn answer_in_doubt(self, store: &Store, reason: &str) {
        let absent = self.refused.is_some()
            || store
                .read(|transaction| reader::tail(transaction, &self.show))
                .is_ok_and(|tail| tail.seq < self.end_seq);
        let reason = reason.to_owned();
        send(self.answer, Err(if absent { AppendError::Unavailable(reason) } else { AppendError::InDoubt(reason) }));
    }
}

impl ClaimJob {
    /// A claim of a show whose name was checked, under a random token.
    pub(super) fn new(show: &str, token: u128, answer: oneshot::Sender<Result<Claim, ClaimError>>) -> Self {
        Self { show: show.to_owned(), token, claimed: None, answer }
    }

    fn apply(&mut self, tables: &mut GroupTables<'_>) -> Result<(), redb::Error> {
        let mut head = head(&tables.heads, &self.show)?;
        self.claimed = Some(head.claim(&self.show, self.token));
        tables.heads.insert(self.show.as_str(), to_row(&head))?;
        Ok(())
    }
}

impl ReleaseJob {
    pub(super) fn new(claim: &Claim, answer: oneshot::Sender<Result<(), ClaimError>>) -> Self {
        Self { show: claim.show.clone(), epoch: claim.epoch, token: claim.token, answer }
    }

    fn apply(&mut self, tables: &mut GroupTables<'_>) -> Result<(), redb::Error> {
        let mut head = head(&tables.heads, &self.show)?;
        if head.holds(self.epoch, self.token) {
            head.token = None;
            tables.heads.insert(self.show.as_str(), to_row(&head))?;
        }
        Ok(())
    }
}

fn send<T>(answer: oneshot::Sender<T>, value: T) {
    // Whoever dropped the future does not want the answer.
    let _ = answer.send(value);
}
