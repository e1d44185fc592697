//! What a writer decides, ahead of the disk: commands, and what the passing of time makes true.

use dropcast_domain::{
    show::{Entry, Fact, Outcome, Refusal, Request},
    time::Timestamp,
};

use super::{
    held_back::Release,
    part::{Caller, Writer},
};
use crate::{
    engine::{
        answer::{Answer, ReplyAt, accepted},
        following::Followed,
        handle::{Asked, Look},
    },
    mistakes::{Mistake, made},
};

impl Writer {
    /// Decides a command, and then lets pass what it made due, before anything else is decided.
    pub(in crate::engine) fn decide(&mut self, now: Timestamp, request: &Request, caller: Caller) {
        self.decide_alone(now, request, caller);
        self.pass_time(now);
    }

    /// Decides what was asked here, and follows it to its answer when it is its turn.
    pub(super) fn decide_asked(&mut self, now: Timestamp, asked: Asked) {
        let Asked { request, reply, since, .. } = asked;
        self.decide_alone(now, &request, Caller::Here(reply));
        if self.context.following.is_next() {
            let followed = Followed::decided(&self.context.observer, since);
            self.held_back.push(self.tail, Release::Followed(followed));
        }
        self.pass_time(now);
    }

    pub(super) fn decide_alone(&mut self, now: Timestamp, request: &Request, caller: Caller) {
        if !self.batch.has_room_for(&request.command) {
            self.flush();
        }
        let mut entries = std::mem::take(&mut self.decided);
        let decided = if made(Mistake::NoKeyBinding) {
            let unbound = forget_key(request, self.tail.seq);
            self.show.handle_alone(now, &unbound, &mut entries)
        } else {
            self.show.handle_alone(now, request, &mut entries)
        };
        self.record(&entries);
        self.context.note_decided(request, decided.as_ref().err());
        let is_told = is_told_by(&entries, request);
        entries.clear();
        self.decided = entries;
        if is_told && matches!(caller, Caller::Node { .. }) {
            // The other node hears of it from the fact, and of nothing if that never becomes durable.
            return;
        }
        let outcome = decided.as_ref().ok().copied();
        let answer = self.answer(request, decided);
        let reply: ReplyAt = match caller {
            Caller::Here(reply) => reply,
            Caller::Node { node, ticket, mark } => self.verdict(node, ticket, mark, outcome),
            Caller::Nobody => return,
        };
        self.held_back.push(self.tail, Release::Answer(reply, answer));
    }

    fn answer(&self, request: &Request, decided: Result<Outcome, Refusal>) -> Answer {
        match decided {
            Ok(outcome) => match accepted(&self.show, &request.command, outcome) {
                Some(accepted) => Answer::Accepted(accepted),
                None => self.context.pending(),
            },
            Err(refusal) => Answer::Refused(refusal),
        }
    }

    pub(super) fn look(&mut self, look: Look) {
        // What led here is made known before, what follows after.
        self.collect();
        let publication = look(&self.show, self.tail);
        self.held_back.push(self.tail, Release::Look(publication));
    }

    /// Lets time pass as [`Show::pass`](dropcast_domain::show::Show::pass) does, but entry by entry: a great many holds
    /// that run out at once, or offers that can be made, need more than one append.
    pub(in crate::engine) fn pass_time(&mut self, now: Timestamp) {
        loop {
            while let Some(entry) = self.show.pass_once(now) {
                self.record(&[entry]);
                if !self.batch.has_room() {
                    self.flush();
                }
            }
            if !self.see_to_draws(now) {
                break;
            }
        }
    }

    fn record(&mut self, entries: &[Entry]) {
        for entry in entries {
            if made(Mistake::OffersLeftOut) {
                self.tail = self.batch.add(self.tail, &without_offers(entry));
                continue;
            }
            self.tail = self.batch.add(self.tail, entry);
            for projection in &mut self.context.projections {
                projection.applied(&self.show, self.tail, entry);
            }
        }
    }
}

/// Whether one of these entries binds the request's key: whoever follows the journal learns of the acceptance from it.
fn is_told_by(entries: &[Entry], request: &Request) -> bool {
    entries.iter().filter_map(|entry| entry.cause.as_ref()).any(|cause| {
        cause.principal == request.principal
            && cause.binding.as_ref().is_some_and(|binding| Some(&binding.key) == request.key.as_ref())
    })
}

/// The entry, but for the offers that follow from what else it says.
fn without_offers(entry: &Entry) -> Entry {
    let mut entry = entry.clone();
    let is_offer = |fact: &Fact| matches!(fact, Fact::ReservationOffered { .. });
    if !entry.facts.iter().all(is_offer) {
        entry.facts.retain(|fact| !is_offer(fact));
    }
    entry
}

/// The request under a key that nobody asks again with.
fn forget_key(request: &Request, seq: u64) -> Request {
    use dropcast_domain::ids::Key;
    let forgotten = request.key.as_ref().and_then(|_| Key::new(&format!("forgotten-{seq}")).ok());
    Request { key: forgotten, ..request.clone() }
}
