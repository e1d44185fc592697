//! Running shows: one task per show is its only writer. It decides in memory, ahead of the disk, and lets nothing out
//! before what it rests on is durable.
//!
//! Where nodes share a journal, every node that needs a show has such a task. One of them has claimed the show and writes
//! it; the others follow it, answer what they can know, and forward the rest.

mod answer;
mod config;
mod context;
mod failover;
mod follower;
mod following;
mod forwarded;
mod handle;
mod load;
mod observer;
mod outage;
mod parcel;
mod projection;
mod registry;
mod seat;
mod seeds;
mod state_format;
mod waker;
mod writer;

pub use answer::{Accepted, Answer, Reply, ReplyAt, RetryReason, accepted_by_key};
pub use config::EngineConfig;
pub use handle::{Gone, ShowHandle};
pub use load::LoadError;
pub use observer::{Observer, Stages, Unobserved};
pub use projection::{Projection, ProjectionFactory, Publication};
pub use registry::{Engine, OpenError};
pub use seeds::Seeds;
pub use waker::wake_due_shows;
