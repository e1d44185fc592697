//! Who receives a message, and how it is written: together a class of the hub.

use dropcast_proto::v1::{self, server_message::Kind};
use prost::Message as _;

use crate::hub::Frame;

/// Who a message is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Audience {
    /// Whoever watches.
    Viewer,
    /// Who runs the show.
    Host,
    /// Who owns it.
    Brand,
}

/// How a message is written, as the WebSocket's subprotocol says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encoding {
    /// JSON in text frames.
    Json,
    /// Protobuf in binary frames.
    Proto,
}

/// How a connection is written to, as its handshake agreed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wire {
    /// How messages are written.
    pub encoding: Encoding,
    /// Whether what many receive is compressed.
    pub is_compressed: bool,
}

impl Wire {
    /// Nothing compressed.
    pub const fn plain(encoding: Encoding) -> Self {
        Self { encoding, is_compressed: false }
    }

    /// Compressed.
    pub const fn compressed(encoding: Encoding) -> Self {
        Self { encoding, is_compressed: true }
    }
}

pub(super) const AUDIENCES: [Audience; 3] = [Audience::Viewer, Audience::Host, Audience::Brand];
pub(super) const ENCODINGS: [Encoding; 2] = [Encoding::Json, Encoding::Proto];

/// How many classes a show's channel has where nothing is compressed. Where messages are, there are as many again.
pub const CLASSES: usize = AUDIENCES.len() * ENCODINGS.len();

/// The hub's class of an audience and the way in which it is written to.
pub fn class(audience: Audience, wire: Wire) -> usize {
    let plain = audience as usize * ENCODINGS.len() + wire.encoding as usize;
    if wire.is_compressed { CLASSES + plain } else { plain }
}

/// A message as a ready-made frame.
pub fn encode(kind: Kind, encoding: Encoding) -> Frame {
    encode_message(&message(kind), encoding)
}

pub(super) fn message(kind: Kind) -> v1::ServerMessage {
    v1::ServerMessage { kind: Some(kind) }
}

/// The same for one that is written in several encodings.
pub(super) fn encode_message(message: &v1::ServerMessage, encoding: Encoding) -> Frame {
    match encoding {
        Encoding::Proto => Frame::binary(&message.encode_to_vec()),
        Encoding::Json => match serde_json::to_string(message) {
            Ok(text) => Frame::text(&text),
            // Amounts and times are bounded by the rules below what JSON carries; a message that breaks this is not
            // worth the others' connection.
            Err(error) => {
                tracing::error!(%error, "a message can't be written as JSON");
                Frame::text(r#"{"problem":{"code":"internal","detail":"a message can't be shown","key":null}}"#)
            }
        },
    }
}
