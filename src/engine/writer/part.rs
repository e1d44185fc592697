//! The part of a show's task that writes it: its only writer, as long as its claim holds.

use std::{pin::Pin, time::Duration};

use dropcast_domain::show::{Entry, Show};
use futures_util::{StreamExt as _, stream::FuturesOrdered};
use tokio::time::Instant;

use super::{
    batch::Batch,
    deciding_for_others::Refusals,
    held_back::{HeldBack, Release},
    inbox::Inbox,
    lease::Lease,
    snapshots::Snapshots,
};
use crate::{
    engine::{
        answer::{ReplyAt, RetryReason},
        context::Context,
        handle::Message,
    },
    journal::{Append, AppendError, Claim, Mark, Parcel, Position, RawEntry, Renewal},
    mistakes::{Mistake, made},
};

/// An append of so many entries is one of a rush: the next one gathers for [`GATHER_FOR`].
const RUSH_ENTRIES: usize = 64;
/// How far apart appends of a rush begin, unless a batch is full before. What an append costs the journal and whoever
/// follows it is then shared by several times as many clicks, and nobody notices the wait.
const GATHER_FOR: Duration = Duration::from_millis(2);
/// After so many parcels that no append said to be consumed, a renewal of the claim says so.
const PARCELS_UNTOLD_MAX: u32 = 64;

/// A show, its journal, and what is under way between them.
pub(in crate::engine) struct Writer {
    pub(in crate::engine) context: Context,
    pub(in crate::engine) claim: Claim,
    pub(in crate::engine) lease: Lease,
    /// The state, ahead of the disk.
    pub(in crate::engine) show: Show,
    /// What the state is the fold of, once everything under way is durable.
    pub(in crate::engine) tail: Position,
    /// Up to where the journal is known to be durable.
    pub(in crate::engine) durable: Position,
    pub(in crate::engine) batch: Batch,
    /// The entries of the command that is being decided; empty in between.
    pub(in crate::engine) decided: Vec<Entry>,
    pub(in crate::engine) in_flight: FuturesOrdered<Pin<Box<dyn Future<Output = AppendEnd> + Send>>>,
    pub(in crate::engine) held_back: HeldBack,
    pub(in crate::engine) snapshots: Snapshots,
    /// `None` when no other node shares the journal.
    pub(in crate::engine) inbox: Option<Inbox>,
    /// Up to where the inbox is decided, and how many parcels of that no append under way says.
    pub(in crate::engine) consumed: Mark,
    pub(in crate::engine) parcels_untold: u32,
    /// Up to where the journal knows it to be, and the refusals that wait for that.
    pub(in crate::engine) consumed_durably: Mark,
    pub(in crate::engine) refusals: Refusals,
    /// When somebody last wanted something of the show.
    pub(in crate::engine) busy_at: Instant,
    /// Until when clicks gather for the next append.
    pub(in crate::engine) gather_until: Option<Instant>,
    /// How long to wait before the journal is tried again; zero while it works.
    pub(in crate::engine) back_off: Duration,
}

/// How an append or a renewal ended.
pub(in crate::engine) struct AppendEnd {
    /// The position after it.
    position: Position,
    /// How many entries it appended; none for a renewal.
    count: usize,
    /// Those entries, where they are kept.
    entries: Vec<RawEntry>,
    /// How far the inbox was consumed.
    inbox: Option<Mark>,
    called_at: Instant,
    pub(in crate::engine) result: Result<(), AppendError>,
}

/// Why a show's task, or a part that it played, came to an end.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::engine) enum Ended {
    /// Nobody needed the show any more.
    Idle,
    /// It was told to.
    Stopped,
    /// Another writer claimed the show.
    Fenced,
    /// The journal has something that this version does not understand.
    Unreadable,
}

/// Who waits for a decision.
pub(in crate::engine) enum Caller {
    /// Somebody at this node.
    Here(ReplyAt),
    /// Another node.
    Node { node: String, ticket: u64, mark: Mark },
    /// Nobody.
    Nobody,
}

/// What happened.
enum Event {
    Appended(AppendEnd),
    Messages,
    Parcels(Vec<Parcel>),
    Due,
    Gathered,
    Renew,
    Idle,
    /// Every handle is gone.
    Forgotten,
}

