//! Opening, pausing, extending, taking back and closing drops.
//!
//! Each refuses, in this order: a show in another phase, an unknown drop, a drop in another phase, a value out of its
//! bounds.

use super::{
    Decision,
    run::{expect_live, expect_not_ended},
};
use crate::{
    ids::DropId,
    show::{CloseReason, DROP_DURATION_MS_MAX, Drop, DropPhase, Fact, Refusal, Show},
    time::Timestamp,
};

/// For how long an opening can be taken back, in milliseconds of the show's time: as with all deadlines, the moment at
/// which that is over does not belong to it any more.
pub const UNDO_MS: u64 = 10_000;
/// The most reservations that taking an opening back revokes, all in one entry; a drop with more can only be paused or
/// closed.
pub const UNDO_HOLDS_MAX: usize = 2_000;

pub(super) fn open(show: &Show, now: Timestamp, drop: &DropId) -> Result<Decision, Refusal> {
    expect_live(show)?;
    let planned = drop_in(show, drop, &[DropPhase::Planned])?;
    if !planned.is_bound() {
        return Err(Refusal::DrawUncommitted);
    }
    let closes_at = planned.end_if_opened(now);
    Ok(Decision::done(vec![Fact::DropOpened { drop: drop.clone(), closes_at }]))
}

/// A moment after [`Timestamp::MAX`] counts as that.
pub(super) fn schedule(
    show: &Show,
    now: Timestamp,
    drop: &DropId,
    opens_at: Option<Timestamp>,
) -> Result<Decision, Refusal> {
    expect_not_ended(show)?;
    drop_in(show, drop, &[DropPhase::Planned])?;
    if opens_at.is_some_and(|opens_at| opens_at <= now) {
        return Err(Refusal::MomentPassed);
    }
    let opens_at = opens_at.map(|opens_at| opens_at.min(Timestamp::MAX));
    Ok(Decision::done(vec![Fact::DropScheduled { drop: drop.clone(), opens_at }]))
}

pub(super) fn pause(show: &Show, drop: &DropId) -> Result<Decision, Refusal> {
    expect_live(show)?;
    drop_in(show, drop, &[DropPhase::Open])?;
    Ok(Decision::done(vec![Fact::DropPaused { drop: drop.clone() }]))
}

pub(super) fn resume(show: &Show, drop: &DropId) -> Result<Decision, Refusal> {
    expect_live(show)?;
    drop_in(show, drop, &[DropPhase::Paused])?;
    Ok(Decision::done(vec![Fact::DropResumed { drop: drop.clone() }]))
}

/// The bound is what is left of [`DROP_DURATION_MS_MAX`], counted from the opening; 0 when nothing is.
pub(super) fn extend(show: &Show, drop: &DropId, by_ms: u64) -> Result<Decision, Refusal> {
    expect_live(show)?;
    let running = drop_in(show, drop, &[DropPhase::Open, DropPhase::Paused])?;
    let closes_at = running.closes_at.ok_or(Refusal::DropWithoutEnd)?;
    let open_ms = closes_at.0.saturating_sub(running.opened_at.unwrap_or_default().0);
    let max_ms = DROP_DURATION_MS_MAX.saturating_sub(open_ms);
    if !(1..=max_ms).contains(&by_ms) {
        return Err(Refusal::DurationInvalid { max_ms });
    }
    Ok(Decision::done(vec![Fact::DropExtended { drop: drop.clone(), closes_at: closes_at.after_ms(by_ms) }]))
}

/// Refuses after that, in this order: an opening that is too long ago, or in which something was sold or drawn; more than
/// [`UNDO_HOLDS_MAX`] reservations.
///
/// Everything that is kept in the drop is revoked, the oldest first, and only then the opening is taken back: what that
/// frees is offered in other drops, and never to who waited in this one.
pub(super) fn undo(show: &Show, now: Timestamp, drop: &DropId) -> Result<Decision, Refusal> {
    expect_live(show)?;
    if !drop_in(show, drop, &[DropPhase::Open, DropPhase::Paused])?.can_be_undone(now) {
        return Err(Refusal::UndoOver);
    }
    let mut kept: Vec<_> = show.holds().filter(|hold| hold.drop == drop).map(|hold| hold.id).collect();
    if kept.len() > UNDO_HOLDS_MAX {
        return Err(Refusal::Full { bound: "UNDO_HOLDS_MAX".into() });
    }
    kept.sort_unstable();
    let mut facts: Vec<_> = kept.into_iter().map(|reservation| Fact::ReservationRevoked { reservation }).collect();
    facts.push(Fact::DropUndone { drop: drop.clone() });
    Ok(Decision::done(facts))
}

pub(super) fn close(show: &Show, drop: &DropId) -> Result<Decision, Refusal> {
    expect_live(show)?;
    drop_in(show, drop, &[DropPhase::Open, DropPhase::Paused])?;
    Ok(Decision::done(vec![Fact::DropClosed { drop: drop.clone(), reason: CloseReason::Host }]))
}

/// The drop, when it is in one of these phases.
pub(super) fn drop_in<'a>(show: &'a Show, drop: &DropId, phases: &[DropPhase]) -> Result<&'a Drop, Refusal> {
    let drop = show.drop(drop).ok_or(Refusal::DropUnknown)?;
    if phases.contains(&drop.phase) { Ok(drop) } else { Err(Refusal::DropPhase { phase: drop.phase }) }
}
