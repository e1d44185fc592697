//! After an append that did not end as *appended*: what is really there decides, never a guess.

use std::{collections::BTreeMap, time::Duration};

use dropcast_domain::show::Request;
use futures_util::StreamExt as _;
use tokio::time::Instant;

use super::{
    inbox::Inbox,
    lease::Lease,
    part::{Caller, Ended, Writer},
};
use crate::{
    engine::{
        answer::{Answer, RetryReason},
        failover::{Standing, compare, put_back},
        load::{LoadError, Loaded, entries_after, load, load_to},
    },
    journal::{AppendError, Claim, ClaimError, Digest, ReadError},
};

/// The first wait before the journal is tried again; each further one is twice as long.
pub(in crate::engine) const BACK_OFF_MIN: Duration = Duration::from_millis(100);
/// The longest wait before the journal is tried again.
pub(in crate::engine) const BACK_OFF_MAX: Duration = Duration::from_secs(2);

/// Why the journal can't be taken up again yet.
#[derive(Debug, thiserror::Error)]
pub(in crate::engine) enum ReloadError {
    #[error(transparent)]
    Claim(#[from] ClaimError),
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error("what the journal lost can't be put back: {0}")]
    PutBack(#[from] AppendError),
}

impl From<ReadError> for ReloadError {
    fn from(error: ReadError) -> Self {
        Self::Load(error.into())
    }
}

/// What becomes of whoever looks at the show while its journal can't be written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reads {
    /// The state is ahead of what is known to be durable.
    TurnedAway,
    /// The state is what is durable.
    Answered,
}

impl Writer {
    /// The state is what was loaded, and nothing is under way.
    pub(in crate::engine) fn load(&mut self, loaded: Loaded) {
        self.show = loaded.show;
        self.tail = loaded.position;
        self.durable = loaded.position;
        self.snapshots.seq = loaded.snapshot_seq;
        self.batch.clear();
        for projection in &mut self.context.projections {
            projection.load(&self.show, self.tail);
        }
    }

    /// Tells everybody who waits what became of them, throws the state away and loads it anew. `None`: the show goes on.
    pub(in crate::engine) async fn recover(&mut self, error: AppendError, called_at: Instant) -> Option<Ended> {
        tracing::warn!(show = %self.context.id, %error, "an append failed; the show is loaded anew");
        self.context.observer.append_failed(&error);
        self.note_failure(&error, called_at);
        let fenced = matches!(error, AppendError::Fenced) | self.await_the_others().await;
        let reason = if fenced { RetryReason::Stopping } else { RetryReason::Unavailable };
        // What is durable and waits all the same waited for the lease, which may be another node's by now.
        self.held_back.doubt_refusals(self.durable.seq, &self.context.retry(reason));
        self.held_back.release_through(self.durable.seq);
        if !matches!(error, AppendError::InDoubt(_)) {
            // It is certain that the append left no trace, and the later ones rest on it.
            self.undo(reason);
        }
        if fenced && self.context.exchange.is_none() {
            return Some(self.give_way().await);
        }
        let mut reads = Reads::TurnedAway;
        loop {
            if self.back_off(reads).await {
                // Until the show is claimed anew, what is in doubt could still arrive.
                self.leave_pending();
                self.refusals.forget(&self.context.pending());
                self.context.turn_away_the_rest().await;
                return Some(Ended::Stopped);
            }
            match self.reload().await {
                Ok(()) => return None,
                Err(ReloadError::Claim(ClaimError::Held { .. })) => return Some(self.give_way().await),
                Err(error) => {
                    tracing::warn!(show = %self.context.id, %error, "the journal can't be taken up yet");
                }
            }
            self.leave_pending();
            if reads == Reads::TurnedAway {
                reads = self.rest_on_what_is_durable().await;
            }
        }
    }

    /// Takes up the last state that was made known, so that reads go on while nothing can be written. Where an append in
    /// doubt turns out to be there, that is not the journal's end, and reads wait for the rest to be made known, too.
    async fn rest_on_what_is_durable(&mut self) -> Reads {
        match load(&*self.context.journal, self.context.id.as_str()).await {
            Ok(loaded) if loaded.position == self.durable => {
                self.show = loaded.show;
                Reads::Answered
            }
            Ok(_) | Err(_) => Reads::TurnedAway,
        }
    }

    /// Waits for the appends after one that failed; whether one of them found the show claimed by another writer. Only
    /// when all have ended does the journal's tail say anything.
    async fn await_the_others(&mut self) -> bool {
        let mut fenced = false;
        while let Some(under_way) = self.in_flight.next().await {
            fenced |= matches!(under_way.result, Err(AppendError::Fenced));
        }
        fenced
    }

