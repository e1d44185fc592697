//! Holding, buying and giving back units.

use super::{
    Decision,
    drops::drop_in,
    run::expect_live,
    sold_out::{Sale, sold_out_by},
    waitlist,
};
use crate::{
    ids::{DropId, OrderId, PrincipalId, ReservationId, Sku},
    inventory::reservation::ReservationRecord,
    money::AMOUNT_MINOR_MAX,
    show::{
        BUNDLE_LINES_MAX, DrawStage, Drop, DropPhase, Fact, HOLD_TTL_MS_DEFAULT, HoldRules, Outcome, PRICE_MINOR_MAX,
        QUANTITY_MAX, Refusal, ReservationState, Show, Waitlist, WantedLine, tally::Tally,
    },
    time::Timestamp,
};

/// The most reservations of a show that are held or offered at one moment. A click above it is refused as
/// [`Refusal::Full`] until some end; what comes free is offered whatever this says.
pub const HOLDS_MAX: usize = 1_000_000;

/// The number of bound keys of a show from which on nothing more is held: a click is refused as [`Refusal::Full`], for
/// good. What is held can still be bought, given back and paid, and the show can still be run, so that a bound never
/// breaks a promise: each reservation may bind two keys more, and the host's keys are as many as a host can press. A
/// promise of a lost history binds keys beyond it only where it buys what is held, and one more to say what became of
/// it.
pub const KEYS_MAX: usize = 4_000_000;

/// No total is above what an amount may be, so totals need no refusal.
const _: () = assert!(PRICE_MINOR_MAX * QUANTITY_MAX as u64 <= AMOUNT_MINOR_MAX);

/// What a viewer wants to hold or to wait for.
pub(super) struct Wanted<'a> {
    pub(super) viewer: &'a PrincipalId,
    pub(super) drop: &'a DropId,
    pub(super) sku: &'a Sku,
    pub(super) quantity: u32,
    /// What else, of other SKUs.
    pub(super) with: &'a [WantedLine],
}

/// Refuses, in this order: a show that is not live, an unknown drop, a drop that is not open, a SKU that the drop does
/// not sell, a quantity out of its bounds, a bundle out of its bounds, a draw that is being held, a place in the draw
/// already, a viewer who has to rest or has as many open holds as the show allows, more than the limit of the drop or
/// the show, nothing or too little left, a full show. So a viewer who may have no more is told so even when nothing is
/// left, and *sold out* is said to those only who could have bought. Where the waitlist is automatic, who is told *sold
/// out* but for a bundle joins the line instead, and is refused only a second place in it and a full show.
pub(super) fn reserve(show: &Show, now: Timestamp, wanted: &Wanted<'_>) -> Result<Decision, Refusal> {
    let drop = open_drop(show, wanted)?;
    match drop.draw_stage(now) {
        DrawStage::Over => {}
        DrawStage::Entries => return waitlist::join_line(show, now, wanted, drop),
        DrawStage::Pending => return Err(Refusal::DrawPending),
    }
    may_hold(show, now, wanted)?;
    if let Some(refusal) = missing(show, wanted, drop) {
        let joins = refusal == Refusal::SoldOut && drop.plan.waitlist == Waitlist::Automatic && wanted.with.is_empty();
        return if joins { waitlist::join_line(show, now, wanted, drop) } else { Err(refusal) };
    }
    room(show.hold_count(), show.key_count())?;
    let reservation = ReservationId(show.reservation_count() as u64 + 1);
    let (item, _) = drop.item(wanted.sku).ok_or(Refusal::SkuUnknown)?;
    let held = Fact::ReservationHeld {
        reservation,
        viewer: wanted.viewer.clone(),
        drop: drop.plan.drop.clone(),
        sku: item.sku.clone(),
        quantity: wanted.quantity,
        unit_price_minor: show.price_of(item),
        expires_at: now.after_ms(show.hold_ttl_ms(drop)),
    };
    let mut facts = vec![held];
    for line in wanted.with {
        let (item, _) = drop.item(&line.sku).ok_or(Refusal::SkuUnknown)?;
        facts.push(Fact::BundleLineHeld {
            reservation,
            sku: item.sku.clone(),
            quantity: line.quantity,
            unit_price_minor: show.price_of(item),
        });
    }
    Ok(Decision { facts, outcome: Outcome::Reservation(reservation) })
}

