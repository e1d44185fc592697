//! What is asked of a follower: what it can know to be refused or accepted it answers, the rest goes to the writer.

use std::{sync::Arc, time::Duration};

use dropcast_domain::{
    show::{Command, DrawStage, Drop, Request, Waitlist, decide},
    time::Timestamp,
};
use tokio::time::Instant;

use super::{entries::Strayed, part::Follower};
use crate::{
    engine::{
        answer::{Answer, RetryReason, accepted},
        forwarded::{Line, line},
        handle::{Asked, Message},
    },
    journal::{Journal, Position, RawEntry, ReadError},
    mistakes::{Mistake, made},
};

/// How many entries are read at once.
const READ_ENTRIES: usize = 1_024;
/// So many more units than are left may be asked for by clicks that are undecided, so that a few units keep several
/// nodes busy, and what comes back finds somebody.
const UNITS_AHEAD: u32 = 16;
/// How long it is waited for entries to be heard before they are read.
const HEARD_WITHIN: Duration = Duration::from_millis(20);

/// Where the journal ended after the messages of the turn had come, and entries on the way there.
pub(super) struct CaughtUp {
    tail: Position,
    entries: Vec<RawEntry>,
    /// Where this node was when it asked.
    from: Position,
}

/// The journal's end that the turn waits for. What leads there is on its way, since this node listens.
pub(super) struct Awaited {
    tail: Position,
    /// When it is no longer waited for, but read.
    pub(super) until: Instant,
}

impl Follower {
    /// Lets the writer decide at once what is not known to be refused: only a refusal has to be true after it was asked.
    /// What comes after something that waits keeps its place behind it.
    pub(super) fn let_through(&mut self) {
        let mut messages = std::mem::take(&mut self.turn).into_iter();
        for message in messages.by_ref() {
            match message {
                Message::Ask(asked) if self.goes_on(&asked) => self.forward(asked),
                message => {
                    self.turn.push(message);
                    break;
                }
            }
        }
        self.turn.extend(messages);
    }

    /// Whether only the writer can say what becomes of it, and there is room for it.
    fn goes_on(&self, asked: &Asked) -> bool {
        let now = self.context.clock.now();
        let is_open = match decide(&self.show, now, &asked.request) {
            Ok(decision) => !decision.facts.is_empty() || asked.request.key.is_none(),
            Err(_) => !self.knows(now, asked),
        };
        is_open
            && !self.context.is_too_late(asked)
            && !self.is_full()
            && line(&asked.request).is_none_or(|(line, quantity)| !self.waits_in(&line, quantity))
    }

    /// Asks where the journal ends: what is refused there was true after it was asked. Once for the whole turn.
    pub(super) fn catch_up(&mut self) {
        if self.catching_up.is_some() || self.awaited.is_some() || self.turn.is_empty() {
            return;
        }
        let (journal, show, from) = (Arc::clone(&self.context.journal), self.context.id.clone(), self.position);
        self.catching_up = Some(Box::pin(async move {
            let tail = journal.tail(show.as_str()).await?;
            Ok(CaughtUp { tail, entries: Vec::new(), from })
        }));
    }

    /// Reads up to the journal's end: what should have been heard was not.
    pub(super) fn read_up(&mut self) {
        self.awaited = None;
        let (journal, show, from) = (Arc::clone(&self.context.journal), self.context.id.clone(), self.position);
        self.catching_up = Some(Box::pin(async move { read_up(&*journal, show.as_str(), from).await }));
    }

    /// Answers or forwards the turn, if this node has come up to where the journal ended.
    pub(super) fn caught_up(&mut self, caught_up: Result<CaughtUp, ReadError>) -> Result<(), Strayed> {
        let CaughtUp { tail, entries, from } = match caught_up {
            Ok(caught_up) => caught_up,
            Err(ReadError::Gap { .. }) => return Err(Strayed::Elsewhere),
            Err(error) => {
                tracing::warn!(show = %self.context.id, %error, "the journal can't be read");
                self.turn_away_turn();
                return Ok(());
            }
        };
        let was_read = !entries.is_empty();
        self.take_entries(&entries)?;
        self.compare_tail(tail)?;
        if tail.seq > self.position.seq && was_read {
            self.read_up();
        } else if tail.seq > self.position.seq {
            self.awaited = Some(Awaited { tail, until: Instant::now() + HEARD_WITHIN });
        } else if tail.seq < from.seq {
            // The journal lost what was folded here; until it is put back, or known not to be, nothing is certain.
            self.turn_away_turn();
        } else {
            self.take_turn();
        }
        Ok(())
    }

    /// Answers or forwards the turn, if what it waited for was heard.
    pub(super) fn reached(&mut self) -> Result<(), Strayed> {
        let Some(Awaited { tail, .. }) = self.awaited.take_if(|awaited| awaited.tail.seq <= self.position.seq) else {
            return Ok(());
        };
        self.compare_tail(tail)?;
        self.take_turn();
        Ok(())
    }

