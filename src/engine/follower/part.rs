//! What a follower waits for, and what it does then.

use std::{pin::Pin, sync::Arc, time::Duration};

use dropcast_domain::show::Show;
use tokio::time::Instant;

use super::{
    asking::{Awaited, CaughtUp},
    entries::Strayed,
    forwarding::{Outbox, Sent},
    queue::Queue,
};
use crate::{
    engine::{context::Context, handle::Message, load::Loaded, writer::Ended},
    journal::{Claim, ClaimError, Exchange, Heard, Mark, Position, ReadError},
};

/// How long one look for news waits. After one in vain the journal is asked whether it still ends here.
const LISTEN_FOR: Duration = Duration::from_millis(500);
/// How long to wait before listening again after that failed.
const LISTEN_AGAIN_AFTER: Duration = Duration::from_millis(100);
/// How often it is looked whether something waits for too long.
const SWEEP_EVERY: Duration = Duration::from_millis(100);
/// How long after another node's lease it is tried to claim the show.
const CLAIM_AFTER_LEASE: Duration = Duration::from_millis(5);
/// How long to wait before the show is claimed again when the journal could not be asked.
const CLAIM_AGAIN_AFTER: Duration = Duration::from_millis(250);

/// A turn that leaves so many to be refused is one of a rush: what comes next gathers for [`GATHER_FOR`]. They came while
/// the journal was asked once, within a millisecond.
const RUSH_REFUSALS: usize = 8;
/// How far apart the journal is asked in such a rush, unless a turn is full before: asking costs the journal as much for
/// a few clicks as for a thousand, and nobody who is refused in a rush notices the wait.
const GATHER_FOR: Duration = Duration::from_millis(20);

pub(super) type Underway<T> = Option<Pin<Box<dyn Future<Output = T> + Send>>>;

/// A show as this node follows it. All of it is durable.
pub(in crate::engine) struct Follower {
    pub(in crate::engine) context: Context,
    pub(in crate::engine) exchange: Arc<dyn Exchange>,
    pub(in crate::engine) show: Show,
    /// What the state is the fold of.
    pub(in crate::engine) position: Position,
    pub(in crate::engine) snapshot_seq: u64,
    /// Messages that wait until this node has come up to where the journal ended after they came.
    pub(super) turn: Vec<Message>,
    /// Where that was, while it is still to be heard.
    pub(super) awaited: Option<Awaited>,
    /// Until when messages gather for the next turn.
    gather_until: Option<Instant>,
    /// Clicks that wait until fewer are undecided.
    pub(super) queue: Queue,
    pub(super) outbox: Outbox,
    pub(super) notices_after: Option<Mark>,
    /// Since when the journal ends before what was folded here.
    pub(super) behind_since: Option<Instant>,
    /// When the journal was last heard.
    pub(super) heard_at: Instant,
    pub(in crate::engine) claim_at: Instant,
    pub(super) busy_at: Instant,
    pub(super) listening: Underway<Result<Heard, ReadError>>,
    pub(super) catching_up: Underway<Result<CaughtUp, ReadError>>,
    pub(super) claiming: Underway<(Instant, Result<Claim, ClaimError>)>,
}

/// Why a follower follows no more.
pub(in crate::engine) enum Left {
    /// This node may write the show. What was not forwarded yet is to be decided first.
    Claimed { claim: Claim, called_at: Instant, arrears: Vec<Message> },
    /// The journal's history is another one than was folded.
    Strayed,
    /// The task is over.
    Ended(Ended),
}

enum Event {
    Heard(Result<Heard, ReadError>),
    CaughtUp(Result<CaughtUp, ReadError>),
    NotHeard,
    Sent(Sent),
    SendDue,
    Claimed(Instant, Result<Claim, ClaimError>),
    Messages(usize),
    Gathered,
    Sweep,
    ClaimDue,
    Idle,
}

