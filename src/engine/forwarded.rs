//! What this node's callers asked and the show's writer has not decided yet, as far as this node knows.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, hash_map::Entry},
    hash::{BuildHasher as _, RandomState},
    time::Duration,
};

use dropcast_domain::{
    ids::{DropId, Sku},
    show::{Command, KeyBinding, Outcome, Principal, Request},
    time::Timestamp,
};
use tokio::time::Instant;

use super::{
    answer::{Answer, ReplyAt},
    handle::Asked,
};
use crate::journal::Position;

/// Tickets of one start of a node are this far from those of the next, in tickets a millisecond.
const TICKETS_PER_MS: u64 = 1 << 12;

/// What is sold, and in which drop.
pub(super) type Line = (DropId, Sku);

/// Commands on their way, by ticket. Bounded by the callers' mailboxes: what is on its way counts towards their bound.
#[derive(Default)]
pub(super) struct Forwarded {
    by_ticket: BTreeMap<u64, Undecided>,
    /// The same command may be on its way several times: each time it is asked again, the answer must be true anew.
    /// By a hash of what the command is known by, so that nothing is copied for it.
    by_key: HashMap<u64, Vec<u64>>,
    hasher: RandomState,
    /// What was accepted by an entry that this node has not come to: that entry's number, and the ticket.
    accepted: BTreeSet<(u64, u64)>,
    units: BTreeMap<Line, u32>,
    next_ticket: u64,
}

/// One command on its way, once.
pub(super) struct Undecided {
    pub(super) request: Request,
    /// `None` when nobody waits.
    reply: Option<ReplyAt>,
    since: Instant,
    /// When nobody waits any longer.
    until: Instant,
    /// What it was accepted as, and the entry up to which this node must have come before it says so.
    accepted: Option<(Outcome, u64)>,
}

impl Forwarded {
    /// Nothing is on its way. Tickets are those of a start at `now`.
    pub(super) fn starting_at(now: Timestamp) -> Self {
        Self { next_ticket: now.0.saturating_mul(TICKETS_PER_MS), ..Self::default() }
    }

