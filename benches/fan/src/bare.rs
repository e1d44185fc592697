//! One thread over epoll that writes ready-made frames to plain sockets, with nothing around the system calls.

use std::{
    io::{self, ErrorKind, Read as _, Write as _},
    net::SocketAddr,
};

use mio::{
    Events, Interest, Poll, Token,
    net::{TcpListener, TcpStream},
};
use slab::Slab;

use crate::{PUBLISH, handshake};

const LISTENER: Token = Token(usize::MAX);
const SCRATCH_BYTES: usize = 64 * 1_024;
/// The mask of a client's frame.
const MASK_BYTES: usize = 4;

/// Whether messages that arrive together leave together.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Coalesce {
    No,
    Yes,
}

/// Serves until a subscriber is so far behind that its socket is full: then it would measure something else.
pub(crate) fn serve(listen: SocketAddr, coalesce: Coalesce) -> io::Result<()> {
    let mut listener = TcpListener::bind(listen)?;
    socket2::SockRef::from(&listener).listen(4_096)?;
    let mut poll = Poll::new()?;
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    let mut server = Server { listener, coalesce, peers: Slab::new(), scratch: vec![0; SCRATCH_BYTES] };
    let mut events = Events::with_capacity(1_024);
    loop {
        poll.poll(&mut events, None)?;
        for event in &events {
            if event.token() == LISTENER {
                server.accept(&poll)?;
            } else {
                server.read(event.token().0)?;
            }
        }
    }
}

struct Server {
    listener: TcpListener,
    coalesce: Coalesce,
    peers: Slab<Peer>,
    scratch: Vec<u8>,
}

/// No more than a subscriber needs.
enum Peer {
    /// Has not asked yet.
    New(TcpStream),
    Subscriber(TcpStream),
    /// With the part of a frame that has arrived.
    Publisher(Box<(TcpStream, Vec<u8>)>),
}

impl Peer {
    fn stream(&mut self) -> &mut TcpStream {
        match self {
            Self::New(stream) | Self::Subscriber(stream) => stream,
            Self::Publisher(publisher) => &mut publisher.0,
        }
    }
}

impl Server {
    fn accept(&mut self, poll: &Poll) -> io::Result<()> {
        loop {
            match self.listener.accept() {
                Ok((mut stream, _)) => {
                    stream.set_nodelay(true)?;
                    let entry = self.peers.vacant_entry();
                    poll.registry().register(&mut stream, Token(entry.key()), Interest::READABLE)?;
                    entry.insert(Peer::New(stream));
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }

    /// Reads all that a peer has sent.
    fn read(&mut self, key: usize) -> io::Result<()> {
        loop {
            let Some(peer) = self.peers.get_mut(key) else { return Ok(()) };
            match peer.stream().read(&mut self.scratch) {
                Ok(0) => drop(self.peers.remove(key)),
                Ok(bytes) => self.take(key, bytes)?,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(_) => drop(self.peers.remove(key)),
            }
        }
    }

    fn take(&mut self, key: usize, bytes: usize) -> io::Result<()> {
        match &mut self.peers[key] {
            Peer::New(_) => self.welcome(key, bytes),
            // A pong, say.
            Peer::Subscriber(_) => Ok(()),
            Peer::Publisher(publisher) => {
                publisher.1.extend_from_slice(&self.scratch[..bytes]);
                let frames = take_frames(&mut publisher.1);
                self.broadcast(&frames)
            }
        }
    }

    /// Answers a request, which these clients send in one piece.
    fn welcome(&mut self, key: usize, bytes: usize) -> io::Result<()> {
        let request = handshake::read(&self.scratch[..bytes]);
        let Peer::New(mut stream) = self.peers.remove(key) else { return Ok(()) };
        // Dropping its stream tells a client that its request was not understood.
        let Some(request) = request else { return Ok(()) };
        stream.write_all(request.response.as_bytes())?;
        let peer = if request.path == PUBLISH {
            Peer::Publisher(Box::new((stream, Vec::new())))
        } else {
            Peer::Subscriber(stream)
        };
        // The key that was just vacated is the next one given.
        self.peers.insert(peer);
        Ok(())
    }

    fn broadcast(&mut self, frames: &[Vec<u8>]) -> io::Result<()> {
        if self.coalesce == Coalesce::Yes && frames.len() > 1 {
            return self.send_all(&frames.concat());
        }
        frames.iter().try_for_each(|frame| self.send_all(frame))
    }

    fn send_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        for (_, peer) in &mut self.peers {
            if let Peer::Subscriber(stream) = peer {
                match stream.write(bytes) {
                    Ok(written) if written == bytes.len() => {}
                    Ok(_) => return Err(io::Error::other("a subscriber's socket is full")),
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {
                        return Err(io::Error::other("a subscriber's socket is full"));
                    }
                    // It is gone, and the next event says so.
                    Err(_) => {}
                }
            }
        }
        Ok(())
    }
}

/// Takes whole frames of a client out of what has arrived, and makes each the frame that a server sends.
fn take_frames(input: &mut Vec<u8>) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    let mut start = 0;
    while let Some((payload, end)) = payload(&input[start..]) {
        let mut frame = vec![input[start]];
        let payload = start + payload..start + end;
        if let Ok(length @ 0..126) = u8::try_from(payload.len()) {
            frame.push(length);
        } else {
            frame.push(126);
            // A publisher sends no frame of 64 KiB or more.
            frame.extend(u16::try_from(payload.len()).unwrap_or(u16::MAX).to_be_bytes());
        }
        let mask = payload.start - MASK_BYTES;
        frame.extend(payload.enumerate().map(|(index, at)| input[at] ^ input[mask + index % MASK_BYTES]));
        frames.push(frame);
        start += end;
    }
    input.drain(..start);
    frames
}

/// Where the payload of the first frame starts and ends, when all of it has arrived.
fn payload(input: &[u8]) -> Option<(usize, usize)> {
    let (length, start) = match input.get(1)? & 0x7f {
        126 => (usize::from(u16::from_be_bytes([*input.get(2)?, *input.get(3)?])), 4 + MASK_BYTES),
        length => (usize::from(length), 2 + MASK_BYTES),
    };
    let end = start + length;
    (input.len() >= end).then_some((start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_a_client_become_frames_of_a_server_once_they_are_whole() {
        let masked = |payload: &[u8]| {
            let mask = [1, 2, 3, 4];
            let mut frame = vec![0x81];
            if payload.len() < 126 {
                frame.push(0x80 + u8::try_from(payload.len()).unwrap());
            } else {
                frame.push(0x80 + 126);
                frame.extend(u16::try_from(payload.len()).unwrap().to_be_bytes());
            }
            frame.extend(mask);
            frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
            frame
        };
        let bytes = [masked(b"short"), masked(&[b'x'; 200])].concat();
        let mut input = bytes[..bytes.len() - 1].to_vec();
        assert_eq!(take_frames(&mut input), [b"\x81\x05short".to_vec()]);
        input.push(bytes[bytes.len() - 1]);
        assert_eq!(take_frames(&mut input), [[&[0x81, 126, 0, 200], [b'x'; 200].as_slice()].concat()]);
        assert!(input.is_empty());
    }
}
