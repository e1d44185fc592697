//! Each acceptance is in the journal once, as it was told, and what is there was asked for and allowed.

use std::{collections::BTreeMap, time::Duration};

use dropcast_proto::v1::Role;

use super::{
    History, Verdict,
    call::{Asked, Call, Name, Owner, Refusal, Told},
    drops::Draw,
    rules,
    states::{Bound, Reservation, States, Waiter},
    window::phase_name,
};

/// What the journal has under each key.
pub(super) struct Journaled<'a> {
    /// In the order of the journal.
    pub(super) entries: Vec<Accepted<'a>>,
}

/// An entry that accepted what was asked under a key.
pub(super) struct Accepted<'a> {
    pub(super) seq: u64,
    pub(super) owner: &'a Owner,
    /// When it was asked first; `None` where nobody whose calls are known asked.
    pub(super) called: Option<Duration>,
    /// When the client knew first; `None` where it never knew.
    pub(super) answered: Option<Duration>,
    /// What was asked, where that is known better than the entry tells.
    asked: Option<Asked>,
    /// Whether every time that it was asked it was refused.
    refused: bool,
}

impl<'a> Journaled<'a> {
    /// Of all calls under each key.
    pub(super) fn new(calls: &[Call], states: &'a States) -> Self {
        let mut by_owner: BTreeMap<&Owner, Vec<&Call>> = BTreeMap::new();
        for call in calls {
            by_owner.entry(&call.owner).or_default().push(call);
        }
        let entry = |(owner, bound): (&'a Owner, &Bound)| {
            let calls = by_owner.get(owner).map_or(&[][..], Vec::as_slice);
            let answers = calls.iter().filter_map(|call| call.acceptance());
            let fits = |call: &&&Call| bound.asked.as_ref().is_some_and(|asked| asked.may_come_of(&call.asked));
            Accepted {
                seq: bound.seq,
                owner,
                asked: calls.iter().find(fits).map(|call| call.asked.clone()).or_else(|| bound.asked.clone()),
                called: calls.iter().map(|call| call.called).min(),
                answered: answers.map(|(at, _)| at).min(),
                refused: !calls.is_empty() && calls.iter().all(|call| call.refusal().is_some()),
            }
        };
        let mut entries: Vec<_> = states.bound.iter().map(entry).collect();
        entries.sort_by_key(|entry| entry.seq);
        Self { entries }
    }
}

pub(super) fn check(history: &History, states: &States, journaled: &Journaled<'_>, verdict: &mut Verdict) {
    for call in &history.calls {
        let Some((_, told)) = call.acceptance() else { continue };
        verdict.checked += 1;
        if let Some(violation) = contradiction(states, call, told) {
            verdict.violations.tell(violation);
        }
    }
    for sight in &history.sights {
        if states.first_in_phase(&sight.drop, sight.phase).is_none() {
            let phase = phase_name(sight.phase);
            verdict.violations.tell(format!("{} was seen {phase}, which it never was", sight.drop));
        }
    }
    let closed = closed_draws(history);
    let of_viewers = journaled.entries.iter().filter(|entry| entry.owner.role == Role::Viewer);
    for entry in of_viewers.filter(|_| !states.has_promises()) {
        if let Some(violation) = unfounded(states, entry).or_else(|| too_late(states, entry, &closed)) {
            verdict.violations.tell(violation);
        }
    }
}

/// In words, why what was told is not what the journal says.
fn contradiction(states: &States, call: &Call, told: &Told) -> Option<String> {
    let owner = &call.owner;
    let is_promise = |reservation| states.promises.contains(&(owner.name.clone(), reservation));
    if told.reservation().is_some_and(is_promise) {
        return None;
    }
    // A place in line is no promise: what gave it may be lost.
    if states.has_promises() && matches!(told, Told::Waits { .. }) {
        return None;
    }
    let Some(bound) = states.bound.get(owner) else {
        return Some(format!("{owner} was accepted ({told}), which the journal does not have"));
    };
    let seq = bound.seq;
    if bound.asked.as_ref().is_some_and(|asked| !asked.may_come_of(&call.asked)) {
        return Some(format!("{owner} was accepted ({told}) for something else than entry {seq} accepts"));
    }
    (!says(states, bound, told)).then(|| format!("{owner} was told {told}, which is not what entry {seq} says"))
}

fn says(states: &States, bound: &Bound, told: &Told) -> bool {
    match told {
        Told::Held { reservation, drop, lines } => {
            let is_it = |it: &Reservation| it.drop == *drop && it.lines == *lines;
            let record = states.reservations.get(reservation);
            bound.reservation == Some(*reservation) && bound.order.is_none() && record.is_some_and(is_it)
        }
        Told::Waits { waiter, drop, line, place } => {
            let is_place = |it: &Waiter| place.is_none() || it.place == *place;
            let is_it = |it: &Waiter| it.drop == *drop && it.line == *line && is_place(it);
            bound.waiter == Some(*waiter) && states.waiters.get(waiter).is_some_and(is_it)
        }
        Told::Sold { reservation, order } => bound.reservation == Some(*reservation) && bound.order == Some(*order),
        Told::Released { reservation } => bound.reservation == Some(*reservation) && bound.order.is_none(),
        Told::Done => bound.reservation.is_none() && bound.order.is_none() && bound.waiter.is_none(),
        Told::Refused(_) => false,
    }
}

/// Since when somebody knew of each draw that it took no entries any more.
fn closed_draws(history: &History) -> BTreeMap<&Name, Duration> {
    let mut closed = BTreeMap::new();
    for call in &history.calls {
        let (Asked::Reserve { drop, .. } | Asked::Join { drop, .. }) = &call.asked else { continue };
        if let Some((at, Refusal::DrawPending)) = call.refusal() {
            let since = closed.entry(drop).or_insert(at);
            *since = at.min(*since);
        }
    }
    closed
}

/// In words, that this entry lets somebody enter a draw who asked after another knew that it was closed.
fn too_late(states: &States, entry: &Accepted<'_>, closed: &BTreeMap<&Name, Duration>) -> Option<String> {
    let Some(Asked::Reserve { drop, .. } | Asked::Join { drop, .. }) = &entry.asked else { return None };
    let is_entry = states.drops.get(drop)?.draw.at(entry.seq) == Some(&Draw::Ahead);
    let is_late = is_entry && entry.called? > *closed.get(drop)?;
    let Accepted { seq, owner, .. } = entry;
    is_late.then(|| format!("entry {seq} lets {owner} enter a draw that was said to be closed before"))
}

/// In words, why this entry should not be there.
fn unfounded(states: &States, entry: &Accepted<'_>) -> Option<String> {
    let Accepted { seq, owner, called, refused, asked, .. } = entry;
    if called.is_none() {
        return Some(format!("entry {seq} accepts {owner}, which nobody asked"));
    }
    if *refused {
        return Some(format!("entry {seq} accepts {owner}, which was refused"));
    }
    let is_in_line = states.bound.get(*owner)?.waiter.is_some();
    match states.ruling(seq - 1, owner, asked.as_ref()?).otherwise {
        Err(refusal) => Some(format!("entry {seq} accepts {owner}, where the rules say {refusal}")),
        Ok(rules::Accepted::AtOnce) if is_in_line => Some(format!("entry {seq} lets {owner} wait for what is there")),
        Ok(rules::Accepted::InLine) if !is_in_line => {
            Some(format!("entry {seq} gives {owner} at once what others wait for"))
        }
        Ok(_) => None,
    }
}
