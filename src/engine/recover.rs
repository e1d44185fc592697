//! After an append that did not end as *appended*: what is really there decides, never a guess.

use std::{collections::BTreeMap, time::Duration};

use futures_util::StreamExt as _;

use super::{
    answer::{Answer, RetryReason},
    handle::Message,
    load::{LoadError, load, positions_after},
    writer::{Ended, Writer},
};
use crate::journal::{AppendError, ClaimError, Digest, ReadError};

/// The first wait before the journal is tried again; each further one is twice as long.
const BACK_OFF_MIN: Duration = Duration::from_millis(100);
/// The longest wait before the journal is tried again.
const BACK_OFF_MAX: Duration = Duration::from_secs(2);

/// Why the journal can't be taken up again yet.
#[derive(Debug, thiserror::Error)]
enum ReloadError {
    #[error(transparent)]
    Claim(#[from] ClaimError),
    #[error(transparent)]
    Load(#[from] LoadError),
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
    /// Tells everybody who waits what became of them, throws the state away and loads it anew. `None`: the show goes on.
    pub(super) async fn recover(&mut self, error: AppendError) -> Option<Ended> {
        tracing::warn!(show = %self.id, %error, "an append failed; the show is loaded anew");
        self.observer.append_failed(&error);
        let fenced = matches!(error, AppendError::Fenced) | self.await_the_others().await;
        let reason = if fenced { RetryReason::Stopping } else { RetryReason::Unavailable };
        if !matches!(error, AppendError::InDoubt(_)) {
            // It is certain that the append left no trace, and the later ones rest on it.
            self.undo(reason);
        }
        if fenced {
            return Some(self.give_way().await);
        }
        let mut reads = Reads::TurnedAway;
        loop {
            if self.back_off(reads).await {
                // Until the show is claimed anew, what is in doubt could still arrive.
                self.leave_pending();
                self.turn_away_the_rest().await;
                return Some(Ended::Stopped);
            }
            match self.reload().await {
                Ok(()) => return None,
                Err(error) => tracing::warn!(show = %self.id, %error, "the journal can't be taken up yet"),
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
        match load(&*self.journal, self.id.as_str()).await {
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
            tracing::warn!(show = %self.id, %error, "what is in doubt stays in doubt; the keys will tell");
            self.leave_pending();
        }
        self.turn_away_the_rest().await;
        Ended::Fenced
    }

    async fn reload(&mut self) -> Result<(), ReloadError> {
        // First the claim: after it nothing that is in doubt can still arrive.
        let claim = self.journal.claim(self.id.as_str()).await?;
        let loaded = load(&*self.journal, self.id.as_str()).await?;
        self.settle(RetryReason::Unavailable).await.map_err(LoadError::from)?;
        self.claim = claim;
        self.load(loaded);
        Ok(())
    }

    /// Lets out what turns out to be durable and undoes the rest.
    async fn settle(&mut self, reason: RetryReason) -> Result<(), ReadError> {
        if self.held_back.is_empty() {
            return Ok(());
        }
        let positions = positions_after(&*self.journal, self.id.as_str(), self.durable.seq).await?;
        let durable: BTreeMap<u64, Digest> =
            positions.into_iter().chain([self.durable]).map(|position| (position.seq, position.digest)).collect();
        self.held_back.release_where(|position| durable.get(&position.seq) == Some(&position.digest));
        self.undo(reason);
        Ok(())
    }

    fn undo(&mut self, reason: RetryReason) {
        self.held_back.undo(&Answer::Retry { after_ms: self.config.retry_after_ms, reason });
    }

    fn leave_pending(&mut self) {
        self.held_back.answer_waiting(&Answer::Pending { after_ms: self.config.retry_after_ms });
    }

    /// Waits before the journal is tried again: not at all after it has just worked, then longer and longer. Returns
    /// whether the show was told to stop.
    async fn back_off(&mut self, reads: Reads) -> bool {
        let wait = self.back_off;
        self.back_off = (wait * 2).clamp(BACK_OFF_MIN, BACK_OFF_MAX);
        !wait.is_zero() && self.turn_away_for(wait, reads).await
    }

    /// Answers *retry* to whoever asks in the meantime, and lets look who may. Returns whether it was told to stop.
    async fn turn_away_for(&mut self, wait: Duration, reads: Reads) -> bool {
        let until = tokio::time::Instant::now() + wait;
        loop {
            match tokio::time::timeout_at(until, self.mailbox.recv()).await {
                Err(_) => return false,
                Ok(None | Some(Message::Stop)) => return true,
                Ok(Some(Message::Look(look))) if reads == Reads::Answered => look(&self.show, self.durable)(),
                Ok(Some(message)) => self.turn_away(message, RetryReason::Unavailable),
            }
        }
    }

    /// Takes nothing more. Only `recv` waits for a message whose sender was about to put it in; nobody is left without
    /// an answer.
    async fn turn_away_the_rest(&mut self) {
        self.mailbox.close();
        while let Some(message) = self.mailbox.recv().await {
            self.turn_away(message, RetryReason::Stopping);
        }
    }

    /// Whoever asks is told; whoever looks notices that what they wait on is dropped.
    fn turn_away(&self, message: Message, reason: RetryReason) {
        if let Message::Ask(_, reply) = message {
            self.observer.turned_away(reason);
            reply(Answer::Retry { after_ms: self.config.retry_after_ms, reason });
        }
    }
}
