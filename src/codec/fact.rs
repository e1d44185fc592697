//! Facts: the rules' own and the stored ones.

use dropcast_domain::{
    ids::{BrandId, DropId, OrderId, PrincipalId, ProductId, ReservationId, Sku},
    money::Currency,
    show::{CloseReason, DropItem, DropPlan, Fact, Product, ShowSettings, Variant},
    text::Text,
    time::Timestamp,
};
use dropcast_proto::v1::{self, fact::Kind};

use super::{DecodeError, names::InWire as _, promise};

pub(super) fn to_wire(fact: &Fact) -> v1::Fact {
    let kind = match fact {
        Fact::ShowPlanned(settings) => Kind::ShowPlanned(settings_to_wire(settings)),
        Fact::ProductListed(product) => Kind::ProductListed(product_to_wire(product)),
        Fact::ProductUnlisted { product } => {
            Kind::ProductUnlisted(v1::ProductUnlisted { product: product.to_string() })
        }
        Fact::UnitsAdded { sku, units, planned } => {
            Kind::UnitsAdded(v1::UnitsAdded { sku: sku.to_string(), units: *units, planned: *planned })
        }
        Fact::UnitsWithdrawn { sku, units } => {
            Kind::UnitsWithdrawn(v1::UnitsWithdrawn { sku: sku.to_string(), units: *units })
        }
        Fact::DropPlanned { plan, place } => Kind::DropPlanned(drop_to_wire(plan, *place)),
        Fact::DropUnplanned { drop } => Kind::DropUnplanned(v1::DropUnplanned { drop: drop.to_string() }),
        Fact::ShowStarted => Kind::ShowStarted(v1::ShowStarted {}),
        Fact::ShowEnded => Kind::ShowEnded(v1::ShowEnded {}),
        Fact::DropScheduled { drop, opens_at } => {
            Kind::DropScheduled(v1::DropScheduled { drop: drop.to_string(), opens_at: opens_at.map(|at| at.0) })
        }
        Fact::DropOpened { drop, closes_at } => {
            Kind::DropOpened(v1::DropOpened { drop: drop.to_string(), closes_at: closes_at.map(|at| at.0) })
        }
        Fact::DropPaused { drop } => Kind::DropPaused(v1::DropPaused { drop: drop.to_string() }),
        Fact::DropResumed { drop } => Kind::DropResumed(v1::DropResumed { drop: drop.to_string() }),
        Fact::DropExtended { drop, closes_at } => {
            Kind::DropExtended(v1::DropExtended { drop: drop.to_string(), closes_at: closes_at.0 })
        }
        Fact::CapRaised { drop, sku, units } => {
            Kind::CapRaised(v1::CapRaised { drop: drop.to_string(), sku: sku.to_string(), units: *units })
        }
        Fact::DropClosed { drop, reason } => {
            Kind::DropClosed(v1::DropClosed { drop: drop.to_string(), reason: reason.wire() })
        }
        Fact::ReservationHeld { reservation, viewer, drop, sku, quantity, unit_price_minor, expires_at } => {
            Kind::ReservationHeld(v1::ReservationHeld {
                reservation: reservation.0,
                viewer: viewer.to_string(),
                drop: drop.to_string(),
                sku: sku.to_string(),
                quantity: *quantity,
                unit_price_minor: *unit_price_minor,
                expires_at: expires_at.0,
            })
        }
        Fact::ReservationSold { reservation } => {
            Kind::ReservationSold(v1::ReservationSold { reservation: reservation.0 })
        }
        Fact::ReservationReleased { reservation } => {
            Kind::ReservationReleased(v1::ReservationReleased { reservation: reservation.0 })
        }
        Fact::ReservationExpired { reservation } => {
            Kind::ReservationExpired(v1::ReservationExpired { reservation: reservation.0 })
        }
        Fact::OrderPlaced { order, reservation, total_minor } => {
            Kind::OrderPlaced(v1::OrderPlaced { order: order.0, reservation: reservation.0, total_minor: *total_minor })
        }
        Fact::OrderPaid { order, payment } => {
            Kind::OrderPaid(v1::OrderPaid { order: order.0, payment: payment.to_string() })
        }
        Fact::PromiseKept(kept) => Kind::PromiseKept(promise::kept_to_wire(kept)),
        Fact::HoldsExtended { by_ms } => Kind::HoldsExtended(v1::HoldsExtended { by_ms: *by_ms }),
        Fact::PromiseBroken(broken) => Kind::PromiseBroken(promise::broken_to_wire(broken)),
    };
    v1::Fact { kind: Some(kind) }
}

