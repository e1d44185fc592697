//! The show that everybody is busy in: two SKUs in three drops.

use serde_json::{Value, json};

use crate::shop::{self, DROP, SKU};

/// The units of each SKU that the plan gives.
pub(crate) const PLANNED: [(&str, u64); 2] = [(HAT, 30), (SKU, 30)];
/// The other SKU.
pub(crate) const HAT: &str = "hat";
/// A drop of hats that are held for a second only.
pub(crate) const FLASH: &str = "flash";
/// A drop of both, which the host closes while people click.
pub(crate) const EVENING: &str = "evening";
/// How many hats that one may sell.
pub(crate) const EVENING_CAP: u64 = 6;
/// How many units of one drop a viewer may have.
pub(crate) const LIMIT: u32 = 3;

/// The plan.
pub(crate) fn plan() -> Value {
    let mut plan = shop::plan(0, LIMIT);
    let variant = |(sku, units): (&str, u64)| json!({ "sku": sku, "title": { "en": sku }, "list_price_minor": 2_999, "units": units });
    let drop = |drop: &str, items: Value| {
        json!({
            "drop": drop,
            "title": { "en": drop },
            "limit_per_viewer": LIMIT,
            "close_when_sold_out": false,
            "items": items,
        })
    };
    plan["products"][0]["variants"] = PLANNED.map(variant).to_vec().into();
    let mut flash = drop(FLASH, json!([{ "sku": HAT, "price_minor": 900 }]));
    flash["hold_ttl_ms"] = 1_000.into();
    let evening =
        json!([{ "sku": HAT, "price_minor": 1_100, "cap": EVENING_CAP }, { "sku": SKU, "price_minor": 1_700 }]);
    plan["drops"] = json!([plan["drops"][0], flash, drop(EVENING, evening)]);
    assert_eq!(plan["drops"][0]["drop"], DROP);
    plan
}
