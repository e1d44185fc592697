//! What an audit comes to.

use dropcast_proto::v1;
use serde::{Deserialize, Serialize};

use super::Violation;

/// What a journal adds up to, and everything that is wrong with it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AuditReport {
    /// The show, as the caller names it.
    pub show: String,
    /// How many entries there are.
    pub entries: u64,
    /// The digest of the last entry in lower-case hexadecimal; empty for an empty journal.
    pub last_digest: String,
    /// The phase that the show is in; unspecified for an empty journal.
    pub phase: v1::ShowPhase,
    /// The ISO 4217 code of every amount here.
    pub currency: String,
    /// Each SKU that was ever listed, in the order of their names.
    pub skus: Vec<AuditSku>,
    /// All SKUs together.
    pub totals: AuditTotals,
    /// The orders.
    pub orders: AuditOrders,
    /// The draws that are bound to a seed, in the order of their drops' names.
    pub draws: Vec<AuditDraw>,
    /// What a lost history acknowledged, and this one was asked for.
    pub promises: AuditPromises,
    /// What the nodes counted of the audience.
    pub audience: AuditAudience,
    /// What is wrong, in the order of the journal; at most [`super::VIOLATIONS_LISTED_MAX`].
    pub violations: Vec<Violation>,
    /// How much is wrong, listed or not.
    pub violations_count: u64,
}

/// What one SKU comes to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AuditSku {
    /// Which.
    pub sku: String,
    /// What it comes to.
    #[serde(flatten)]
    pub totals: AuditTotals,
}

/// Units and revenue. All are units, but for the revenue.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct AuditTotals {
    /// Added, less withdrawn and sold elsewhere.
    pub allotment: i64,
    /// Allotted, and neither held, offered nor sold.
    pub free: i64,
    /// Held at the end of the journal.
    pub held: u64,
    /// Offered to who waited for them, at the end of the journal.
    pub offered: u64,
    /// Sold.
    pub sold: u64,
    /// Given back by viewers.
    pub released: u64,
    /// Taken back when their time was over.
    pub expired: u64,
    /// Taken back because of a shortfall.
    pub revoked: u64,
    /// Taken out of the allotment because they were sold elsewhere.
    pub sold_elsewhere: u64,
    /// What was sold, at the prices it was held at, in minor units.
    pub revenue_minor: u64,
}

/// What the orders come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct AuditOrders {
    /// How many were placed.
    pub placed: u64,
    /// How many of them were paid.
    pub paid: u64,
    /// The totals of those placed, in minor units.
    pub revenue_minor: u64,
}

/// A draw: with these anyone can draw it again. An entrant's lot is SHA-256 of seed, digest and SHA-256 of the viewer's
/// name, and the lowest is served first; the audit did so, and held every offer against it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AuditDraw {
    /// Of which drop.
    pub drop: String,
    /// SHA-256 of the seed, in lower-case hexadecimal, as it was shown before the drop opened.
    pub commitment: String,
    /// The seed, in lower-case hexadecimal; `None` before the lots are drawn.
    pub seed: Option<String>,
    /// The digest of the entry before the lots were drawn, in lower-case hexadecimal; `None` before that.
    pub digest: Option<String>,
    /// Who has a lot, or will have one: those who wait when the lots are drawn.
    pub entrants: u64,
    /// Whether the lots are drawn.
    pub drawn: bool,
}

/// What became of what a lost history acknowledged. A promise that is broken is no violation: it is told to its viewer
/// and to the brand, and no unit is gone with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct AuditPromises {
    /// How many were kept: held anew, bought anew, or only sold.
    pub kept: u64,
    /// How many could not be kept.
    pub broken: u64,
}

/// What the nodes counted of the audience, added up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct AuditAudience {
    /// Different viewers who were connected to a node; whoever moved to another, or was not signed in, counts again.
    pub watched: u64,
    /// How many of them were there while a drop was open.
    pub saw: u64,
    /// How many of them asked for units.
    pub clicked: u64,
    /// How often units were asked for.
    pub clicks: u64,
    /// How often that was turned down.
    pub turned_away: u64,
}

impl AuditTotals {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: &Self) -> Self {
        Self {
            allotment: self.allotment.saturating_add(other.allotment),
            free: self.free.saturating_add(other.free),
            held: self.held.saturating_add(other.held),
            offered: self.offered.saturating_add(other.offered),
            sold: self.sold.saturating_add(other.sold),
            released: self.released.saturating_add(other.released),
            expired: self.expired.saturating_add(other.expired),
            revoked: self.revoked.saturating_add(other.revoked),
            sold_elsewhere: self.sold_elsewhere.saturating_add(other.sold_elsewhere),
            revenue_minor: self.revenue_minor.saturating_add(other.revenue_minor),
        }
    }
}
