//! What comes over the wire, read; and what goes back.

use dropcast_proto::v1::{self, client_message, server_message::Kind};
use prost::Message as _;

use crate::{
    feed::{Encoding, encode},
    hub::{Frame, Message},
};

/// Why a frame is not a message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// Text where the subprotocol says protobuf, or the other way round.
    WrongFrameType,
    /// What is wrong with it, and the key of the command if that could be read.
    Malformed(String),
}

/// Reads a frame as the subprotocol says.
pub(super) fn read(message: Message<'_>, encoding: Encoding) -> Result<client_message::Kind, Unreadable> {
    let read = match (message, encoding) {
        (Message::Text(text), Encoding::Json) => {
            serde_json::from_str::<v1::ClientMessage>(text).map_err(|error| error.to_string())
        }
        (Message::Binary(bytes), Encoding::Proto) => {
            v1::ClientMessage::decode(bytes).map_err(|error| error.to_string())
        }
        _ => return Err(Unreadable::WrongFrameType),
    };
    let read = read.map_err(Unreadable::Malformed)?;
    // prost decodes a kind that it doesn't know as nothing.
    read.kind.ok_or_else(|| Unreadable::Malformed("there is no message of that kind".to_owned()))
}

/// A problem, as a frame.
pub(super) fn problem(encoding: Encoding, code: &str, detail: impl Into<String>, key: Option<String>) -> Frame {
    encode(Kind::Problem(v1::Problem { code: code.to_owned(), detail: detail.into(), key }), encoding)
}