impl Follower {
    /// Follows a show from where it was loaded, until another node's lease of it may be over at `claim_at`.
    pub(in crate::engine) fn new(
        context: Context,
        exchange: Arc<dyn Exchange>,
        loaded: Loaded,
        claim_at: Instant,
    ) -> Self {
        Self {
            exchange,
            show: loaded.show,
            position: loaded.position,
            snapshot_seq: loaded.snapshot_seq,
            turn: Vec::new(),
            awaited: None,
            gather_until: None,
            queue: Queue::default(),
            outbox: Outbox::default(),
            notices_after: None,
            behind_since: None,
            heard_at: Instant::now(),
            claim_at,
            busy_at: Instant::now(),
            listening: None,
            catching_up: None,
            claiming: None,
            context,
        }
    }

    /// Follows the show until it can be written here, or until it is over.
    pub(in crate::engine) async fn run(&mut self) -> Left {
        self.context.play(false);
        self.context.observer.follows(true);
        let left = self.follow().await;
        self.context.observer.follows(false);
        left
    }

    async fn follow(&mut self) -> Left {
        loop {
            let event = self.next_event().await;
            if let Some(left) = self.handle(event).await {
                return left;
            }
        }
    }

    async fn next_event(&mut self) -> Event {
        self.listen();
        let config = &self.context.config;
        let (batch_max, waits) = (config.batch_max, !self.context.forwarded.is_empty() || !self.queue.is_empty());
        let gathers = self.gather_until.is_some() && self.context.mailbox.len() < batch_max;
        let takes = self.catching_up.is_none() && self.awaited.is_none() && !gathers;
        let gathered_at = self.gather_until.filter(|_| gathers);
        let heard_by = self.awaited.as_ref().map(|awaited| awaited.until);
        let claims = self.claiming.is_none();
        let send_at = self.outbox.due();
        tokio::select! {
            biased;
            heard = ended(&mut self.listening) => Event::Heard(heard),
            caught_up = ended(&mut self.catching_up) => Event::CaughtUp(caught_up),
            () = tokio::time::sleep_until(heard_by.unwrap_or(self.claim_at)), if heard_by.is_some() => Event::NotHeard,
            sent = ended(&mut self.outbox.sending) => Event::Sent(sent),
            () = tokio::time::sleep_until(send_at.unwrap_or(self.claim_at)), if send_at.is_some() => Event::SendDue,
            (called_at, claimed) = ended(&mut self.claiming) => Event::Claimed(called_at, claimed),
            () = tokio::time::sleep_until(self.claim_at), if claims => Event::ClaimDue,
            () = tokio::time::sleep_until(gathered_at.unwrap_or(self.claim_at)), if gathered_at.is_some() => Event::Gathered,
            count = self.context.mailbox.recv_many(&mut self.turn, batch_max), if takes => Event::Messages(count),
            () = tokio::time::sleep(SWEEP_EVERY), if waits => Event::Sweep,
            () = tokio::time::sleep_until(self.busy_at + config.idle_after) => Event::Idle,
        }
    }

    async fn handle(&mut self, event: Event) -> Option<Left> {
        let went = match event {
            Event::Heard(heard) => self.heard(heard).await,
            Event::CaughtUp(caught_up) => self.caught_up(caught_up),
            Event::NotHeard => {
                self.read_up();
                Ok(())
            }
            Event::Sent(sent) => {
                self.sent(sent);
                Ok(())
            }
            Event::Claimed(called_at, claimed) => return self.claimed(called_at, claimed),
            // It is sent below.
            Event::SendDue => Ok(()),
            Event::Messages(0) => return Some(Left::Ended(self.end(Ended::Idle).await)),
            Event::Messages(_) => return self.messages().await,
            Event::Gathered => {
                self.gather_until = None;
                Ok(())
            }
            Event::Sweep => {
                self.sweep();
                Ok(())
            }
            Event::ClaimDue => {
                self.claim();
                Ok(())
            }
            Event::Idle if self.may_rest() => return Some(Left::Ended(self.end(Ended::Idle).await)),
            Event::Idle => {
                self.busy_at = Instant::now();
                Ok(())
            }
        };
        self.send();
        match went {
            Ok(()) => None,
            Err(Strayed::Elsewhere) => Some(Left::Strayed),
            Err(Strayed::Unreadable) => Some(Left::Ended(self.abandon().await)),
        }
    }

