//! The threads that own the connections.

mod batch;
mod broadcast;
mod clock;
mod closing;
mod commands;
mod event_loop;
mod feed;
mod lane;
mod members;
mod peer;
mod receive;
mod span;
mod timers;
mod wheel;
mod write;

pub(super) use event_loop::Shard;
