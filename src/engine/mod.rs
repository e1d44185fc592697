//! Running shows: one task per show is its only writer. It decides in memory, ahead of the disk, and lets nothing out
//! before what it rests on is durable.

mod answer;
mod batch;
mod config;
mod handle;
mod held_back;
mod load;
mod observer;
mod projection;
mod recover;
mod registry;
mod state_format;
mod waker;
mod writer;

pub use answer::{Accepted, Answer, Reply, RetryReason, accepted_by_key};
pub use config::EngineConfig;
pub use handle::{Gone, ShowHandle};
pub use load::LoadError;
pub use observer::{Observer, Unobserved};
pub use projection::{Projection, ProjectionFactory, Publication};
pub use registry::{Engine, OpenError};
pub use waker::wake_due_shows;
