//! Deciding what other nodes forward.
//!
//! A parcel stays in the inbox until a durable append or renewal says that it is consumed; until then whoever writes the
//! show next decides it again. What was accepted is bound to its key, so that changes nothing. What was refused might be
//! accepted then, so a refusal is told only once its parcel is consumed. What was decided and undone again is not told at
//! all: it is still in the inbox.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use dropcast_domain::show::Outcome;
use tokio::{
    sync::mpsc::{self, error::TrySendError},
    time::Instant,
};

use super::{
    inbox::Inbox,
    part::{Caller, Writer},
};
use crate::{
    engine::{
        answer::{Answer, ReplyAt},
        parcel::{Addressed, Commands, Forward, Verdict},
    },
    journal::{Mark, Parcel, Position},
};

/// Refusals that wait until their parcels are consumed. Shared with the answers that are held back, on one task: the lock
/// is never waited for.
#[derive(Clone, Default)]
pub(in crate::engine) struct Refusals(Arc<Mutex<VecDeque<(Mark, ReplyAt, Answer)>>>);

impl Refusals {
    fn push(&self, mark: Mark, reply: ReplyAt, refusal: Answer) {
        self.lock().push_back((mark, reply, refusal));
    }

    /// Tells those whose parcels are consumed.
    fn tell_through(&self, consumed: Mark) {
        loop {
            let mut waiting = self.lock();
            if waiting.front().is_none_or(|(mark, ..)| *mark > consumed) {
                return;
            }
            let Some((_, reply, refusal)) = waiting.pop_front() else { return };
            drop(waiting);
            reply(refusal, Position::default());
        }
    }

    /// They are decided again; who asked here is not told of that.
    pub(in crate::engine) fn forget(&self, pending: &Answer) {
        let waiting = std::mem::take(&mut *self.lock());
        for (_, reply, _) in waiting {
            reply(pending.clone(), Position::default());
        }
    }

    fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(Mark, ReplyAt, Answer)>> {
        // Every change is whole before anything that could panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writer {
    /// Decides what is in these parcels, and hands its facts to the journal.
    pub(in crate::engine) fn take_parcels(&mut self, parcels: Vec<Parcel>) {
        self.pass_time(self.context.clock.now());
        self.decide_parcels(parcels);
        self.flush();
        self.renew_for_parcels();
    }

    /// Decides what is in these parcels.
    pub(in crate::engine) fn decide_parcels(&mut self, parcels: Vec<Parcel>) {
        for parcel in parcels {
            match Commands::read(&parcel.body) {
                Ok(commands) => {
                    self.busy_at = Instant::now();
                    for forward in commands.commands {
                        self.take_forward(&commands.node, parcel.mark, forward);
                    }
                }
                // Who sent it hears nothing, and answers *pending* when its time is over.
                Err(error) => tracing::warn!(show = %self.context.id, %error, "a parcel can't be read"),
            }
            // Only now is all of it decided: an append that a large parcel fills on its way doesn't say so.
            self.consumed = self.consumed.max(parcel.mark);
            self.parcels_untold += 1;
        }
    }

    fn take_forward(&mut self, node: &str, mark: Mark, forward: Forward) {
        let now = self.context.clock.now();
        let Forward { ticket, give_up_at, request } = forward;
        if now > give_up_at {
            return;
        }
        let caller = if node == self.context.config.node {
            // This node forwarded it before it became the writer itself; nobody waits any longer for what a former start
            // of it forwarded.
            match self.context.forwarded.take(ticket) {
                Some(undecided) => Caller::Here(self.only_what_stays(mark, undecided.into_reply())),
                None => return,
            }
        } else {
            Caller::Node { node: node.to_owned(), ticket, mark }
        };
        // A large parcel takes its time: what fell due meanwhile, lots to be drawn, too, comes first.
        self.pass_time(now);
        self.decide(now, &request, caller);
    }

    /// The reply that tells another node what no fact tells.
    pub(in crate::engine) fn verdict(
        &self,
        node: String,
        ticket: u64,
        mark: Mark,
        outcome: Option<Outcome>,
    ) -> ReplyAt {
        let (verdicts, seq) = (self.inbox.as_ref().map(Inbox::verdicts), self.tail.seq);
        let tell = move |answer: Answer, _| {
            let verdict = match (answer, outcome) {
                (Answer::Accepted(_), Some(outcome)) => Verdict::Accepted { outcome, seq },
                (Answer::Refused(refusal), _) => Verdict::Refused(refusal),
                _ => return,
            };
            send(verdicts.as_ref(), Addressed { node, ticket, verdict });
        };
        self.only_what_stays(mark, Box::new(tell))
    }

    /// The reply to a command out of the inbox.
    fn only_what_stays(&self, mark: Mark, reply: ReplyAt) -> ReplyAt {
        let (refusals, pending) = (self.refusals.clone(), self.context.pending());
        Box::new(move |answer, position| match answer {
            Answer::Accepted(_) => reply(answer, position),
            Answer::Refused(_) => refusals.push(mark, reply, answer),
            Answer::Retry { .. } | Answer::Pending { .. } => reply(pending, position),
        })
    }

    /// Tells refusals of parcels that are consumed; where nothing else would say so soon, a renewal does.
    pub(in crate::engine) fn tell_refusals(&mut self) {
        self.refusals.tell_through(self.consumed_durably);
        if self.in_flight.is_empty() && !self.refusals.is_empty() {
            self.renew();
        }
    }

    /// Tells this node's own callers whose commands never came through the inbox.
    pub(in crate::engine) fn give_up_waiting(&mut self) {
        let pending = self.context.pending();
        for undecided in self.context.forwarded.take_overdue(Instant::now()) {
            undecided.answer(pending.clone());
        }
    }
}

fn send(verdicts: Option<&mpsc::Sender<Addressed>>, verdict: Addressed) {
    if let Some(Err(TrySendError::Full(lost))) = verdicts.map(|verdicts| verdicts.try_send(verdict)) {
        tracing::warn!(node = lost.node, "a verdict was dropped: too many wait to be told");
    }
}