pub(super) fn from_wire(fact: v1::Fact) -> Result<Fact, DecodeError> {
    let drop = |name: &str| DropId::new(name);
    let sku = |name: &str| Sku::new(name);
    // prost decodes a kind that it doesn't know as nothing.
    Ok(match fact.kind.ok_or(DecodeError::FactUnknown)? {
        Kind::ShowPlanned(fact) => Fact::ShowPlanned(Box::new(settings_from_wire(fact)?)),
        Kind::ProductListed(fact) => Fact::ProductListed(Box::new(product_from_wire(fact)?)),
        Kind::ProductUnlisted(fact) => Fact::ProductUnlisted { product: ProductId::new(&fact.product)? },
        Kind::UnitsAdded(fact) => Fact::UnitsAdded { sku: sku(&fact.sku)?, units: fact.units, planned: fact.planned },
        Kind::UnitsWithdrawn(fact) => Fact::UnitsWithdrawn { sku: sku(&fact.sku)?, units: fact.units },
        Kind::DropPlanned(fact) => Fact::DropPlanned { place: fact.place, plan: Box::new(drop_from_wire(fact)?) },
        Kind::DropUnplanned(fact) => Fact::DropUnplanned { drop: drop(&fact.drop)? },
        Kind::ShowStarted(v1::ShowStarted {}) => Fact::ShowStarted,
        Kind::ShowEnded(v1::ShowEnded {}) => Fact::ShowEnded,
        Kind::DropScheduled(fact) => {
            Fact::DropScheduled { drop: drop(&fact.drop)?, opens_at: fact.opens_at.map(Timestamp) }
        }
        Kind::DropOpened(fact) => {
            Fact::DropOpened { drop: drop(&fact.drop)?, closes_at: fact.closes_at.map(Timestamp) }
        }
        Kind::DropPaused(fact) => Fact::DropPaused { drop: drop(&fact.drop)? },
        Kind::DropResumed(fact) => Fact::DropResumed { drop: drop(&fact.drop)? },
        Kind::DropExtended(fact) => {
            Fact::DropExtended { drop: drop(&fact.drop)?, closes_at: Timestamp(fact.closes_at) }
        }
        Kind::CapRaised(fact) => Fact::CapRaised { drop: drop(&fact.drop)?, sku: sku(&fact.sku)?, units: fact.units },
        Kind::DropClosed(fact) => {
            Fact::DropClosed { drop: drop(&fact.drop)?, reason: CloseReason::from_wire(fact.reason)? }
        }
        Kind::ReservationHeld(fact) => Fact::ReservationHeld {
            reservation: ReservationId(fact.reservation),
            viewer: PrincipalId::new(&fact.viewer)?,
            drop: drop(&fact.drop)?,
            sku: sku(&fact.sku)?,
            quantity: fact.quantity,
            unit_price_minor: fact.unit_price_minor,
            expires_at: Timestamp(fact.expires_at),
        },
        Kind::ReservationSold(fact) => Fact::ReservationSold { reservation: ReservationId(fact.reservation) },
        Kind::ReservationReleased(fact) => Fact::ReservationReleased { reservation: ReservationId(fact.reservation) },
        Kind::ReservationExpired(fact) => Fact::ReservationExpired { reservation: ReservationId(fact.reservation) },
        Kind::OrderPlaced(fact) => Fact::OrderPlaced {
            order: OrderId(fact.order),
            reservation: ReservationId(fact.reservation),
            total_minor: fact.total_minor,
        },
        Kind::OrderPaid(fact) => {
            Fact::OrderPaid { order: OrderId(fact.order), payment: PrincipalId::new(&fact.payment)? }
        }
        Kind::PromiseKept(fact) => Fact::PromiseKept(Box::new(promise::kept_from_wire(fact)?)),
        Kind::HoldsExtended(fact) => Fact::HoldsExtended { by_ms: fact.by_ms },
        Kind::PromiseBroken(fact) => Fact::PromiseBroken(Box::new(promise::broken_from_wire(&fact)?)),
    })
}

