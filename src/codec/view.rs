//! What people and pages see, made from the state.

use dropcast_domain::{
    ids::{PrincipalId, ReservationId, ShowId, WaiterId},
    inventory::{BundleLine, Reservation, Waiter, WaiterState},
    orders::Order,
    show::{Drop, DropItemState, Fairness, Lots, Product, ReservationState, Show, ShowSettings, Variant},
};
use dropcast_proto::v1;

use super::{names::InWire as _, planned::hold_rules_to_wire};

/// A show as everyone may see it. `None` when nothing was planned yet.
pub fn public_state(id: &ShowId, show: &Show, viewers: u32) -> Option<v1::PublicState> {
    let settings = show.settings()?;
    Some(v1::PublicState {
        show: Some(show_view(id, show, settings)),
        products: products_view(show, settings),
        drops: show.drops().map(|drop| drop_view(show, settings, drop)).collect(),
        viewers,
    })
}

/// The show itself.
pub fn show_view(id: &ShowId, show: &Show, settings: &ShowSettings) -> v1::Show {
    v1::Show {
        show: id.to_string(),
        brand: settings.brand.to_string(),
        title: settings.title.0.clone(),
        description: settings.description.0.clone(),
        host_name: settings.host_name.clone(),
        picture: settings.picture.clone(),
        video: settings.video.clone(),
        phase: show.phase().wire(),
        currency: settings.currency.to_string(),
        starts_at: settings.starts_at.map(|at| at.0),
        started_at: show.started_at().map(|at| at.0),
        ended_at: show.ended_at().map(|at| at.0),
        hold_ttl_ms: settings.hold_ttl_ms,
        watch_without_token: settings.watch_without_token,
        return_policy: settings.return_policy.0.clone(),
        delivery: settings.delivery.0.clone(),
        hold_rules: Some(hold_rules_to_wire(&settings.hold_rules)),
    }
}

/// The show's line in the list of shows.
pub fn card(id: &ShowId, show: &Show, settings: &ShowSettings) -> v1::ShowCard {
    v1::ShowCard {
        show: id.to_string(),
        brand: settings.brand.to_string(),
        title: settings.title.0.clone(),
        host_name: settings.host_name.clone(),
        picture: settings.picture.clone(),
        phase: show.phase().wire(),
        starts_at: settings.starts_at.map(|at| at.0),
        started_at: show.started_at().map(|at| at.0),
        ended_at: show.ended_at().map(|at| at.0),
        watch_without_token: settings.watch_without_token,
    }
}

/// The catalogue, in its order.
pub fn products_view(show: &Show, settings: &ShowSettings) -> Vec<v1::Product> {
    show.products().map(|product| product_view(settings, product)).collect()
}

fn product_view(settings: &ShowSettings, product: &Product) -> v1::Product {
    let variant = |variant: &Variant| v1::Variant {
        sku: variant.sku.to_string(),
        title: variant.title.0.clone(),
        list_price: Some(money(settings, variant.list_price_minor)),
    };
    v1::Product {
        product: product.product.to_string(),
        title: product.title.0.clone(),
        description: product.description.0.clone(),
        picture: product.picture.clone(),
        variants: product.variants.iter().map(variant).collect(),
    }
}

/// A drop as it stands.
pub fn drop_view(show: &Show, settings: &ShowSettings, drop: &Drop) -> v1::Drop {
    let plan = drop.plan();
    let item = |item: DropItemState<'_>| v1::DropItem {
        price: Some(money(settings, item.unit_price_minor)),
        list_price: show.variant(item.sku).map(|variant| money(settings, variant.list_price_minor)),
        available: item.available,
        waiting: item.waiting,
        next_place: item.next_place,
        sku: item.sku.to_string(),
    };
    let hold_ttl_ms = plan.hold_ttl_ms.unwrap_or(settings.hold_ttl_ms);
    let (fairness, entry_ms) = match plan.fairness {
        Fairness::FirstCome => (v1::Fairness::FirstCome, None),
        Fairness::Draw { entry_ms } => (v1::Fairness::Draw, Some(entry_ms)),
    };
    v1::Drop {
        drop: plan.drop.to_string(),
        place: drop.place(),
        title: plan.title.0.clone(),
        phase: drop.phase().wire(),
        items: show.drop_items(&plan.drop).map(item).collect(),
        limit_per_viewer: plan.limit_per_viewer,
        hold_ttl_ms,
        opens_at: drop.opens_at().map(|at| at.0),
        opened_at: drop.opened_at().map(|at| at.0),
        closes_at: drop.closes_at().map(|at| at.0),
        closed_at: drop.closed().map(|closed| closed.at.0),
        closed_reason: drop.closed().map_or(0, |closed| closed.reason.wire()),
        duration_ms: plan.duration_ms,
        close_when_sold_out: plan.close_when_sold_out,
        shared_cap: drop.shared_cap(),
        fairness: fairness.into(),
        entry_ms,
        entries_close_at: drop.entries_close_at().map(|at| at.0),
        commitment: drop.commitment().map(|commitment| commitment.0.to_vec()),
        lots: drop.lots().map(lots_view),
        waitlist: plan.waitlist.wire(),
        offer_ttl_ms: plan.offer_ttl_ms.unwrap_or(hold_ttl_ms),
        undo_until: drop.undo_until().map(|at| at.0),
    }
}

