//! What was promised, against what the journal has in the end.

use std::collections::BTreeMap;

use dropcast::{
    codec::decode_entry,
    engine::{Accepted, Answer},
};
use dropcast_domain::{
    ids::{Key, OrderId, ReservationId},
    show::{Command, Outcome, Principal, Request, Show},
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
        return matches!(&request.command, Command::Plan(_)) && show.exists();
    };
    let reservation = |reservation: u64| Outcome::Reservation(ReservationId(reservation));
    let promised = match accepted {
        Accepted::Done => Some(Outcome::Done),
        Accepted::Held(held) | Accepted::Released(held) => Some(reservation(held.reservation)),
        Accepted::Sold(sold) => sold.order.as_ref().map(|order| Outcome::Order(OrderId(order.order))),
    };
    show.binding(&request.principal, key).map(|(_, outcome)| *outcome) == promised
}

/// An acceptance that the journal doesn't have in the end. What a failover lost is not promised here.
fn lost_acknowledgement(run: &Run, show: &Show, call: &Call) -> Option<Violation> {
    let Some((Told::Answer(Answer::Accepted(accepted)), _)) = &call.told else { return None };
    if run.record.failovers > 0 || keeps(show, &call.request, accepted) {
        return None;
    }
    let (who, key) = (&call.request.principal.id, &call.request.key);
    Some(Violation::new(Check::PromiseLost, format!("{who} {key:?} was told {accepted:?}")))
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
                lost.extend(line.drain(usize::try_from(*through_seq).unwrap()..).flatten())
            }
        }
    }
    for key in lost {
        bindings.remove(&key);
    }
    bindings
}