    /// A command goes on its way, for at most `limit`; its ticket.
    pub(super) fn insert(&mut self, request: Request, reply: Option<ReplyAt>, since: Instant, limit: Duration) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        if let Some(bound) = self.bound(&request) {
            self.by_key.entry(bound).or_default().push(ticket);
        }
        if let Some((line, quantity)) = line(&request) {
            *self.units.entry(line).or_default() += quantity;
        }
        self.by_ticket.insert(ticket, Undecided { request, reply, since, until: since + limit, accepted: None });
        ticket
    }

    /// What is asked under this ticket, if it is on its way.
    pub(super) fn request(&self, ticket: u64) -> Option<&Request> {
        self.by_ticket.get(&ticket).map(|undecided| &undecided.request)
    }

    /// It is decided, or will never be.
    pub(super) fn take(&mut self, ticket: u64) -> Option<Undecided> {
        let undecided = self.by_ticket.remove(&ticket)?;
        if let Some(bound) = self.bound(&undecided.request)
            && let Entry::Occupied(mut tickets) = self.by_key.entry(bound)
        {
            tickets.get_mut().retain(|known| *known != ticket);
            if tickets.get().is_empty() {
                tickets.remove();
            }
        }
        if let Some((_, seq)) = undecided.accepted {
            self.accepted.remove(&(seq, ticket));
        }
        if let Some((line, quantity)) = line(&undecided.request)
            && let Some(units) = self.units.get_mut(&line)
        {
            *units = units.saturating_sub(quantity);
            if *units == 0 {
                self.units.remove(&line);
            }
        }
        Some(undecided)
    }

    /// What was accepted under this key.
    pub(super) fn take_bound(&mut self, principal: &Principal, binding: &KeyBinding) -> Vec<Undecided> {
        let bound = self.hasher.hash_one((principal, &binding.key, binding.fingerprint));
        let tickets = self.by_key.get(&bound).cloned().unwrap_or_default();
        let is_it = |request: &Request| {
            request.fingerprint == binding.fingerprint
                && request.key.as_ref() == Some(&binding.key)
                && request.principal == *principal
        };
        let mine = tickets.into_iter().filter(|ticket| self.request(*ticket).is_some_and(is_it)).collect::<Vec<_>>();
        mine.into_iter().filter_map(|ticket| self.take(ticket)).collect()
    }

    fn bound(&self, request: &Request) -> Option<u64> {
        Some(self.hasher.hash_one((&request.principal, request.key.as_ref()?, request.fingerprint)))
    }

    /// It was accepted, by an entry of this number or before it.
    pub(super) fn accepted(&mut self, ticket: u64, outcome: Outcome, seq: u64) {
        if let Some(undecided) = self.by_ticket.get_mut(&ticket) {
            if let Some((_, before)) = undecided.accepted.replace((outcome, seq)) {
                self.accepted.remove(&(before, ticket));
            }
            self.accepted.insert((seq, ticket));
        }
    }

    /// What was accepted by entries up to this one.
    pub(super) fn take_accepted(&mut self, seq: u64) -> Vec<(Undecided, Outcome)> {
        let mut ready = Vec::new();
        while let Some((at, ticket)) = self.accepted.first().copied().filter(|(at, _)| *at <= seq) {
            self.accepted.remove(&(at, ticket));
            if let Some(undecided) = self.take(ticket)
                && let Some((outcome, _)) = undecided.accepted
            {
                ready.push((undecided, outcome));
            }
        }
        ready
    }

    /// What nobody waits for any longer.
    pub(super) fn take_overdue(&mut self, now: Instant) -> Vec<Undecided> {
        let overdue: Vec<_> =
            self.by_ticket.iter().filter(|(_, undecided)| undecided.until <= now).map(|(ticket, _)| *ticket).collect();
        overdue.into_iter().filter_map(|ticket| self.take(ticket)).collect()
    }

    /// Everything that is on its way.
    pub(super) fn take_all(&mut self) -> Vec<Undecided> {
        self.by_key.clear();
        self.accepted.clear();
        self.units.clear();
        std::mem::take(&mut self.by_ticket).into_values().collect()
    }

    /// How many units of the line are asked for by what is on its way.
    pub(super) fn units(&self, line: &Line) -> u32 {
        self.units.get(line).copied().unwrap_or(0)
    }

    /// How many commands are on their way.
    pub(super) fn len(&self) -> usize {
        self.by_ticket.len()
    }

    /// Whether nothing is on its way.
    pub(super) fn is_empty(&self) -> bool {
        self.by_ticket.is_empty()
    }
}

impl Undecided {
    /// Tells whoever waits for it that it was not accepted, as far as is known here.
    pub(super) fn answer(self, answer: Answer) {
        debug_assert!(!matches!(answer, Answer::Accepted(_)), "an acceptance rests on a position");
        self.answer_at(answer, Position::default());
    }

    /// Answers whoever waits for it; an acceptance rests on `position`.
    pub(super) fn answer_at(self, answer: Answer, position: Position) {
        if let Some(reply) = self.reply {
            reply(answer, position);
        }
    }

    /// The command as it was asked, but that it may have been asked before.
    pub(super) fn into_asked(self) -> Asked {
        let (request, since) = (self.request.clone(), self.since);
        Asked { request, attempt: 1, reply: self.into_reply(), since }
    }

    /// The reply of whoever waits for it.
    pub(super) fn into_reply(self) -> ReplyAt {
        Box::new(move |answer, position| self.answer_at(answer, position))
    }
}

/// What a click is for, and how many units it asks for; of a bundle, its first SKU stands for all.
pub(super) fn line(request: &Request) -> Option<(Line, u32)> {
    match &request.command {
        Command::Reserve { drop, sku, quantity, .. } => Some(((drop.clone(), sku.clone()), *quantity)),
        _ => None,
    }
}
