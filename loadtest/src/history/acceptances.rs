//! Each acceptance is in the journal once, as it was told, and what is there was asked for and allowed.

use std::{collections::BTreeMap, time::Duration};

use dropcast_proto::v1::Role;

use super::{
    History, Verdict,
    call::{Call, Owner, Told},
    states::{Bound, States},
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
            Accepted {
                seq: bound.seq,
                owner,
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
    let of_viewers = journaled.entries.iter().filter(|entry| entry.owner.role == Role::Viewer);
    for entry in of_viewers.filter(|_| !states.has_promises()) {
        if let Some(violation) = unfounded(states, entry) {
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
    let Some(bound) = states.bound.get(owner) else {
        return Some(format!("{owner} was accepted ({told}), which the journal does not have"));
    };
    let seq = bound.seq;
    if bound.asked.as_ref().is_some_and(|asked| *asked != call.asked) {
        return Some(format!("{owner} was accepted ({told}) for something else than entry {seq} accepts"));
    }
    (!says(states, bound, told)).then(|| format!("{owner} was told {told}, which is not what entry {seq} says"))
}

fn says(states: &States, bound: &Bound, told: &Told) -> bool {
    match told {
        Told::Held { reservation, drop, sku, quantity } => {
            let is_it =
                |it: &super::states::Reservation| it.drop == *drop && it.sku == *sku && it.quantity == *quantity;
            let record = states.reservations.get(reservation);
            bound.reservation == Some(*reservation) && bound.order.is_none() && record.is_some_and(is_it)
        }
        Told::Sold { reservation, order } => bound.reservation == Some(*reservation) && bound.order == Some(*order),
        Told::Released { reservation } => bound.reservation == Some(*reservation) && bound.order.is_none(),
        Told::Done => bound.reservation.is_none() && bound.order.is_none(),
        Told::Refused(_) => false,
    }
}

/// In words, why this entry should not be there.
fn unfounded(states: &States, entry: &Accepted<'_>) -> Option<String> {
    let Accepted { seq, owner, called, refused, .. } = entry;
    if called.is_none() {
        return Some(format!("entry {seq} accepts {owner}, which nobody asked"));
    }
    if *refused {
        return Some(format!("entry {seq} accepts {owner}, which was refused"));
    }
    let asked = states.bound.get(*owner)?.asked.as_ref()?;
    let refusal = states.refusal(seq - 1, owner, asked)?;
    Some(format!("entry {seq} accepts {owner}, where the rules say {refusal}"))
}