impl Writer {
    /// Runs the show until it is put away, stopped or taken over.
    pub(in crate::engine) async fn run(mut self) -> (Ended, Context) {
        self.context.play(true);
        self.context.observer.writes(true);
        self.bind_draws_anew();
        let ended = self.write().await;
        self.context.observer.writes(false);
        let Self { context, inbox, .. } = self;
        drop(inbox);
        (ended, context)
    }

    async fn write(&mut self) -> Ended {
        let mut messages = Vec::with_capacity(self.context.config.batch_max);
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
                Event::Parcels(parcels) => self.take_parcels(parcels),
                Event::Due => {
                    self.pass_time(self.context.clock.now());
                    self.flush();
                }
                Event::Gathered => self.gather_until = None,
                Event::Renew => self.renew(),
                Event::Idle if !self.may_rest() => self.busy_at = Instant::now(),
                Event::Idle | Event::Forgotten => return self.finish(Ended::Idle).await,
            }
        }
    }

    async fn next_event(&mut self, messages: &mut Vec<Message>) -> Event {
        // Were a hold to run out while an append gets no answer, it would run out in an outage.
        let due = self.show.next_deadline().into_iter().chain(self.next_draw()).min();
        let deadline = due.filter(|_| self.in_flight.is_empty());
        let Context { mailbox, clock, config, .. } = &mut self.context;
        let room = self.in_flight.len() < config.appends_in_flight_max;
        let renew_at = self.lease.renew_at().filter(|_| self.in_flight.is_empty());
        // A click that is alone waits for nobody. In a rush, clicks gather while an append is under way and for a while
        // after, and only a full batch that is there begins at once: a small one would cost the journal, and whoever
        // follows it, as much.
        let gathers = self.gather_until.is_some() || !self.in_flight.is_empty();
        let takes = !gathers || (room && mailbox.len() >= config.batch_max);
        tokio::select! {
            biased;
            Some(end) = self.in_flight.next() => Event::Appended(end),
            () = sleep_until(renew_at) => Event::Renew,
            () = sleep_until(self.gather_until), if self.in_flight.is_empty() => Event::Gathered,
            count = mailbox.recv_many(messages, config.batch_max), if takes => {
                if count == 0 { Event::Forgotten } else { Event::Messages }
            }
            parcels = next_parcels(&mut self.inbox), if takes => Event::Parcels(parcels),
            () = clock.sleep_until(deadline.unwrap_or_default()), if deadline.is_some() => Event::Due,
            () = tokio::time::sleep_until(self.busy_at + config.idle_after), if room => Event::Idle,
        }
    }

    /// Decides a batch, all at one moment, and the parcels that are there, and hands their facts to the journal. Returns
    /// whether it was told to stop.
    pub(in crate::engine) fn take(&mut self, messages: &mut Vec<Message>) -> bool {
        let now = self.context.clock.now();
        self.busy_at = Instant::now();
        self.pass_time(now);
        let mut stop = false;
        for message in messages.drain(..) {
            match message {
                Message::Ask(asked) if self.context.is_too_late(&asked) => {
                    self.context.turn_away(Message::Ask(asked), RetryReason::Busy);
                }
                Message::Ask(asked) => self.decide_asked(now, asked),
                Message::Look(look) => self.look(look),
                Message::Stop => stop = true,
            }
        }
        if let Some(parcels) = self.inbox.as_mut().and_then(Inbox::next_now) {
            self.decide_parcels(parcels);
        }
        self.flush();
        self.renew_for_parcels();
        stop
    }

    /// Hands what was decided to the journal, and lets out what rests on nothing that is under way.
    pub(in crate::engine) fn flush(&mut self) {
        self.collect();
        self.save_snapshot_now_and_then();
        if let Some(append) = self.batch.take(&self.context.id, &self.show) {
            self.append(append);
        }
        self.let_out();
    }

    pub(super) fn collect(&mut self) {
        for projection in &mut self.context.projections {
            if let Some(publication) = projection.collect(&self.show) {
                self.held_back.push(self.tail, Release::Publication(publication));
            }
        }
    }

    /// Lets out what rests on durable facts, as long as no other node can have gone on from them: what is refused must
    /// still be true. Otherwise the claim is renewed first.
    fn let_out(&mut self) {
        self.release();
        self.tell_refusals();
    }

    fn release(&mut self) {
        if made(Mistake::AcknowledgeBeforeAppend) {
            return self.held_back.release_through(self.tail.seq);
        }
        if !self.lease.is_over(Instant::now()) || made(Mistake::RefuseOutsideLease) {
            self.held_back.release_through(self.durable.seq);
        } else if self.in_flight.is_empty() && !self.held_back.is_empty() {
            self.renew();
        }
    }

    fn append(&mut self, mut append: Append) {
        let inbox = self.inbox_mark();
        append.inbox = inbox;
        let (position, called_at) = (self.tail, Instant::now());
        let count = append.entries.len();
        debug_assert_eq!(append.entries.last().map(RawEntry::position), Some(position));
        let entries = if self.context.exchange.is_some() { append.entries.clone() } else { Vec::new() };
        let appending = self.context.journal.append(&self.claim, append);
        self.in_flight.push_back(Box::pin(async move {
            let result = appending.await;
            AppendEnd { position, count, entries, inbox, called_at, result }
        }));
    }

    /// Renews the claim, and says how far the inbox is decided.
    pub(in crate::engine) fn renew(&mut self) {
        let (position, called_at) = (self.tail, Instant::now());
        let inbox = self.inbox_mark();
        let renewal = Renewal { expected: position, inbox };
        let renewing = self.context.journal.renew(&self.claim, renewal);
        self.in_flight.push_back(Box::pin(async move {
            let result = renewing.await;
            AppendEnd { position, count: 0, entries: Vec::new(), inbox, called_at, result }
        }));
    }

    fn inbox_mark(&mut self) -> Option<Mark> {
        self.parcels_untold = 0;
        self.inbox.is_some().then_some(self.consumed)
    }

    /// Says how far the inbox is decided when that went unsaid for long.
    pub(in crate::engine) fn renew_for_parcels(&mut self) {
        if self.parcels_untold >= PARCELS_UNTOLD_MAX {
            self.renew();
        }
    }

    /// Takes in how an append ended. `None`: the show goes on.
    pub(in crate::engine) async fn appended(&mut self, end: AppendEnd) -> Option<Ended> {
        if let Err(error) = end.result {
            return self.recover(error, end.called_at).await;
        }
        if end.count > 0 {
            self.busy_at = Instant::now();
            self.context.observer.appended(end.count, end.called_at.elapsed());
        }
        let is_rush = end.count >= RUSH_ENTRIES;
        self.gather_until = is_rush.then(|| end.called_at + GATHER_FOR).filter(|until| *until > Instant::now());
        self.keep(end.entries);
        self.give_up_waiting();
        self.lease.renewed(end.called_at);
        self.back_off = Duration::ZERO;
        self.durable = end.position;
        self.consumed_durably = end.inbox.unwrap_or_default().max(self.consumed_durably);
        if self.in_flight.is_empty() {
            self.save_snapshot_now_and_then();
        }
        self.let_out();
        self.note_answer(end.called_at);
        None
    }

    /// Keeps what is durable, against a failover; without other nodes there is none.
    pub(in crate::engine) fn keep(&mut self, entries: Vec<RawEntry>) {
        if self.context.exchange.is_some() {
            for entry in entries {
                self.context.recent.push(entry);
            }
        }
    }

    fn may_rest(&self) -> bool {
        self.in_flight.is_empty()
            && self.held_back.is_empty()
            && self.context.mailbox.is_empty()
            && self.context.forwarded.is_empty()
            && !self.context.is_in_use()
    }

    /// Takes nothing more, finishes what is under way, saves a snapshot and gives the show back.
    async fn finish(&mut self, ended: Ended) -> Ended {
        self.context.mailbox.close();
        let mut messages = Vec::new();
        loop {
            while let Some(end) = self.in_flight.next().await {
                if let Some(ended) = self.appended(end).await {
                    return ended;
                }
            }
            if self.context.mailbox.recv_many(&mut messages, self.context.config.batch_max).await == 0 {
                break;
            }
            self.take(&mut messages);
        }
        self.hand_over().await;
        ended
    }

    async fn hand_over(&mut self) {
        self.save_last_snapshot().await;
        if let Err(error) = self.context.journal.release(&self.claim).await {
            tracing::warn!(show = %self.context.id, %error, "the show was not given back; its claim has to run out");
        }
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

async fn next_parcels(inbox: &mut Option<Inbox>) -> Vec<Parcel> {
    let next = match inbox {
        Some(inbox) => inbox.next().await,
        None => None,
    };
    match next {
        Some(parcels) => parcels,
        None => std::future::pending().await,
    }
}
