//! What clients were told against what was durable meanwhile: every refusal was true at some moment between call and
//! answer, and every acceptance was durable when it was given.

use dropcast::engine::Answer;
use dropcast_domain::show::{Command, Refusal, Request, Show, decide};

use super::{Check, Violation, promises::keeps, snapshots::fold};
use crate::{
    chronicle::{Moment, Step},
    ledger::{Call, Told},
    scenario::LEASE_MS,
    world::Run,
};

/// An answer that has to be true of some state from the call to the answer.
struct Claimed<'a> {
    call: &'a Call,
    from: Moment,
    answer: &'a Answer,
    told: Moment,
}

pub(super) fn check(run: &Run) -> Vec<Violation> {
    let mut open: Vec<Claimed<'_>> = run.calls.iter().filter_map(|call| claimed(run, call)).collect();
    let mut violations = Vec::new();
    let mut show = Show::default();
    for now in 0..=run.record.steps.len() {
        open.retain(|claimed| !(claimed.from <= now && now <= claimed.told && is_true(&show, claimed)));
        violations.extend(open.extract_if(.., |claimed| claimed.told <= now).map(|claimed| untrue(&claimed)));
        match run.record.steps.get(now) {
            None => {}
            Some(Step::Entry(raw)) => {
                if let Err(violation) = fold(&mut show, raw) {
                    violations.push(violation);
                    return violations;
                }
            }
            Some(Step::Lost { .. }) => match state_after(run, now) {
                Ok(state) => show = state,
                Err(violation) => {
                    violations.push(violation);
                    return violations;
                }
            },
        }
    }
    violations
}

fn claimed<'a>(run: &Run, call: &'a Call) -> Option<Claimed<'a>> {
    match &call.told {
        Some((Told::Answer(answer @ (Answer::Refused(_) | Answer::Accepted(_))), told)) => {
            Some(Claimed { call, from: from(run, call, *told), answer, told: *told })
        }
        _ => None,
    }
}

/// From when on the answer may have been true. A writer learns of a failover when it next writes or renews, at the latest
/// when its lease is over; until then what was lost is true for it.
fn from(run: &Run, call: &Call, told: Moment) -> Moment {
    let unnoticed = |(now, step): (usize, &Step)| match step {
        Step::Lost { entries, at_ms, .. } if call.called_at_ms <= at_ms + LEASE_MS => Some(now - entries),
        _ => None,
    };
    let steps = run.record.steps[..told].iter().enumerate();
    steps.filter_map(unnoticed).fold(call.called, Moment::min)
}

fn is_true(show: &Show, claimed: &Claimed<'_>) -> bool {
    match claimed.answer {
        Answer::Refused(refusal) => would_refuse(show, &claimed.call.request, refusal),
        Answer::Accepted(accepted) => keeps(show, &claimed.call.request, accepted),
        Answer::Retry { .. } | Answer::Pending { .. } => true,
    }
}

/// Time passes in which nothing is written: a rest that is refused at the last entry may be over at the answer.
fn would_refuse(show: &Show, request: &Request, refusal: &Refusal) -> bool {
    match decide(show, show.last_at(), request) {
        // The ten seconds of an opening may be over in the meantime.
        Ok(_) if *refusal == Refusal::UndoOver => matches!(request.command, Command::UndoDrop { .. }),
        Err(Refusal::CoolingDown { until }) if !matches!(refusal, Refusal::CoolingDown { .. }) => {
            decide(show, until, request).err().as_ref() == Some(refusal)
        }
        decided => decided.err().as_ref() == Some(refusal),
    }
}

fn untrue(claimed: &Claimed<'_>) -> Violation {
    let Call { request, attempt, node, called, .. } = claimed.call;
    let check = match claimed.answer {
        Answer::Refused(_) => Check::Refusal,
        _ => Check::AcceptedTooEarly,
    };
    let (who, key, told) = (&request.principal.id, &request.key, claimed.told);
    let answer = claimed.answer;
    let detail = format!("{who} {key:?} attempt {attempt} at node {node}, from {called} to {told}: {answer:?}");
    Violation::new(check, detail)
}

/// The state of the journal after the steps up to and including this one.
fn state_after(run: &Run, last: Moment) -> Result<Show, Violation> {
    let mut line = Vec::new();
    for step in &run.record.steps[..=last] {
        match step {
            Step::Entry(raw) => line.push(raw),
            Step::Lost { through_seq, .. } => line.truncate(usize::try_from(*through_seq).unwrap()),
        }
    }
    let mut show = Show::default();
    line.into_iter().try_for_each(|raw| fold(&mut show, raw))?;
    Ok(show)
}
