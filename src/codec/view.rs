//! What people and pages see, made from the state.

use dropcast_domain::{
    ids::{PrincipalId, ReservationId, ShowId},
    inventory::Reservation,
    orders::Order,
    show::{Drop, DropItemState, DropPhase, Product, Refusal, ReservationState, Show, ShowSettings, Variant},
};
use dropcast_proto::v1;

use super::names::InWire as _;

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
        sku: item.sku.to_string(),
    };
    v1::Drop {
        drop: plan.drop.to_string(),
        place: drop.place(),
        title: plan.title.0.clone(),
        phase: drop.phase().wire(),
        items: show.drop_items(&plan.drop).map(item).collect(),
        limit_per_viewer: plan.limit_per_viewer,
        hold_ttl_ms: plan.hold_ttl_ms.unwrap_or(settings.hold_ttl_ms),
        opens_at: drop.opens_at().map(|at| at.0),
        opened_at: drop.opened_at().map(|at| at.0),
        closes_at: drop.closes_at().map(|at| at.0),
        closed_at: drop.closed().map(|closed| closed.at.0),
        closed_reason: drop.closed().map_or(0, |closed| closed.reason.wire()),
        duration_ms: plan.duration_ms,
        close_when_sold_out: plan.close_when_sold_out,
    }
}

/// A reservation, for its viewer.
pub fn reservation_view(settings: &ShowSettings, reservation: &Reservation<'_>) -> v1::Reservation {
    let total_minor = reservation.unit_price_minor.saturating_mul(u64::from(reservation.quantity));
    v1::Reservation {
        reservation: reservation.id.0,
        drop: reservation.drop.to_string(),
        sku: reservation.sku.to_string(),
        quantity: reservation.quantity,
        unit_price: Some(money(settings, reservation.unit_price_minor)),
        total: Some(money(settings, total_minor)),
        state: reservation.state.wire(),
        held_at: reservation.held_at.0,
        expires_at: reservation.expires_at.0,
        order: reservation.order.map(|order| order.0),
    }
}

/// A viewer's own reservations, newest last: the newest `newest_max`, and every open hold whatever its age.
pub fn own_reservations(show: &Show, viewer: &PrincipalId, newest_max: usize) -> Vec<v1::Reservation> {
    let Some(settings) = show.settings() else { return Vec::new() };
    let newest = show.reservations_of(viewer).rev().enumerate();
    let kept = newest.filter(|(age, each)| *age < newest_max || each.state == ReservationState::Held);
    let mut kept: Vec<_> = kept.map(|(_, each)| reservation_view(settings, &each)).collect();
    kept.reverse();
    kept
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
    })
}

/// An amount in the show's currency.
pub fn money(settings: &ShowSettings, amount_minor: u64) -> v1::Money {
    v1::Money { amount_minor, currency: settings.currency.to_string() }
}

/// A refusal, as everyone is told.
pub fn refusal_view(refusal: &Refusal) -> v1::Refusal {
    use v1::RefusalCode as Code;
    let mut view = v1::Refusal { detail: refusal.to_string(), ..v1::Refusal::default() };
    let code = match refusal {
        Refusal::ShowUnknown => Code::ShowUnknown,
        Refusal::NotYourShow => Code::NotYourShow,
        Refusal::RoleForbidden => Code::RoleForbidden,
        Refusal::KeyMissing => Code::KeyMissing,
        Refusal::KeyConflict => Code::KeyConflict,
        Refusal::ShowNotLive => Code::ShowNotLive,
        Refusal::ShowAlreadyLive => Code::ShowAlreadyLive,
        Refusal::ShowEnded => Code::ShowEnded,
        Refusal::DropUnknown => Code::DropUnknown,
        Refusal::DropPhase { phase } => {
            view.drop_phase = DropPhase::wire(*phase);
            Code::DropPhase
        }
        Refusal::DropWithoutEnd => Code::DropWithoutEnd,
        Refusal::SkuUnknown => Code::SkuUnknown,
        Refusal::QuantityInvalid { max } => {
            view.limit = Some(*max);
            Code::QuantityInvalid
        }
        Refusal::DurationInvalid { .. } => Code::DurationInvalid,
        Refusal::MomentPassed => Code::MomentPassed,
        Refusal::SoldOut => {
            view.available = Some(0);
            Code::SoldOut
        }
        Refusal::NotEnough { available } => {
            view.available = Some(*available);
            Code::NotEnough
        }
        Refusal::LimitReached { remaining, .. } => {
            view.limit = Some(*remaining);
            Code::LimitReached
        }
        Refusal::ReservationUnknown => Code::ReservationUnknown,
        Refusal::ReservationState { state } => {
            view.reservation_state = ReservationState::wire(*state);
            Code::ReservationState
        }
        Refusal::OrderUnknown => Code::OrderUnknown,
        Refusal::OrderPaid => Code::OrderPaid,
        Refusal::Full { .. } => Code::Full,
        Refusal::PlanInvalid { .. } => Code::PlanInvalid,
    };
    view.code = code.into();
    view
}
