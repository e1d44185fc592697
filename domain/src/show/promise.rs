//! What was acknowledged to viewers in a history that is lost.
//!
//! Where entries can be lost after they were acknowledged, and another writer went on from what was left, two histories
//! part. The one that goes on is the truth; what the other one acknowledged after the point where they parted is a
//! *promise*. It is reclaimed in the history that goes on: kept while units last, and recorded as broken otherwise.

use serde::{Deserialize, Serialize};

use super::Fingerprint;
use crate::{
    ids::{DropId, Key, OrderId, PrincipalId, ReservationId, Sku},
    inventory::BundleLine,
    time::Timestamp,
};

/// Everything that was acknowledged of one reservation in the lost history, and holds no more in this one.
///
/// There is one promise for a reservation, of all that was acknowledged of it. What its viewer gave back, or what ran
/// out, before the history was lost is none.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Promise {
    /// To whom.
    pub viewer: PrincipalId,
    /// In which drop.
    pub drop: DropId,
    /// Of what.
    pub sku: Sku,
    /// How many; 1 to [`super::QUANTITY_MAX`].
    pub quantity: u32,
    /// What one unit costs, in minor units; at most [`super::PRICE_MINOR_MAX`].
    pub unit_price_minor: u64,
    /// What it held besides, as a bundle; the bounds hold for all of it together.
    pub with: Vec<BundleLine>,
    /// Until when the units were held.
    pub expires_at: Timestamp,
    /// The reservation's number in the lost history, as the viewer was told. In this history the number may be
    /// another's, unless the reservation [survives](Promise::survives).
    pub lost: ReservationId,
    /// What was acknowledged, and under which of the viewer's keys.
    pub promised: Promised,
}

/// What was acknowledged of a reservation and lost.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Promised {
    /// That its units are held.
    Held {
        /// The key that held it.
        reserve: KeyUse,
    },
    /// That its units are held, and that they are bought.
    Bought {
        /// The key that held it.
        reserve: KeyUse,
        /// The key that bought it.
        confirm: KeyUse,
    },
    /// That its units are bought. The reservation was made before the histories parted, so it is in this one too, under
    /// the same number.
    Confirmed {
        /// The key that bought it.
        confirm: KeyUse,
    },
}

/// A viewer's key and the content that it was used with.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KeyUse {
    /// The key, as the client made it.
    pub key: Key,
    /// The content.
    pub fingerprint: Fingerprint,
}

/// A promise that is kept. The keys stand for what came of them from then on, as if the viewer had asked here.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KeptPromise {
    /// To whom.
    pub viewer: PrincipalId,
    /// The reservation's number in the lost history.
    pub lost: ReservationId,
    /// The reservation that keeps it: one that the viewer holds already, or a new one, which is held in the same entry.
    pub reservation: ReservationId,
    /// The key that held it, unless it stands for something in this history already.
    pub reserve: Option<KeyUse>,
    /// The sale, when it was acknowledged; the reservation is sold in the same entry.
    pub sale: Option<KeptSale>,
}

/// The sale of a promise that is kept.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KeptSale {
    /// The order, which is placed in the same entry.
    pub order: OrderId,
    /// The key that bought it.
    pub confirm: KeyUse,
}

/// A promise that could not be kept.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BrokenPromise {
    /// To whom.
    pub viewer: PrincipalId,
    /// In which drop; this history may have none of that name.
    pub drop: DropId,
    /// Of what; this history may not know it.
    pub sku: Sku,
    /// How many.
    pub quantity: u32,
    /// What one unit was to cost, in minor units.
    pub unit_price_minor: u64,
    /// What it held besides, as a bundle.
    pub with: Vec<BundleLine>,
    /// The reservation's number in the lost history, as the viewer was told.
    pub lost: ReservationId,
    /// Whether the units were acknowledged as bought, and not only as held.
    pub sold: bool,
    /// The viewer's key that tells this promise from others: the one that held the units or, where only a sale could
    /// not be kept, the one that bought them.
    pub key: Key,
}

impl Promise {
    /// Everything that was promised: SKU, units, price of one unit in minor units.
    pub fn lines(&self) -> impl Iterator<Item = (&Sku, u32, u64)> {
        let with = self.with.iter().map(|line| (&line.sku, line.quantity, line.unit_price_minor));
        std::iter::once((&self.sku, self.quantity, self.unit_price_minor)).chain(with)
    }

    /// Whether the reservation itself is in this history, under the same number.
    pub fn survives(&self) -> bool {
        matches!(self.promised, Promised::Confirmed { .. })
    }

    /// Whether the units were acknowledged as bought.
    pub fn is_sold(&self) -> bool {
        self.confirm().is_some()
    }

    /// The key that held the units; `None` when that was not lost.
    pub fn reserve(&self) -> Option<&KeyUse> {
        match &self.promised {
            Promised::Held { reserve } | Promised::Bought { reserve, .. } => Some(reserve),
            Promised::Confirmed { .. } => None,
        }
    }

    /// The key that bought the units, if one did.
    pub fn confirm(&self) -> Option<&KeyUse> {
        match &self.promised {
            Promised::Held { .. } => None,
            Promised::Bought { confirm, .. } | Promised::Confirmed { confirm } => Some(confirm),
        }
    }
}

impl KeptPromise {
    /// The viewer's key that tells this promise from others; every promise that is kept has one.
    pub fn key(&self) -> Option<&Key> {
        let of_sale = || self.sale.as_ref().map(|sale| &sale.confirm);
        self.reserve.as_ref().or_else(of_sale).map(|used| &used.key)
    }
}
