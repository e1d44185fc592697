//! The task that runs one show.

use std::sync::Arc;

use dropcast_domain::{
    ids::ShowId,
    show::{Entry, Request, Show},
};
use futures_util::{StreamExt as _, stream::FuturesOrdered};
use tokio::sync::mpsc;

use super::{
    answer::{Answer, Reply, accepted},
    batch::Batch,
    config::EngineConfig,
    handle::Message,
    held_back::{HeldBack, Release},
    load::Loaded,
    projection::Projection,
    state_format,
};
use crate::{
    clock::Clock,
    journal::{Append, AppendError, Appending, Claim, Journal, Position, Snapshot},
};

/// A show, its journal, and what is under way between them.
pub(super) struct Writer {
    pub(super) id: ShowId,
    pub(super) journal: Arc<dyn Journal>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) config: EngineConfig,
    pub(super) mailbox: mpsc::Receiver<Message>,
    pub(super) projections: Vec<Box<dyn Projection>>,
    pub(super) claim: Claim,
    /// The state, ahead of the disk.
    pub(super) show: Show,
    /// What the state is the fold of, once everything under way is durable.
    pub(super) tail: Position,
    /// Up to where the journal is known to be durable.
    pub(super) durable: Position,
    pub(super) batch: Batch,
    pub(super) in_flight: FuturesOrdered<UnderWay>,
    pub(super) held_back: HeldBack,
    pub(super) snapshot_seq: u64,
}

type UnderWay = std::pin::Pin<Box<dyn Future<Output = (Position, Result<(), AppendError>)> + Send>>;

/// Why a writer came to an end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// Nobody needed the show any more.
    Idle,
    /// It was told to.
    Stopped,
    /// Another writer claimed the show.
    Fenced,
}

/// What happened.
enum Event {
    Appended(Position, Result<(), AppendError>),
    Messages,
    Due,
    Idle,
    /// Every handle is gone.
    Forgotten,
}

impl Writer {
    pub(super) fn load(&mut self, loaded: Loaded) {
        self.show = loaded.show;
        self.tail = loaded.position;
        self.durable = loaded.position;
        self.snapshot_seq = loaded.snapshot_seq;
        self.batch = Batch::default();
        for projection in &mut self.projections {
            projection.load(&self.show, self.tail);
        }
    }

    /// Runs the show until it is put away, stopped or taken over.
    pub(super) async fn run(mut self) -> Ended {
        let mut messages = Vec::with_capacity(self.config.batch_max);
        loop {
            match self.next_event(&mut messages).await {
                Event::Appended(position, Ok(())) => self.appended(position),
                Event::Appended(_, Err(error)) => {
                    if let Some(ended) = self.recover(error).await {
                        return ended;
                    }
                }
                Event::Messages => {
                    if self.take(&mut messages) {
                        return self.finish(Ended::Stopped).await;
                    }
                }
                Event::Due => self.pass_time(),
                Event::Idle if !self.may_rest() => {}
                Event::Idle | Event::Forgotten => return self.finish(Ended::Idle).await,
            }
        }
    }

    async fn next_event(&mut self, messages: &mut Vec<Message>) -> Event {
        let room = self.in_flight.len() < self.config.appends_in_flight_max;
        let deadline = self.show.next_deadline().filter(|_| room);
        tokio::select! {
            biased;
            Some((position, result)) = self.in_flight.next() => Event::Appended(position, result),
            count = self.mailbox.recv_many(messages, self.config.batch_max), if room => {
                if count == 0 { Event::Forgotten } else { Event::Messages }
            }
            () = self.clock.sleep_until(deadline.unwrap_or_default()), if deadline.is_some() => Event::Due,
            () = tokio::time::sleep(self.config.idle_after), if room => Event::Idle,
        }
    }

    /// Decides a batch and hands its facts to the journal. Returns whether it was told to stop.
    fn take(&mut self, messages: &mut Vec<Message>) -> bool {
        let mut stop = false;
        for message in messages.drain(..) {
            match message {
                Message::Ask(request, reply) => self.decide(&request, reply),
                Message::Look(look) => {
                    let publication = look(&self.show, self.tail);
                    self.held_back.push(self.tail, Release::Publication(publication));
                }
                Message::Stop => stop = true,
            }
        }
        self.flush();
        stop
    }

