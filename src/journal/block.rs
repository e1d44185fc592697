//! A block: the entries of one append as one stored value, since a value for each entry would cost more than
//! everything else of an append.
//!
//! The layout, integers big-endian; the number of the first entry is stored beside it, and the others follow it:
//!
//! | offset | bytes | what |
//! |---|---|---|
//! | 0 | 1 | the layout's version, [`VERSION`] |
//! | 1 | 4 | how many entries |
//! | 5 | | the entries, one after the other: |
//! | +0 | 8 | its time, Unix milliseconds |
//! | +8 | 32 | its digest |
//! | +40 | 4 | the length of its body |
//! | +44 | | its body |

use bytes::Bytes;

use crate::journal::contract::{Digest, RawEntry};

const VERSION: u8 = 1;
/// How many bytes a block has beside its entries.
pub(super) const HEAD_BYTES: usize = 1 + 4;
/// How many bytes an entry has beside its body.
pub(super) const ENTRY_HEAD_BYTES: usize = 8 + 32 + 4;

/// The block of these entries, of which an append has bounded number and length.
pub(super) fn encode(entries: &[RawEntry]) -> Vec<u8> {
    let mut block = Vec::with_capacity(bytes(entries));
    write(entries, |part| block.extend_from_slice(part));
    block
}

/// Fills `block`, which has as many bytes as the block of these entries.
pub(super) fn write_into(entries: &[RawEntry], mut block: &mut [u8]) {
    write(entries, |part| {
        let (filled, rest) = std::mem::take(&mut block).split_at_mut(part.len());
        filled.copy_from_slice(part);
        block = rest;
    });
}

/// How many bytes the block of these entries has.
pub(super) fn bytes(entries: &[RawEntry]) -> usize {
    HEAD_BYTES + entries.iter().map(|entry| ENTRY_HEAD_BYTES + entry.body.len()).sum::<usize>()
}

/// The same block, part by part: it need not be anywhere as a whole.
pub(super) fn write(entries: &[RawEntry], mut out: impl FnMut(&[u8])) {
    out(&[VERSION]);
    out(&length(entries.len()));
    for entry in entries {
        let mut head = [0; ENTRY_HEAD_BYTES];
        head[..8].copy_from_slice(&entry.at_ms.to_be_bytes());
        head[8..40].copy_from_slice(&entry.digest.0);
        head[40..].copy_from_slice(&length(entry.body.len()));
        out(&head);
        out(&entry.body);
    }
}

/// The entries of a block whose first entry has this number, or the first one that can't be read and why.
pub(super) fn decode(first_seq: u64, block: &[u8]) -> Entries<'_> {
    Entries { next_seq: first_seq, state: State::Start, rest: block }
}

/// The entries of a block, in order. Ends after the first error.
pub(super) struct Entries<'block> {
    next_seq: u64,
    state: State,
    rest: &'block [u8],
}

/// Why a block's entry can't be read.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Unreadable {
    pub(super) seq: u64,
    pub(super) reason: &'static str,
}

/// An entry whose body is still the block's.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct EntryRef<'block> {
    pub(super) seq: u64,
    pub(super) at_ms: u64,
    pub(super) digest: Digest,
    pub(super) body: &'block [u8],
}

impl EntryRef<'_> {
    pub(super) fn to_entry(&self) -> RawEntry {
        RawEntry { seq: self.seq, at_ms: self.at_ms, digest: self.digest, body: Bytes::copy_from_slice(self.body) }
    }
}

enum State {
    Start,
    Left(u32),
    Ended,
}

impl<'block> Iterator for Entries<'block> {
    type Item = Result<EntryRef<'block>, Unreadable>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.advance() {
            Ok(entry) => entry.map(Ok),
            Err(reason) => {
                self.state = State::Ended;
                Some(Err(Unreadable { seq: self.next_seq, reason }))
            }
        }
    }
}

impl<'block> Entries<'block> {
    fn advance(&mut self) -> Result<Option<EntryRef<'block>>, &'static str> {
        let left = match self.state {
            State::Ended => return Ok(None),
            State::Left(left) => left,
            State::Start => self.start()?,
        };
        if left == 0 {
            self.state = State::Ended;
            return if self.rest.is_empty() { Ok(None) } else { Err("the block goes on after its last entry") };
        }
        let entry = self.entry()?;
        self.next_seq += 1;
        self.state = State::Left(left - 1);
        Ok(Some(entry))
    }

    fn start(&mut self) -> Result<u32, &'static str> {
        let [version] = self.take()?;
        if version != VERSION {
            return Err("the block has a layout of another version");
        }
        Ok(u32::from_be_bytes(self.take()?))
    }

    fn entry(&mut self) -> Result<EntryRef<'block>, &'static str> {
        let at_ms = u64::from_be_bytes(self.take()?);
        let digest = Digest(self.take()?);
        let body_bytes = u32::from_be_bytes(self.take()?) as usize;
        let (body, rest) = self.rest.split_at_checked(body_bytes).ok_or(SHORT)?;
        self.rest = rest;
        Ok(EntryRef { seq: self.next_seq, at_ms, digest, body })
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], &'static str> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(SHORT)?;
        self.rest = rest;
        Ok(*taken)
    }
}

const SHORT: &str = "the block ends before its last entry";

fn length(length: usize) -> [u8; 4] {
    u32::try_from(length).expect("an append is bounded far below 4 GiB").to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::contract::Position;

    fn entries(bodies: &[&'static [u8]]) -> Vec<RawEntry> {
        let mut position = Position { seq: 41, digest: Digest([7; 32]) };
        let mut entries = Vec::new();
        for (at_ms, body) in (1_000..).zip(bodies) {
            let entry = RawEntry::following(&position, at_ms, Bytes::from_static(body));
            position = entry.position();
            entries.push(entry);
        }
        entries
    }

    fn decoded(block: &[u8]) -> Result<Vec<RawEntry>, Unreadable> {
        decode(42, block).map(|entry| entry.map(|entry| entry.to_entry())).collect()
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        let entries = entries(&[b"one", b"", b"three"]);
        assert_eq!(decoded(&encode(&entries)), Ok(entries));
    }

    #[test]
    fn a_block_cut_anywhere_is_found_out() {
        let block = encode(&entries(&[b"one", b"two"]));
        for end in 0..block.len() {
            assert_eq!(decoded(&block[..end]).map_err(|error| error.reason), Err(SHORT), "cut at {end}");
        }
    }

    #[test]
    fn a_block_that_goes_on_is_found_out() {
        let mut block = encode(&entries(&[b"one"]));
        block.push(0);
        assert_eq!(decoded(&block), Err(Unreadable { seq: 43, reason: "the block goes on after its last entry" }));
    }

    #[test]
    fn a_block_of_another_version_is_found_out() {
        let mut block = encode(&entries(&[b"one"]));
        block[0] = 9;
        assert_eq!(decoded(&block), Err(Unreadable { seq: 42, reason: "the block has a layout of another version" }));
    }
}
