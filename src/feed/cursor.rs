//! Where a client left off: opaque to it, good on any node.

use std::fmt;

use dropcast_domain::ids::ShowId;
use dropcast_proto::json::{from_hexadecimal, to_hexadecimal};

use crate::journal::{Journal, Position, ReadError};

const DIGEST_BYTES: usize = 8;

/// A journal position and the beginning of that entry's digest, so that it can't be mistaken for a position of another
/// history. Written as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cursor {
    /// The last entry that the client knows.
    pub seq: u64,
    digest: [u8; DIGEST_BYTES],
}

impl Cursor {
    /// The cursor of a position.
    pub fn at(position: Position) -> Self {
        let mut digest = [0; DIGEST_BYTES];
        digest.copy_from_slice(&position.digest.0[..DIGEST_BYTES]);
        Self { seq: position.seq, digest }
    }

    /// Reads a cursor; `None` for what is none.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 2 * (8 + DIGEST_BYTES) {
            return None;
        }
        let bytes = from_hexadecimal(text)?;
        let (seq, digest) = bytes.split_first_chunk()?;
        Some(Self { seq: u64::from_be_bytes(*seq), digest: digest.try_into().ok()? })
    }

    /// Whether it was made by this show's journal, as far as the journal is still there to tell.
    ///
    /// # Errors
    ///
    /// The journal can't be read now.
    pub async fn is_of(&self, journal: &dyn Journal, show: &ShowId) -> Result<bool, ReadError> {
        if self.seq == 0 {
            return Ok(self.is_at(Position::default()));
        }
        match journal.read(show.as_str(), self.seq, 1).await {
            Ok(entries) => Ok(entries.first().is_some_and(|entry| self.is_at(entry.position()))),
            Err(ReadError::Gap { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether it was made at this position.
    pub fn is_at(&self, position: Position) -> bool {
        *self == Self::at(position)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{}", self.seq, to_hexadecimal(&self.digest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Digest;

    #[test]
    fn a_cursor_reads_as_it_was_written() {
        let position = Position { seq: 77, digest: Digest([0xab; 32]) };
        let text = Cursor::at(position).to_string();
        assert_eq!(text, "000000000000004dabababababababab");
        assert!(Cursor::parse(&text).expect("a cursor").is_at(position));
        assert!(!Cursor::parse(&text).expect("a cursor").is_at(Position { seq: 77, digest: Digest([0xac; 32]) }));
    }

    #[test]
    fn rubbish_is_no_cursor() {
        for text in ["", "77", "zz00000000000000abababababababab", "ééééééééééééééé\u{e9}\u{e9}", &"0".repeat(33)]
        {
            assert_eq!(Cursor::parse(text), None, "{text}");
        }
    }
}
