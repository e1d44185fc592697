//! Facts about who waits, and about draws.

use std::collections::BTreeSet;

use super::{
    buying::{self, Hold, expect_number, look_at_lines},
    promises::reclaimed_for,
    run::{change, expect_show, slot, slot_in},
};
use crate::{
    ids::{DropId, PrincipalId, Sku, WaiterId},
    inventory::{WaiterState, stock::Kept, waiter::WaiterRecord},
    show::read::position,
    show::{Digest, DrawStage, DropPhase, FoldError, Lots, Principal, Role, Show, ShowPhase, WAITERS_MAX},
    table::Slot,
    time::Timestamp,
};

/// The fields of a [`crate::show::Fact::WaitlistJoined`].
pub(super) struct Join<'a> {
    pub(super) waiter: WaiterId,
    pub(super) viewer: &'a PrincipalId,
    pub(super) drop: &'a DropId,
    pub(super) sku: &'a Sku,
    pub(super) quantity: u32,
}

pub(super) fn join(show: &mut Show, at: Timestamp, join: &Join<'_>) -> Result<(), FoldError> {
    expect_show(show, ShowPhase::Live)?;
    expect_number(show.waiter_count(), join.waiter.0)?;
    if show.waiter_count() >= WAITERS_MAX {
        return Err(FoldError::TooMany);
    }
    let slot = slot_in(show, join.drop, &[DropPhase::Open])?;
    let viewer = show.principal_slot(&Principal { role: Role::Viewer, id: join.viewer.clone() })?;
    let drop = &show.records.drops[slot];
    let (_, stock) = drop.item(join.sku).ok_or_else(|| FoldError::SkuUnknown(join.sku.clone()))?;
    let sku = stock.sku;
    let room = drop.plan.limit_per_viewer.saturating_sub(show.index.taken(slot, viewer));
    if join.quantity == 0 || join.quantity > room {
        return Err(FoldError::LimitExceeded(join.drop.clone()));
    }
    let is_drawn_for = match drop.draw_stage(at) {
        DrawStage::Over => false,
        DrawStage::Entries => true,
        DrawStage::Pending => return Err(FoldError::Draw(join.drop.clone())),
    };
    if show.index.lines.waits(slot, viewer).is_some() {
        return Err(FoldError::Waiter(join.waiter));
    }
    let place = if is_drawn_for { 0 } else { next_place(show, slot) };
    let record = WaiterRecord {
        viewer,
        drop: slot,
        sku,
        quantity: join.quantity,
        joined_at: at,
        place,
        state: WaiterState::Waiting,
    };
    show.index.lines.join(join.waiter, &record);
    show.index.take(slot, viewer, join.quantity);
    show.records.waiters.push(record);
    look_at_lines(show, slot, sku);
    Ok(())
}

pub(super) fn leave(show: &mut Show, id: WaiterId) -> Result<(), FoldError> {
    end(show, id, WaiterState::Left)
}

/// The units come to who waited, whose place ends.
pub(super) fn offer(show: &mut Show, at: Timestamp, id: WaiterId, hold: &Hold<'_>) -> Result<(), FoldError> {
    let waiter = show.waiter_record(id).ok_or(FoldError::Waiter(id))?;
    let (drop, viewer) = (waiter.drop, waiter.viewer);
    let fits = waiter.quantity >= hold.quantity
        && waiter.place > 0
        && show.records.skus.name(waiter.sku) == hold.sku
        && show.records.drops.name(drop) == hold.drop
        && show.records.principals.name(viewer).id == *hold.viewer;
    if !fits {
        return Err(FoldError::Waiter(id));
    }
    if reclaimed_for(show, hold.reservation).is_some() {
        return Err(FoldError::Reservation(hold.reservation));
    }
    slot_in(show, hold.drop, &[DropPhase::Open])?;
    end(show, id, WaiterState::Offered(hold.reservation))?;
    buying::begin(show, at, hold, viewer, drop, Kept::Offered)
}

/// Nobody waits in the drop any more.
pub(super) fn close(show: &mut Show, drop: Slot<DropId>) -> Result<(), FoldError> {
    if show.index.lines.is_empty() {
        return Ok(());
    }
    for id in show.index.lines.in_drop(drop) {
        end(show, id, WaiterState::Closed)?;
    }
    Ok(())
}

/// A drop whose moment passed because its draw was bound to nothing opens at once, with all its time.
pub(super) fn commit(show: &mut Show, at: Timestamp, drop: &DropId, commitment: Digest) -> Result<(), FoldError> {
    let slot = slot_in(show, drop, &[DropPhase::Planned])?;
    if !show.records.drops[slot].draws() {
        return Err(FoldError::Draw(drop.clone()));
    }
    let is_live = show.phase() == ShowPhase::Live;
    change(show, slot, |drop| {
        drop.commitment = Some(commitment);
        drop.opens_at = drop.opens_at.map(|opens_at| if is_live { opens_at.max(at) } else { opens_at });
    });
    Ok(())
}

/// The entrants take their places, the lowest lot first; of equal lots, which nobody has ever seen, who entered first.
pub(super) fn draw(
    show: &mut Show,
    at: Timestamp,
    drop: &DropId,
    seed: Digest,
    digest: Digest,
) -> Result<(), FoldError> {
    let slot = slot(show, drop)?;
    let drawn = &show.records.drops[slot];
    let is_due = drawn.is_running() && drawn.draw_stage(at) == DrawStage::Pending;
    if !is_due || drawn.commitment != Some(Digest::of(&seed.0)) {
        return Err(FoldError::Draw(drop.clone()));
    }
    let lots = Lots { at, seed, digest };
    change(show, slot, |drop| drop.lots = Some(lots));
    let lot = |id: WaiterId| {
        let viewer = show.waiter_record(id).map(|waiter| &show.records.principals.name(waiter.viewer).id);
        (viewer.map(|viewer| lots.lot(&Lots::ticket(viewer))), id)
    };
    let entrants: BTreeSet<_> = show.index.lines.in_drop(slot).into_iter().map(lot).collect();
    for (_, id) in entrants {
        let place = next_place(show, slot);
        let waiter = waiter_mut(show, id)?;
        let before = waiter.clone();
        waiter.place = place;
        let after = waiter.clone();
        show.index.lines.leave(&before);
        show.index.lines.join(id, &after);
    }
    show.look_at_lines_in(slot);
    Ok(())
}

fn end(show: &mut Show, id: WaiterId, state: WaiterState) -> Result<(), FoldError> {
    let waiter = waiter_mut(show, id)?;
    if !waiter.is_waiting() {
        return Err(FoldError::Waiter(id));
    }
    waiter.state = state;
    let waiter = waiter.clone();
    show.index.lines.leave(&waiter);
    show.index.give_back(waiter.drop, waiter.viewer, waiter.quantity);
    look_at_lines(show, waiter.drop, waiter.sku);
    Ok(())
}

fn next_place(show: &mut Show, drop: Slot<DropId>) -> u32 {
    let drop = &mut show.records.drops[drop];
    drop.last_place += 1;
    drop.last_place
}

fn waiter_mut(show: &mut Show, id: WaiterId) -> Result<&mut WaiterRecord, FoldError> {
    position(id.0).and_then(|position| show.records.waiters.get_mut(position)).ok_or(FoldError::Waiter(id))
}
