//! A viewer's WebSocket, with hardly more than the frames.

use std::io;

use dropcast_proto::{
    SUBPROTOCOL_PROTO,
    v1::{ClientMessage, client_message},
};
use prost::Message as _;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::wire::{Endpoint, Received};

/// Room for what comes with one read. A snapshot may take several.
const READ_BYTES: usize = 4 * 1_024;
/// The longest answer to a handshake that is read.
const ANSWER_BYTES_MAX: usize = 16 * 1_024;
/// What a server must prove to have seen in a handshake. The proof is not looked at here; others of the load test do.
const KEY: &str = "bG9hZHRlc3Qtdmlld2VyIQ==";
/// A client masks what it sends (RFC 6455 section 5.3). There is no proxy here that could be fooled by a known mask.
const MASK: [u8; 4] = [0x5a, 0xc3, 0x96, 0x3c];
/// Of a frame's first byte: it ends its message.
const FIN: u8 = 0x80;
/// Of a frame's second byte: it is masked.
const MASKED: u8 = 0x80;
/// Of the same byte, for a length: two more bytes say how long it is, or eight.
const LENGTH_IN_TWO: u8 = 0x7e;
const LENGTH_IN_EIGHT: u8 = 0x7f;

/// The kinds of frames (RFC 6455 section 5.2).
pub(super) mod opcode {
    pub(in crate::compare) const BINARY: u8 = 0x2;
    pub(in crate::compare) const CLOSE: u8 = 0x8;
    pub(in crate::compare) const PING: u8 = 0x9;
    pub(in crate::compare) const PONG: u8 = 0xa;
}

/// An open connection.
pub(super) struct Socket {
    stream: TcpStream,
    received: Vec<u8>,
    /// How much of that was taken already.
    taken: usize,
}

impl Socket {
    /// Connects and shakes hands.
    pub(super) async fn open(endpoint: &Endpoint) -> io::Result<Self> {
        let stream = TcpStream::connect(endpoint.authority()).await?;
        stream.set_nodelay(true)?;
        let mut socket = Self { stream, received: Vec::with_capacity(READ_BYTES), taken: 0 };
        socket.stream.write_all(upgrade(endpoint).as_bytes()).await?;
        socket.upgraded().await?;
        Ok(socket)
    }

    async fn upgraded(&mut self) -> io::Result<()> {
        let end = loop {
            if let Some(end) = self.received.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end + 4;
            }
            if self.received.len() > ANSWER_BYTES_MAX {
                return Err(io::Error::other("the answer to the handshake is too long"));
            }
            self.read().await?;
        };
        if !self.received.starts_with(b"HTTP/1.1 101 ") {
            let status = String::from_utf8_lossy(&self.received[..end]);
            return Err(io::Error::other(status.lines().next().unwrap_or_default().to_owned()));
        }
        self.taken = end;
        Ok(())
    }

    /// Sends a message.
    pub(super) async fn send(&mut self, kind: client_message::Kind) -> io::Result<()> {
        self.write(opcode::BINARY, &ClientMessage { kind: Some(kind) }.encode_to_vec()).await
    }

    /// The next message. Safe to drop while it waits.
    pub(super) async fn receive(&mut self) -> io::Result<Received> {
        loop {
            let Some((opcode, start, end)) = frame(&self.received[self.taken..]) else {
                self.read().await?;
                continue;
            };
            let payload = self.taken + start..self.taken + end;
            self.taken = payload.end;
            match opcode {
                opcode::BINARY => return Ok(Received::of(&self.received[payload])),
                opcode::CLOSE => return Ok(Received::Closed(None)),
                opcode::PING => {
                    let payload = self.received[payload].to_vec();
                    self.write(opcode::PONG, &payload).await?;
                }
                _ => return Ok(Received::Other),
            }
        }
    }

    /// The bare connection, and what was received and not taken.
    pub(super) fn into_parts(self) -> io::Result<(std::net::TcpStream, Vec<u8>)> {
        Ok((self.stream.into_std()?, self.received[self.taken..].to_vec()))
    }

    async fn read(&mut self) -> io::Result<()> {
        self.received.drain(..self.taken);
        self.taken = 0;
        self.received.reserve(READ_BYTES);
        match self.stream.read_buf(&mut self.received).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    async fn write(&mut self, opcode: u8, payload: &[u8]) -> io::Result<()> {
        self.stream.write_all(&masked(opcode, payload)?).await
    }
}