fn settings_to_wire(settings: &ShowSettings) -> v1::ShowPlanned {
    v1::ShowPlanned {
        brand: settings.brand.to_string(),
        title: settings.title.0.clone(),
        description: settings.description.0.clone(),
        host_name: settings.host_name.clone(),
        picture: settings.picture.clone(),
        video: settings.video.clone(),
        currency: settings.currency.to_string(),
        starts_at: settings.starts_at.map(|at| at.0),
        hold_ttl_ms: settings.hold_ttl_ms,
        watch_without_token: settings.watch_without_token,
        return_policy: settings.return_policy.0.clone(),
        delivery: settings.delivery.0.clone(),
    }
}

fn settings_from_wire(fact: v1::ShowPlanned) -> Result<ShowSettings, DecodeError> {
    Ok(ShowSettings {
        brand: BrandId::new(&fact.brand)?,
        title: Text(fact.title),
        description: Text(fact.description),
        host_name: fact.host_name,
        picture: fact.picture,
        video: fact.video,
        currency: Currency::new(&fact.currency)?,
        starts_at: fact.starts_at.map(Timestamp),
        hold_ttl_ms: fact.hold_ttl_ms,
        watch_without_token: fact.watch_without_token,
        return_policy: Text(fact.return_policy),
        delivery: Text(fact.delivery),
    })
}

fn product_to_wire(product: &Product) -> v1::ProductListed {
    let variant = |variant: &Variant| v1::ListedVariant {
        sku: variant.sku.to_string(),
        title: variant.title.0.clone(),
        list_price_minor: variant.list_price_minor,
    };
    v1::ProductListed {
        product: product.product.to_string(),
        place: product.place,
        title: product.title.0.clone(),
        description: product.description.0.clone(),
        picture: product.picture.clone(),
        variants: product.variants.iter().map(variant).collect(),
    }
}

fn product_from_wire(fact: v1::ProductListed) -> Result<Product, DecodeError> {
    let variant = |variant: v1::ListedVariant| -> Result<Variant, DecodeError> {
        Ok(Variant {
            sku: Sku::new(&variant.sku)?,
            title: Text(variant.title),
            list_price_minor: variant.list_price_minor,
        })
    };
    Ok(Product {
        product: ProductId::new(&fact.product)?,
        place: fact.place,
        title: Text(fact.title),
        description: Text(fact.description),
        picture: fact.picture,
        variants: fact.variants.into_iter().map(variant).collect::<Result<_, _>>()?,
    })
}

fn drop_to_wire(plan: &DropPlan, place: u32) -> v1::DropPlanned {
    let item =
        |item: &DropItem| v1::PlannedItem { sku: item.sku.to_string(), price_minor: item.price_minor, cap: item.cap };
    v1::DropPlanned {
        drop: plan.drop.to_string(),
        place,
        title: plan.title.0.clone(),
        items: plan.items.iter().map(item).collect(),
        limit_per_viewer: plan.limit_per_viewer,
        hold_ttl_ms: plan.hold_ttl_ms,
        opens_at: plan.opens_at.map(|at| at.0),
        duration_ms: plan.duration_ms,
        close_when_sold_out: plan.close_when_sold_out,
    }
}

fn drop_from_wire(fact: v1::DropPlanned) -> Result<DropPlan, DecodeError> {
    let item = |item: v1::PlannedItem| -> Result<DropItem, DecodeError> {
        Ok(DropItem { sku: Sku::new(&item.sku)?, price_minor: item.price_minor, cap: item.cap })
    };
    Ok(DropPlan {
        drop: DropId::new(&fact.drop)?,
        title: Text(fact.title),
        items: fact.items.into_iter().map(item).collect::<Result<_, _>>()?,
        limit_per_viewer: fact.limit_per_viewer,
        hold_ttl_ms: fact.hold_ttl_ms,
        opens_at: fact.opens_at.map(Timestamp),
        duration_ms: fact.duration_ms,
        close_when_sold_out: fact.close_when_sold_out,
    })
}
