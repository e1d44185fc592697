//! What was promised, against what the journal has in the end.

use std::collections::BTreeMap;

use dropcast::{
    codec::decode_entry,
    engine::{Accepted, Answer},
};
use dropcast_domain::{
    ids::{Key, OrderId, ReservationId, WaiterId},
    show::{Command, Fact, Outcome, Principal, Request, Show},
};

use super::{Check, Violation, snapshots::fold};
use crate::{
    chronicle::{Moment, Step},
    ledger::{Call, Told},
    world::Run,
};

/// By principal and key.
pub(super) type Bindings = BTreeMap<(Principal, Key), Moment>;

pub(super) fn check(run: &Run) -> Vec<Violation> {
    let mut show = Show::default();
    if run.record.line.iter().try_for_each(|raw| fold(&mut show, raw)).is_err() {
        // That is told elsewhere.
        return Vec::new();
    }
    let mut violations: Vec<_> = run.calls.iter().filter_map(|call| lost_acknowledgement(run, &show, call)).collect();
    let bindings = bindings(run);
    violations.extend(wishes(run).into_iter().filter_map(|(wish, calls)| trace(&bindings, wish, &calls)));
    violations
}

/// Whether what was accepted stands under its key.
pub(super) fn keeps(show: &Show, request: &Request, accepted: &Accepted) -> bool {
    let Some(key) = &request.key else {
        return match &request.command {
            Command::Plan(_) => show.exists(),
            // What was told last may be newer.
            Command::CountAudience { node, count } => {
                show.audience().of(node).is_some_and(|known| known.is_after(count))
            }
            _ => false,
        };
    };
    let reservation = |reservation: u64| Outcome::Reservation(ReservationId(reservation));
    let promised = match accepted {
        Accepted::Done => Some(Outcome::Done),
        Accepted::Held(held) | Accepted::Released(held) => Some(reservation(held.reservation)),
        Accepted::Sold(sold) => sold.order.as_ref().map(|order| Outcome::Order(OrderId(order.order))),
        Accepted::Waiter(waiter) => Some(Outcome::Waiter(WaiterId(waiter.waiter))),
    };
    show.binding(&request.principal, key).map(|(_, outcome)| *outcome) == promised
}

/// An acceptance that the journal doesn't have in the end.
fn lost_acknowledgement(run: &Run, show: &Show, call: &Call) -> Option<Violation> {
    let Some((Told::Answer(Answer::Accepted(accepted)), _)) = &call.told else { return None };
    let is_kept = match run.record.failovers {
        0 => keeps(show, &call.request, accepted),
        _ => is_accounted_for(run, show, &call.request, accepted),
    };
    let (who, key) = (&call.request.principal.id, &call.request.key);
    (!is_kept).then(|| Violation::new(Check::PromiseLost, format!("{who} {key:?} was told {accepted:?}")))
}

/// Whether what a failover may have lost is there again, kept under another number, or recorded as broken. Where a node
/// went down as well, or another failover came, those who held the lost entries may be gone with them; and what ran out,
/// went back or was revoked meanwhile is promised no longer.
fn is_accounted_for(run: &Run, show: &Show, request: &Request, accepted: &Accepted) -> bool {
    let bound = request.key.as_ref().is_some_and(|key| show.binding(&request.principal, key).is_some());
    let promised = match accepted {
        Accepted::Sold(sold) => sold.reservation.as_ref(),
        // More time for what is held is no promise of units.
        Accepted::Held(_) if matches!(request.command, Command::ExtendHold { .. }) => None,
        Accepted::Held(held) => Some(held).filter(|held| held.expires_at > run.healed_at_ms),
        // A place in line is no promise of units.
        Accepted::Done | Accepted::Released(_) | Accepted::Waiter(_) => None,
    };
    // A show that lost even its plan has nothing to keep or break a promise by until it is planned again.
    let lost_whole = run.record.steps.iter().any(|step| matches!(step, Step::Lost { through_seq: 0, .. }));
    let is_single_fault = run.record.failovers == 1 && run.nodes_stayed_up && !lost_whole;
    let Some(promised) = promised.filter(|_| !bound && is_single_fault) else { return true };
    let lost = ReservationId(promised.reservation);
    let is_told = |fact: &Fact| match fact {
        Fact::PromiseKept(kept) => kept.viewer == request.principal.id && kept.lost == lost,
        Fact::PromiseBroken(broken) => broken.viewer == request.principal.id && broken.lost == lost,
        _ => false,
    };
    let went_back = |call: &Call| {
        let released = matches!(&call.told, Some((Told::Answer(Answer::Accepted(Accepted::Released(released))), _))
            if released.reservation == lost.0);
        released && call.request.principal == request.principal
    };
    let revoked = |step: &Step| match step {
        Step::Entry(raw) => {
            decode_entry(raw).is_ok_and(|entry| entry.facts.contains(&Fact::ReservationRevoked { reservation: lost }))
        }
        Step::Lost { .. } => false,
    };
    facts(run).any(|fact| is_told(&fact)) || run.calls.iter().any(went_back) || run.record.steps.iter().any(revoked)
}

/// Every fact of the journal.
pub(crate) fn facts(run: &Run) -> impl Iterator<Item = Fact> {
    run.record.line.iter().filter_map(|raw| decode_entry(raw).ok()).flat_map(|entry| entry.facts)
}

/// The calls of each key, in order.
pub(super) fn wishes(run: &Run) -> BTreeMap<(&Principal, &Key), Vec<&Call>> {
    let mut wishes: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for call in &run.calls {
        if let Some(key) = &call.request.key {
            wishes.entry((&call.request.principal, key)).or_default().push(call);
        }
    }
    wishes
}

/// A key that came to be bound although every call of it until then was told that it left no trace.
fn trace(bindings: &Bindings, (principal, key): (&Principal, &Key), calls: &[&Call]) -> Option<Violation> {
    let bound = *bindings.get(&(principal.clone(), key.clone()))?;
    let before = || calls.iter().filter(|call| call.called < bound);
    let left_none = |call: &&Call| match &call.told {
        Some((Told::Answer(answer), _)) => matches!(answer, Answer::Retry { .. } | Answer::Refused(_)),
        Some((Told::NotOpened, _)) => true,
        Some((Told::Crashed | Told::Dropped, _)) | None => false,
    };
    let told: Vec<_> = before().filter_map(|call| call.told.as_ref()).collect();
    let detail = || format!("{} {key} was bound at {bound}, but was told {told:?}", principal.id);
    before().copied().all(|call| left_none(&call)).then(|| Violation::new(Check::Trace, detail()))
}

/// When each key was bound for the first time; without those whose binding a failover lost at some time, of which a trace
/// may come and go.
pub(super) fn bindings(run: &Run) -> Bindings {
    let (mut bindings, mut line, mut lost) = (Bindings::new(), Vec::new(), Vec::new());
    for (before, step) in run.record.steps.iter().enumerate() {
        match step {
            Step::Entry(raw) => {
                let cause = decode_entry(raw).ok().and_then(|entry| entry.cause);
                let bound = cause.and_then(|cause| Some((cause.principal, cause.binding?.key)));
                if let Some(key) = &bound {
                    bindings.entry(key.clone()).or_insert(before + 1);
                }
                line.push(bound);
            }
            Step::Lost { through_seq, .. } => {
                lost.extend(line.drain(usize::try_from(*through_seq).unwrap()..).flatten());
            }
        }
    }
    for key in lost {
        bindings.remove(&key);
    }
    bindings
}
