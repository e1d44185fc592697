//! Each refusal was true at some moment between call and answer.

use super::{
    History, Verdict,
    call::{Asked, Call, Refusal},
    states::States,
    window::Window,
};

pub(super) fn check(history: &History, states: &States, window: &Window<'_>, verdict: &mut Verdict) {
    for call in history.calls.iter().filter(|call| call.asked != Asked::Run) {
        let Some((answered, refusal)) = call.refusal() else { continue };
        verdict.checked += 1;
        let from = window.known_before(call.called).map_or(0, |known| known.seq);
        let to = window.last_by(answered);
        // Where nothing is in between, the order is wrong, which was told.
        if from > to || is_borne_out(states, call, refusal, from, to) {
            continue;
        }
        let owner = &call.owner;
        verdict.violations.tell(match refusal {
            Refusal::Other(_) => format!("{owner} was refused ({refusal}), which this check knows nothing about"),
            _ => format!("{owner} was refused ({refusal}), which was not so after any of the entries {from} to {to}"),
        });
    }
}

/// Whether the rules may say so after one of these entries. What was decided last is the likeliest, and what changes
/// nothing for this call is not looked at.
fn is_borne_out(states: &States, call: &Call, refusal: Refusal, from: u64, to: u64) -> bool {
    let Call { owner, asked, .. } = call;
    let is_so = |at: u64| states.ruling(at, owner, asked).allows(refusal);
    [to, from].into_iter().any(is_so) || states.turns(owner, asked, from, to).into_iter().any(is_so)
}
