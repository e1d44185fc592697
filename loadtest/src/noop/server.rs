//! One thread over epoll.

use std::{
    io::{self, ErrorKind, Read as _, Write as _},
    net::SocketAddr,
};

use dropcast_proto::{
    SUBPROTOCOL_PROTO,
    v1::{PublicState, ServerMessage, Snapshot, server_message},
};
use mio::{
    Events, Interest, Poll, Token,
    net::{TcpListener, TcpStream},
};
use prost::Message as _;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

const LISTENER: Token = Token(usize::MAX);
const EVENTS_MAX: usize = 1_024;
const BACKLOG: i32 = 4_096;
const SCRATCH_BYTES: usize = 64 * 1_024;
/// The end of a request without a body.
const END: &[u8] = b"\r\n\r\n";
/// Answers any other request, such as whether it is ready.
const READY: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
/// The first two bytes of a ping that a client sends without a payload, and all of its answer.
const PING: u8 = 0x89;
const PONG: [u8; 2] = [0x8a, 0];
const BINARY: u8 = 0x82;
const MASK_BYTES: usize = 4;

struct Peer {
    stream: TcpStream,
    input: Vec<u8>,
    stage: Stage,
}

/// What a peer has done.
#[derive(Clone, Copy, PartialEq)]
enum Stage {
    Connected,
    Upgraded,
    SaidHello,
}

/// Serves until it can't.
pub(super) fn serve(listen: SocketAddr) -> io::Result<()> {
    let mut listener = TcpListener::bind(listen)?;
    socket2::SockRef::from(&listener).listen(BACKLOG)?;
    let mut poll = Poll::new()?;
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    let (mut peers, mut scratch) = (Vec::new(), vec![0; SCRATCH_BYTES]);
    let welcome = welcome();
    let mut events = Events::with_capacity(EVENTS_MAX);
    loop {
        match poll.poll(&mut events, None) {
            Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error),
            _ => {}
        }
        for event in &events {
            match event.token() {
                LISTENER => accept(&listener, &poll, &mut peers)?,
                Token(number) => {
                    if let Some(slot) = peers.get_mut(number)
                        && let Some(peer) = slot
                        && peer.read(&mut scratch, &welcome).is_err()
                    {
                        // Places are not used again: there are as many as connections ever were, which are few.
                        *slot = None;
                    }
                }
            }
        }
    }
}

fn accept(listener: &TcpListener, poll: &Poll, peers: &mut Vec<Option<Peer>>) -> io::Result<()> {
    loop {
        match listener.accept() {
            Ok((mut stream, _)) => {
                stream.set_nodelay(true)?;
                poll.registry().register(&mut stream, Token(peers.len()), Interest::READABLE)?;
                peers.push(Some(Peer { stream, input: Vec::new(), stage: Stage::Connected }));
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}

/// The snapshot of a show without anything, as a frame.
fn welcome() -> Vec<u8> {
    let snapshot = Snapshot { public: Some(PublicState::default()), ..Snapshot::default() };
    let message = ServerMessage { kind: Some(server_message::Kind::Snapshot(snapshot)) }.encode_to_vec();
    let length = u16::try_from(message.len()).unwrap_or_default().to_be_bytes();
    [&[BINARY, 126], &length[..], &message].concat()
}

impl Peer {
    /// Reads what is there; an error when the peer is gone or doesn't do what these clients do.
    fn read(&mut self, scratch: &mut [u8], welcome: &[u8]) -> io::Result<()> {
        loop {
            let bytes = match self.stream.read(scratch) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(bytes) => bytes,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            };
            if self.input.is_empty() && self.stage == Stage::SaidHello {
                let taken = self.take(&scratch[..bytes], welcome)?;
                self.input.extend_from_slice(&scratch[taken..bytes]);
            } else {
                self.input.extend_from_slice(&scratch[..bytes]);
                let input = std::mem::take(&mut self.input);
                let taken = self.take(&input, welcome)?;
                self.input = input[taken..].to_vec();
            }
            if bytes < scratch.len() {
                return Ok(());
            }
        }
    }

    /// Takes what is whole; how many bytes that is.
    fn take(&mut self, bytes: &[u8], welcome: &[u8]) -> io::Result<usize> {
        let mut taken = 0;
        if self.stage == Stage::Connected {
            let Some(end) = bytes.windows(END.len()).position(|window| window == END) else { return Ok(0) };
            taken = end + END.len();
            self.stream.write_all(answer(&bytes[..taken]).as_bytes())?;
            self.stage = Stage::Upgraded;
        }
        while let Some((first, end)) = frame(&bytes[taken..]) {
            taken += end;
            match (first, self.stage) {
                (PING, _) => self.stream.write_all(&PONG)?,
                (_, Stage::Upgraded) => {
                    self.stream.write_all(welcome)?;
                    self.stage = Stage::SaidHello;
                }
                _ => {}
            }
        }
        Ok(taken)
    }
}

/// The first byte of a client's frame that is whole, and where it ends.
fn frame(bytes: &[u8]) -> Option<(u8, usize)> {
    let (head, length) = match bytes.get(1)? & 0x7f {
        126 => (4, usize::from(u16::from_be_bytes(*bytes.get(2..)?.first_chunk()?))),
        length => (2, usize::from(length)),
    };
    let end = head + MASK_BYTES + length;
    (bytes.len() >= end).then_some((bytes[0], end))
}

fn answer(request: &[u8]) -> String {
    let text = String::from_utf8_lossy(request);
    let key = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("sec-websocket-key").then(|| value.trim())
    });
    let Some(key) = key else { return READY.to_owned() };
    format!(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: \
         {SUBPROTOCOL_PROTO}\r\nSec-WebSocket-Accept: {}\r\n\r\n",
        derive_accept_key(key.as_bytes())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_ends_where_its_length_says() {
        let ping = [PING, 0x80, 1, 2, 3, 4];
        assert_eq!(frame(&ping), Some((PING, 6)));
        assert_eq!(frame(&ping[..5]), None);
        let long = [&[BINARY, 0xfe, 0, 200][..], &[0; MASK_BYTES + 200]].concat();
        assert_eq!(frame(&long), Some((BINARY, 208)));
    }

    #[test]
    fn who_asks_for_no_socket_is_told_that_it_is_ready() {
        assert_eq!(answer(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n"), READY);
        assert!(answer(b"GET / HTTP/1.1\r\nSec-WebSocket-Key: a\r\n\r\n").starts_with("HTTP/1.1 101 "));
    }
}
