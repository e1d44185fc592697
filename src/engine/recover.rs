//! After an append that did not end as *appended*: what is really there decides, never a guess.

use std::{collections::BTreeMap, time::Duration};

use futures_util::StreamExt as _;

use super::{
    answer::{Answer, RetryReason},
    handle::Message,
    load::{LoadError, load, positions_after},
    writer::{Ended, Writer},
};
use crate::journal::{AppendError, ClaimError, Digest};

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

impl Writer {
    /// Throws the state away, loads it anew, and tells everybody who waits what became of them. `None`: the show goes
    /// on.
    pub(super) async fn recover(&mut self, error: AppendError) -> Option<Ended> {
        tracing::warn!(show = %self.id, %error, "an append failed; the show is loaded anew");
        // Every later append rests on this one; the journal refuses them, but they must have ended before the tail says
        // anything.
        while self.in_flight.next().await.is_some() {}
        if matches!(error, AppendError::Fenced) {
            self.held_back.undo(self.config.retry_after_ms, RetryReason::Stopping);
            self.turn_away_the_rest();
            return Some(Ended::Fenced);
        }
        let mut back_off = BACK_OFF_MIN;
        loop {
            match self.reload().await {
                Ok(()) => return None,
                Err(error) => tracing::warn!(show = %self.id, %error, "the journal can't be taken up yet"),
            }
            self.held_back.give_up_waiting(self.config.retry_after_ms);
            if self.turn_away_for(back_off).await {
                self.turn_away_the_rest();
                return Some(Ended::Stopped);
            }
            back_off = (back_off * 2).min(BACK_OFF_MAX);
        }
    }

    async fn reload(&mut self) -> Result<(), ReloadError> {
        let claim = self.journal.claim(self.id.as_str()).await?;
        let journal = self.journal.clone();
        let durable: BTreeMap<u64, Digest> = positions_after(&*journal, self.id.as_str(), self.durable.seq)
            .await
            .map_err(LoadError::from)?
            .into_iter()
            .chain([self.durable])
            .map(|position| (position.seq, position.digest))
            .collect();
        let loaded = load(&*journal, self.id.as_str()).await?;
        self.held_back.release_where(|position| durable.get(&position.seq) == Some(&position.digest));
        self.held_back.undo(self.config.retry_after_ms, RetryReason::Unavailable);
        self.claim = claim;
        self.load(loaded);
        Ok(())
    }

    /// Answers *retry* to whoever asks in the meantime. Returns whether it was told to stop.
    async fn turn_away_for(&mut self, wait: Duration) -> bool {
        let until = tokio::time::Instant::now() + wait;
        loop {
            match tokio::time::timeout_at(until, self.mailbox.recv()).await {
                Err(_) => return false,
                Ok(None | Some(Message::Stop)) => return true,
                Ok(Some(message)) => self.turn_away(message, RetryReason::Unavailable),
            }
        }
    }

    fn turn_away_the_rest(&mut self) {
        self.mailbox.close();
        while let Ok(message) = self.mailbox.try_recv() {
            self.turn_away(message, RetryReason::Stopping);
        }
    }

    /// Whoever asks is told; whoever looks notices that what they wait on is dropped.
    fn turn_away(&self, message: Message, reason: RetryReason) {
        if let Message::Ask(_, reply) = message {
            reply(Answer::Retry { after_ms: self.config.retry_after_ms, reason });
        }
    }
}
