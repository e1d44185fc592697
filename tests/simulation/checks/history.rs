//! What clients were told against what was durable meanwhile: every refusal was true at some moment between call and
//! answer, and every acceptance was durable when it was given.

use dropcast::engine::Answer;
use dropcast_domain::show::{Refusal, Request, Show, decide};

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
    answer: &'a Answer,
    told: Moment,
}

/// A state that was durable, and that a failover lost.
struct Lost {
    show: Show,
    at_ms: u64,
}

impl Lost {
    /// Until its lease is over, a writer can't know of the loss; what it answers is true of what was acknowledged, and what
    /// was acknowledged is put back or reclaimed.
    fn may_be_believed(&self, claimed: &Claimed<'_>) -> bool {
        claimed.call.called_ms <= self.at_ms + LEASE_MS && is_true(&self.show, claimed)
    }
}

pub(super) fn check(run: &Run) -> Vec<Violation> {
    let mut open: Vec<Claimed<'_>> = run.calls.iter().filter_map(claimed).collect();
    let mut violations = Vec::new();
    let mut show = Show::default();
    let mut lost: Vec<Lost> = Vec::new();
    for now in 0..=run.record.steps.len() {
        open.retain(|claimed| {
            let is_open = claimed.call.called <= now && now <= claimed.told;
            let was_true = || lost.iter().any(|lost| lost.may_be_believed(claimed));
            !(is_open && (is_true(&show, claimed) || was_true()))
        });
        violations.extend(open.extract_if(.., |claimed| claimed.told <= now).map(|claimed| untrue(&claimed)));
        match run.record.steps.get(now) {
            None => {}
            Some(Step::Entry(raw)) => {
                if let Err(violation) = fold(&mut show, raw) {
                    violations.push(violation);
                    return violations;
                }
            }
            Some(Step::Lost { at_ms, .. }) => match state_after(run, now) {
                Ok(state) => lost.push(Lost { show: std::mem::replace(&mut show, state), at_ms: *at_ms }),
                Err(violation) => {
                    violations.push(violation);
                    return violations;
                }
            },
        }
    }
    violations
}

fn claimed(call: &Call) -> Option<Claimed<'_>> {
    match &call.told {
        Some((Told::Answer(answer @ (Answer::Refused(_) | Answer::Accepted(_))), told)) => {
            Some(Claimed { call, answer, told: *told })
        }
        _ => None,
    }
}

fn is_true(show: &Show, claimed: &Claimed<'_>) -> bool {
    match claimed.answer {
        Answer::Refused(refusal) => would_refuse(show, &claimed.call.request, refusal),
        Answer::Accepted(accepted) => keeps(show, &claimed.call.request, accepted),
        Answer::Retry { .. } | Answer::Pending { .. } => true,
    }
}

fn would_refuse(show: &Show, request: &Request, refusal: &Refusal) -> bool {
    decide(show, show.last_at(), request).err().as_ref() == Some(refusal)
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
