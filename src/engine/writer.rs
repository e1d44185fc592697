//! The task that runs one show.

use std::{pin::Pin, sync::Arc, time::Duration};

use dropcast_domain::{
    ids::ShowId,
    show::{Entry, Request, Show, passing},
    time::Timestamp,
};
use futures_util::{StreamExt as _, stream::FuturesOrdered};
use tokio::{sync::mpsc, time::Instant};

use super::{
    answer::{Answer, Reply, accepted},
    batch::Batch,
    config::EngineConfig,
    handle::{Look, Message},
    held_back::{HeldBack, Release},
    load::Loaded,
    observer::Observer,
    projection::{Projection, Publication},
    state_format,
};
use crate::{
    clock::Clock,
    journal::{Append, AppendError, Claim, Journal, Position, RawEntry, Snapshot},
};

/// A show, its journal, and what is under way between them.
pub(super) struct Writer {
    pub(super) id: ShowId,
    pub(super) journal: Arc<dyn Journal>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) config: EngineConfig,
    pub(super) observer: Arc<dyn Observer>,
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
    pub(super) in_flight: FuturesOrdered<Pin<Box<dyn Future<Output = AppendEnd> + Send>>>,
    pub(super) held_back: HeldBack,
    pub(super) snapshot_seq: u64,
    /// How long to wait before the journal is tried again; zero while it works.
    pub(super) back_off: Duration,
}

/// How an append ended.
pub(super) struct AppendEnd {
    /// The position after it.
    position: Position,
    entries: usize,
    took: Duration,
    pub(super) result: Result<(), AppendError>,
}

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
    Appended(AppendEnd),
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
                Event::Appended(end) => {
                    if let Some(ended) = self.appended(end).await {
                        return ended;
                    }
                }
                Event::Messages => {
                    if self.take(&mut messages) {
                        return self.finish(Ended::Stopped).await;
                    }
                }
                Event::Due => {
                    self.pass_time(self.clock.now());
                    self.flush();
                }
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
            Some(end) = self.in_flight.next() => Event::Appended(end),
            count = self.mailbox.recv_many(messages, self.config.batch_max), if room => {
                if count == 0 { Event::Forgotten } else { Event::Messages }
            }
            () = self.clock.sleep_until(deadline.unwrap_or_default()), if deadline.is_some() => Event::Due,
            () = tokio::time::sleep(self.config.idle_after), if room => Event::Idle,
        }
    }

    /// Decides a batch, all at one moment, and hands its facts to the journal. Returns whether it was told to stop.
    fn take(&mut self, messages: &mut Vec<Message>) -> bool {
        let now = self.clock.now();
        self.pass_time(now);
        let mut stop = false;
        for message in messages.drain(..) {
            match message {
                Message::Ask(request, reply) => self.decide(now, &request, reply),
                Message::Look(look) => self.look(look),
                Message::Stop => stop = true,
            }
        }
        self.flush();
        stop
    }

    fn decide(&mut self, now: Timestamp, request: &Request, reply: Reply) {
        if !self.batch.has_room_for(&request.command) {
            self.flush();
        }
        let mut entries = Vec::new();
        let decided = self.show.handle(now, request, &mut entries);
        self.record(&entries);
        let refusal = decided.as_ref().err();
        for projection in &mut self.projections {
            projection.decided(request, refusal);
        }
        self.observer.decided(&request.command, refusal);
        let answer = match decided {
            Ok(outcome) => match accepted(&self.show, &request.command, outcome) {
                Some(accepted) => Answer::Accepted(accepted),
                None => Answer::Pending { after_ms: self.config.retry_after_ms },
            },
            Err(refusal) => Answer::Refused(refusal),
        };
        self.held_back.push(self.tail, Release::Answer(reply, answer));
    }

    fn look(&mut self, look: Look) {
        // What led here is made known before, what follows after.
        self.collect();
        let publication = look(&self.show, self.tail);
        self.held_back.push(self.tail, Release::Look(publication));
    }

    /// Lets time pass as [`Show::pass`] does, but entry by entry: a great many holds that run out at once need more than
    /// one append.
    #[expect(clippy::expect_used, reason = "selling on from a state in the middle of an entry would be worse")]
    fn pass_time(&mut self, now: Timestamp) {
        let at = now.max(self.show.last_at());
        while let Some(facts) = passing(&self.show, at) {
            if !self.batch.has_room() {
                self.flush();
            }
            let entry = Entry { at, cause: None, facts };
            self.show.fold(&entry).expect("what follows from a state applies to it");
            self.record(&[entry]);
        }
    }

    fn record(&mut self, entries: &[Entry]) {
        for entry in entries {
            self.tail = self.batch.add(self.tail, entry);
            for projection in &mut self.projections {
                projection.applied(&self.show, self.tail, entry);
            }
        }
    }

    /// Hands what was decided to the journal, and lets out what rests on nothing that is under way.
    fn flush(&mut self) {
        self.collect();
        self.save_snapshot_now_and_then();
        if let Some(append) = self.batch.take(&self.id, &self.show) {
            self.append(append);
        }
        self.held_back.release_through(self.durable.seq);
    }

    fn collect(&mut self) {
        for projection in &mut self.projections {
            if let Some(publication) = projection.collect(&self.show) {
                self.held_back.push(self.tail, Release::Publication(publication));
            }
        }
    }

    fn append(&mut self, append: Append) {
        let (position, entries, started) = (self.tail, append.entries.len(), Instant::now());
        debug_assert_eq!(append.entries.last().map(RawEntry::position), Some(position));
        let appending = self.journal.append(&self.claim, append);
        self.in_flight.push_back(Box::pin(async move {
            let result = appending.await;
            AppendEnd { position, entries, took: started.elapsed(), result }
        }));
    }

    /// Takes in how an append ended. `None`: the show goes on.
    async fn appended(&mut self, end: AppendEnd) -> Option<Ended> {
        if let Err(error) = end.result {
            return self.recover(error).await;
        }
        self.observer.appended(end.entries, end.took);
        self.back_off = Duration::ZERO;
        self.durable = end.position;
        self.held_back.release_through(end.position.seq);
        None
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
        let publication: Publication = Box::new(move || drop(tokio::spawn(save)));
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
        loop {
            while let Some(end) = self.in_flight.next().await {
                if let Some(ended) = self.appended(end).await {
                    return ended;
                }
            }
            if self.mailbox.recv_many(&mut messages, self.config.batch_max).await == 0 {
                break;
            }
            self.take(&mut messages);
        }
        self.hand_over().await;
        ended
    }

    async fn hand_over(&mut self) {
        if self.tail.seq > self.snapshot_seq
            && let Some(snapshot) = self.snapshot()
            && let Err(error) = self.journal.save_snapshot(&self.claim, snapshot).await
        {
            tracing::warn!(show = %self.id, %error, "no snapshot was saved; loading the show folds more facts");
        }
        if let Err(error) = self.journal.release(&self.claim).await {
            tracing::warn!(show = %self.id, %error, "the show was not given back; its claim has to run out");
        }
    }
}
