//! What a show file says, as plain serde structs: any format's reader fills them, names are checked later.

use std::collections::BTreeMap;

use dropcast_domain::show::HOLD_TTL_MS_DEFAULT;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Moment;

/// A text per language; the key is a lower-case primary language such as `nl` or `en`.
pub type Texts = BTreeMap<String, String>;

/// A show as its brand plans it. Fields that this version does not know are refused by name.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowFile {
    /// The show's name. Over HTTP the path says it, and it may be left out here.
    #[serde(default)]
    pub show: Option<String>,
    /// Who owns the show; never changes.
    pub brand: String,
    /// The show's name for people.
    pub title: Texts,
    /// What it is about.
    #[serde(default)]
    pub description: Texts,
    /// The host's name for people.
    #[serde(default)]
    pub host_name: String,
    /// An address of a picture, or empty.
    #[serde(default)]
    pub picture: String,
    /// An address of an HLS playlist, or empty.
    #[serde(default)]
    pub video: String,
    /// The ISO 4217 code of every price.
    pub currency: String,
    /// When the show is announced to start; starting stays the host's decision.
    #[serde(default)]
    pub starts_at: Option<Moment>,
    /// How long units are held, in milliseconds, where a drop doesn't say. Two minutes when left out.
    #[serde(default = "hold_ttl_ms_default")]
    pub hold_ttl_ms: u64,
    /// Whether one can watch without a token. No when left out. Buying always takes one.
    #[serde(default)]
    pub watch_without_token: bool,
    /// What a viewer may send back, until when, at whose cost.
    #[serde(default)]
    pub return_policy: Texts,
    /// How and when it comes.
    #[serde(default)]
    pub delivery: Texts,
    /// What keeps viewers from hoarding, over the whole show. No rules when left out.
    #[serde(default)]
    pub hold_rules: ShowFileHoldRules,
    /// The catalogue, each variant with the units that the show is given.
    #[serde(default)]
    pub products: Vec<ShowFileProduct>,
    /// The run of show, in its order.
    #[serde(default)]
    pub drops: Vec<ShowFileDrop>,
}

/// What keeps viewers from hoarding, over the whole show.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowFileHoldRules {
    /// The most units one viewer may hold, wait for and have bought in the show together; no limit when left out.
    #[serde(default)]
    pub limit_per_viewer: Option<u32>,
    /// The most reservations of one viewer that are held or offered at one moment; no limit when left out.
    #[serde(default)]
    pub open_holds_per_viewer: Option<u32>,
    /// By how much a viewer who pays can extend a hold, once, in milliseconds; not at all when left out.
    #[serde(default)]
    pub payment_extension_ms: u64,
    /// What happens to who lets holds run out; nothing when left out.
    #[serde(default)]
    pub cool_down: Option<ShowFileCoolDown>,
}

/// A rest for viewers who let holds run out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowFileCoolDown {
    /// How many holds a viewer may let run out in the show before the next one brings a rest.
    pub lapses_allowed: u32,
    /// How long nothing is held for the viewer after that, in milliseconds.
    pub for_ms: u64,
}

/// A product and its variants.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowFileProduct {
    /// Its name in the show.
    pub product: String,
    /// Its name for people.
    pub title: Texts,
    /// What it is.
    #[serde(default)]
    pub description: Texts,
    /// An address of a picture, or empty.
    #[serde(default)]
    pub picture: String,
    /// At least one.
    #[serde(default)]
    pub variants: Vec<ShowFileVariant>,
}

/// One sellable variant.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowFileVariant {
    /// The variant's name; unique in the show.
    pub sku: String,
    /// What tells it from the others (size, colour); may be left out for an only variant.
    #[serde(default)]
    pub title: Texts,
    /// The list price of one unit, in minor units: 4995 for 49.95.
    pub list_price_minor: u64,
    /// The units that the brand gives to this show.
    pub units: u32,
}

/// A timed release of some SKUs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowFileDrop {
    /// Its name in the show.
    pub drop: String,
    /// Its name for people.
    pub title: Texts,
    /// The most units one viewer may hold and have bought in this drop together.
    pub limit_per_viewer: u32,
    /// How long its units are held, in milliseconds, where it differs from the show's.
    #[serde(default)]
    pub hold_ttl_ms: Option<u64>,
    /// When it opens by itself, if the show is live then.
    #[serde(default)]
    pub opens_at: Option<Moment>,
    /// How long it stays open, in milliseconds, counted from its opening.
    #[serde(default)]
    pub duration_ms: Option<u64>,
    /// Whether it closes when every unit it could sell is sold. Yes when left out.
    #[serde(default = "close_when_sold_out_default")]
    pub close_when_sold_out: bool,
    /// The most units it may sell of all its SKUs together, so that variants share one pool; no such cap when left out.
    #[serde(default)]
    pub shared_cap: Option<u32>,
    /// That lots decide who is served first; who clicks first when left out.
    #[serde(default)]
    pub draw: Option<ShowFileDraw>,
    /// Whether viewers wait in line for units that come back: `off`, `ask` or `automatic`. `off` when left out.
    #[serde(default)]
    pub waitlist: ShowFileWaitlist,
    /// How long units are offered to who waits, in milliseconds, where it differs from how long they are held.
    #[serde(default)]
    pub offer_ttl_ms: Option<u64>,
    /// What it sells; at least one, each SKU once.
    #[serde(default)]
    pub items: Vec<ShowFileItem>,
}

/// Everyone who clicks soon enough enters once, and lots decide the order in which they are served.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowFileDraw {
    /// How long one can enter, in milliseconds, counted from the drop's opening.
    pub entry_ms: u64,
}

/// Whether viewers wait in line for units that come back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShowFileWaitlist {
    /// There is no line.
    #[default]
    Off,
    /// Who asks for it joins.
    Ask,
    /// Who wants to hold what is sold out joins, too.
    Automatic,
}

/// One SKU in a drop.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowFileItem {
    /// What is sold.
    pub sku: String,
    /// The price of one unit in this drop, in minor units; the list price when left out.
    #[serde(default)]
    pub price_minor: Option<u64>,
    /// The most units this drop may sell; as many as the allotment has when left out.
    #[serde(default)]
    pub cap: Option<u32>,
}

fn hold_ttl_ms_default() -> u64 {
    HOLD_TTL_MS_DEFAULT
}

fn close_when_sold_out_default() -> bool {
    true
}
