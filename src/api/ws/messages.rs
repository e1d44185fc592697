//! What comes over the wire, read; and what goes back.

use std::collections::BTreeMap;

use dropcast_domain::ids::Key;
use dropcast_proto::v1::{self, client_message, server_message::Kind};
use prost::Message as _;
use serde::Deserialize;

use crate::{
    codec::MessageProblem,
    feed::{Encoding, encode},
    hub::{Frame, Message},
};

/// Why a frame is not a message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// Text where the subprotocol says protobuf, or the other way round.
    WrongFrameType,
    /// What is wrong with it, and the key of the command if that could be read.
    Malformed { detail: String, key: Option<String> },
}

impl From<MessageProblem> for Unreadable {
    fn from(problem: MessageProblem) -> Self {
        Self::Malformed { detail: problem.to_string(), key: problem.key.map(|key| key.to_string()) }
    }
}

/// Reads a frame as the subprotocol says.
pub(super) fn read(message: Message<'_>, encoding: Encoding) -> Result<client_message::Kind, Unreadable> {
    let read = match (message, encoding) {
        (Message::Text(text), Encoding::Json) => serde_json::from_str::<v1::ClientMessage>(text)
            .map_err(|error| Unreadable::Malformed { detail: error.to_string(), key: key_of(text) }),
        (Message::Binary(bytes), Encoding::Proto) => v1::ClientMessage::decode(bytes)
            .map_err(|error| Unreadable::Malformed { detail: error.to_string(), key: None }),
        _ => Err(Unreadable::WrongFrameType),
    };
    // prost decodes a kind that it doesn't know as nothing.
    let unknown = || Unreadable::Malformed { detail: "there is no message of that kind".to_owned(), key: None };
    read?.kind.ok_or_else(unknown)
}

/// The key of a command that is not one: whoever waits for an answer under it is to learn that there will be none.
fn key_of(text: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Keyed {
        key: String,
    }
    let mut message: BTreeMap<String, Keyed> = serde_json::from_str(text).ok()?;
    let (_, Keyed { key }) = message.pop_first().filter(|_| message.is_empty())?;
    Key::new(&key).is_ok().then_some(key)
}

/// A problem, as a frame.
pub(super) fn problem(encoding: Encoding, code: &str, detail: impl Into<String>, key: Option<String>) -> Frame {
    encode(Kind::Problem(v1::Problem { code: code.to_owned(), detail: detail.into(), key }), encoding)
}
