//! What a show's task keeps, whether it writes the show or follows it.

use std::{sync::Arc, time::Duration};

use dropcast_domain::{
    ids::ShowId,
    show::{Refusal, Request, Show},
};
use tokio::{sync::mpsc, time::Instant};

use super::{
    answer::{Answer, RetryReason},
    config::EngineConfig,
    failover::{Recent, reclaims},
    following::Following,
    forwarded::Forwarded,
    handle::{Asked, Message},
    observer::Observer,
    outage::Outage,
    projection::Projection,
};
use crate::{
    clock::Clock,
    journal::{Exchange, Journal, Position},
};

/// A show's task, but for what belongs to the part that it plays.
pub(super) struct Context {
    pub(super) id: ShowId,
    pub(super) journal: Arc<dyn Journal>,
    /// `None` when no other node shares the journal.
    pub(super) exchange: Option<Arc<dyn Exchange>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) config: EngineConfig,
    pub(super) observer: Arc<dyn Observer>,
    pub(super) mailbox: mpsc::Receiver<Message>,
    pub(super) projections: Vec<Box<dyn Projection>>,
    pub(super) recent: Recent,
    pub(super) forwarded: Forwarded,
    pub(super) outage: Outage,
    pub(super) following: Following,
}

impl Context {
    /// A request was decided, here or as far as this node knows.
    pub(super) fn note_decided(&self, request: &Request, refusal: Option<&Refusal>) {
        self.observer.decided(&request.command, refusal);
    }

    /// The answer for what was not decided.
    pub(super) fn retry(&self, reason: RetryReason) -> Answer {
        Answer::Retry { after_ms: self.config.retry_after_ms, reason }
    }

    /// The answer for what may or may not have been decided.
    pub(super) fn pending(&self) -> Answer {
        Answer::Pending { after_ms: self.config.retry_after_ms }
    }

    /// Whether a command waited here for so long, with this node asleep or busy, that whoever asked has asked another node
    /// meanwhile, and may have been refused there.
    pub(super) fn is_too_late(&self, asked: &Asked) -> bool {
        self.exchange.is_some() && asked.since.elapsed() > self.config.forward_limit
    }

    /// Whoever asks is told; whoever looks notices that what they wait on is dropped.
    pub(super) fn turn_away(&self, message: Message, reason: RetryReason) {
        if let Message::Ask(Asked { reply, .. }) = message {
            self.observer.turned_away(reason);
            reply(self.retry(reason), Position::default());
        }
    }

    /// Turns away whoever asks in the meantime; who looks sees `seen`, if that is something durable. Returns whether the
    /// show was told to stop.
    pub(super) async fn turn_away_for(&mut self, wait: Duration, seen: Option<(&Show, Position)>) -> bool {
        let until = Instant::now() + wait;
        loop {
            match (tokio::time::timeout_at(until, self.mailbox.recv()).await, seen) {
                (Err(_), _) => return false,
                (Ok(None | Some(Message::Stop)), _) => return true,
                (Ok(Some(Message::Look(look))), Some((show, position))) => look(show, position)(),
                (Ok(Some(message)), _) => self.turn_away(message, RetryReason::Unavailable),
            }
        }
    }

    /// Takes nothing more. Only `recv` waits for a message whose sender was about to put it in; nobody is left without
    /// an answer.
    pub(super) async fn turn_away_the_rest(&mut self) {
        self.mailbox.close();
        while let Some(message) = self.mailbox.recv().await {
            self.turn_away(message, RetryReason::Stopping);
        }
        let pending = self.pending();
        for undecided in self.forwarded.take_all() {
            undecided.answer(pending.clone());
        }
    }

    /// What was promised in the entries after `common`, which the journal lost for good. `show` is the history that goes
    /// on.
    pub(super) fn promised_after(&self, common: Option<u64>, show: &Show) -> Vec<Request> {
        let (after, through) = (common.unwrap_or(0), self.recent.end().seq);
        if common.is_none() {
            tracing::error!(show = %self.id, "the journal lost more than is kept here: not all that was promised is known");
        }
        let promised = reclaims(show, self.recent.after(after));
        tracing::error!(show = %self.id, after, through, promised = promised.len(), "the journal goes on without these entries");
        self.observer.forked(through.saturating_sub(after), promised.len());
        promised
    }

    /// Whether somebody watches.
    pub(super) fn is_in_use(&self) -> bool {
        self.projections.iter().any(|projection| projection.in_use())
    }

    /// From now on this task writes the show, or follows it.
    pub(super) fn play(&mut self, writes: bool) {
        for projection in &mut self.projections {
            projection.writes(writes);
        }
    }
}
