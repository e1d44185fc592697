//! Units that were held for one viewer.

use serde::{Deserialize, Serialize};

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
    /// Since when.
    pub held_at: Timestamp,
    /// From when on it is not held any more, unless it was sold before.
    pub expires_at: Timestamp,
    /// What became of it.
    pub state: ReservationState,
    /// The order that it belongs to, once it is sold.
    pub order: Option<OrderId>,
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
    pub(crate) state: ReservationState,
    pub(crate) order: Option<OrderId>,
}

impl ReservationRecord {
    /// Whether its units count towards the limit of its viewer and the cap of its drop.
    pub(crate) fn counts(&self) -> bool {
        matches!(self.state, ReservationState::Held | ReservationState::Sold)
    }

    /// What it comes to, in minor units; `None` above what can be counted.
    pub(crate) fn total_minor(&self) -> Option<u64> {
        self.unit_price_minor.checked_mul(u64::from(self.quantity))
    }
}
