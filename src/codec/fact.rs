//! Facts: the rules' own and the stored ones.

use dropcast_domain::{
    ids::{DropId, OrderId, PrincipalId, ProductId, ReservationId, Sku, WaiterId},
    show::{CloseReason, Digest, Fact, Product, Variant},
    text::Text,
    time::Timestamp,
};
use dropcast_proto::v1::{self, fact::Kind};

use super::{DecodeError, audience, names::InWire as _, planned, promise};

#[expect(clippy::too_many_lines, reason = "one arm for each kind of fact")]
pub(super) fn to_wire(fact: &Fact) -> v1::Fact {
    let kind = match fact {
        Fact::ShowPlanned(settings) => Kind::ShowPlanned(planned::settings_to_wire(settings)),
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
        Fact::DropPlanned { plan, place } => Kind::DropPlanned(planned::drop_to_wire(plan, *place)),
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
        Fact::UnitsSoldElsewhere { sku, units } => {
            Kind::UnitsSoldElsewhere(v1::UnitsSoldElsewhere { sku: sku.to_string(), units: *units })
        }
        Fact::ShortfallRecorded { sku, units } => {
            Kind::ShortfallRecorded(v1::ShortfallRecorded { sku: sku.to_string(), units: *units })
        }
        Fact::SharedCapRaised { drop, units } => {
            Kind::SharedCapRaised(v1::SharedCapRaised { drop: drop.to_string(), units: *units })
        }
        Fact::DropUndone { drop } => Kind::DropUndone(v1::DropUndone { drop: drop.to_string() }),
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
        Fact::BundleLineHeld { reservation, sku, quantity, unit_price_minor } => {
            Kind::BundleLineHeld(v1::BundleLineHeld {
                reservation: reservation.0,
                sku: sku.to_string(),
                quantity: *quantity,
                unit_price_minor: *unit_price_minor,
            })
        }
        Fact::ReservationOffered { reservation, waiter, viewer, drop, sku, quantity, unit_price_minor, expires_at } => {
            Kind::ReservationOffered(v1::ReservationOffered {
                reservation: reservation.0,
                waiter: waiter.0,
                viewer: viewer.to_string(),
                drop: drop.to_string(),
                sku: sku.to_string(),
                quantity: *quantity,
                unit_price_minor: *unit_price_minor,
                expires_at: expires_at.0,
            })
        }
        Fact::HoldExtended { reservation, expires_at } => {
            Kind::HoldExtended(v1::HoldExtended { reservation: reservation.0, expires_at: expires_at.0 })
        }
        Fact::ReservationRevoked { reservation } => {
            Kind::ReservationRevoked(v1::ReservationRevoked { reservation: reservation.0 })
        }
        Fact::WaitlistJoined { waiter, viewer, drop, sku, quantity } => Kind::WaitlistJoined(v1::WaitlistJoined {
            waiter: waiter.0,
            viewer: viewer.to_string(),
            drop: drop.to_string(),
            sku: sku.to_string(),
            quantity: *quantity,
        }),
        Fact::WaitlistLeft { waiter } => Kind::WaitlistLeft(v1::WaitlistLeft { waiter: waiter.0 }),
        Fact::DrawCommitted { drop, commitment } => {
            Kind::DrawCommitted(v1::DrawCommitted { drop: drop.to_string(), commitment: commitment.0.to_vec() })
        }
        Fact::LotsDrawn { drop, seed, digest } => {
            Kind::LotsDrawn(v1::LotsDrawn { drop: drop.to_string(), seed: seed.0.to_vec(), digest: digest.0.to_vec() })
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
        Fact::AudienceCounted { node, count } => Kind::AudienceCounted(audience::to_wire(node, count)),
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
        Kind::ShowPlanned(fact) => Fact::ShowPlanned(Box::new(planned::settings_from_wire(fact)?)),
        Kind::ProductListed(fact) => Fact::ProductListed(Box::new(product_from_wire(fact)?)),
        Kind::ProductUnlisted(fact) => Fact::ProductUnlisted { product: ProductId::new(&fact.product)? },
        Kind::UnitsAdded(fact) => Fact::UnitsAdded { sku: sku(&fact.sku)?, units: fact.units, planned: fact.planned },
        Kind::UnitsWithdrawn(fact) => Fact::UnitsWithdrawn { sku: sku(&fact.sku)?, units: fact.units },
        Kind::DropPlanned(fact) => {
            Fact::DropPlanned { place: fact.place, plan: Box::new(planned::drop_from_wire(fact)?) }
        }
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
        Kind::UnitsSoldElsewhere(fact) => Fact::UnitsSoldElsewhere { sku: sku(&fact.sku)?, units: fact.units },
        Kind::ShortfallRecorded(fact) => Fact::ShortfallRecorded { sku: sku(&fact.sku)?, units: fact.units },
        Kind::SharedCapRaised(fact) => Fact::SharedCapRaised { drop: drop(&fact.drop)?, units: fact.units },
        Kind::DropUndone(fact) => Fact::DropUndone { drop: drop(&fact.drop)? },
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
        Kind::BundleLineHeld(fact) => Fact::BundleLineHeld {
            reservation: ReservationId(fact.reservation),
            sku: sku(&fact.sku)?,
            quantity: fact.quantity,
            unit_price_minor: fact.unit_price_minor,
        },
        Kind::ReservationOffered(fact) => Fact::ReservationOffered {
            reservation: ReservationId(fact.reservation),
            waiter: WaiterId(fact.waiter),
            viewer: PrincipalId::new(&fact.viewer)?,
            drop: drop(&fact.drop)?,
            sku: sku(&fact.sku)?,
            quantity: fact.quantity,
            unit_price_minor: fact.unit_price_minor,
            expires_at: Timestamp(fact.expires_at),
        },
        Kind::HoldExtended(fact) => {
            Fact::HoldExtended { reservation: ReservationId(fact.reservation), expires_at: Timestamp(fact.expires_at) }
        }
        Kind::ReservationRevoked(fact) => Fact::ReservationRevoked { reservation: ReservationId(fact.reservation) },
        Kind::WaitlistJoined(fact) => Fact::WaitlistJoined {
            waiter: WaiterId(fact.waiter),
            viewer: PrincipalId::new(&fact.viewer)?,
            drop: drop(&fact.drop)?,
            sku: sku(&fact.sku)?,
            quantity: fact.quantity,
        },
        Kind::WaitlistLeft(fact) => Fact::WaitlistLeft { waiter: WaiterId(fact.waiter) },
        Kind::DrawCommitted(fact) => {
            Fact::DrawCommitted { drop: drop(&fact.drop)?, commitment: digest(fact.commitment)? }
        }
        Kind::LotsDrawn(fact) => {
            Fact::LotsDrawn { drop: drop(&fact.drop)?, seed: digest(fact.seed)?, digest: digest(fact.digest)? }
        }
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
        Kind::AudienceCounted(fact) => audience::from_wire(fact)?,
        Kind::PromiseKept(fact) => Fact::PromiseKept(Box::new(promise::kept_from_wire(fact)?)),
        Kind::HoldsExtended(fact) => Fact::HoldsExtended { by_ms: fact.by_ms },
        Kind::PromiseBroken(fact) => Fact::PromiseBroken(Box::new(promise::broken_from_wire(&fact)?)),
    })
}

fn digest(bytes: Vec<u8>) -> Result<Digest, DecodeError> {
    bytes.try_into().map(Digest).map_err(|_| DecodeError::Digest)
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
