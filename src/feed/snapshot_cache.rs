//! A snapshot that viewers who own nothing share, so that a storm of joiners costs one.

use std::sync::{Mutex, MutexGuard, PoisonError};

use dropcast_domain::time::Timestamp;
use dropcast_proto::v1::{self, server_message::Kind};

use super::audience::{ENCODINGS, Encoding, encode_message, message};
use crate::{
    hub::{Compressor, Frame, RingPosition},
    journal::Position,
};

/// How old a shared snapshot may be; what changed since follows from the channel.
const AGE_MS_MAX: u64 = 100;

/// The newest shared snapshot. The show's task alone uses it; the lock is never waited for.
#[derive(Default)]
pub(super) struct SnapshotCache {
    cached: Mutex<Option<Cached>>,
}

struct Cached {
    made_at: Timestamp,
    position: Position,
    frames: [Framed; ENCODINGS.len()],
    /// Where in the channel it is true; `None` until what it shows is durable.
    from: Option<RingPosition>,
}

/// The snapshot in one encoding.
struct Framed {
    plain: Frame,
    /// Once somebody came who is written to so.
    compressed: Option<Frame>,
}

impl Framed {
    fn get(&mut self, compressor: Option<&Compressor>) -> Frame {
        let Some(compressor) = compressor else { return self.plain.clone() };
        let compressed = self.compressed.get_or_insert_with(|| compressor.compress(&self.plain));
        compressor.count_spared(&self.plain, compressed, 1);
        compressed.clone()
    }
}

impl SnapshotCache {
    /// A shared snapshot in this encoding, compressed where there is a compressor, and where to go on after it: at the
    /// head, for `None`, once `position` is published.
    pub(super) fn get_or_make(
        &self,
        position: Position,
        now: Timestamp,
        (encoding, compressor): (Encoding, Option<&Compressor>),
        make: impl FnOnce() -> v1::Snapshot,
    ) -> (Option<RingPosition>, Frame) {
        let mut cached = self.lock();
        let is_fresh = |cached: &&mut Cached| {
            // What isn't durable is only true for who looks at the same.
            let is_true = cached.from.is_some() || cached.position == position;
            is_true && now.0.abs_diff(cached.made_at.0) < AGE_MS_MAX
        };
        if let Some(cached) = cached.as_mut().filter(is_fresh) {
            return (cached.from, cached.frames[encoding as usize].get(compressor));
        }
        let message = message(Kind::Snapshot(make()));
        let plain = ENCODINGS.map(|each| encode_message(&message, each));
        let mut frames = plain.map(|plain| Framed { plain, compressed: None });
        let frame = frames[encoding as usize].get(compressor);
        *cached = Some(Cached { made_at: now, position, frames, from: None });
        (None, frame)
    }

    /// What is true at `position` is published now, with the channel at `head`.
    pub(super) fn published(&self, position: Position, head: RingPosition) {
        if let Some(cached) = &mut *self.lock()
            && cached.position == position
        {
            cached.from.get_or_insert(head);
        }
    }

    /// Forgets it.
    pub(super) fn clear(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> MutexGuard<'_, Option<Cached>> {
        // It is replaced whole, so a panic elsewhere leaves it whole.
        self.cached.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
