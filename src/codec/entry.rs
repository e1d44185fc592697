//! Journal entries: the rules' own and the stored ones.

use dropcast_domain::{
    ids::{Key, NameError, OrderId, PrincipalId, ReservationId, WaiterId},
    money::CurrencyError,
    show::{Cause, Entry, Fingerprint, KeyBinding, Outcome, Principal, Role},
    time::Timestamp,
};
use dropcast_proto::v1::{self, key_outcome};
use prost::Message as _;

use super::{fact, names::InWire as _};
use crate::journal::RawEntry;

/// Why a stored entry can't be read. Whoever meets one stops: it never skips history.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The bytes are no protobuf message.
    #[error("not a journal entry: {0}")]
    Bytes(#[from] prost::DecodeError),
    /// A fact of a kind that this version does not know: a newer version wrote it.
    #[error("a kind of fact that this version does not know; use the version that wrote it, or a newer one")]
    FactUnknown,
    /// A value of an enum that this version does not know.
    #[error("{number} is no {name} that this version knows; use the version that wrote it, or a newer one")]
    Enum {
        /// The enum.
        name: &'static str,
        /// The number.
        number: i32,
    },
    /// A part is missing that every version writes.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A name is none.
    #[error("a name {0}")]
    Name(#[from] NameError),
    /// A currency is none.
    #[error("a currency {0}")]
    Currency(#[from] CurrencyError),
    /// A digest has another length.
    #[error("a digest has not 32 bytes")]
    Digest,
    /// A fingerprint has another length.
    #[error("a fingerprint has not 16 bytes")]
    Fingerprint,
}

/// The entry of a stored body.
pub fn decode_entry(raw: &RawEntry) -> Result<Entry, DecodeError> {
    let body = v1::EntryBody::decode(raw.body.clone())?;
    Ok(Entry {
        at: Timestamp(raw.at_ms),
        cause: body.cause.map(cause_from_wire).transpose()?,
        facts: body.facts.into_iter().map(fact::from_wire).collect::<Result<_, _>>()?,
    })
}

/// The entry as it is exported: readable, and with the bytes that its digest is made of.
pub fn export_entry(raw: &RawEntry) -> Result<v1::JournalEntry, DecodeError> {
    let body = v1::EntryBody::decode(raw.body.clone())?;
    Ok(v1::JournalEntry {
        seq: raw.seq,
        decided_at: raw.at_ms,
        digest: raw.digest.0.to_vec(),
        body: raw.body.to_vec(),
        cause: body.cause,
        facts: body.facts,
    })
}

fn cause_from_wire(cause: v1::Cause) -> Result<Cause, DecodeError> {
    let principal = Principal { role: Role::from_wire(cause.role)?, id: PrincipalId::new(&cause.principal)? };
    let binding = cause.binding.map(binding_from_wire).transpose()?;
    Ok(Cause { principal, binding })
}

fn binding_from_wire(binding: v1::KeyBinding) -> Result<KeyBinding, DecodeError> {
    let fingerprint = binding.fingerprint.try_into().map_err(|_| DecodeError::Fingerprint)?;
    let outcome = binding.outcome.and_then(|outcome| outcome.kind).ok_or(DecodeError::Missing("a key's outcome"))?;
    Ok(KeyBinding {
        key: Key::new(&binding.key)?,
        fingerprint: Fingerprint(fingerprint),
        outcome: outcome_from_wire(&outcome),
    })
}

fn outcome_from_wire(outcome: &key_outcome::Kind) -> Outcome {
    match *outcome {
        key_outcome::Kind::Done(v1::DoneOutcome {}) => Outcome::Done,
        key_outcome::Kind::Reservation(id) => Outcome::Reservation(ReservationId(id)),
        key_outcome::Kind::Order(id) => Outcome::Order(OrderId(id)),
        key_outcome::Kind::Waiter(id) => Outcome::Waiter(WaiterId(id)),
    }
}
