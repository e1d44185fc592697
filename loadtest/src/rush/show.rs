//! The show that is made for a rush: one SKU, one drop.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

/// Who owns the show.
pub(crate) const BRAND: &str = "loadtest";
/// Who runs it.
pub(crate) const HOST: &str = "loadtest-host";
/// The drop that everybody waits for.
pub(crate) const DROP: &str = "rush";
/// What it sells.
pub(crate) const SKU: &str = "rush-unit";
/// Long enough that no hold runs out before the audit: the longest that a show may ask for.
const HOLD_TTL_MS: u64 = 3_600_000;
/// Short enough that a line moves on when somebody lets units run out.
pub(crate) const SHORT_HOLD_TTL_MS: u64 = 2_000;

/// How the drop sells.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Rules {
    /// How long one can enter its draw; without it who clicks first is served first.
    pub(crate) draw_entry_ms: Option<u64>,
    /// Whether who comes too late waits in line, and holds soon run out.
    pub(crate) waitlist: bool,
}

/// A name that no show had before.
pub(crate) fn fresh_name() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("rush-{}-{:08x}", now.as_secs(), rand::random::<u32>())
}

/// The body that plans the show: so many units, of which one viewer may have at most `limit`.
pub(crate) fn plan(units: u32, limit: u32, rules: Rules) -> Value {
    let hold_ttl_ms = if rules.waitlist { SHORT_HOLD_TTL_MS } else { HOLD_TTL_MS };
    let mut drop = json!({
        "drop": DROP,
        "title": {"en": "The drop"},
        "limit_per_viewer": limit,
        "close_when_sold_out": false,
        "items": [{"sku": SKU}],
    });
    // Said only where it matters, so that servers of before there were lines can be rushed, too.
    if let Some(entry_ms) = rules.draw_entry_ms {
        drop["draw"] = json!({"entry_ms": entry_ms});
    }
    if rules.waitlist {
        drop["waitlist"] = json!("automatic");
    }
    json!({
        "brand": BRAND,
        "title": {"en": "A rush"},
        "description": {"en": "One drop for a load test."},
        "host_name": "Load test",
        "picture": "",
        "video": "",
        "currency": "EUR",
        "hold_ttl_ms": hold_ttl_ms,
        "watch_without_token": false,
        "return_policy": {"en": "None: nothing is sold here."},
        "delivery": {"en": "None: nothing is sold here."},
        "products": [{
            "product": "rush",
            "title": {"en": "Unit"},
            "description": {"en": "What everybody wants."},
            "picture": "",
            "variants": [{"sku": SKU, "title": {"en": "Unit"}, "list_price_minor": 1_999, "units": units}],
        }],
        "drops": [drop],
    })
}
