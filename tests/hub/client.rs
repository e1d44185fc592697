//! The peer: tungstenite as the reference, and frames made by hand.

use std::io::{Read, Write};

use tokio_tungstenite::tungstenite::{self, Message, WebSocket, protocol::Role};

pub(crate) use crate::compression::frame;
use crate::{
    deflating::Deflating,
    wire::{Stream, Wire},
};

/// A WebSocket client whose handshake is over.
pub(crate) struct Client(pub(crate) WebSocket<Deflating>);

impl Client {
    pub(crate) fn new(stream: Stream) -> Self {
        let stream = Deflating::new(stream, Wire::current().is_compressed);
        Self(WebSocket::from_raw_socket(stream, Role::Client, None))
    }

    pub(crate) fn send(&mut self, text: &str) {
        self.0.send(Message::text(text)).unwrap();
    }

    /// The next message, which must be text.
    pub(crate) fn text(&mut self) -> String {
        loop {
            match self.0.read().unwrap() {
                // Without what was added to make it worth compressing.
                Message::Text(text) => return text.trim_end_matches(' ').to_owned(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("not a text: {other:?}"),
            }
        }
    }

    pub(crate) fn texts(&mut self, count: usize) -> Vec<String> {
        (0..count).map(|_| self.text()).collect()
    }

    /// The code and reason that the server closes with, as the next thing it says; the handshake is finished.
    pub(crate) fn close(&mut self) -> (u16, String) {
        let close = match self.0.read().unwrap() {
            Message::Close(Some(close)) => close,
            other => panic!("not a close: {other:?}"),
        };
        while !matches!(self.0.read(), Err(tungstenite::Error::ConnectionClosed | tungstenite::Error::Io(_))) {}
        (close.code.into(), close.reason.to_string())
    }
}

/// Sends bytes, and all that the server says until it ends the connection.
pub(crate) fn answer_to(mut stream: Stream, bytes: &[u8]) -> Vec<u8> {
    stream.write_all(bytes).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}

/// The code of a server's close frame.
pub(crate) fn close_code(frame: &[u8]) -> u16 {
    assert_eq!(frame[0], 0x88, "a close frame: {frame:02x?}");
    assert_eq!(usize::from(frame[1]), frame.len() - 2, "the last frame: {frame:02x?}");
    u16::from_be_bytes([frame[2], frame[3]])
}