    /// Nothing can be decided, but what is durable can be looked at.
    fn turn_away_turn(&mut self) {
        for message in std::mem::take(&mut self.turn) {
            match message {
                Message::Look(look) => look(&self.show, self.position)(),
                Message::Ask(_) | Message::Stop => self.context.turn_away(message, RetryReason::Unavailable),
            }
        }
    }

    fn take_turn(&mut self) {
        for message in std::mem::take(&mut self.turn) {
            match message {
                Message::Ask(asked) => self.ask(asked),
                Message::Look(look) => look(&self.show, self.position)(),
                // It was seen before the turn began.
                Message::Stop => {}
            }
        }
        self.pump();
    }

    fn ask(&mut self, asked: Asked) {
        if self.context.is_too_late(&asked) {
            return self.context.turn_away(Message::Ask(asked), RetryReason::Busy);
        }
        let Some(asked) = self.answer_if_known(asked) else { return };
        if self.is_full() {
            return self.context.turn_away(Message::Ask(asked), RetryReason::Busy);
        }
        match line(&asked.request) {
            Some((line, quantity)) if self.waits_in(&line, quantity) => self.queue.push(line, asked),
            _ => self.forward(asked),
        }
    }

    /// Whether as much is undecided as may be.
    fn is_full(&self) -> bool {
        self.queue.len() + self.context.forwarded.len() >= self.context.config.mailbox_max
    }

    /// Whether a click has to wait its turn in the line.
    fn waits_in(&self, line: &Line, quantity: u32) -> bool {
        self.queue.has(line) || !self.has_room(line, quantity)
    }

    /// Answers what is certain; gives back what only the writer can decide.
    fn answer_if_known(&mut self, asked: Asked) -> Option<Asked> {
        let now = self.context.clock.now();
        let known = match decide(&self.show, now, &asked.request) {
            // It was accepted before, under this key.
            Ok(decision) if decision.facts.is_empty() && asked.request.key.is_some() => {
                accepted(&self.show, &asked.request.command, decision.outcome).map(Answer::Accepted)
            }
            Err(refusal) if self.knows(now, &asked) => {
                self.context.note_decided(&asked.request, Some(&refusal));
                Some(Answer::Refused(refusal))
            }
            Ok(_) | Err(_) => None,
        };
        match known {
            Some(answer) => {
                (asked.reply)(answer, self.position);
                None
            }
            None => Some(asked),
        }
    }

    /// Whether a refusal is certain here. A command that was asked before may be accepted at this moment; what is due
    /// changes what is refused, and only the writer says when it happens; and only clicks come in crowds.
    fn knows(&self, now: Timestamp, asked: &Asked) -> bool {
        let is_first = asked.attempt == 0 || made(Mistake::RetryDecidedByFollower);
        let due = self.show.next_deadline().into_iter().chain(self.show.pending_draws().map(|(at, _)| at)).min();
        let nothing_due = due.is_none_or(|at| at > now);
        is_first && nothing_due && matches!(asked.request.command, Command::Reserve { .. })
    }

    /// Whether there is room for as many units among those that are undecided. Where a click that gets none takes a place
    /// in line or in a draw, only the writer can say which, so there always is.
    fn has_room(&self, line: &Line, quantity: u32) -> bool {
        let now = self.context.clock.now();
        let takes_a_place =
            |drop: &Drop| drop.plan().waitlist == Waitlist::Automatic || drop.draw_stage(now) != DrawStage::Over;
        if self.show.drop(&line.0).is_some_and(takes_a_place) {
            return true;
        }
        let available = self.show.available(&line.0, &line.1);
        self.context.forwarded.units(line) + quantity <= available.saturating_add(UNITS_AHEAD)
    }

    /// Lets go of clicks that wait: those that are certain now are answered, and as many as there is room for are
    /// forwarded.
    pub(super) fn pump(&mut self) {
        for line in self.queue.lines() {
            while let Some(asked) = self.queue.pop(&line) {
                let Some(asked) = self.answer_if_known(asked) else { continue };
                if !self.has_room(&line, quantity(&asked.request)) {
                    self.queue.put_back(line, asked);
                    break;
                }
                self.forward(asked);
            }
        }
    }
}

fn quantity(request: &Request) -> u32 {
    line(request).map_or(0, |(_, quantity)| quantity)
}

async fn read_up(journal: &dyn Journal, show: &str, from: Position) -> Result<CaughtUp, ReadError> {
    let tail = journal.tail(show).await?;
    let entries = if tail.seq > from.seq { journal.read(show, from.seq + 1, READ_ENTRIES).await? } else { Vec::new() };
    Ok(CaughtUp { tail, entries, from })
}
