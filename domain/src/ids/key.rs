//! Idempotency keys.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;

use super::{NameError, NameVisitor, check};

/// The length of a UUID as text.
const UUID_BYTES: usize = 36;
/// Where a UUID's text has its dashes.
const DASHES: [usize; 4] = [8, 13, 18, 23];

/// An idempotency key, made by a client. Most are UUIDs; one of those takes 16 bytes, as a show may have to remember
/// millions.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(Form);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Form {
    /// The bytes of a UUID that was written the usual way, in lower case.
    Uuid([u8; 16]),
    /// Anything else.
    Text(SmolStr),
}

impl Key {
    /// Takes 1 to [`NAME_BYTES_MAX`](super::NAME_BYTES_MAX) characters of `A-Z a-z 0-9 . _ : -`.
    pub fn new(text: &str) -> Result<Self, NameError> {
        if let Some(bytes) = uuid_bytes(text.as_bytes()) {
            return Ok(Self(Form::Uuid(bytes)));
        }
        check(text)?;
        Ok(Self(Form::Text(SmolStr::new(text))))
    }

    /// Lends the key as the text that it was made from.
    pub fn with_text<R>(&self, read: impl FnOnce(&str) -> R) -> R {
        match &self.0 {
            Form::Text(text) => read(text),
            Form::Uuid(bytes) => {
                let text = uuid_text(bytes);
                read(str::from_utf8(&text).unwrap_or_default())
            }
        }
    }
}

fn uuid_bytes(text: &[u8]) -> Option<[u8; 16]> {
    let text: &[u8; UUID_BYTES] = text.try_into().ok()?;
    if DASHES.iter().any(|&dash| text[dash] != b'-') {
        return None;
    }
    let mut bytes = [0; 16];
    let mut at = 0;
    for byte in &mut bytes {
        at += usize::from(text[at] == b'-');
        *byte = nibble(text[at])? << 4 | nibble(text[at + 1])?;
        at += 2;
    }
    Some(bytes)
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

fn uuid_text(bytes: &[u8; 16]) -> [u8; UUID_BYTES] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = [b'-'; UUID_BYTES];
    let mut at = 0;
    for byte in bytes {
        at += usize::from(DASHES.contains(&at));
        text[at] = DIGITS[usize::from(byte >> 4)];
        text[at + 1] = DIGITS[usize::from(byte & 15)];
        at += 2;
    }
    text
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_text(|text| f.write_str(text))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_text(|text| write!(f, "{text:?}"))
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.with_text(|text| serializer.serialize_str(text))
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor(Self::new))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_says_the_text_that_it_was_made_from() {
        let texts = [
            "0f8fad5b-d9cb-469f-a165-70867728950e",
            "0F8FAD5B-d9cb-469f-a165-70867728950e",
            "0f8fad5bd-9cb-469f-a165-70867728950e",
            "0f8fad5b-d9cb-469f-a165-70867728950g",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
            "0f8fad5b-d9cb-469f-a165-70867728950",
            "click-1",
        ];
        for text in texts {
            let key = Key::new(text).unwrap();
            assert_eq!(key.to_string(), text);
            assert_eq!(Key::new(&key.to_string()), Ok(key));
        }
        let distinct: std::collections::BTreeSet<_> = texts.map(|text| Key::new(text).unwrap()).into();
        assert_eq!(distinct.len(), texts.len());
    }

    #[test]
    fn a_uuid_takes_no_memory_of_its_own() {
        assert!(matches!(Key::new("0f8fad5b-d9cb-469f-a165-70867728950e"), Ok(Key(Form::Uuid(_)))));
        assert_eq!(size_of::<Key>(), 24);
    }
}
