//! Which function takes in which fact.

use super::{audience, buying, catalogue, orders, outage, promises, run, waitlist};
use crate::{
    inventory::BundleLine,
    show::{Fact, FoldError, Show},
    time::Timestamp,
};

/// Takes in one fact of an entry of the moment `at`.
pub(in crate::show) fn apply(show: &mut Show, at: Timestamp, fact: &Fact) -> Result<(), FoldError> {
    match fact {
        Fact::ShowPlanned(settings) => run::plan_show(show, settings),
        _ if !show.exists() => Err(FoldError::Show(show.phase())),
        Fact::ProductListed(product) => catalogue::list(show, product),
        Fact::ProductUnlisted { product } => catalogue::unlist(show, product),
        Fact::UnitsAdded { sku, units, planned } => catalogue::add_units(show, sku, *units, *planned),
        Fact::UnitsWithdrawn { sku, units } => catalogue::withdraw_units(show, sku, *units),
        Fact::UnitsSoldElsewhere { sku, units } => catalogue::sell_elsewhere(show, sku, *units),
        Fact::ShortfallRecorded { sku, units } => catalogue::fall_short(show, sku, *units),
        Fact::ShowStarted => run::start(show, at),
        Fact::ShowEnded => run::end(show, at),
        Fact::DropPlanned { plan, place } => run::plan(show, at, plan, *place),
        Fact::DropUnplanned { drop } => run::unplan(show, drop),
        Fact::DropScheduled { drop, opens_at } => run::schedule(show, at, drop, *opens_at),
        Fact::DropOpened { drop, closes_at } => run::open(show, at, drop, *closes_at),
        Fact::DropPaused { drop } => run::pause(show, drop),
        Fact::DropResumed { drop } => run::resume(show, drop),
        Fact::DropExtended { drop, closes_at } => run::extend(show, drop, *closes_at),
        Fact::CapRaised { drop, sku, units } => run::raise_cap(show, drop, sku, *units),
        Fact::SharedCapRaised { drop, units } => run::raise_shared_cap(show, drop, *units),
        Fact::DropUndone { drop } => run::undo(show, drop),
        Fact::DropClosed { drop, reason } => run::close(show, at, drop, *reason),
        &Fact::ReservationHeld {
            reservation,
            ref viewer,
            ref drop,
            ref sku,
            quantity,
            unit_price_minor,
            expires_at,
        } => {
            let hold = buying::Hold { reservation, viewer, drop, sku, quantity, unit_price_minor, expires_at };
            buying::hold(show, at, &hold)
        }
        &Fact::BundleLineHeld { reservation, ref sku, quantity, unit_price_minor } => {
            buying::hold_line(show, reservation, BundleLine { sku: sku.clone(), quantity, unit_price_minor })
        }
        &Fact::ReservationOffered {
            reservation,
            waiter,
            ref viewer,
            ref drop,
            ref sku,
            quantity,
            unit_price_minor,
            expires_at,
        } => {
            let hold = buying::Hold { reservation, viewer, drop, sku, quantity, unit_price_minor, expires_at };
            waitlist::offer(show, at, waiter, &hold)
        }
        Fact::HoldExtended { reservation, expires_at } => buying::extend(show, *reservation, *expires_at),
        Fact::ReservationSold { reservation } => buying::sell(show, *reservation),
        Fact::ReservationReleased { reservation } => buying::release(show, *reservation),
        Fact::ReservationExpired { reservation } => buying::expire(show, *reservation),
        Fact::ReservationRevoked { reservation } => buying::revoke(show, *reservation),
        &Fact::WaitlistJoined { waiter, ref viewer, ref drop, ref sku, quantity } => {
            waitlist::join(show, at, &waitlist::Join { waiter, viewer, drop, sku, quantity })
        }
        Fact::WaitlistLeft { waiter } => waitlist::leave(show, *waiter),
        Fact::DrawCommitted { drop, commitment } => waitlist::commit(show, at, drop, *commitment),
        Fact::LotsDrawn { drop, seed, digest } => waitlist::draw(show, at, drop, *seed, *digest),
        Fact::HoldsExtended { by_ms } => outage::extend_holds(show, at, *by_ms),
        Fact::OrderPlaced { order, reservation, total_minor } => {
            orders::place(show, at, *order, *reservation, *total_minor)
        }
        Fact::OrderPaid { order, payment } => orders::pay(show, *order, payment),
        Fact::AudienceCounted { node, count } => audience::take(show, at, node, count),
        Fact::PromiseKept(kept) => promises::keep(show, kept),
        Fact::PromiseBroken(promise) => promises::break_promise(show, at, promise),
    }
}
