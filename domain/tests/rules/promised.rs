//! Promises of a lost history, to be asked for on a stage.

use dropcast_domain::{
    ids::{Key, ReservationId},
    inventory::BundleLine,
    show::{Command, Fingerprint, KeyUse, Promise, Promised},
    time::Timestamp,
};

use crate::fixture::{BEGIN_MS, drop_id, sku, somebody};

/// A promise of tees in `night` at 20.00 (they cost 25.00 by now), reservation 7 in the lost history, held until a
/// second after the beginning.
pub(crate) fn promise(name: &str, quantity: u32, promised: Promised) -> Promise {
    Promise {
        viewer: somebody(name),
        drop: drop_id("night"),
        sku: sku("tee"),
        quantity,
        unit_price_minor: 2_000,
        with: Vec::new(),
        expires_at: Timestamp(BEGIN_MS + 1_000),
        lost: ReservationId(7),
        promised,
    }
}

/// What a promised bundle held besides.
pub(crate) fn bundled(sku_name: &str, quantity: u32, unit_price_minor: u64) -> BundleLine {
    BundleLine { sku: sku(sku_name), quantity, unit_price_minor }
}

pub(crate) fn reclaim(promise: Promise) -> Command {
    Command::Reclaim(Box::new(promise))
}

pub(crate) fn lost_hold(reserve: &str) -> Promised {
    Promised::Held { reserve: used(reserve) }
}

pub(crate) fn lost_purchase(reserve: &str, confirm: &str) -> Promised {
    Promised::Bought { reserve: used(reserve), confirm: used(confirm) }
}

pub(crate) fn lost_sale(confirm: &str) -> Promised {
    Promised::Confirmed { confirm: used(confirm) }
}

/// A key that was used with the content 1.
pub(crate) fn used(key: &str) -> KeyUse {
    KeyUse { key: Key::new(key).unwrap(), fingerprint: Fingerprint([1; 16]) }
}
