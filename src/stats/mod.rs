//! The brand's live numbers: sums of facts, and the audience as the nodes count it.

mod counters;
mod crowd;
mod projection;

pub use counters::{Changes, ShowStats};
pub use crowd::{Crowd, Seat, Telling, Wanted};
pub use projection::StatsProjection;
