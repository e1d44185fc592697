//! Answers of Redis, taken apart.

use redis::Value;

use crate::journal::contract::{Digest, Position};

/// Redis answered something that our scripts never do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Strange;

impl Strange {
    pub(super) const TEXT: &'static str = "Redis answered what the journal does not understand";
}

/// The parts of an answer, taken in order.
pub(super) struct Parts(std::vec::IntoIter<Value>);

impl Parts {
    pub(super) fn of(value: Value) -> Result<Self, Strange> {
        match value {
            Value::Array(parts) => Ok(Self(parts.into_iter())),
            Value::Map(pairs) => {
                let parts: Vec<Value> = pairs.into_iter().flat_map(|(key, value)| [key, value]).collect();
                Ok(Self(parts.into_iter()))
            }
            // Redis says so where a list would be empty.
            Value::Nil => Ok(Self(Vec::new().into_iter())),
            _ => Err(Strange),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn value(&mut self) -> Result<Value, Strange> {
        self.0.next().ok_or(Strange)
    }

    pub(super) fn parts(&mut self) -> Result<Self, Strange> {
        Self::of(self.value()?)
    }

    /// Bytes; `None` for what is not stored.
    pub(super) fn bytes(&mut self) -> Result<Option<Vec<u8>>, Strange> {
        bytes(self.value()?)
    }

    /// A text; empty for what is not stored.
    pub(super) fn text(&mut self) -> Result<String, Strange> {
        String::from_utf8(self.bytes()?.unwrap_or_default()).map_err(|_| Strange)
    }

    /// A number; `None` for what is not stored, or empty.
    pub(super) fn number(&mut self) -> Result<Option<u64>, Strange> {
        let text = self.text()?;
        if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(|_| Strange) }
    }

    /// A number and a digest; the empty journal when they are not stored.
    pub(super) fn position(&mut self) -> Result<Position, Strange> {
        let (seq, digest) = (self.number()?, self.bytes()?);
        match (seq, digest) {
            (Some(seq), Some(digest)) => Ok(Position { seq, digest: Digest(digest.try_into().map_err(|_| Strange)?) }),
            _ => Ok(Position::default()),
        }
    }
}

impl Iterator for Parts {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        self.0.next()
    }
}

/// Bytes; `None` for what is not stored.
pub(super) fn bytes(value: Value) -> Result<Option<Vec<u8>>, Strange> {
    match value {
        Value::Nil => Ok(None),
        Value::BulkString(bytes) => Ok(Some(bytes)),
        Value::SimpleString(text) | Value::VerbatimString { text, .. } => Ok(Some(text.into_bytes())),
        Value::Okay => Ok(Some(b"OK".to_vec())),
        Value::Int(number) => Ok(Some(number.to_string().into_bytes())),
        _ => Err(Strange),
    }
}

/// A block as its stream has it: the number of its first entry, and the block.
pub(super) fn stored_block(stored: Value) -> Result<(u64, Vec<u8>), Strange> {
    let mut stored = Parts::of(stored)?;
    let (_id, mut fields) = (stored.text()?, stored.parts()?);
    let (mut first_seq, mut block) = (None, Vec::new());
    while fields.len() > 0 {
        match fields.text()?.as_str() {
            "f" => first_seq = fields.number()?,
            "b" => block = fields.bytes()?.unwrap_or_default(),
            _ => drop(fields.value()?),
        }
    }
    Ok((first_seq.ok_or(Strange)?, block))
}
