//! A client over a socket, with everything that it received.

use std::{net::TcpStream, time::Instant};

use dropcast::{
    feed::{Cursor, Encoding},
    hub::Connection,
};
use dropcast_proto::v1::{self, server_message::Kind};
use prost::Message as _;
use tokio_tungstenite::tungstenite::{Message, WebSocket, protocol::Role};

use crate::{compression::Deflating, house::PATIENCE, picture::Picture};

pub(crate) struct Watcher {
    socket: WebSocket<Deflating<TcpStream>>,
    pub(crate) connection: Connection,
    encoding: Encoding,
    /// Everything so far, in order.
    pub(crate) received: Vec<Kind>,
    pub(crate) picture: Picture,
}

impl Watcher {
    pub(crate) fn new(stream: TcpStream, connection: Connection, encoding: Encoding) -> Self {
        let socket = WebSocket::from_raw_socket(Deflating::new(stream, true), Role::Client, None);
        Self { socket, connection, encoding, received: Vec::new(), picture: Picture::default() }
    }

    /// The next message, folded into the picture.
    pub(crate) fn next(&mut self) -> &Kind {
        match self.read() {
            Ok(message) => self.take(message),
            Err(code) => panic!("closed with {code}"),
        }
    }

    /// Reads the welcome and the snapshot; whether it was let in, or sent away with 1012 to come back.
    pub(crate) fn is_let_in(&mut self) -> bool {
        match self.read() {
            Ok(message) => assert!(matches!(self.take(message), Kind::Welcome(_))),
            Err(code) => assert_eq!(code, 1012),
        }
        !self.received.is_empty() && matches!(self.next(), Kind::Snapshot(_))
    }

    /// The next message, or the code that the server closes with.
    fn read(&mut self) -> Result<v1::ServerMessage, u16> {
        loop {
            match (self.socket.read().unwrap(), self.encoding) {
                (Message::Text(text), Encoding::Json) => return Ok(serde_json::from_str(&text).unwrap()),
                (Message::Binary(bytes), Encoding::Proto) => return Ok(v1::ServerMessage::decode(bytes).unwrap()),
                (Message::Ping(_), _) => {}
                (Message::Close(Some(close)), _) => return Err(close.code.into()),
                (other, _) => panic!("not a message: {other:?}"),
            }
        }
    }

    fn take(&mut self, message: v1::ServerMessage) -> &Kind {
        let kind = message.kind.expect("a kind of message that is known");
        self.picture.fold(&kind);
        self.received.push(kind);
        self.received.last().unwrap()
    }

    /// Reads on until something is so of the picture.
    pub(crate) fn until(&mut self, what: &str, is_so: impl Fn(&Picture) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(&self.picture) {
            assert!(Instant::now() < deadline, "not so in time: {what}\n{:#?}", self.picture);
            self.next();
        }
    }

    /// The code that the server closes with, whatever comes before.
    pub(crate) fn close_code(&mut self) -> u16 {
        loop {
            if let Err(code) = self.read() {
                return code;
            }
        }
    }

    /// Reads the welcome and the snapshot: whether its cursor was taken up.
    pub(crate) fn was_resumed(&mut self) -> bool {
        let was_resumed = matches!(self.next(), Kind::Welcome(welcome) if welcome.resumed);
        assert!(matches!(self.next(), Kind::Snapshot(snapshot) if snapshot.public.is_none() == was_resumed));
        was_resumed
    }

    /// The critical messages after the snapshot, with their positions.
    pub(crate) fn critical(&self) -> Vec<(u64, &Kind)> {
        let cursor = |kind| Some(Cursor::parse(cursor_of(kind)?).expect("a cursor").seq);
        self.received.iter().filter_map(|kind| Some((cursor(kind)?, kind))).collect()
    }

    /// Where its first snapshot was made, or where it resumed.
    pub(crate) fn joined_at(&self) -> Cursor {
        let snapshot = self.received.iter().find_map(|kind| match kind {
            Kind::Snapshot(snapshot) => Some(&snapshot.cursor),
            _ => None,
        });
        Cursor::parse(snapshot.expect("a snapshot")).expect("a cursor")
    }
}

/// The cursor of a critical message.
pub(crate) fn cursor_of(kind: &Kind) -> Option<&str> {
    match kind {
        Kind::ShowChanged(v1::ShowChanged { cursor, .. })
        | Kind::CatalogueChanged(v1::CatalogueChanged { cursor, .. })
        | Kind::DropChanged(v1::DropChanged { cursor, .. })
        | Kind::DropRemoved(v1::DropRemoved { cursor, .. }) => Some(cursor),
        _ => None,
    }
}
