//! What a shard keeps per connection.
//!
//! A sweep touches one line of the cache of each connection: what writing needs lies side by side in the shard's array of
//! peers, and everything else behind a pointer that it doesn't follow.

use std::num::NonZeroU32;

use crate::hub::{CloseReason, Connection, Frame, HubConfig, Session, wire::Decoder};

use super::{
    clock::{NEVER, ticks},
    lane::{Lane, Overflow},
};

/// A connection. Small, because there are many that only listen: what is rare is boxed and absent most of the time.
#[repr(align(64))]
pub(super) struct Peer {
    pub(super) stream: mio::net::TcpStream,
    pub(super) feed: Option<Feed>,
    pub(super) rare: Option<Box<Rare>>,
    pub(super) rest: Box<Rest>,
    pub(super) lag: Lag,
    /// Whether the private lane overflowed, and nothing may be added to it.
    pub(super) is_muted: bool,
    /// Whether the socket is full, so that only its readiness makes another write worth while.
    pub(super) is_blocked: bool,
    /// Whether it is in the shard's queue of connections to write to.
    pub(super) is_queued: bool,
}

/// What only reading, timers and closing need of a connection.
pub(super) struct Rest {
    pub(super) session: Box<dyn Session>,
    pub(super) connection: Connection,
    pub(super) decoder: Decoder,
    /// The tick at which something was last read.
    pub(super) heard_at: u64,
    /// The tick at which a ping was sent that nothing was read since.
    pub(super) pinged_at: u64,
    /// The tick of the session's deadline.
    pub(super) deadline: u64,
    /// The tick since which the socket has taken nothing; [`NEVER`] unless it is blocked.
    pub(super) stalled_since: u64,
    /// Whether it is in the shard's queue of connections to read from.
    pub(super) is_unread: bool,
    /// Whether compression was agreed on.
    pub(super) is_compressed: bool,
}

/// A connection's place in its channel.
pub(super) struct Feed {
    pub(super) at: Cursor,
    /// Where the shard keeps the channel, and the connection's place among its members, counted from one.
    pub(super) local: u32,
    pub(super) place: NonZeroU32,
    pub(super) class: u32,
}

/// How far a connection has come in its channel's lanes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Cursor {
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
    pub(super) lane: Lane,
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
        let rest = Rest {
            session,
            connection,
            decoder: Decoder::default(),
            heard_at: tick,
            pinged_at: NEVER,
            deadline: NEVER,
            stalled_since: NEVER,
            is_unread: false,
            is_compressed,
        };
        Self {
            stream,
            feed: None,
            rare: None,
            rest: Box::new(rest),
            lag: Lag::No,
            is_muted: false,
            is_blocked: false,
            is_queued: false,
        }
    }

    /// Adds a frame to the private lane; an overflow empties and mutes it.
    pub(super) fn push_private(&mut self, frame: Frame, config: &HubConfig) -> Result<(), Overflow> {
        if self.is_muted {
            return Ok(());
        }
        let pushed = self.rare.get_or_insert_default().lane.push(frame, config);
        if pushed.is_err() {
            self.overflow();
        }
        pushed
    }

    /// Empties and mutes the private lane.
    pub(super) fn overflow(&mut self) {
        self.empty_lane();
        self.is_muted = true;
        self.lag = Lag::Due;
    }

    /// Forgets what waits in the private lane.
    pub(super) fn empty_lane(&mut self) {
        self.rare.iter_mut().for_each(|rare| rare.lane = Lane::default());
    }

    pub(super) fn closing(&self) -> Option<&Closing> {
        self.rare.as_ref()?.closing.as_ref()
    }

    pub(super) fn closing_mut(&mut self) -> Option<&mut Closing> {
        self.rare.as_mut()?.closing.as_mut()
    }

    /// Lets go of what is no longer needed.
    pub(super) fn trim(&mut self) {
        self.rare.take_if(|rare| rare.is_empty());
    }

    /// The tick at which something has to be done about the connection, if nothing happens before.
    pub(super) fn due(&self, limits: &Limits) -> u64 {
        if let Some(closing) = self.closing() {
            return closing.limit;
        }
        let ping_at = self.rest.heard_at.saturating_add(limits.ping_after);
        let silent_at = match self.rest.pinged_at {
            NEVER => ping_at,
            pinged_at => pinged_at.saturating_add(limits.answer),
        };
        silent_at.min(self.rest.deadline).min(self.rest.stalled_since.saturating_add(limits.stall))
    }
}

impl Cursor {
    /// Whether somebody here has everything that there is up to `end`. Latest values may be known that are newer.
    pub(super) fn reaches(&self, end: &Self) -> bool {
        self.next == end.next && self.latest >= end.latest && self.best_effort == end.best_effort
    }
}

impl Rare {
    fn is_empty(&self) -> bool {
        let is_quiet = self.partial.is_none() && self.ping.is_none() && self.pong.is_none() && self.closing.is_none();
        is_quiet && self.lane.is_empty()
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
        // A line of the cache; where debug assertions are on, mio keeps more with a stream.
        let more = size_of::<mio::net::TcpStream>() - size_of::<i32>();
        assert_eq!(size_of::<Option<Peer>>(), (64 + more).next_multiple_of(64));
        assert!(size_of::<Rest>() <= 88, "{} bytes", size_of::<Rest>());
    }
}