/// Refuses, in this order: a reservation that is not the viewer's, one that is not held or offered any more. Neither
/// the drop's phase nor the show's matters: what is held is promised until its deadline.
pub(super) fn confirm(
    show: &Show,
    now: Timestamp,
    viewer: &PrincipalId,
    reservation: ReservationId,
) -> Result<Decision, Refusal> {
    let held = held_by(show, now, viewer, reservation)?;
    let order = OrderId(show.order_count() as u64 + 1);
    let total_minor = show.reservation(reservation).map_or(0, |held| held.total_minor());
    let mut facts = vec![Fact::ReservationSold { reservation }, Fact::OrderPlaced { order, reservation, total_minor }];
    facts.extend(sold_out_by(show, &sale_of(show, reservation, held)));
    Ok(Decision { facts, outcome: Outcome::Order(order) })
}

/// Refuses as [`confirm`] does.
pub(super) fn release(
    show: &Show,
    now: Timestamp,
    viewer: &PrincipalId,
    reservation: ReservationId,
) -> Result<Decision, Refusal> {
    held_by(show, now, viewer, reservation)?;
    let facts = vec![Fact::ReservationReleased { reservation }];
    Ok(Decision { facts, outcome: Outcome::Reservation(reservation) })
}

/// Refuses as [`confirm`] does, and then a show without extensions and a hold that had its one.
pub(super) fn extend(
    show: &Show,
    now: Timestamp,
    viewer: &PrincipalId,
    reservation: ReservationId,
) -> Result<Decision, Refusal> {
    let held = held_by(show, now, viewer, reservation)?;
    let by_ms = show.settings().map_or(0, |settings| settings.hold_rules.payment_extension_ms);
    if by_ms == 0 || held.was_extended {
        return Err(Refusal::ExtensionOver);
    }
    let facts = vec![Fact::HoldExtended { reservation, expires_at: held.expires_at.after_ms(by_ms) }];
    Ok(Decision { facts, outcome: Outcome::Reservation(reservation) })
}

/// The drop, when what is wanted of it can be asked for at all.
pub(super) fn open_drop<'a>(show: &'a Show, wanted: &Wanted<'_>) -> Result<&'a Drop, Refusal> {
    expect_live(show)?;
    let drop = drop_in(show, wanted.drop, &[DropPhase::Open])?;
    for (sku, _) in wanted.lines() {
        drop.item(sku).ok_or(Refusal::SkuUnknown)?;
    }
    if wanted.lines().any(|(_, quantity)| quantity == 0) || wanted.units() > u64::from(QUANTITY_MAX) {
        return Err(Refusal::QuantityInvalid { max: QUANTITY_MAX });
    }
    let is_twice = |(place, line): (usize, &WantedLine)| {
        line.sku == *wanted.sku || wanted.with[..place].iter().any(|other| other.sku == line.sku)
    };
    if wanted.with.len() >= BUNDLE_LINES_MAX || wanted.with.iter().enumerate().any(is_twice) {
        return Err(Refusal::BundleInvalid { max: BUNDLE_LINES_MAX });
    }
    Ok(drop)
}

/// Whether the viewer may have these units, were there enough.
pub(super) fn may_hold(show: &Show, now: Timestamp, wanted: &Wanted<'_>) -> Result<(), Refusal> {
    let of_show = show.settings().map(|settings| &settings.hold_rules);
    if let Some(rules) = of_show.filter(|rules| **rules != HoldRules::default()) {
        rests(show, now, wanted.viewer, rules)?;
    }
    let remaining = show.remaining_limit(wanted.drop, wanted.viewer).unwrap_or(0);
    if wanted.units() > u64::from(remaining) {
        let limit = show.drop(wanted.drop).map_or(0, |drop| drop.plan.limit_per_viewer);
        return Err(Refusal::LimitReached { limit, remaining });
    }
    let Some(limit) = of_show.and_then(|rules| rules.limit_per_viewer) else { return Ok(()) };
    let remaining = limit.saturating_sub(show.tally_of(wanted.viewer).units);
    if wanted.units() > u64::from(remaining) {
        return Err(Refusal::ShowLimitReached { limit, remaining });
    }
    Ok(())
}

/// Whether the viewer has to wait before anything more is held, whatever it is.
fn rests(show: &Show, now: Timestamp, viewer: &PrincipalId, rules: &HoldRules) -> Result<(), Refusal> {
    let tally = show.tally_of(viewer);
    if let Some(cool_down) = rules.cool_down {
        let until = tally.lapsed_at.after_ms(cool_down.for_ms);
        if tally.lapses > cool_down.lapses_allowed && now < until {
            return Err(Refusal::CoolingDown { until });
        }
    }
    match rules.open_holds_per_viewer {
        Some(limit) if tally.open >= limit => Err(Refusal::OpenHoldsReached { limit }),
        _ => Ok(()),
    }
}

