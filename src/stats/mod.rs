//! The brand's live numbers, added up from facts.

mod counters;
mod projection;

pub use counters::{Changes, ShowStats};
pub use projection::StatsProjection;
