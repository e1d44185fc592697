//! Units that were held for one viewer.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::stock::Kept;
use crate::{
    ids::{DropId, OrderId, PrincipalId, ReservationId, Sku},
    show::{Principal, ReservationState},
    table::Slot,
    time::Timestamp,
};

/// Units held for one viewer until a deadline, and what became of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reservation<'a> {
    /// Its number.
    pub id: ReservationId,
    /// For whom.
    pub viewer: &'a PrincipalId,
    /// In which drop.
    pub drop: &'a DropId,
    /// Of what.
    pub sku: &'a Sku,
    /// How many.
    pub quantity: u32,
    /// What one unit costs, in minor units.
    pub unit_price_minor: u64,
    /// What it holds besides: a bundle is held, sold and given back as one.
    pub with: &'a [BundleLine],
    /// Since when.
    pub held_at: Timestamp,
    /// From when on it is not held any more, unless it was sold before.
    pub expires_at: Timestamp,
    /// What became of it.
    pub state: ReservationState,
    /// Whether it began as an offer to somebody who waited.
    pub was_offered: bool,
    /// Whether it was given more time for the payment.
    pub was_extended: bool,
    /// The order that it belongs to, once it is sold.
    pub order: Option<OrderId>,
}

/// What a bundle holds besides its first SKU.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BundleLine {
    /// Of what.
    pub sku: Sku,
    /// How many.
    pub quantity: u32,
    /// What one unit costs, in minor units.
    pub unit_price_minor: u64,
}

impl Reservation<'_> {
    /// Everything that it holds: SKU, units, price of one unit in minor units.
    pub fn lines(&self) -> impl Iterator<Item = (&Sku, u32, u64)> {
        let with = self.with.iter().map(|line| (&line.sku, line.quantity, line.unit_price_minor));
        std::iter::once((self.sku, self.quantity, self.unit_price_minor)).chain(with)
    }

    /// All units of it.
    pub fn units(&self) -> u32 {
        self.lines().map(|(_, quantity, _)| quantity).sum()
    }

    /// What it comes to, in minor units; at most [`crate::money::AMOUNT_MINOR_MAX`].
    pub fn total_minor(&self) -> u64 {
        let total = |total: u64, (_, quantity, price): (_, u32, u64)| {
            total.saturating_add(price.saturating_mul(u64::from(quantity)))
        };
        self.lines().fold(0, total)
    }
}

/// The most reservations that there ever were in one show. Keys run out long before: every one is held under a key, of
/// which there are at most [`crate::show::KEYS_MAX`] and those of promises.
pub(crate) const RESERVATIONS_MAX: usize = u32::MAX as usize;

/// A reservation as it is kept: its number is its place, names are slots.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct ReservationRecord {
    pub(crate) viewer: Slot<Principal>,
    pub(crate) drop: Slot<DropId>,
    pub(crate) sku: Slot<Sku>,
    pub(crate) quantity: u32,
    pub(crate) unit_price_minor: u64,
    pub(crate) held_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// The order's number, once it is sold.
    pub(crate) order: Option<NonZeroU32>,
    pub(crate) state: ReservationState,
    pub(crate) was_offered: bool,
    pub(crate) was_extended: bool,
    /// Whether it holds more than its first line.
    pub(crate) is_bundle: bool,
}

impl ReservationRecord {
    /// Whether its units count towards the limit of its viewer and the cap of its drop.
    pub(crate) fn counts(&self) -> bool {
        self.kept().is_some() || self.state == ReservationState::Sold
    }

    /// How its units are kept, while they are.
    pub(crate) fn kept(&self) -> Option<Kept> {
        match self.state {
            ReservationState::Held => Some(Kept::Held),
            ReservationState::Offered => Some(Kept::Offered),
            _ => None,
        }
    }

    pub(crate) fn order_id(&self) -> Option<OrderId> {
        self.order.map(|order| OrderId(u64::from(order.get())))
    }
}
