//! Waiting in line, and draws.

use super::{
    Decision,
    buying::{KEYS_MAX, Wanted, below, may_hold, open_drop},
    drops::drop_in,
};
use crate::{
    ids::{DropId, PrincipalId, WaiterId},
    show::{Digest, DrawStage, Drop, DropPhase, Fact, Outcome, Refusal, Show, Waitlist},
    time::Timestamp,
};

/// The most places in line that there ever are in one show. Who wants to join after that is refused as
/// [`Refusal::Full`], for good.
pub const WAITERS_MAX: usize = 1_000_000;

/// Refuses as [`super::buying::reserve`] does up to the draw, then a drop without a line, and then as that goes on, but
/// for what is left: that is offered at once.
pub(super) fn join(show: &Show, now: Timestamp, wanted: &Wanted<'_>) -> Result<Decision, Refusal> {
    let drop = open_drop(show, wanted)?;
    match drop.draw_stage(now) {
        DrawStage::Pending => return Err(Refusal::DrawPending),
        DrawStage::Over if drop.plan.waitlist == Waitlist::Off => return Err(Refusal::WaitlistOff),
        DrawStage::Over | DrawStage::Entries => {}
    }
    join_line(show, now, wanted, drop)
}

/// A place in the line of a drop, or in its draw.
pub(super) fn join_line(show: &Show, now: Timestamp, wanted: &Wanted<'_>, drop: &Drop) -> Result<Decision, Refusal> {
    if !wanted.with.is_empty() {
        return Err(Refusal::BundleInvalid { max: 1 });
    }
    if let Some(waiter) = waits(show, wanted.viewer, drop) {
        return Err(Refusal::AlreadyWaiting { waiter });
    }
    may_hold(show, now, wanted)?;
    room(show.waiter_count(), show.key_count())?;
    let waiter = WaiterId(show.waiter_count() as u64 + 1);
    let joined = Fact::WaitlistJoined {
        waiter,
        viewer: wanted.viewer.clone(),
        drop: drop.plan.drop.clone(),
        sku: wanted.sku.clone(),
        quantity: wanted.quantity,
    };
    Ok(Decision { facts: vec![joined], outcome: Outcome::Waiter(waiter) })
}

/// Refuses, in this order: a place that is not the viewer's, one that is not waited in any more.
pub(super) fn leave(show: &Show, viewer: &PrincipalId, waiter: WaiterId) -> Result<Decision, Refusal> {
    let record = show.waiter_record(waiter).ok_or(Refusal::WaiterUnknown)?;
    if show.viewer_slot(viewer) != Some(record.viewer) {
        return Err(Refusal::WaiterUnknown);
    }
    if !record.is_waiting() {
        return Err(Refusal::WaiterOver);
    }
    Ok(Decision { facts: vec![Fact::WaitlistLeft { waiter }], outcome: Outcome::Waiter(waiter) })
}

/// Refuses, in this order: an unknown drop, one that was opened, one that does not draw. What it is bound to already
/// needs no fact.
pub(super) fn commit(show: &Show, drop: &DropId, commitment: Digest) -> Result<Decision, Refusal> {
    let planned = drop_in(show, drop, &[DropPhase::Planned])?;
    if !planned.draws() {
        return Err(Refusal::DrawNotDue);
    }
    if planned.commitment == Some(commitment) {
        return Ok(Decision::done(Vec::new()));
    }
    Ok(Decision::done(vec![Fact::DrawCommitted { drop: drop.clone(), commitment }]))
}

/// Refuses, in this order: an unknown drop, one that is not running, a draw that takes entries still or is over, a seed
/// that is not the one that was committed to.
pub(super) fn draw(
    show: &Show,
    now: Timestamp,
    drop: &DropId,
    seed: Digest,
    digest: Digest,
) -> Result<Decision, Refusal> {
    let running = drop_in(show, drop, &[DropPhase::Open, DropPhase::Paused])?;
    if running.draw_stage(now) != DrawStage::Pending {
        return Err(Refusal::DrawNotDue);
    }
    if running.commitment != Some(Digest::of(&seed.0)) {
        return Err(Refusal::SeedForeign);
    }
    Ok(Decision::done(vec![Fact::LotsDrawn { drop: drop.clone(), seed, digest }]))
}

fn waits(show: &Show, viewer: &PrincipalId, drop: &Drop) -> Option<WaiterId> {
    let drop = show.records.drops.slot(&drop.plan.drop)?;
    show.index.lines.waits(drop, show.viewer_slot(viewer)?)
}

fn room(waiters: usize, keys: usize) -> Result<(), Refusal> {
    below(waiters, WAITERS_MAX, "WAITERS_MAX")?;
    below(keys, KEYS_MAX, "KEYS_MAX")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_line_takes_nobody_more() {
        assert_eq!(room(WAITERS_MAX - 1, KEYS_MAX - 1), Ok(()));
        assert_eq!(room(WAITERS_MAX, 0), Err(Refusal::Full { bound: "WAITERS_MAX".into() }));
        assert_eq!(room(0, KEYS_MAX), Err(Refusal::Full { bound: "KEYS_MAX".into() }));
    }
}