    fn decide(&mut self, request: &Request, reply: Reply) {
        let mut entries = Vec::new();
        let decided = self.show.handle(self.clock.now(), request, &mut entries);
        self.record(&entries);
        for projection in &mut self.projections {
            projection.decided(request, decided.as_ref().err());
        }
        let answer = match decided {
            Ok(outcome) => match accepted(&self.show, &request.command, outcome) {
                Some(accepted) => Answer::Accepted(accepted),
                None => Answer::Pending { after_ms: self.config.retry_after_ms },
            },
            Err(refusal) => Answer::Refused(refusal),
        };
        self.held_back.push(self.tail, Release::Answer(reply, answer));
    }

    fn pass_time(&mut self) {
        let mut entries = Vec::new();
        self.show.pass(self.clock.now(), &mut entries);
        self.record(&entries);
        self.flush();
    }

    fn record(&mut self, entries: &[Entry]) {
        for entry in entries {
            self.tail = self.batch.add(self.tail, entry);
            for projection in &mut self.projections {
                projection.applied(&self.show, self.tail, entry);
            }
        }
    }

    fn flush(&mut self) {
        for projection in &mut self.projections {
            if let Some(publication) = projection.collect(&self.show) {
                self.held_back.push(self.tail, Release::Publication(publication));
            }
        }
        self.save_snapshot_now_and_then();
        for append in self.batch.take(&self.id, &self.show) {
            self.append(append);
        }
        self.held_back.release_through(self.durable.seq);
    }

    fn append(&mut self, append: Append) {
        let Some(position) = append.entries.last().map(crate::journal::RawEntry::position) else { return };
        let appending: Appending = self.journal.append(&self.claim, append);
        self.in_flight.push_back(Box::pin(async move { (position, appending.await) }));
    }

    fn appended(&mut self, position: Position) {
        self.durable = position;
        self.held_back.release_through(position.seq);
    }

    /// Saves the state once what it rests on is durable, beside the appends that follow.
    fn save_snapshot_now_and_then(&mut self) {
        if self.tail.seq - self.snapshot_seq < self.config.snapshot_every_entries {
            return;
        }
        self.snapshot_seq = self.tail.seq;
        let Some(snapshot) = self.snapshot() else { return };
        let (id, journal, claim) = (self.id.clone(), Arc::clone(&self.journal), self.claim.clone());
        let save = async move {
            if let Err(error) = journal.save_snapshot(&claim, snapshot).await {
                tracing::warn!(show = %id, %error, "no snapshot was saved; loading the show folds more facts");
            }
        };
        let publication = Box::new(move || drop(tokio::spawn(save)));
        self.held_back.push(self.tail, Release::Publication(publication));
    }

    fn snapshot(&self) -> Option<Snapshot> {
        match state_format::encode(&self.show) {
            Ok(body) => Some(Snapshot { position: self.tail, at_ms: self.show.last_at().0, body }),
            Err(error) => {
                tracing::error!(show = %self.id, %error, "the state can't be written as a snapshot");
                None
            }
        }
    }

    fn may_rest(&self) -> bool {
        self.in_flight.is_empty()
            && self.held_back.is_empty()
            && self.mailbox.is_empty()
            && !self.projections.iter().any(|projection| projection.in_use())
    }

    /// Takes nothing more, finishes what is under way, saves a snapshot and gives the show back.
    async fn finish(mut self, ended: Ended) -> Ended {
        self.mailbox.close();
        let mut messages = Vec::new();
        while self.mailbox.recv_many(&mut messages, self.config.batch_max).await > 0 {
            self.take(&mut messages);
            // The bound on appends under way holds here too.
            if let Err(error) = self.drain().await {
                return self.recover(error).await.unwrap_or(ended);
            }
        }
        if let Err(error) = self.drain().await {
            return self.recover(error).await.unwrap_or(ended);
        }
        if self.tail.seq > self.snapshot_seq
            && let Some(snapshot) = self.snapshot()
            && let Err(error) = self.journal.save_snapshot(&self.claim, snapshot).await
        {
            tracing::warn!(show = %self.id, %error, "no snapshot was saved; loading the show folds more facts");
        }
        if let Err(error) = self.journal.release(&self.claim).await {
            tracing::warn!(show = %self.id, %error, "the show was not given back; its claim has to run out");
        }
        ended
    }

    async fn drain(&mut self) -> Result<(), AppendError> {
        while let Some((position, result)) = self.in_flight.next().await {
            result?;
            self.appended(position);
        }
        Ok(())
    }
}
