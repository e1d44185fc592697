//! Facts about the show's phases and its drops.

use super::waitlist;
use crate::{
    ids::{DropId, Sku},
    show::{
        CloseReason, Closed, Drop, DropItem, DropPhase, DropPlan, DropStock, FoldError, Show, ShowPhase, ShowSettings,
    },
    table::Slot,
    time::Timestamp,
};

pub(super) fn plan_show(show: &mut Show, settings: &ShowSettings) -> Result<(), FoldError> {
    if let Some(before) = show.settings().filter(|before| before.brand != settings.brand) {
        return Err(FoldError::BrandFixed(before.brand.clone()));
    }
    show.records.settings = Some(settings.clone());
    Ok(())
}

pub(super) fn start(show: &mut Show, at: Timestamp) -> Result<(), FoldError> {
    expect_show(show, ShowPhase::Draft)?;
    show.records.started_at = Some(at);
    for slot in slots(show) {
        change(show, slot, |drop| drop.opens_at = drop.opens_at.map(|opens_at| opens_at.max(at)));
    }
    Ok(())
}

pub(super) fn end(show: &mut Show, at: Timestamp) -> Result<(), FoldError> {
    expect_show(show, ShowPhase::Live)?;
    if let Some(drop) = show.running_drops().next() {
        return Err(FoldError::DropPhase { drop: drop.plan.drop.clone(), phase: drop.phase });
    }
    let phase = show.phase();
    for slot in slots(show) {
        if let Some(deadline) = show.records.drops[slot].deadline(slot, phase) {
            show.index.deadlines.remove(deadline);
        }
    }
    show.records.ended_at = Some(at);
    Ok(())
}

pub(super) fn plan(show: &mut Show, at: Timestamp, plan: &DropPlan, place: u32) -> Result<(), FoldError> {
    let before = show.records.drops.find(&plan.drop);
    let stocks = stocks_of(show, plan, before)?;
    let Some(before) = before else {
        let opens_at = plan.opens_at.map(|opens_at| opens_at.max(at));
        let plan = plan.clone();
        let name = plan.drop.clone();
        let phase = DropPhase::Planned;
        let new = Drop {
            plan,
            place,
            phase,
            opens_at,
            opened_at: None,
            closes_at: None,
            closed: None,
            was_undone: false,
            commitment: None,
            lots: None,
            shared_raised: 0,
            last_place: 0,
            stocks,
        };
        let slot = show.records.drops.slot_or_insert(&name, || new).ok_or(FoldError::TooMany)?;
        let phase = show.phase();
        show.index.watch(slot, &show.records.drops[slot], phase);
        return Ok(());
    };
    if show.is_fixed(before) && before.plan.first_change(plan).is_some() {
        return Err(FoldError::DropFixed(plan.drop.clone()));
    }
    let slot = slot(show, &plan.drop)?;
    change(show, slot, |drop| {
        // A plan that moves nothing about the opening leaves the moment that the host has set since.
        if drop.plan.opens_at != plan.opens_at {
            drop.opens_at = plan.opens_at.map(|opens_at| opens_at.max(at));
        }
        drop.plan = plan.clone();
        drop.place = place;
        drop.stocks = stocks;
    });
    Ok(())
}

pub(super) fn unplan(show: &mut Show, drop: &DropId) -> Result<(), FoldError> {
    let slot = slot_in(show, drop, &[DropPhase::Planned])?;
    if show.is_fixed(&show.records.drops[slot]) {
        return Err(FoldError::DropFixed(drop.clone()));
    }
    let phase = show.phase();
    show.index.forget(slot, &show.records.drops[slot], phase);
    show.records.drops.remove(slot);
    Ok(())
}

pub(super) fn schedule(
    show: &mut Show,
    at: Timestamp,
    drop: &DropId,
    opens_at: Option<Timestamp>,
) -> Result<(), FoldError> {
    let slot = slot_in(show, drop, &[DropPhase::Planned])?;
    change(show, slot, |drop| drop.opens_at = opens_at.map(|opens_at| opens_at.max(at)));
    Ok(())
}

pub(super) fn open(
    show: &mut Show,
    at: Timestamp,
    drop: &DropId,
    closes_at: Option<Timestamp>,
) -> Result<(), FoldError> {
    expect_show(show, ShowPhase::Live)?;
    let slot = slot_in(show, drop, &[DropPhase::Planned])?;
    if !show.records.drops[slot].is_bound() {
        return Err(FoldError::Draw(drop.clone()));
    }
    change(show, slot, |drop| {
        drop.phase = DropPhase::Open;
        drop.opened_at = Some(at);
        drop.closes_at = closes_at;
    });
    Ok(())
}

pub(super) fn pause(show: &mut Show, drop: &DropId) -> Result<(), FoldError> {
    let slot = slot_in(show, drop, &[DropPhase::Open])?;
    change(show, slot, |drop| drop.phase = DropPhase::Paused);
    show.look_at_lines_in(slot);
    Ok(())
}

