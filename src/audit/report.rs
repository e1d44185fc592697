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
    /// What a lost history acknowledged, and this one was asked for.
    pub promises: AuditPromises,
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
    /// Added less withdrawn.
    pub allotment: i64,
    /// Allotted, and neither held nor sold.
    pub free: i64,
    /// Held at the end of the journal.
    pub held: u64,
    /// Sold.
    pub sold: u64,
    /// Given back by viewers.
    pub released: u64,
    /// Taken back when their time was over.
    pub expired: u64,
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

/// What became of what a lost history acknowledged. A promise that is broken is no violation: it is told to its viewer
/// and to the brand, and no unit is gone with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct AuditPromises {
    /// How many were kept: held anew, bought anew, or only sold.
    pub kept: u64,
    /// How many could not be kept.
    pub broken: u64,
}

impl AuditTotals {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: &Self) -> Self {
        Self {
            allotment: self.allotment.saturating_add(other.allotment),
            free: self.free.saturating_add(other.free),
            held: self.held.saturating_add(other.held),
            sold: self.sold.saturating_add(other.sold),
            released: self.released.saturating_add(other.released),
            expired: self.expired.saturating_add(other.expired),
            revenue_minor: self.revenue_minor.saturating_add(other.revenue_minor),
        }
    }
}