/// Why what is wanted can't be had now; for a bundle what it lacks most.
fn missing(show: &Show, wanted: &Wanted<'_>, drop: &Drop) -> Option<Refusal> {
    let mut refusal = None;
    for (sku, quantity) in wanted.lines() {
        let available = drop.item(sku).map_or(0, |(item, stock)| show.available_of(drop, item, stock));
        match available {
            0 => return Some(Refusal::SoldOut),
            available if available < quantity => refusal = Some(Refusal::NotEnough { available }),
            _ => {}
        }
    }
    let shared = drop.shared_cap_left();
    let shared_is_short = wanted.units() > u64::from(shared);
    refusal.or_else(|| shared_is_short.then_some(Refusal::NotEnough { available: shared }))
}

/// Whether the show may hold something more.
pub(super) fn room(holds: usize, keys: usize) -> Result<(), Refusal> {
    below(holds, HOLDS_MAX, "HOLDS_MAX")?;
    below(keys, KEYS_MAX, "KEYS_MAX")
}

/// Whether there may be one more, under the bound of that name.
pub(super) fn below(count: usize, max: usize, bound: &'static str) -> Result<(), Refusal> {
    if count < max { Ok(()) } else { Err(Refusal::Full { bound: bound.into() }) }
}

/// What selling a reservation sells.
pub(in crate::show) fn sale_of(show: &Show, id: ReservationId, held: &ReservationRecord) -> Sale {
    let of_bundle = show.bundle(id).iter().filter_map(|line| Some((show.records.skus.slot(&line.sku)?, line.quantity)));
    let lines = std::iter::once((held.sku, held.quantity)).chain(of_bundle).collect();
    Sale { drop: held.drop, lines, kept: held.kept() }
}

/// The viewer's own reservation, when it is held or offered at `now`.
fn held_by<'a>(
    show: &'a Show,
    now: Timestamp,
    viewer: &PrincipalId,
    id: ReservationId,
) -> Result<&'a ReservationRecord, Refusal> {
    let record = show.reservation_record(id).ok_or(Refusal::ReservationUnknown)?;
    // Who asks for another's reservation is not told that there is one.
    if show.viewer_slot(viewer) != Some(record.viewer) {
        return Err(Refusal::ReservationUnknown);
    }
    match record.state {
        ReservationState::Held | ReservationState::Offered if now >= record.expires_at => {
            Err(Refusal::ReservationState { state: ReservationState::Expired })
        }
        ReservationState::Held | ReservationState::Offered => Ok(record),
        state => Err(Refusal::ReservationState { state }),
    }
}

impl<'a> Wanted<'a> {
    /// SKUs and units.
    fn lines(&self) -> impl Iterator<Item = (&'a Sku, u32)> {
        std::iter::once((self.sku, self.quantity)).chain(self.with.iter().map(|line| (&line.sku, line.quantity)))
    }

    /// All units of it.
    fn units(&self) -> u64 {
        self.lines().map(|(_, quantity)| u64::from(quantity)).sum()
    }
}

impl Show {
    /// How long units are held in that drop.
    pub(in crate::show) fn hold_ttl_ms(&self, drop: &Drop) -> u64 {
        let of_show = || self.settings().map_or(HOLD_TTL_MS_DEFAULT, |settings| settings.hold_ttl_ms);
        drop.plan.hold_ttl_ms.unwrap_or_else(of_show)
    }

    /// How long units are offered in that drop to who waited.
    pub(in crate::show) fn offer_ttl_ms(&self, drop: &Drop) -> u64 {
        drop.plan.offer_ttl_ms.unwrap_or_else(|| self.hold_ttl_ms(drop))
    }

    fn tally_of(&self, viewer: &PrincipalId) -> Tally {
        self.viewer_slot(viewer).map(|viewer| self.index.tallies.of(viewer)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_show_holds_nothing_more() {
        assert_eq!(room(HOLDS_MAX - 1, KEYS_MAX - 1), Ok(()));
        assert_eq!(room(HOLDS_MAX, 0), Err(Refusal::Full { bound: "HOLDS_MAX".into() }));
        assert_eq!(room(0, KEYS_MAX), Err(Refusal::Full { bound: "KEYS_MAX".into() }));
    }
}
