//! The wire and the journal: messages generated from `dropcast/v1/*.proto`, each of them both protobuf (prost) and JSON
//! (serde, see [`json`]).

pub mod json;

/// The messages of version 1.
#[allow(missing_docs, clippy::all, clippy::pedantic, unreachable_pub)]
pub mod v1 {
    include!(concat!(env!("OUT_DIR"), "/dropcast.v1.rs"));
}

/// The kinds of messages and facts, by their names in JSON.
pub mod kinds {
    include!(concat!(env!("OUT_DIR"), "/kinds.rs"));
}

/// The WebSocket subprotocol that speaks JSON in text frames.
pub const SUBPROTOCOL_JSON: &str = "dropcast.v1.json";
/// The WebSocket subprotocol that speaks protobuf in binary frames.
pub const SUBPROTOCOL_PROTO: &str = "dropcast.v1.proto";