    /// Leaves the show to the writer that claimed it, whose claim keeps out whatever is still in doubt.
    async fn give_way(&mut self) -> Ended {
        if let Err(error) = self.settle(RetryReason::Stopping).await {
            tracing::warn!(show = %self.context.id, %error, "what is in doubt stays in doubt; the keys will tell");
            self.leave_pending();
        }
        self.refusals.forget(&self.context.pending());
        if self.context.exchange.is_none() {
            self.context.turn_away_the_rest().await;
        }
        Ended::Fenced
    }

    async fn reload(&mut self) -> Result<(), ReloadError> {
        let called_at = Instant::now();
        // First the claim: after it nothing that is in doubt can still arrive.
        let claim = self.context.journal.claim(self.context.id.as_str()).await?;
        let (mut loaded, promised) = self.heal(&claim).await?;
        self.settle(RetryReason::Unavailable).await.map_err(LoadError::from)?;
        self.lease = Lease::granted(claim.lease, called_at);
        self.open_inbox(&claim);
        self.claim = claim;
        if self.context.exchange.is_some() && self.context.recent.end() != loaded.position {
            self.context.recent = std::mem::take(&mut loaded.recent);
        }
        self.load(loaded);
        self.extend_holds();
        self.reclaim(promised);
        Ok(())
    }

    /// What was undone is still in the inbox, and decided again.
    fn open_inbox(&mut self, claim: &Claim) {
        self.refusals.forget(&self.context.pending());
        (self.consumed, self.consumed_durably, self.parcels_untold) = (claim.inbox, claim.inbox, 0);
        let exchange = self.context.exchange.as_ref();
        self.inbox = exchange.map(|exchange| Inbox::open(exchange, self.context.id.as_str(), claim.inbox));
    }

    /// Puts back what the journal lost, loads the show, and returns what must be reclaimed because another writer went
    /// on without it.
    async fn heal(&mut self, claim: &Claim) -> Result<(Loaded, Vec<Request>), ReloadError> {
        let (journal, id) = (&*self.context.journal, self.context.id.as_str());
        let standing = match self.context.exchange {
            Some(_) => compare(journal, id, &self.context.recent, claim.tail).await?,
            None => Standing::Ahead,
        };
        if let Standing::Behind(from) = standing {
            put_back(journal, claim, &self.context.recent, from).await?;
            self.context.observer.healed(self.context.recent.end().seq - from.seq);
            self.batch.renew_card();
        }
        let loaded = load_to(journal, id, claim.tail).await?;
        let promised = match standing {
            Standing::Forked(common) => self.context.promised_after(common, &loaded.show),
            Standing::Ahead | Standing::Behind(_) => Vec::new(),
        };
        Ok((loaded, promised))
    }

    /// Reclaims what a lost history promised; what a node has reclaimed already is reclaimed by its key.
    pub(in crate::engine) fn reclaim(&mut self, promised: Vec<Request>) {
        if promised.is_empty() {
            return;
        }
        let now = self.context.clock.now();
        self.pass_time(now);
        for request in promised {
            self.decide(now, &request, Caller::Nobody);
        }
        self.flush();
    }

    /// Lets out what turns out to be durable and undoes the rest. Where another writer wrote meanwhile, or may have, only
    /// what was accepted is certain.
    async fn settle(&mut self, reason: RetryReason) -> Result<(), ReadError> {
        if self.held_back.is_empty() {
            return Ok(());
        }
        let entries = entries_after(&*self.context.journal, self.context.id.as_str(), self.durable.seq).await?;
        if entries.last().is_some_and(|last| !self.held_back.has(last.position())) || reason == RetryReason::Stopping {
            self.held_back.doubt_refusals(u64::MAX, &self.context.retry(reason));
        }
        let positions = entries.iter().map(crate::journal::RawEntry::position);
        let durable: BTreeMap<u64, Digest> =
            positions.chain([self.durable]).map(|position| (position.seq, position.digest)).collect();
        let released = self.held_back.release_where(|position| durable.get(&position.seq) == Some(&position.digest));
        if let Some(position) = released.filter(|position| position.seq > self.durable.seq) {
            // It is known to watchers now, so whatever is loaded next goes on from there.
            self.durable = position;
            self.keep(entries.into_iter().take_while(|entry| entry.seq <= position.seq).collect());
        }
        self.undo(reason);
        Ok(())
    }

    fn undo(&mut self, reason: RetryReason) {
        self.held_back.undo(&self.context.retry(reason));
    }

    fn leave_pending(&mut self) {
        let pending: Answer = self.context.pending();
        self.held_back.answer_waiting(&pending);
    }

    /// Waits before the journal is tried again: not at all after it has just worked, then longer and longer. Returns
    /// whether the show was told to stop.
    async fn back_off(&mut self, reads: Reads) -> bool {
        let wait = self.back_off;
        self.back_off = (wait * 2).clamp(BACK_OFF_MIN, BACK_OFF_MAX);
        let seen = (reads == Reads::Answered).then_some((&self.show, self.durable));
        !wait.is_zero() && self.context.turn_away_for(wait, seen).await
    }
}
