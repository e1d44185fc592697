//! The promises, by subject.

pub(crate) mod appending;
pub(crate) mod bounds;
pub(crate) mod claims;
pub(crate) mod closing;
pub(crate) mod listing;
pub(crate) mod snapshots;
pub(crate) mod trims;
pub(crate) mod waking;
