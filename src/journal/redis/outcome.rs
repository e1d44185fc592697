//! What became of a request.

use redis::Value;

use super::reply::{Parts, Strange};
use crate::journal::contract::{AppendError, ClaimError, ReadError};

/// The answers to the commands of a request, or why there are none.
pub(super) type Outcome = Result<Vec<Value>, Failure>;

/// Why a request has no answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Failure {
    /// It certainly did nothing.
    NotDone(String),
    /// It may have done what it was to do.
    Unknown(String),
}

impl Failure {
    fn reason(self) -> String {
        let (Self::NotDone(reason) | Self::Unknown(reason)) = self;
        reason
    }
}

impl From<Strange> for Failure {
    fn from(_: Strange) -> Self {
        Self::Unknown(Strange::TEXT.to_owned())
    }
}

impl From<Failure> for AppendError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NotDone(reason) => Self::Unavailable(reason),
            Failure::Unknown(reason) => Self::InDoubt(reason),
        }
    }
}

impl From<Failure> for ClaimError {
    fn from(failure: Failure) -> Self {
        Self::Unavailable(failure.reason())
    }
}

impl From<Failure> for ReadError {
    fn from(failure: Failure) -> Self {
        Self::Unavailable(failure.reason())
    }
}

/// The answer to the first command. A command that Redis refuses, whatever its words are (`OOM`, `READONLY`, `LOADING`,
/// `NOREPLICAS`, `MISCONF`, `CLUSTERDOWN`, …), did nothing: our scripts check everything before their first write, the
/// first write is the one that can be refused, and Redis stops no script that has written.
pub(super) fn first(outcome: Outcome) -> Result<Value, Failure> {
    match outcome?.into_iter().next() {
        Some(Value::ServerError(error)) => {
            Err(Failure::NotDone(format!("Redis says {} {}", error.code(), error.details().unwrap_or_default())))
        }
        Some(value) => Ok(value),
        None => Err(Strange.into()),
    }
}

/// The parts of the answer to the first command.
pub(super) fn parts(outcome: Outcome) -> Result<Parts, Failure> {
    Ok(Parts::of(first(outcome)?)?)
}

/// The answer of a script that begins with a word, and the word.
pub(super) fn worded(outcome: Outcome) -> Result<(String, Parts), Failure> {
    let mut parts = parts(outcome)?;
    Ok((parts.text()?, parts))
}
