//! Starting and ending the show, and adding units to it.

use super::Decision;
use crate::{
    ids::{DropId, Sku},
    show::{CloseReason, DropPhase, Fact, Refusal, Show, ShowPhase, UNITS_MAX},
};

pub(super) fn start(show: &Show) -> Result<Decision, Refusal> {
    match show.phase() {
        ShowPhase::Draft => Ok(Decision::done(vec![Fact::ShowStarted])),
        ShowPhase::Live => Err(Refusal::ShowAlreadyLive),
        ShowPhase::Ended => Err(Refusal::ShowEnded),
    }
}

/// Open and paused drops close first, in the order of the run of show; planned ones stay planned for ever.
pub(super) fn end(show: &Show) -> Result<Decision, Refusal> {
    expect_live(show)?;
    let closed = |drop: &DropId| Fact::DropClosed { drop: drop.clone(), reason: CloseReason::ShowEnded };
    let mut facts: Vec<_> = show.running_drops().map(|drop| closed(&drop.plan.drop)).collect();
    facts.push(Fact::ShowEnded);
    Ok(Decision::done(facts))
}

/// Refuses, in this order: an ended show, an unknown drop, a SKU that the show or the drop does not have, a closed
/// drop, a number of units out of its bounds, more units than a SKU or a cap may have.
pub(super) fn add_units(show: &Show, drop: Option<&DropId>, sku: &Sku, units: u32) -> Result<Decision, Refusal> {
    expect_not_ended(show)?;
    let caps = drop.map(|drop| caps_to_raise(show, drop, sku)).transpose()?.unwrap_or_default();
    let record = show.records.skus.find(sku).ok_or(Refusal::SkuUnknown)?;
    if !(1..=UNITS_MAX).contains(&units) {
        return Err(Refusal::QuantityInvalid { max: UNITS_MAX });
    }
    let most = record.given().max(caps.of_sku.unwrap_or(0).into()).max(caps.shared.unwrap_or(0).into());
    if most + u64::from(units) > u64::from(UNITS_MAX) {
        return Err(Refusal::Full { bound: "UNITS_MAX".into() });
    }
    let mut facts = vec![Fact::UnitsAdded { sku: sku.clone(), units, planned: false }];
    if let (Some(drop), Some(_)) = (drop, caps.of_sku) {
        facts.push(Fact::CapRaised { drop: drop.clone(), sku: sku.clone(), units });
    }
    if let (Some(drop), Some(_)) = (drop, caps.shared) {
        facts.push(Fact::SharedCapRaised { drop: drop.clone(), units });
    }
    Ok(Decision::done(facts))
}

pub(super) fn expect_live(show: &Show) -> Result<(), Refusal> {
    match show.phase() {
        ShowPhase::Draft => Err(Refusal::ShowNotLive),
        ShowPhase::Live => Ok(()),
        ShowPhase::Ended => Err(Refusal::ShowEnded),
    }
}

pub(super) fn expect_not_ended(show: &Show) -> Result<(), Refusal> {
    if show.phase() == ShowPhase::Ended { Err(Refusal::ShowEnded) } else { Ok(()) }
}

/// The caps of a drop as they are.
#[derive(Default)]
struct Caps {
    of_sku: Option<u32>,
    shared: Option<u32>,
}

fn caps_to_raise(show: &Show, drop: &DropId, sku: &Sku) -> Result<Caps, Refusal> {
    let drop = show.drop(drop).ok_or(Refusal::DropUnknown)?;
    let (item, stock) = drop.item(sku).ok_or(Refusal::SkuUnknown)?;
    match drop.phase {
        DropPhase::Closed => Err(Refusal::DropPhase { phase: drop.phase }),
        DropPhase::Planned | DropPhase::Open | DropPhase::Paused => {
            Ok(Caps { of_sku: stock.cap(item), shared: drop.shared_cap() })
        }
    }
}