fn lots_view(lots: Lots) -> v1::Lots {
    v1::Lots { drawn_at: lots.at.0, seed: lots.seed.0.to_vec(), digest: lots.digest.0.to_vec() }
}

/// A reservation, for its viewer.
pub fn reservation_view(settings: &ShowSettings, reservation: &Reservation<'_>) -> v1::Reservation {
    v1::Reservation {
        reservation: reservation.id.0,
        drop: reservation.drop.to_string(),
        sku: reservation.sku.to_string(),
        quantity: reservation.quantity,
        unit_price: Some(money(settings, reservation.unit_price_minor)),
        total: Some(money(settings, reservation.total_minor())),
        state: reservation.state.wire(),
        held_at: reservation.held_at.0,
        expires_at: reservation.expires_at.0,
        order: reservation.order.map(|order| order.0),
        with: bundle_view(settings, reservation.with),
        extended: reservation.was_extended,
    }
}

/// What a bundle holds besides its first line.
pub fn bundle_view(settings: &ShowSettings, with: &[BundleLine]) -> Vec<v1::BundleLine> {
    let line = |line: &BundleLine| v1::BundleLine {
        sku: line.sku.to_string(),
        quantity: line.quantity,
        unit_price: Some(money(settings, line.unit_price_minor)),
    };
    with.iter().map(line).collect()
}

/// A place in line, for its viewer. It costs the shorter of what stands before and behind it.
pub fn waiter_view(show: &Show, waiter: &Waiter<'_>) -> v1::Waiter {
    waiter_view_behind(waiter, show.ahead_of(waiter.id).and_then(|ahead| u32::try_from(ahead).ok()))
}

/// The same for whoever counted already how many stand before it; none where it is not in line.
pub fn waiter_view_behind(waiter: &Waiter<'_>, ahead: Option<u32>) -> v1::Waiter {
    let (state, reservation) = match waiter.state {
        WaiterState::Waiting => (v1::WaiterState::Waiting, None),
        WaiterState::Offered(reservation) => (v1::WaiterState::Offered, Some(reservation.0)),
        WaiterState::Left => (v1::WaiterState::Left, None),
        WaiterState::Closed => (v1::WaiterState::Closed, None),
    };
    v1::Waiter {
        waiter: waiter.id.0,
        drop: waiter.drop.to_string(),
        sku: waiter.sku.to_string(),
        quantity: waiter.quantity,
        state: state.into(),
        joined_at: waiter.joined_at.0,
        place: waiter.place,
        ahead,
        reservation,
    }
}

/// The place in line of this number, if there is one.
pub fn waiter_of(show: &Show, id: WaiterId) -> Option<v1::Waiter> {
    Some(waiter_view(show, &show.waiter(id)?))
}

/// The places in which a viewer waits.
pub fn own_waiters(show: &Show, viewer: &PrincipalId) -> Vec<v1::Waiter> {
    show.waiters_of(viewer).map(|waiter| waiter_view(show, &waiter)).collect()
}

/// A viewer's own reservations, newest last: the newest `newest_max`, and every open hold whatever its age.
pub fn own_reservations(show: &Show, viewer: &PrincipalId, newest_max: usize) -> Vec<v1::Reservation> {
    let Some(settings) = show.settings() else { return Vec::new() };
    let newest = show.reservations_of(viewer).rev().enumerate();
    let kept = newest.filter(|(age, each)| *age < newest_max || is_open(each.state));
    let mut kept: Vec<_> = kept.map(|(_, each)| reservation_view(settings, &each)).collect();
    kept.reverse();
    kept
}

fn is_open(state: ReservationState) -> bool {
    matches!(state, ReservationState::Held | ReservationState::Offered)
}

/// The reservation of this number, if there is one.
pub fn reservation_of(show: &Show, id: ReservationId) -> Option<v1::Reservation> {
    Some(reservation_view(show.settings()?, &show.reservation(id)?))
}

/// An order, for its viewer and its brand.
pub fn order_view(show: &Show, order: &Order<'_>) -> Option<v1::Order> {
    let settings = show.settings()?;
    let reservation = show.reservation(order.reservation)?;
    Some(v1::Order {
        order: order.id.0,
        reservation: order.reservation.0,
        drop: reservation.drop.to_string(),
        sku: reservation.sku.to_string(),
        quantity: reservation.quantity,
        total: Some(money(settings, order.total_minor)),
        state: order.state.wire(),
        placed_at: order.placed_at.0,
        with: bundle_view(settings, reservation.with),
    })
}

/// An amount in the show's currency.
pub fn money(settings: &ShowSettings, amount_minor: u64) -> v1::Money {
    v1::Money { amount_minor, currency: settings.currency.to_string() }
}
