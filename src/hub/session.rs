//! What the hub calls when something happens on a connection.

use std::io;

use super::{Connection, Violation};

/// The other end of a connection, inside the process. All calls come on the thread of the connection's shard, one after
/// the other, and must not block: thousands of connections wait for them. A panic closes this connection with 1011 and
/// no other.
pub trait Session: Send {
    /// The connection is there. Called once, before anything else.
    fn opened(&mut self, connection: &Connection) {
        let _ = connection;
    }

    /// A whole message arrived. Not called any more once [`Connection::close`] was.
    fn message(&mut self, connection: &Connection, message: Message<'_>);

    /// The connection needs a fresh snapshot: its cursor fell off the ring, or its private lane overflowed and was
    /// emptied. Until it is [attached](Connection::attach) again it receives nothing of its channel, and after an
    /// overflow no private frames either (they are dropped). Called when the peer's socket takes bytes again, so a peer
    /// that reads nothing costs no snapshots.
    fn lagged(&mut self, connection: &Connection);

    /// The time given to [`Connection::set_deadline`] has come. It is called once per deadline set.
    fn deadline(&mut self, connection: &Connection) {
        let _ = connection;
    }

    /// The connection is gone; nothing can be sent any more. Called once, after everything else.
    fn closed(&mut self, connection: &Connection, reason: CloseReason) {
        let _ = (connection, reason);
    }
}

/// A message from the peer, in memory that is only lent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Message<'a> {
    /// Text, checked to be UTF-8.
    Text(&'a str),
    /// Anything.
    Binary(&'a [u8]),
}

/// Why a connection ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CloseReason {
    /// The peer closed, with this code if it gave one.
    Peer(Option<u16>),
    /// This side closed with this code, whether or not the peer answered in time.
    Local(u16),
    /// The peer broke the protocol; it was told so.
    Violation(Violation),
    /// The connection ended without a close frame: reset, or simply over ([`io::ErrorKind::UnexpectedEof`]).
    Lost(io::ErrorKind),
    /// The peer answered no ping.
    Idle,
    /// The peer's socket took nothing for the write stall limit.
    Stalled,
    /// A callback of the session panicked.
    SessionPanicked,
    /// The hub was shut down.
    Stopped,
}
