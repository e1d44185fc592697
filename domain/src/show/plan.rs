//! What a brand plans: the settings, the catalogue with its allotments, and the run of show.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{BrandId, DropId, ProductId, Sku},
    money::Currency,
    text::Text,
    time::Timestamp,
};

/// The most products of a show.
pub const PRODUCTS_MAX: usize = 500;
/// The most variants of a product.
pub const VARIANTS_MAX: usize = 100;
/// The most drops of a show.
pub const DROPS_MAX: usize = 500;
/// The most SKUs in one drop.
pub const DROP_ITEMS_MAX: usize = 100;
/// The most SKUs of a show, over all products. With [`PLAN_ITEMS_MAX`] and [`PLAN_TEXT_BYTES_MAX`] it keeps the facts
/// of a plan, which are one entry, below the 4 MiB that a journal takes at once.
pub const PLAN_SKUS_MAX: usize = 5_000;
/// The most items over all drops of a show.
pub const PLAN_ITEMS_MAX: usize = 5_000;
/// The longest that all texts of a plan may be together, in bytes.
pub const PLAN_TEXT_BYTES_MAX: usize = 1_000_000;
/// The longest name of a host, in bytes.
pub const HOST_NAME_BYTES_MAX: usize = 200;
/// The most units of one SKU, planned and added.
pub const UNITS_MAX: u32 = 100_000_000;
/// The highest price of one unit, in minor units: with [`QUANTITY_MAX`] units a total still fits a JSON number.
pub const PRICE_MINOR_MAX: u64 = 1_000_000_000_000;
/// The most units in one reservation.
pub const QUANTITY_MAX: u32 = 100;
/// The shortest hold.
pub const HOLD_TTL_MS_MIN: u64 = 1_000;
/// The longest hold: an hour.
pub const HOLD_TTL_MS_MAX: u64 = 3_600_000;
/// The hold when a plan does not say: two minutes.
pub const HOLD_TTL_MS_DEFAULT: u64 = 120_000;
/// The longest time a drop can be planned or extended to be open: a week.
pub const DROP_DURATION_MS_MAX: u64 = 7 * 24 * 3_600_000;
/// The most SKUs that one reservation holds, all or none.
pub const BUNDLE_LINES_MAX: usize = 10;
/// The longest time in which one can enter a draw: an hour.
pub const DRAW_ENTRY_MS_MAX: u64 = 3_600_000;
/// The longest that letting holds run out keeps a viewer from holding anew: a day.
pub const COOL_DOWN_MS_MAX: u64 = 24 * 3_600_000;
/// The longest address of a picture or a video, in bytes.
pub const ADDRESS_BYTES_MAX: usize = 500;

/// Everything about a show that its brand decides beforehand. Applying the same plan twice changes nothing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ShowPlan {
    /// What holds for the whole show.
    pub settings: ShowSettings,
    /// The catalogue, each variant with the units that the show is given.
    pub products: Vec<ProductPlan>,
    /// The run of show, in its order.
    pub drops: Vec<DropPlan>,
}

/// What holds for the whole show.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ShowSettings {
    /// Who owns the show; never changes.
    pub brand: BrandId,
    /// The show's name for people.
    pub title: Text,
    /// What it is about.
    pub description: Text,
    /// The host's name for people.
    pub host_name: String,
    /// An address of a picture, or empty.
    pub picture: String,
    /// An address of an HLS playlist, or empty.
    pub video: String,
    /// The currency of every price; never changes once something was held.
    pub currency: Currency,
    /// When the show is announced to start; starting stays the host's decision.
    pub starts_at: Option<Timestamp>,
    /// How long units are held, where a drop doesn't say.
    pub hold_ttl_ms: u64,
    /// Whether one can watch without a token. Buying always takes one.
    pub watch_without_token: bool,
    /// What a viewer may send back, until when, at whose cost.
    pub return_policy: Text,
    /// How and when it comes.
    pub delivery: Text,
    /// What keeps viewers from hoarding.
    pub hold_rules: HoldRules,
}

/// What keeps viewers from hoarding, over the whole show. The default is no rule at all.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct HoldRules {
    /// The most units one viewer may hold, wait for and have bought in the show together; `None`: only drops have
    /// limits.
    pub limit_per_viewer: Option<u32>,
    /// The most reservations of one viewer that are held or offered when the viewer asks for more; `None`: no limit.
    /// Who waits already is offered units whatever this says.
    pub open_holds_per_viewer: Option<u32>,
    /// By how much [`super::Command::ExtendHold`] extends a hold, once, while its viewer pays; 0: not at all.
    pub payment_extension_ms: u64,
    /// What happens to who lets holds run out; `None`: nothing.
    pub cool_down: Option<CoolDown>,
}