pub(super) fn resume(show: &mut Show, drop: &DropId) -> Result<(), FoldError> {
    let slot = slot_in(show, drop, &[DropPhase::Paused])?;
    change(show, slot, |drop| drop.phase = DropPhase::Open);
    show.look_at_lines_in(slot);
    Ok(())
}

pub(super) fn extend(show: &mut Show, drop: &DropId, closes_at: Timestamp) -> Result<(), FoldError> {
    let slot = slot_in(show, drop, &[DropPhase::Open, DropPhase::Paused])?;
    change(show, slot, |drop| drop.closes_at = Some(closes_at));
    Ok(())
}

pub(super) fn raise_cap(show: &mut Show, drop: &DropId, sku: &Sku, units: u32) -> Result<(), FoldError> {
    let slot = slot_in(show, drop, &[DropPhase::Planned, DropPhase::Open, DropPhase::Paused])?;
    let unknown = || FoldError::SkuUnknown(sku.clone());
    let sku = show.records.skus.slot(sku).ok_or_else(unknown)?;
    let stock = show.records.drops[slot].stock_mut(sku).ok_or_else(unknown)?;
    stock.raised = stock.raised.checked_add(units).ok_or(FoldError::TooMany)?;
    show.look_at_lines_in(slot);
    Ok(())
}

pub(super) fn raise_shared_cap(show: &mut Show, drop: &DropId, units: u32) -> Result<(), FoldError> {
    let slot = slot_in(show, drop, &[DropPhase::Planned, DropPhase::Open, DropPhase::Paused])?;
    let raised = &mut show.records.drops[slot].shared_raised;
    *raised = raised.checked_add(units).ok_or(FoldError::TooMany)?;
    show.look_at_lines_in(slot);
    Ok(())
}

pub(super) fn close(show: &mut Show, at: Timestamp, drop: &DropId, reason: CloseReason) -> Result<(), FoldError> {
    let slot = slot_in(show, drop, &[DropPhase::Open, DropPhase::Paused])?;
    waitlist::close(show, slot)?;
    change(show, slot, |drop| {
        drop.phase = DropPhase::Closed;
        drop.closed = Some(Closed { at, reason });
    });
    Ok(())
}

/// Nothing may be kept or sold in it any more: what it kept is revoked before. A draw stays bound to its seed, which
/// nobody has seen.
pub(super) fn undo(show: &mut Show, drop: &DropId) -> Result<(), FoldError> {
    let slot = slot_in(show, drop, &[DropPhase::Open, DropPhase::Paused])?;
    let undone = &show.records.drops[slot];
    if undone.lots.is_some() || undone.stocks.iter().any(|stock| stock.taken() > 0) {
        return Err(FoldError::UndoneInUse(drop.clone()));
    }
    waitlist::close(show, slot)?;
    change(show, slot, |drop| {
        drop.phase = DropPhase::Planned;
        drop.opens_at = None;
        drop.opened_at = None;
        drop.closes_at = None;
        drop.was_undone = true;
    });
    Ok(())
}

/// The slot of a drop that is in one of these phases.
pub(super) fn slot_in(show: &Show, drop: &DropId, phases: &[DropPhase]) -> Result<Slot<DropId>, FoldError> {
    let slot = slot(show, drop)?;
    let phase = show.records.drops[slot].phase;
    if phases.contains(&phase) { Ok(slot) } else { Err(FoldError::DropPhase { drop: drop.clone(), phase }) }
}

pub(super) fn expect_show(show: &Show, phase: ShowPhase) -> Result<(), FoldError> {
    if show.phase() == phase { Ok(()) } else { Err(FoldError::Show(show.phase())) }
}

pub(super) fn slot(show: &Show, drop: &DropId) -> Result<Slot<DropId>, FoldError> {
    show.records.drops.slot(drop).ok_or_else(|| FoldError::DropUnknown(drop.clone()))
}

fn slots(show: &Show) -> Vec<Slot<DropId>> {
    show.records.drops.iter().map(|(slot, _, _)| slot).collect()
}

/// Changes a drop and what is looked up of it.
pub(super) fn change(show: &mut Show, slot: Slot<DropId>, change: impl FnOnce(&mut Drop)) {
    let phase = show.phase();
    let drop = &mut show.records.drops[slot];
    show.index.forget(slot, drop, phase);
    change(drop);
    show.index.watch(slot, drop, phase);
}

/// What a drop of this plan starts with; what was done with a SKU that it sold before is kept.
fn stocks_of(show: &Show, plan: &DropPlan, before: Option<&Drop>) -> Result<Vec<DropStock>, FoldError> {
    let mut stocks: Vec<DropStock> = Vec::with_capacity(plan.items.len());
    for DropItem { sku: name, .. } in &plan.items {
        let sku = show.records.skus.slot(name).ok_or_else(|| FoldError::SkuUnknown(name.clone()))?;
        if stocks.iter().any(|stock| stock.sku == sku) {
            return Err(FoldError::SkuTaken(name.clone()));
        }
        let kept = before.and_then(|before| before.stocks.iter().find(|stock| stock.sku == sku));
        stocks.push(kept.cloned().unwrap_or(DropStock { sku, raised: 0, held: 0, offered: 0, sold: 0 }));
    }
    Ok(stocks)
}
