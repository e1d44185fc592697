//! Deciding what other nodes forward.

use dropcast_domain::show::Outcome;
use tokio::{sync::mpsc::error::TrySendError, time::Instant};

use super::{
    answer::{Answer, Reply},
    parcel::{Addressed, Commands, Forward, Verdict, decode},
    writer::{Caller, Writer},
};
use crate::journal::Parcel;

impl Writer {
    /// Decides what is in these parcels, and hands its facts to the journal.
    pub(super) fn take_parcels(&mut self, parcels: Vec<Parcel>) {
        let now = self.context.clock.now();
        self.pass_time(now);
        for parcel in parcels {
            match decode::<Commands>(&parcel.body) {
                Ok(commands) => {
                    self.busy_at = Instant::now();
                    for forward in commands.commands {
                        self.take_forward(&commands.node, forward);
                    }
                }
                // Who sent it hears nothing, and answers *pending* when its time is over.
                Err(error) => tracing::warn!(show = %self.context.id, %error, "a parcel can't be read"),
            }
            // Only now is all of it decided: an append that a large parcel fills on its way doesn't say so.
            self.consumed = self.consumed.max(parcel.mark);
            self.parcels_untold += 1;
        }
        self.flush();
        self.renew_for_parcels();
    }

    fn take_forward(&mut self, node: &str, forward: Forward) {
        let now = self.context.clock.now();
        let Forward { ticket, give_up_at, request } = forward;
        if now > give_up_at {
            return;
        }
        let caller = if node == self.context.config.node {
            // This node forwarded it before it became the writer itself.
            match self.context.forwarded.take(ticket) {
                Some(undecided) => Caller::Here(undecided.into_reply()),
                None => return,
            }
        } else {
            Caller::Node { node: node.to_owned(), ticket }
        };
        self.decide(now, &request, caller);
    }

    /// The reply that tells another node. What a fact tells is not told again.
    pub(super) fn verdict(&self, node: String, ticket: u64, outcome: Option<Outcome>, is_told: bool) -> Reply {
        let accepted = outcome.map(|outcome| (outcome, self.tail.seq));
        let verdicts = self.inbox.as_ref().map(super::inbox::Inbox::verdicts);
        Box::new(move |answer| {
            if is_told && matches!(answer, Answer::Accepted(_)) {
                return;
            }
            let told = Addressed { node, ticket, verdict: Verdict::of(answer, accepted) };
            if let Some(Err(TrySendError::Full(lost))) = verdicts.map(|verdicts| verdicts.try_send(told)) {
                tracing::warn!(node = lost.node, "a verdict was dropped: too many wait to be told");
            }
        })
    }

    /// Tells this node's own callers whose commands never came through the inbox.
    pub(super) fn give_up_waiting(&mut self) {
        let pending = self.context.pending();
        for undecided in self.context.forwarded.take_overdue(Instant::now()) {
            undecided.answer(pending.clone());
        }
    }
}
