//! Sending commands to the show's writer: what gathers while one parcel is on its way and decided goes with the next. A
//! click that is alone waits for nobody; in a rush a parcel costs the journal and the writer as much as a single click.

use std::{sync::Arc, time::Duration};

use dropcast_domain::time::Timestamp;

use tokio::time::Instant;

use super::part::{Follower, Underway};
use crate::{
    engine::{
        answer::RetryReason,
        forwarded::{Forwarded, Undecided},
        handle::Asked,
        parcel::{Filling, PARCEL_COMMANDS_MAX},
    },
    journal::ForwardError,
};

/// How long it is waited at most until the parcel before is decided.
const GATHER_FOR: Duration = Duration::from_millis(10);

/// Commands that wait to be sent, and the parcel on its way.
#[derive(Default)]
pub(super) struct Outbox {
    /// Their tickets, and until when somebody waits for them.
    unsent: Vec<(u64, Timestamp)>,
    pub(super) sending: Underway<Sent>,
    /// The last ticket of the parcel before, and until when it is waited for.
    before: Option<(u64, Instant)>,
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

    /// When the next parcel goes, if one waits for the one before.
    pub(super) fn due(&self) -> Option<Instant> {
        let waits = self.sending.is_none() && !self.unsent.is_empty();
        self.before.filter(|_| waits).map(|(_, until)| until)
    }

    /// Takes back what was not sent yet.
    pub(super) fn take_unsent(&mut self, forwarded: &mut Forwarded) -> Vec<Asked> {
        let unsent = std::mem::take(&mut self.unsent);
        let taken = unsent.into_iter().filter_map(|(ticket, _)| forwarded.take(ticket));
        taken.map(Undecided::into_asked).collect()
    }
}

impl Follower {
    /// Lets the writer decide.
    pub(super) fn forward(&mut self, asked: Asked) {
        let Asked { request, reply, since, .. } = asked;
        let (limit, give_up_at) = (self.context.config.forward_limit, self.give_up_at(since));
        let ticket = self.context.forwarded.insert(request, Some(reply), since, limit);
        self.outbox.unsent.push((ticket, give_up_at));
    }

    /// Asks the writer for something that nobody here waits for.
    pub(in crate::engine) fn forward_for_nobody(&mut self, requests: Vec<dropcast_domain::show::Request>) {
        let now = Instant::now();
        let (limit, give_up_at) = (self.context.config.forward_limit, self.give_up_at(now));
        for request in requests {
            let ticket = self.context.forwarded.insert(request, None, now, limit);
            self.outbox.unsent.push((ticket, give_up_at));
        }
    }

    /// When nobody waits any longer for what was asked at `since`, by this node's wall clock.
    fn give_up_at(&self, since: Instant) -> Timestamp {
        let left = self.context.config.forward_limit.saturating_sub(since.elapsed());
        let limit_ms = u64::try_from(left.as_millis()).unwrap_or(u64::MAX);
        self.context.clock.now().after_ms(limit_ms)
    }

    /// Sends what waits, unless a parcel is on its way or undecided.
    pub(super) fn send(&mut self) {
        if self.outbox.sending.is_some() || self.outbox.unsent.is_empty() {
            return;
        }
        let is_undecided = |(ticket, until): &(u64, Instant)| {
            *until > Instant::now() && self.context.forwarded.request(*ticket).is_some()
        };
        let is_full = self.outbox.unsent.len() >= PARCEL_COMMANDS_MAX;
        if !is_full && self.outbox.before.as_ref().is_some_and(is_undecided) {
            return;
        }
        let left = self.outbox.unsent.split_off(self.outbox.unsent.len().min(PARCEL_COMMANDS_MAX));
        let unsent = std::mem::replace(&mut self.outbox.unsent, left);
        let (mut tickets, mut filling) = (Vec::with_capacity(unsent.len()), Filling::default());
        for (ticket, give_up_at) in unsent {
            // What nobody waits for any longer stays here.
            if let Some(request) = self.context.forwarded.request(ticket) {
                filling.put(ticket, give_up_at, request);
                tickets.push(ticket);
            }
        }
        let Some(last) = tickets.last() else { return };
        self.outbox.before = Some((*last, Instant::now() + GATHER_FOR));
        let parcel = filling.seal(&self.context.config.node);
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
