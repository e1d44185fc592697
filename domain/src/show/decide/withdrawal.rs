//! Units that were sold elsewhere.

use super::Decision;
use crate::{
    ids::{ReservationId, Sku},
    inventory::{reservation::ReservationRecord, stock::Kept},
    show::{Fact, Refusal, Show, UNITS_MAX},
};

/// The most reservations that one withdrawal revokes; a larger one comes in several.
pub const SHORTFALL_HOLDS_MAX: usize = 200;

/// Refuses, in this order: an unknown SKU, a number of units out of its bounds, more than is free or, when it is
/// forced, than is not sold, a shortfall of more than [`SHORTFALL_HOLDS_MAX`] reservations.
///
/// A shortfall revokes what is offered before what is held, and the newest first. A reservation goes as a whole: what
/// it held beyond the shortfall is free again.
pub(super) fn withdraw(show: &Show, sku: &Sku, units: u32, force: bool) -> Result<Decision, Refusal> {
    let stock = show.stock(sku).ok_or(Refusal::SkuUnknown)?;
    if !(1..=UNITS_MAX).contains(&units) {
        return Err(Refusal::QuantityInvalid { max: UNITS_MAX });
    }
    let available = if force { stock.free + stock.kept() } else { stock.free };
    if units > available {
        return Err(Refusal::NotEnough { available });
    }
    let mut facts = Vec::new();
    let missing = units.saturating_sub(stock.free);
    if missing > 0 {
        facts.push(Fact::ShortfallRecorded { sku: sku.clone(), units: missing });
        let revoked = to_revoke(show, sku, missing)?;
        facts.extend(revoked.into_iter().map(|reservation| Fact::ReservationRevoked { reservation }));
    }
    facts.push(Fact::UnitsSoldElsewhere { sku: sku.clone(), units });
    Ok(Decision::done(facts))
}

fn to_revoke(show: &Show, sku: &Sku, missing: u32) -> Result<Vec<ReservationId>, Refusal> {
    let mut kept: Vec<_> = show.index.deadlines.held().filter_map(|id| keeps(show, id, sku)).collect();
    kept.sort_unstable_by_key(|&(kept, id, _)| std::cmp::Reverse((kept == Kept::Offered, id)));
    let (mut revoked, mut units) = (Vec::new(), 0);
    for (_, id, quantity) in kept {
        if units >= missing {
            break;
        }
        units += quantity;
        revoked.push(id);
    }
    if revoked.len() > SHORTFALL_HOLDS_MAX {
        return Err(Refusal::Full { bound: "SHORTFALL_HOLDS_MAX".into() });
    }
    Ok(revoked)
}

/// How a reservation keeps units of the SKU, and how many.
fn keeps(show: &Show, id: ReservationId, sku: &Sku) -> Option<(Kept, ReservationId, u32)> {
    let kept = show.reservation_record(id).and_then(ReservationRecord::kept)?;
    let reservation = show.reservation(id)?;
    let quantity = reservation.lines().find(|line| line.0 == sku).map(|line| line.1)?;
    Some((kept, id, quantity))
}