/// A rest for viewers who let holds and offers run out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CoolDown {
    /// How many holds and offers a viewer may let run out in the show before the next one brings a rest: an offer that
    /// nobody takes keeps units from others as a hold does.
    pub lapses_allowed: u32,
    /// How long nothing is held for the viewer after that, in milliseconds; 1 to [`COOL_DOWN_MS_MAX`].
    pub for_ms: u64,
}

/// A product and its variants.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ProductPlan {
    /// Its name in the show.
    pub product: ProductId,
    /// Its name for people.
    pub title: Text,
    /// What it is.
    pub description: Text,
    /// An address of a picture, or empty.
    pub picture: String,
    /// At least one.
    pub variants: Vec<VariantPlan>,
}

/// One sellable variant.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct VariantPlan {
    /// The variant's name; unique in the show.
    pub sku: Sku,
    /// What tells it from the others (size, colour); may be empty for an only variant.
    pub title: Text,
    /// The list price of one unit, in minor units.
    pub list_price_minor: u64,
    /// The units that the plan gives to this show. Units added by [`super::Command::AddUnits`] are on top of them, so
    /// applying a plan again neither takes those back nor gives anything twice; see [`super::Command::Plan`].
    pub units: u32,
}

/// A timed release of some SKUs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DropPlan {
    /// Its name in the show.
    pub drop: DropId,
    /// Its name for people.
    pub title: Text,
    /// What it sells; at least one, each SKU once.
    pub items: Vec<DropItem>,
    /// The most units one viewer may hold and have bought in this drop together; 1 to [`QUANTITY_MAX`].
    pub limit_per_viewer: u32,
    /// How long its units are held, where it differs from the show's.
    pub hold_ttl_ms: Option<u64>,
    /// When it opens by itself, if the show is live then.
    pub opens_at: Option<Timestamp>,
    /// How long it stays open, counted from its opening.
    pub duration_ms: Option<u64>,
    /// Whether it closes when nothing is left that it could sell: every unit sold, none free, none held.
    pub close_when_sold_out: bool,
    /// The most units this drop may sell of all its SKUs together, so that variants share one pool; `None`: no such
    /// cap.
    pub shared_cap: Option<u32>,
    /// Who gets the units.
    pub fairness: Fairness,
    /// Whether viewers wait in line for units that come back.
    pub waitlist: Waitlist,
    /// How long units are offered to who waits, where it differs from how long the drop holds them.
    pub offer_ttl_ms: Option<u64>,
}

/// Who gets the units of a drop.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fairness {
    /// Who clicks first, in the order of the journal.
    #[default]
    FirstCome,
    /// Everyone who clicks within this time enters once, lots decide the order in which they are served, and after that
    /// who clicks first.
    Draw {
        /// How long one can enter, counted from the opening, in milliseconds; 1 to [`DRAW_ENTRY_MS_MAX`], and no longer
        /// than the drop is open.
        entry_ms: u64,
    },
}

/// Whether viewers wait in line for units that come back. Who entered a draw waits whatever this says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waitlist {
    /// There is no line.
    #[default]
    Off,
    /// Who asks for it joins.
    Ask,
    /// Who wants to hold what is sold out joins, too.
    Automatic,
}

/// One SKU in a drop.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DropItem {
    /// What is sold.
    pub sku: Sku,
    /// The price of one unit in this drop, in minor units; `None`: the list price.
    pub price_minor: Option<u64>,
    /// The most units this drop may sell; `None`: as many as the allotment has.
    pub cap: Option<u32>,
}

impl DropPlan {
    /// The first field in which the plans sell in another way: of all that viewers rely on once the drop was opened.
    pub(super) fn first_change(&self, other: &Self) -> Option<&'static str> {
        // Taken apart, so that a field that is added later can't be forgotten here.
        let Self {
            drop,
            title: _,
            items,
            limit_per_viewer,
            hold_ttl_ms,
            opens_at,
            duration_ms,
            close_when_sold_out,
            shared_cap,
            fairness,
            waitlist,
            offer_ttl_ms,
        } = other;
        let same = [
            ("drop", self.drop == *drop),
            ("items", self.items == *items),
            ("limit_per_viewer", self.limit_per_viewer == *limit_per_viewer),
            ("hold_ttl_ms", self.hold_ttl_ms == *hold_ttl_ms),
            ("opens_at", self.opens_at == *opens_at),
            ("duration_ms", self.duration_ms == *duration_ms),
            ("close_when_sold_out", self.close_when_sold_out == *close_when_sold_out),
            ("shared_cap", self.shared_cap == *shared_cap),
            ("fairness", self.fairness == *fairness),
            ("waitlist", self.waitlist == *waitlist),
            ("offer_ttl_ms", self.offer_ttl_ms == *offer_ttl_ms),
        ];
        same.into_iter().find(|(_, same)| !same).map(|(field, _)| field)
    }
}