fn upgrade(endpoint: &Endpoint) -> String {
    format!(
        "GET /v1/ws HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Protocol: {SUBPROTOCOL_PROTO}\r\n\r\n",
        endpoint.authority(),
    )
}

/// A frame as a client sends it.
pub(super) fn masked(opcode: u8, payload: &[u8]) -> io::Result<Vec<u8>> {
    let too_long = |_| io::Error::other("a message is too long");
    let mut frame = Vec::with_capacity(payload.len() + 8);
    frame.push(FIN | opcode);
    if payload.len() < usize::from(LENGTH_IN_TWO) {
        frame.push(MASKED | u8::try_from(payload.len()).map_err(too_long)?);
    } else {
        frame.push(MASKED | LENGTH_IN_TWO);
        frame.extend(u16::try_from(payload.len()).map_err(too_long)?.to_be_bytes());
    }
    frame.extend(MASK);
    frame.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    Ok(frame)
}

/// The kind of the first frame, and where its payload begins and ends; `None` until all of it is there. A server never
/// masks, and ours sends every message in one frame.
pub(super) fn frame(bytes: &[u8]) -> Option<(u8, usize, usize)> {
    let (opcode, length) = (bytes.first()? & 0xf, bytes.get(1)? & 0x7f);
    let (start, length) = match length {
        LENGTH_IN_TWO => (4, u64::from(u16::from_be_bytes(*bytes.get(2..)?.first_chunk()?))),
        LENGTH_IN_EIGHT => (10, u64::from_be_bytes(*bytes.get(2..)?.first_chunk()?)),
        length => (2, u64::from(length)),
    };
    let end = usize::try_from(length).ok()?.checked_add(start)?;
    (bytes.len() >= end).then_some((opcode, start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_read_once_all_of_it_is_there() {
        let small = [FIN | opcode::BINARY, 2, 7, 8, FIN | opcode::PING, 0];
        assert_eq!(frame(&small), Some((opcode::BINARY, 2, 4)));
        assert_eq!(frame(&small[4..]), Some((opcode::PING, 2, 2)));
        assert_eq!(frame(&small[..3]), None);
        let large = [&[FIN | opcode::BINARY, LENGTH_IN_TWO, 1, 0][..], &[0; 256]].concat();
        assert_eq!(frame(&large), Some((opcode::BINARY, 4, 260)));
        assert_eq!(frame(&large[..3]), None);
        let huge = [&[FIN | opcode::BINARY, LENGTH_IN_EIGHT, 0, 0, 0, 0, 0, 1, 0, 0][..], &vec![0; 65_536]].concat();
        assert_eq!(frame(&huge), Some((opcode::BINARY, 10, 65_546)));
    }

    #[test]
    fn what_is_masked_twice_is_what_it_was() {
        let payload: Vec<u8> = (0..=200).collect();
        let frame = masked(opcode::BINARY, &payload).unwrap();
        assert_eq!(
            frame[..8],
            [FIN | opcode::BINARY, MASKED | LENGTH_IN_TWO, 0, 201, MASK[0], MASK[1], MASK[2], MASK[3]]
        );
        let unmasked: Vec<u8> = frame[8..].iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect();
        assert_eq!(unmasked, payload);
        assert_eq!(masked(opcode::PONG, b"hi").unwrap()[1], MASKED | 2);
    }
}
