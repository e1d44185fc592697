//! What one write takes.

use std::io::{self, IoSlice, Write as _};

use mio::net::TcpStream;

use crate::hub::Frame;

use super::peer::Cursor;

/// The most frames in one write.
const SLICES_MAX: usize = 32;
/// Frames of so many bytes together are laid side by side and sent as one: walking a list of them costs the kernel more.
const TOGETHER_BYTES_MAX: usize = 4 * 1_024;

/// Where a frame that is written comes from, so that it can be moved past afterwards.
#[derive(Clone, Copy)]
pub(super) enum Source {
    Partial,
    Pong,
    Ping,
    Private,
    /// The message with this number.
    Critical(u64),
    /// The value with this version.
    Latest(u64),
    /// The message with this number.
    BestEffort(u64),
    Close,
}

impl Cursor {
    /// Moves past a frame of the channel; others don't move it.
    pub(super) fn pass(&mut self, source: Source) {
        match source {
            Source::Critical(number) => self.next = number + 1,
            Source::Latest(version) => self.latest = version,
            Source::BestEffort(number) => self.best_effort = number + 1,
            Source::Partial | Source::Pong | Source::Ping | Source::Private | Source::Close => {}
        }
    }
}

/// Frames that are written in one call, on the stack.
pub(super) struct Batch<'a> {
    slices: [IoSlice<'a>; SLICES_MAX],
    sources: [Source; SLICES_MAX],
    len: usize,
}

impl<'a> Batch<'a> {
    pub(super) fn new() -> Self {
        Self { slices: [IoSlice::new(&[]); SLICES_MAX], sources: [Source::Partial; SLICES_MAX], len: 0 }
    }

    /// Adds frames as long as there is room. A full batch takes nothing more, so that what comes later in the order never
    /// goes out earlier.
    pub(super) fn extend(&mut self, frames: impl Iterator<Item = (Source, &'a Frame)>) {
        for (source, frame) in frames.take(SLICES_MAX - self.len) {
            self.push(source, frame.as_bytes());
        }
    }

    pub(super) fn push(&mut self, source: Source, bytes: &'a [u8]) {
        if self.len < SLICES_MAX {
            self.slices[self.len] = IoSlice::new(bytes);
            self.sources[self.len] = source;
            self.len += 1;
        }
    }

    pub(super) fn slices(&self) -> &[IoSlice<'a>] {
        &self.slices[..self.len]
    }

    /// Writes what there is, in one call; `together` is room to work in.
    pub(super) fn write_to(&self, mut stream: &TcpStream, together: &mut Vec<u8>) -> io::Result<usize> {
        match self.slices() {
            [one] => stream.write(one),
            many if many.iter().map(|slice| slice.len()).sum::<usize>() <= TOGETHER_BYTES_MAX => {
                together.clear();
                for slice in many {
                    together.extend_from_slice(slice);
                }
                stream.write(together)
            }
            many => stream.write_vectored(many),
        }
    }

    /// The frames' sources and lengths, without their bytes.
    pub(super) fn parts(&self) -> Parts {
        Parts { parts: std::array::from_fn(|index| (self.sources[index], self.slices[index].len())), len: self.len }
    }
}

/// The sources and lengths of a batch.
pub(super) struct Parts {
    parts: [(Source, usize); SLICES_MAX],
    len: usize,
}

impl Parts {
    pub(super) fn as_slice(&self) -> &[(Source, usize)] {
        &self.parts[..self.len]
    }
}
