//! The handle to a connection.

use std::{fmt, sync::Arc, time::Instant};

use super::{
    Channel, CloseFrame, Frame, RingPosition,
    inbox::{Attachment, Command, Counted, ShardShared},
};

/// The connection is gone, or closing: nothing was done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the connection is gone")]
pub struct Gone;

/// A number that no other connection of the hub has, or had for billions of connections.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ConnectionId(pub u64);

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// A handle to one connection, for any thread. It asks the connection's shard to act and never waits for it; calls
/// made by one thread, callbacks included, take effect in order. When the connection is gone, every call says [`Gone`]
/// (or is overtaken by the connection's end and does nothing).
#[derive(Clone)]
pub struct Connection {
    shard: Arc<ShardShared>,
    slot: u32,
    generation: u32,
}

impl Connection {
    pub(super) fn new(shard: Arc<ShardShared>, slot: u32, generation: u32) -> Self {
        Self { shard, slot, generation }
    }

    pub(super) fn slot(&self) -> u32 {
        self.slot
    }

    pub(super) fn generation(&self) -> u32 {
        self.generation
    }

    /// Its number.
    #[must_use]
    pub fn id(&self) -> ConnectionId {
        ConnectionId(u64::from(self.generation) << 32 | (self.shard.index as u64) << 24 | u64::from(self.slot))
    }

    /// Whether calls can still take effect.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.shard.slots.is_open(self.slot, self.generation)
    }

    /// Sends a frame to this connection alone, in order with the others, and after what was published to its channel
    /// before by the same thread. When too many wait (see `private_frames_max` and `private_bytes_max` in
    /// [`HubConfig`](super::HubConfig)), all that wait are dropped, later ones too, and the session is told that it
    /// [lagged](super::Session::lagged).
    pub fn send(&self, frame: Frame) -> Result<(), Gone> {
        let (slot, generation) = (self.slot, self.generation);
        match self.shard.slots.count_frame(slot, generation) {
            Counted::Frame => self.shard.push(Command::Send { slot, generation, frame }),
            Counted::Overflow => self.shard.push(Command::Overflow { slot, generation }),
            Counted::LeftOut => {}
            Counted::Gone => return Err(Gone),
        }
        Ok(())
    }

    /// Joins a channel, leaving the one before, as a member of `class` (one that the channel doesn't have receives
    /// nothing). First comes what was sent before; then `prelude` (a welcome and a snapshot, say; it counts against no
    /// bound); then every critical message from `from` on, exactly once and in order; with the ticks come the latest
    /// values that changed since `from`, and the best-effort messages from now on. If the ring no longer reaches back
    /// to `from`, the session is told that it [lagged](super::Session::lagged) after the prelude went out.
    pub fn attach(&self, channel: &Channel, class: usize, from: RingPosition, prelude: Vec<Frame>) -> Result<(), Gone> {
        let attachment = Box::new(Attachment { channel: channel.0.clone(), class, from, prelude });
        self.push(|slot, generation| Command::Attach { slot, generation, attachment })
    }

    /// Leaves the channel. What is in the private lane still goes out.
    pub fn detach(&self) -> Result<(), Gone> {
        self.push(|slot, generation| Command::Detach { slot, generation })
    }

    /// Sets the connection's one deadline, instead of the one before; `None` unsets it. The session is
    /// [told](super::Session::deadline) within some 10 ms after it, never before.
    pub fn set_deadline(&self, deadline: Option<Instant>) -> Result<(), Gone> {
        self.push(|slot, generation| Command::SetDeadline { slot, generation, deadline })
    }

    /// Closes: messages are no longer received from now on; what was sent and published before goes out, then the close
    /// frame; then the peer's answer is waited for. All of it within
    /// [`close_limit`](super::HubConfig::close_limit), after which the connection is dropped.
    pub fn close(&self, close: CloseFrame) -> Result<(), Gone> {
        let (slot, generation) = (self.slot, self.generation);
        if !self.shard.slots.start_closing(slot, generation) {
            return Err(Gone);
        }
        self.shard.push(Command::Close { slot, generation, close: Box::new(close) });
        Ok(())
    }

    fn push(&self, command: impl FnOnce(u32, u32) -> Command) -> Result<(), Gone> {
        if !self.is_open() {
            return Err(Gone);
        }
        self.shard.push(command(self.slot, self.generation));
        Ok(())
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Connection({})", self.id())
    }
}
