//! What nodes send each other about a show, as JSON: nodes of two versions understand each other, and whoever can't read
//! something says so.

use bytes::Bytes;
use dropcast_domain::{
    show::{Outcome, Refusal, Request},
    time::Timestamp,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// The most commands in one parcel.
pub(super) const PARCEL_COMMANDS_MAX: usize = 1_024;

/// Commands for the show's writer.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Commands {
    /// Which node asks.
    pub(super) node: String,
    pub(super) commands: Vec<Forward>,
}

/// One command for the show's writer.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Forward {
    /// The node's own number for it.
    pub(super) ticket: u64,
    /// After this nobody waits for it: it is not carried out.
    pub(super) give_up_at: Timestamp,
    pub(super) request: Request,
}

/// What became of commands that no fact tells of.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Verdicts {
    pub(super) verdicts: Vec<Addressed>,
}

/// What became of one command.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Addressed {
    /// Which node asked.
    pub(super) node: String,
    pub(super) ticket: u64,
    pub(super) verdict: Verdict,
}

/// What the writer says of a command.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    /// It was accepted, in an entry of this number or before it.
    Accepted { outcome: Outcome, seq: u64 },
    /// The rules turned it down.
    Refused(Refusal),
}

/// The bytes of a parcel or a notice.
pub(super) fn encode(value: &impl Serialize) -> Bytes {
    match serde_json::to_vec(value) {
        Ok(bytes) => bytes.into(),
        // Every part of it is a plain value, which JSON can always hold.
        Err(error) => {
            tracing::error!(%error, "something for another node can't be written");
            Bytes::new()
        }
    }
}

/// What the bytes say.
pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(bytes)
}
