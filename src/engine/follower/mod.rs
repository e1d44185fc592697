//! The part of a show's task that follows a show which another node writes: it folds the journal as it grows, refuses
//! what it can know to be refused, and forwards the rest.

mod asking;
mod entries;
mod forwarding;
mod part;
mod queue;
mod taking_over;

pub(super) use part::{Follower, Left};
