//! What a shard keeps per connection.

use crate::hub::{CloseReason, Connection, Frame, HubConfig, Session, wire::Decoder};

use super::{
    clock::{NEVER, ticks},
    lane::{Lane, Overflow},
};

/// A connection. Small, because there are many that only listen: what is rare is boxed and absent most of the time.
#[expect(clippy::struct_excessive_bools, reason = "independent facts about a connection, a byte each")]
pub(super) struct Peer {
    pub(super) stream: mio::net::TcpStream,
    pub(super) session: Box<dyn Session>,
    pub(super) connection: Connection,
    pub(super) decoder: Decoder,
    pub(super) feed: Option<Feed>,
    pub(super) lane: Option<Box<Lane>>,
    pub(super) rare: Option<Box<Rare>>,
    /// The tick at which something was last read.
    pub(super) heard_at: u64,
    /// The tick at which a ping was sent that nothing was read since.
    pub(super) pinged_at: u64,
    /// The tick of the session's deadline.
    pub(super) deadline: u64,
    /// The tick since which the socket has taken nothing.
    pub(super) stalled_since: u64,
    pub(super) lag: Lag,
    /// Whether compression was agreed on.
    pub(super) is_compressed: bool,
    /// Whether the private lane overflowed, and nothing may be added to it.
    pub(super) is_muted: bool,
    /// Whether the socket is full, so that only its readiness makes another write worth while.
    pub(super) is_blocked: bool,
    /// Whether it is in the shard's queue of connections to write to.
    pub(super) is_queued: bool,
    /// Whether it is in the shard's queue of connections to read from.
    pub(super) is_unread: bool,
}

/// A connection's place in its channel.
pub(super) struct Feed {
    /// Where the shard keeps the channel, and the connection's place among its members.
    pub(super) local: u32,
    pub(super) place: usize,
    pub(super) class: usize,
    /// The next critical message.
    pub(super) next: u64,
    /// The version up to which latest values were sent.
    pub(super) latest: u64,
    /// The next best-effort message.
    pub(super) best_effort: u64,
}

/// Whether a connection needs a fresh snapshot.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lag {
    No,
    /// Its session is to be told.
    Due,
    /// Its session was told, and attaches it again when it has a snapshot.
    Told,
}

/// What few connections have at any moment.
#[derive(Default)]
pub(super) struct Rare {
    /// The frame that was written in part, and how much of it.
    pub(super) partial: Option<(Frame, usize)>,
    pub(super) ping: Option<Frame>,
    /// The answer to the newest ping; older ones need none (RFC 6455, section 5.5.3).
    pub(super) pong: Option<Frame>,
    pub(super) closing: Option<Closing>,
}

/// A close under way.
pub(super) struct Closing {
    /// The close frame, until it was sent.
    pub(super) frame: Option<Frame>,
    /// Critical messages up to here go first.
    pub(super) ring_end: u64,
    /// The tick at which it has taken too long.
    pub(super) limit: u64,
    pub(super) then: Then,
    pub(super) reason: CloseReason,
}

/// What follows the sending of a close frame.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// The peer's close frame.
    AwaitPeer,
    /// The end of the peer's stream, whatever it still sends: closing a socket that has something to read resets the
    /// connection, and the peer might never see the close frame.
    AwaitEnd,
    /// Nothing: the peer has said close.
    Finish,
}

impl Peer {
    pub(super) fn new(
        stream: mio::net::TcpStream,
        session: Box<dyn Session>,
        connection: Connection,
        is_compressed: bool,
        tick: u64,
    ) -> Self {
        Self {
            stream,
            session,
            connection,
            decoder: Decoder::default(),
            feed: None,
            lane: None,
            rare: None,
            heard_at: tick,
            pinged_at: NEVER,
            deadline: NEVER,
            stalled_since: NEVER,
            lag: Lag::No,
            is_compressed,
            is_muted: false,
            is_blocked: false,
            is_queued: false,
            is_unread: false,
        }
    }

    /// Adds a frame to the private lane; an overflow empties and mutes it.
    pub(super) fn push_private(&mut self, frame: Frame, config: &HubConfig) -> Result<(), Overflow> {
        if self.is_muted {
            return Ok(());
        }
        let pushed = self.lane.get_or_insert_default().push(frame, config);
        if pushed.is_err() {
            self.overflow();
        }
        pushed
    }

    /// Empties and mutes the private lane.
    pub(super) fn overflow(&mut self) {
        self.lane = None;
        self.is_muted = true;
        self.lag = Lag::Due;
    }

    pub(super) fn closing(&self) -> Option<&Closing> {
        self.rare.as_ref()?.closing.as_ref()
    }

    pub(super) fn closing_mut(&mut self) -> Option<&mut Closing> {
        self.rare.as_mut()?.closing.as_mut()
    }

    /// Lets go of what is no longer needed.
    pub(super) fn trim(&mut self) {
        self.lane.take_if(|lane| lane.is_empty());
        self.rare.take_if(|rare| rare.is_empty());
    }

    /// The tick at which something has to be done about the connection, if nothing happens before.
    pub(super) fn due(&self, limits: &Limits) -> u64 {
        if let Some(closing) = self.closing() {
            return closing.limit;
        }
        let ping_at = self.heard_at.saturating_add(limits.ping_after);
        let silent_at = if self.pinged_at == NEVER { ping_at } else { self.pinged_at.saturating_add(limits.answer) };
        silent_at.min(self.deadline).min(self.stalled_since.saturating_add(limits.stall))
    }
}

impl Rare {
    fn is_empty(&self) -> bool {
        self.partial.is_none() && self.ping.is_none() && self.pong.is_none() && self.closing.is_none()
    }
}

/// The hub's time limits in ticks.
pub(super) struct Limits {
    pub(super) ping_after: u64,
    /// How long the answer to a ping may take.
    pub(super) answer: u64,
    pub(super) stall: u64,
    pub(super) close: u64,
}

impl Limits {
    pub(super) fn new(config: &HubConfig) -> Self {
        Self {
            ping_after: ticks(config.ping_after),
            answer: ticks(config.idle_limit.saturating_sub(config.ping_after)),
            stall: ticks(config.write_stall_limit),
            close: ticks(config.close_limit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connection_that_only_listens_is_small() {
        assert!(size_of::<Peer>() <= 256, "{} bytes", size_of::<Peer>());
    }
}
