//! The viewer connections of a node: shared rings of ready-made frames and a cursor per connection.
//!
//! The hub knows bytes only. A publisher makes each message's [`Frame`]s once and hands them to a [`Channel`]; the
//! shards, threads of the [`Hub`]'s own, write them to every [`Connection`] attached; what comes in goes to the
//! connection's [`Session`]. See `docs/decisions/0003-hub.md` for its shape and why.

mod channel;
mod config;
mod connection;
mod counters;
mod delays;
mod drain;
mod frame;
#[expect(clippy::module_inception, reason = "the hub itself, among its parts")]
mod hub;
mod inbox;
mod latest;
mod ring;
#[cfg(model)]
#[path = "../../model/src/scenarios.rs"]
pub mod scenarios;
mod session;
mod shard;
mod sync;
mod wire;

pub use channel::{Channel, RingPosition};
pub use config::{
    COMPRESSION_LEVEL_MAX, CompressionConfig, HubConfig, PRIVATE_FRAMES_LIMIT, SHARD_CONNECTIONS_MAX, SHARDS_MAX,
};
pub use connection::{Connection, ConnectionId, Gone};
pub use counters::Counters;
pub use delays::{DELAY_SECONDS, Delays, Measured};
pub use frame::{CloseFrame, Frame, Frames};
pub use hub::{Handshake, Hub, Refusal, Refused, StillRunning};
pub use latest::LatestFull;
pub use session::{CloseReason, Message, Session};
pub use wire::{Compressor, Violation};