    async fn messages(&mut self) -> Option<Left> {
        self.busy_at = Instant::now();
        if self.turn.iter().any(|message| matches!(message, Message::Stop)) {
            return Some(Left::Ended(self.end(Ended::Stopped).await));
        }
        self.let_through();
        self.gather_until = (self.turn.len() >= RUSH_REFUSALS).then(|| Instant::now() + GATHER_FOR);
        self.catch_up();
        self.send();
        None
    }

    /// Listens for entries and notices, if it doesn't yet.
    fn listen(&mut self) {
        if self.listening.is_some() {
            return;
        }
        let (exchange, show) = (Arc::clone(&self.exchange), self.context.id.clone());
        let (from_seq, after) = (self.position.seq + 1, self.notices_after);
        self.listening =
            Some(Box::pin(async move { exchange.listen(show.as_str(), from_seq, after, LISTEN_FOR).await }));
    }

    /// After listening failed, listens again a moment later.
    pub(super) fn listen_later(&mut self) {
        let (exchange, show) = (Arc::clone(&self.exchange), self.context.id.clone());
        let (from_seq, after) = (self.position.seq + 1, self.notices_after);
        self.listening = Some(Box::pin(async move {
            tokio::time::sleep(LISTEN_AGAIN_AFTER).await;
            exchange.listen(show.as_str(), from_seq, after, LISTEN_FOR).await
        }));
    }

    /// Tries to become the show's writer.
    pub(super) fn claim(&mut self) {
        if self.claiming.is_none() {
            let (journal, show, called_at) =
                (Arc::clone(&self.context.journal), self.context.id.clone(), Instant::now());
            self.claiming = Some(Box::pin(async move { (called_at, journal.claim(show.as_str()).await) }));
        }
    }

    fn claimed(&mut self, called_at: Instant, claimed: Result<Claim, ClaimError>) -> Option<Left> {
        match claimed {
            Ok(claim) => {
                let arrears = self.arrears();
                return Some(Left::Claimed { claim, called_at, arrears });
            }
            Err(ClaimError::Held { left_ms }) => {
                self.claim_at = Instant::now() + Duration::from_millis(left_ms) + CLAIM_AFTER_LEASE;
            }
            Err(error) => {
                tracing::warn!(show = %self.context.id, %error, "the show can't be claimed");
                if matches!(error, ClaimError::Unavailable(_)) {
                    self.context.outage.failed(called_at);
                }
                self.claim_at = Instant::now() + CLAIM_AGAIN_AFTER;
            }
        }
        None
    }

    /// Everything that was not forwarded yet, in the order in which it came.
    pub(in crate::engine) fn arrears(&mut self) -> Vec<Message> {
        let queued = self.queue.take_all().into_iter().chain(self.outbox.take_unsent(&mut self.context.forwarded));
        queued.map(Message::Ask).chain(std::mem::take(&mut self.turn)).collect()
    }

    fn may_rest(&self) -> bool {
        self.context.mailbox.is_empty()
            && self.turn.is_empty()
            && self.queue.is_empty()
            && self.context.forwarded.is_empty()
            && !self.context.is_in_use()
            // What the journal lost, and what of it is to be reclaimed, is known here and perhaps nowhere else.
            && self.behind_since.is_none()
            && self.outbox.is_empty()
            && self.claiming.is_none()
    }

    /// Nobody is left without an answer: what was not forwarded is to be asked again, what was may still be decided.
    pub(super) async fn end(&mut self, ended: Ended) -> Ended {
        for message in self.arrears() {
            self.context.turn_away(message, crate::engine::RetryReason::Stopping);
        }
        self.context.turn_away_the_rest().await;
        ended
    }

    async fn abandon(&mut self) -> Ended {
        self.context.projections.iter_mut().for_each(|projection| projection.abandoned());
        self.end(Ended::Unreadable).await
    }
}

/// What is under way, once it has ended; never, if nothing is.
async fn ended<T>(underway: &mut Underway<T>) -> T {
    match underway {
        Some(future) => {
            let value = future.await;
            *underway = None;
            value
        }
        None => std::future::pending().await,
    }
}
