//! Who receives a message, and in which encoding: together a class of the hub.

use dropcast_proto::v1::{self, server_message::Kind};
use prost::Message as _;

use crate::hub::{Frame, Frames};

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

const AUDIENCES: [Audience; 3] = [Audience::Viewer, Audience::Host, Audience::Brand];
pub(super) const ENCODINGS: [Encoding; 2] = [Encoding::Json, Encoding::Proto];

/// How many classes a show's channel has.
pub const CLASSES: usize = AUDIENCES.len() * ENCODINGS.len();

/// The hub's class of an audience in an encoding.
pub fn class(audience: Audience, encoding: Encoding) -> usize {
    audience as usize * ENCODINGS.len() + encoding as usize
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

/// A message framed once for each class of the audiences that receive it.
pub(super) fn frames_for(audiences: &[Audience], kind: Kind) -> Frames {
    let message = message(kind);
    let by_encoding = ENCODINGS.map(|encoding| encode_message(&message, encoding));
    let mut by_class = vec![None; CLASSES];
    for audience in audiences {
        for (encoding, frame) in ENCODINGS.into_iter().zip(&by_encoding) {
            by_class[class(*audience, encoding)] = Some(frame.clone());
        }
    }
    Frames::new(by_class)
}

/// A message framed once for everybody.
pub(super) fn frames_for_all(kind: Kind) -> Frames {
    frames_for(&AUDIENCES, kind)
}
