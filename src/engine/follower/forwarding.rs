//! Sending commands to the show's writer: what gathers while one parcel is on its way goes with the next.

use std::sync::Arc;

use dropcast_domain::time::Timestamp;

use tokio::time::Instant;

use super::part::{Follower, Underway};
use crate::{
    engine::{
        answer::RetryReason,
        forwarded::{Forwarded, Undecided},
        handle::Asked,
        parcel::{Commands, Forward, PARCEL_COMMANDS_MAX, encode},
    },
    journal::ForwardError,
};

/// Commands that wait to be sent, and the parcel on its way.
#[derive(Default)]
pub(super) struct Outbox {
    unsent: Vec<Forward>,
    pub(super) sending: Underway<Sent>,
}

/// How a parcel of commands with these tickets came to go.
pub(super) struct Sent {
    tickets: Vec<u64>,
    result: Result<(), ForwardError>,
}

impl Outbox {
    /// Whether nothing waits, and nothing is on its way.
    pub(super) fn is_empty(&self) -> bool {
        self.unsent.is_empty() && self.sending.is_none()
    }

    /// Takes back what was not sent yet.
    pub(super) fn take_unsent(&mut self, forwarded: &mut Forwarded) -> Vec<Asked> {
        let unsent = std::mem::take(&mut self.unsent);
        let taken = unsent.into_iter().filter_map(|forward| forwarded.take(forward.ticket));
        taken.map(Undecided::into_asked).collect()
    }
}

impl Follower {
    /// Lets the writer decide.
    pub(super) fn forward(&mut self, asked: Asked) {
        let Asked { request, reply, since, .. } = asked;
        let (limit, give_up_at) = (self.context.config.forward_limit, self.give_up_at(since));
        let ticket = self.context.forwarded.insert(request.clone(), Some(reply), since, limit);
        self.outbox.unsent.push(Forward { ticket, give_up_at, request });
    }

    /// Asks the writer for something that nobody here waits for.
    pub(in crate::engine) fn forward_for_nobody(&mut self, requests: Vec<dropcast_domain::show::Request>) {
        let now = Instant::now();
        let (limit, give_up_at) = (self.context.config.forward_limit, self.give_up_at(now));
        for request in requests {
            let ticket = self.context.forwarded.insert(request.clone(), None, now, limit);
            self.outbox.unsent.push(Forward { ticket, give_up_at, request });
        }
    }

    /// When nobody waits any longer for what was asked at `since`, by this node's wall clock.
    fn give_up_at(&self, since: Instant) -> Timestamp {
        let left = self.context.config.forward_limit.saturating_sub(since.elapsed());
        let limit_ms = u64::try_from(left.as_millis()).unwrap_or(u64::MAX);
        self.context.clock.now().after_ms(limit_ms)
    }

    /// Sends what waits, unless a parcel is on its way.
    pub(super) fn send(&mut self) {
        if self.outbox.sending.is_some() || self.outbox.unsent.is_empty() {
            return;
        }
        let left = self.outbox.unsent.split_off(self.outbox.unsent.len().min(PARCEL_COMMANDS_MAX));
        let commands = std::mem::replace(&mut self.outbox.unsent, left);
        let tickets = commands.iter().map(|forward| forward.ticket).collect();
        let parcel = encode(&Commands { node: self.context.config.node.clone(), commands });
        let (exchange, show) = (Arc::clone(&self.exchange), self.context.id.clone());
        self.outbox.sending = Some(Box::pin(async move {
            let result = exchange.forward(show.as_str(), parcel).await;
            Sent { tickets, result }
        }));
    }

    /// A parcel that did not arrive is not decided; one that may have arrived is *pending*.
    pub(super) fn sent(&mut self, Sent { tickets, result }: Sent) {
        let answer = match result {
            Ok(()) => return self.context.observer.forwarded(tickets.len()),
            Err(ForwardError::Full) => {
                self.context.observer.inbox_full(tickets.len());
                self.context.retry(RetryReason::Busy)
            }
            Err(error @ ForwardError::TooLarge(_)) => {
                tracing::error!(show = %self.context.id, %error, "a command is too large for the writer's inbox");
                self.context.retry(RetryReason::Unavailable)
            }
            Err(error @ ForwardError::Unavailable(_)) => {
                tracing::warn!(show = %self.context.id, %error, "commands may not have reached the show's writer");
                self.context.pending()
            }
        };
        for undecided in tickets.into_iter().filter_map(|ticket| self.context.forwarded.take(ticket)) {
            undecided.answer(answer.clone());
        }
    }
}
