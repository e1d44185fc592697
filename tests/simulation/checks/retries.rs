//! A command that is asked again may have been accepted already, on its way to the journal. Only the writer knows; whoever
//! else refuses the repetition tells the client that he has nothing, and then he has it.

use dropcast::engine::Answer;
use dropcast_domain::{ids::Key, show::Principal};

use super::{
    Check, Violation,
    promises::{Bindings, bindings, wishes},
};
use crate::{
    chronicle::Moment,
    ledger::{Call, Told},
    world::Run,
};

pub(super) fn check(run: &Run) -> Vec<Violation> {
    let bindings = bindings(run);
    wishes(run).into_iter().filter_map(|(wish, calls)| refused_then_kept(run, &bindings, wish, &calls)).collect()
}

fn refused_then_kept(
    run: &Run,
    bindings: &Bindings,
    (principal, key): (&Principal, &Key),
    calls: &[&Call],
) -> Option<Violation> {
    let last = calls.last()?;
    let Some((Told::Answer(Answer::Refused(refusal)), told)) = &last.told else { return None };
    let by_follower = !may_be_writer(run, last.node, *told);
    // What was handed to the writer was decided by it.
    let forwarded = run.record.parcels.iter().any(|(at, parcel)| *at >= last.called && has(parcel, key));
    if last.attempt == 0 || !by_follower || forwarded {
        return None;
    }
    let kept = bindings.get(&(principal.clone(), key.clone())).filter(|at| *at > told)?;
    let who = &principal.id;
    let detail = format!("{who} {key}: node {} refused at {told} ({refusal}), kept at {kept}", last.node);
    Some(Violation::new(Check::RefusedThenKept, detail))
}

/// Whether the node was the last to claim the show before the answer, or one of those that claimed it at that moment.
fn may_be_writer(run: &Run, node: usize, told: Moment) -> bool {
    let (before, then): (Vec<_>, Vec<_>) =
        run.record.claims.iter().filter(|(at, _)| *at <= told).partition(|(at, _)| *at < told);
    before.last().into_iter().chain(then.iter()).any(|(_, claimant)| *claimant == Some(node))
}

fn has(parcel: &[u8], key: &Key) -> bool {
    key.with_text(|key| parcel.windows(key.len()).any(|window| window == key.as_bytes()))
}
