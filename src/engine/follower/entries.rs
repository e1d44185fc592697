//! Folding the journal as it grows.

use std::time::Duration;

use dropcast_domain::show::Fact;
use tokio::time::Instant;

use super::part::Follower;
use crate::{
    engine::{
        answer::{Answer, RetryReason, accepted},
        forwarded::Undecided,
        load::{LoadError, check_follows, fold},
        parcel::{Addressed, Verdict, Verdicts},
    },
    journal::{Heard, Notice, Position, RawEntry, ReadError},
    mistakes::{Mistake, made},
};

/// How long a journal may end before what was folded here. A writer renews its lease, and so notices, more often.
const BEHIND_MAX: Duration = Duration::from_secs(3);

/// Why a follower can't go on.
#[derive(Debug)]
pub(super) enum Strayed {
    /// The journal doesn't follow on what was folded: it was trimmed past it, or a failover lost entries.
    Elsewhere,
    /// The journal has something that this version does not understand.
    Unreadable,
}

impl Follower {
    /// Takes in what was heard.
    pub(super) async fn heard(&mut self, heard: Result<Heard, ReadError>) -> Result<(), Strayed> {
        let heard = match heard {
            Ok(heard) => {
                self.heard_at = Instant::now();
                self.context.outage.answered(self.heard_at);
                heard
            }
            Err(ReadError::Gap { .. }) => return Err(Strayed::Elsewhere),
            Err(error) => {
                tracing::warn!(show = %self.context.id, %error, "the journal can't be listened to");
                if matches!(error, ReadError::Unavailable(_)) {
                    self.context.outage.failed(self.heard_at);
                }
                self.listen_later();
                return Ok(());
            }
        };
        self.notices_after = Some(heard.notices_after);
        if heard.entries.is_empty() && heard.notices.is_empty() {
            return self.check_still_here().await;
        }
        self.take_entries(&heard.entries)?;
        for notice in heard.notices {
            match notice {
                Notice::Released => self.claim(),
                Notice::Said(body) => self.take_verdicts(&body),
            }
        }
        self.answer_accepted();
        self.reached()?;
        self.pump();
        Ok(())
    }

    /// Folds entries, makes them known, and answers whoever waits for them. Those that were folded before are left out.
    pub(super) fn take_entries(&mut self, entries: &[RawEntry]) -> Result<(), Strayed> {
        let mut answers = Vec::new();
        let mut went = Ok(());
        let known = self.position.seq;
        for raw in entries.iter().filter(|raw| raw.seq > known) {
            went = self.take_entry(raw, &mut answers);
            if went.is_err() {
                break;
            }
        }
        for projection in &mut self.context.projections {
            if let Some(publication) = projection.collect(&self.show) {
                publication();
            }
        }
        for (undecided, answer, position) in answers {
            undecided.answer_at(answer, position);
        }
        self.answer_accepted();
        went
    }

    fn take_entry(&mut self, raw: &RawEntry, answers: &mut Vec<(Undecided, Answer, Position)>) -> Result<(), Strayed> {
        if !made(Mistake::FollowerWithoutChain) && check_follows(self.position, raw).is_err() {
            return Err(Strayed::Elsewhere);
        }
        let entry = fold(&mut self.show, raw).map_err(|error| self.not_folded(&error))?;
        self.position = raw.position();
        self.context.recent.push(raw.clone());
        // That people watch on other nodes keeps nothing here.
        if !entry.facts.iter().all(|fact| matches!(fact, Fact::AudienceCounted { .. })) {
            self.busy_at = Instant::now();
        }
        for projection in &mut self.context.projections {
            projection.applied(&self.show, self.position, &entry);
        }
        if let Some(cause) = &entry.cause
            && let Some(binding) = &cause.binding
        {
            for undecided in self.context.forwarded.take_bound(&cause.principal, binding) {
                let answer = accepted(&self.show, &undecided.request.command, binding.outcome);
                let answer = answer.map_or_else(|| self.context.pending(), Answer::Accepted);
                answers.push((undecided, answer, self.position));
            }
        }
        Ok(())
    }

    fn not_folded(&self, error: &LoadError) -> Strayed {
        tracing::error!(show = %self.context.id, %error, "the show can't be followed");
        Strayed::Unreadable
    }

    fn take_verdicts(&mut self, body: &[u8]) {
        let verdicts = match Verdicts::read(body) {
            Ok(verdicts) => verdicts.verdicts,
            // Whoever waits for one of them is told *pending* when its time is over.
            Err(error) => return tracing::warn!(show = %self.context.id, %error, "verdicts can't be read"),
        };
        for Addressed { node, ticket, verdict } in verdicts {
            if node == self.context.config.node {
                self.take_verdict(ticket, verdict);
            }
        }
    }

    fn take_verdict(&mut self, ticket: u64, verdict: Verdict) {
        let answer = match verdict {
            Verdict::Accepted { outcome, seq } => return self.context.forwarded.accepted(ticket, outcome, seq),
            Verdict::Refused(refusal) => Answer::Refused(refusal),
        };
        if let Some(undecided) = self.context.forwarded.take(ticket) {
            undecided.answer(answer);
        }
    }

    /// Answers what was accepted by entries that this node has folded by now.
    fn answer_accepted(&mut self) {
        for (undecided, outcome) in self.context.forwarded.take_accepted(self.position.seq) {
            let answer = accepted(&self.show, &undecided.request.command, outcome);
            let answer = answer.map_or_else(|| self.context.pending(), Answer::Accepted);
            undecided.answer_at(answer, self.position);
        }
    }

    /// Nothing new was heard for a while: does the journal still end here?
    async fn check_still_here(&mut self) -> Result<(), Strayed> {
        match self.context.journal.tail(self.context.id.as_str()).await {
            Ok(tail) => {
                self.compare_tail(tail)?;
                self.wait_for_the_missing(tail)
            }
            Err(_) => Ok(()),
        }
    }

    /// A writer that has what the journal lost puts it back at its next append or renewal. One that doesn't goes on
    /// without: then this node does, too, and reclaims what was promised.
    fn wait_for_the_missing(&mut self, tail: Position) -> Result<(), Strayed> {
        if tail.seq >= self.position.seq {
            self.behind_since = None;
            return Ok(());
        }
        let since = *self.behind_since.get_or_insert_with(Instant::now);
        if since.elapsed() >= BEHIND_MAX { Err(Strayed::Elsewhere) } else { Ok(()) }
    }

    /// A tail with this node's number and another digest is another history. One that is behind may be put back yet, by
    /// its writer, or by this node if it becomes that.
    pub(super) fn compare_tail(&self, tail: Position) -> Result<(), Strayed> {
        let is_other = tail.seq == self.position.seq && tail.digest != self.position.digest;
        if is_other && !made(Mistake::FollowerWithoutChain) { Err(Strayed::Elsewhere) } else { Ok(()) }
    }

    /// Tells whoever waits for too long.
    pub(super) fn sweep(&mut self) {
        let now = Instant::now();
        let (pending, busy) = (self.context.pending(), self.context.retry(RetryReason::Busy));
        for undecided in self.context.forwarded.take_overdue(now) {
            undecided.answer(pending.clone());
        }
        for waiting in self.queue.take_overdue(now, self.context.config.forward_limit) {
            (waiting.reply)(busy.clone(), Position::default());
        }
        self.pump();
    }
}
