//! Who watches and how much is asked: counted by each node that people are connected to, told now and then as a whole,
//! and added up here over all nodes.

mod count;
mod crowd;

pub use count::{AudienceCount, SOURCES_MAX, TurnedAway};
pub use crowd::{Audience, BUCKET_MS, BUCKETS_MAX, FRESH_MS, NODES_MAX};
