//! What an outage of the journal does to a show: what was held when it began is held that much longer.

use tokio::time::Instant;

use super::part::{Caller, Writer};
use crate::journal::AppendError;

impl Writer {
    /// An append or a renewal failed. A journal that answers, though it refuses, is not away.
    pub(super) fn note_failure(&mut self, error: &AppendError, called_at: Instant) {
        if matches!(error, AppendError::Unavailable(_) | AppendError::InDoubt(_)) {
            self.context.outage.failed(called_at);
        }
    }

    /// An append or a renewal became durable. One that took as long as an outage was one: whoever wanted to buy waited.
    pub(super) fn note_answer(&mut self, called_at: Instant) {
        if called_at.elapsed() < self.context.config.outage_min {
            return self.context.outage.forget();
        }
        self.context.outage.failed(called_at);
        self.extend_holds();
    }

    /// Extends what is held by the outage that is over now. It is decided before time passes in the state, so that nothing
    /// has run out of time in which nobody could buy it.
    pub(in crate::engine) fn extend_holds(&mut self) {
        let (clock, now) = (self.context.clock.now(), Instant::now());
        self.context.outage.answered(now);
        let extension = self.context.outage.extension(&self.context.config, self.show.last_at(), clock, now);
        if let Some(request) = extension {
            self.pass_time(request.command.looks_back_to(clock));
            self.decide(clock, &request, Caller::Nobody);
            self.flush();
        }
    }
}
