//! Between a TLS connection and the hub, which takes plain sockets only: what the peer sends is decrypted into one end of
//! a local pair of sockets, and what the hub writes to the other end is encrypted for the peer. So nothing that the hub
//! does is done a second time for TLS.

use std::{
    future::poll_fn,
    io,
    mem::MaybeUninit,
    net,
    os::{fd::OwnedFd, unix},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use socket2::SockRef;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpStream, UnixStream},
    time::{Instant, Sleep, sleep_until},
};

/// A connection whose bytes are encrypted.
pub type TlsStream = tokio_rustls::server::TlsStream<TcpStream>;

/// What is read at once: as much as a TLS record holds (RFC 8446, section 5.1). A connection holds as much of each
/// direction at most, and only while the other side doesn't take it.
const PIECE_BYTES: usize = 16 * 1_024;
/// What the kernel may hold unsent of each socket on the way, as in the hub: the rest stays in the rings.
const UNSENT_BYTES_MAX: u32 = 32 * 1_024;

/// How long a relay waits for a peer.
#[derive(Clone, Copy, Debug)]
pub struct RelayLimits {
    /// How long the peer may take nothing while there is something for it.
    pub write_stall: Duration,
    /// How long a peer may still send, or not take what is left, after the hub has ended its side.
    pub close: Duration,
}

/// Two ends of a local connection: the hub's, which it treats as it does any other, and the relay's. Fails when there are
/// too many open files.
pub fn socket_pair() -> io::Result<(net::TcpStream, UnixStream)> {
    let (hub, relay) = unix::net::UnixStream::pair()?;
    for end in [&hub, &relay] {
        // Only a bound that is less strict if this fails.
        SockRef::from(end).set_send_buffer_size(UNSENT_BYTES_MAX as usize / 2).ok();
    }
    relay.set_nonblocking(true)?;
    // A stream socket is written to, read and ended in the same way whatever its family.
    Ok((net::TcpStream::from(OwnedFd::from(hub)), UnixStream::from_std(relay)?))
}

/// Carries bytes between the peer and the hub until both directions have ended, one side is gone, or a limit has passed.
/// The end of either side's stream is passed on (with TLS's own *close notify*), so half-closed is half-closed.
pub async fn relay(mut peer: TlsStream, hub: UnixStream, limits: RelayLimits) {
    peer.get_mut().1.set_buffer_limit(Some(PIECE_BYTES));
    #[cfg(target_os = "linux")]
    SockRef::from(peer.get_ref().0).set_tcp_notsent_lowat(UNSENT_BYTES_MAX).ok();
    let mut relay = Relay { peer, hub, limits, inward: Way::default(), outward: Way::default(), waits_since: None };
    let mut timer: Option<Pin<Box<Sleep>>> = None;
    poll_fn(|context| {
        if relay.poll(context).is_ready() {
            return Poll::Ready(());
        }
        let Some(deadline) = relay.deadline() else {
            timer = None;
            return Poll::Pending;
        };
        let timer = timer.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if timer.deadline() != deadline {
            timer.as_mut().reset(deadline);
        }
        timer.as_mut().poll(context)
    })
    .await;
    // However it ended, dropping both sockets tells both sides.
}

struct Relay {
    peer: TlsStream,
    hub: UnixStream,
    limits: RelayLimits,
    /// From the peer to the hub.
    inward: Way,
    /// From the hub to the peer.
    outward: Way,
    /// Since when the peer is waited for, if it is.
    waits_since: Option<Instant>,
}

impl Relay {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let end_before = self.outward.end;
        if let Poll::Ready(Err(_)) = self.inward.poll(&mut self.peer, &mut self.hub, context) {
            // The hub is gone. What it wrote last goes out all the same.
            self.inward.end = End::PassedOn;
        }
        let outward = self.outward.poll(&mut self.hub, &mut self.peer, context);
        let has_moved = std::mem::take(&mut self.outward.has_moved);
        // A peer that takes a little every now and then isn't given more time for that once the hub has ended.
        if end_before == End::NotYet && (has_moved || self.outward.end != End::NotYet) {
            self.waits_since = None;
        }
        let is_broken = matches!(outward, Poll::Ready(Err(_)));
        let is_over = [self.inward.end, self.outward.end] == [End::PassedOn; 2];
        if is_broken || is_over { Poll::Ready(()) } else { Poll::Pending }
    }

    /// When the peer has been waited for long enough.
    fn deadline(&mut self) -> Option<Instant> {
        let limit = match self.outward.end {
            End::Read | End::PassedOn => self.limits.close,
            End::NotYet if self.outward.is_blocked => self.limits.write_stall,
            End::NotYet => {
                self.waits_since = None;
                return None;
            }
        };
        Some(*self.waits_since.get_or_insert_with(Instant::now) + limit)
    }
}

/// One direction.
#[derive(Default)]
struct Way {
    /// What was read and not taken yet. Without memory of its own most of the time.
    held: Vec<u8>,
    /// Whether something was taken since this was last asked.
    has_moved: bool,
    /// Whether what was read waits for its target to take it.
    is_blocked: bool,
    end: End,
}

/// How far the end of a direction has come.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum End {
    #[default]
    NotYet,
    /// There is nothing more to read.
    Read,
    /// Its target knows, or is gone.
    PassedOn,
}

impl Way {
    /// Carries what there is, as far as it is taken. Ready when the end was passed on, or can't be any more.
    fn poll(
        &mut self,
        from: &mut (impl AsyncRead + Unpin),
        to: &mut (impl AsyncWrite + Unpin),
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while self.end != End::PassedOn {
            // Until shown otherwise.
            self.is_blocked = true;
            while !self.held.is_empty() {
                let taken = ready!(Pin::new(&mut *to).poll_write(context, &self.held))?;
                self.held.drain(..taken);
                self.has_moved = true;
            }
            self.held = Vec::new();
            if self.end == End::Read {
                ready!(Pin::new(&mut *to).poll_shutdown(context))?;
                self.end = End::PassedOn;
            } else {
                ready!(self.carry_piece(from, to, context))?;
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Reads once. Ready when there is something to go on with.
    fn carry_piece(
        &mut self,
        from: &mut (impl AsyncRead + Unpin),
        to: &mut (impl AsyncWrite + Unpin),
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        // On the stack, so that a connection that is idle has no buffer.
        let mut space = [const { MaybeUninit::uninit() }; PIECE_BYTES];
        let mut piece = ReadBuf::uninit(&mut space);
        match Pin::new(from).poll_read(context, &mut piece) {
            // A stream that is broken has ended.
            Poll::Ready(Err(_)) => self.end = End::Read,
            Poll::Ready(Ok(())) if piece.filled().is_empty() => self.end = End::Read,
            Poll::Ready(Ok(())) => match Pin::new(to).poll_write(context, piece.filled())? {
                Poll::Ready(taken) => {
                    self.has_moved = true;
                    self.held.extend_from_slice(&piece.filled()[taken..]);
                }
                Poll::Pending => self.held.extend_from_slice(piece.filled()),
            },
            Poll::Pending => {
                ready!(Pin::new(to).poll_flush(context))?;
                self.is_blocked = false;
                return Poll::Pending;
            }
        }
        Poll::Ready(Ok(()))
    }
}
