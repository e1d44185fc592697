//! Facts → what viewers, hosts and brands receive: which message, on which lane, for whom.

mod audience;
mod counting;
mod cursor;
mod framing;
mod join;
mod members;
mod projection;
mod registry;
mod snapshot_cache;
mod stock_lines;
mod ticker;
mod told;

pub use audience::{Audience, CLASSES, Encoding, Wire, class, encode};
pub use counting::{count_audiences, count_nobody};
pub use cursor::Cursor;
pub use join::Joining;
pub use projection::FeedProjection;
pub use registry::{Feed, Feeds};
pub use ticker::publish_latest_values;
