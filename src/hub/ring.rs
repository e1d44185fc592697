//! The last messages of a lane, and each shard's copy of them.
//!
//! The publisher owns the ring behind a lock; a shard takes that lock once per wake-up to copy the pointers that are
//! new, and serves its thousands of connections from the copy. So shards never meet each other on the way to a socket.

use std::collections::VecDeque;

use super::Frames;

/// The messages of one lane, oldest first, each numbered; bounded by count and bytes, the newest always kept.
pub(super) struct Ring {
    messages: VecDeque<Message>,
    /// The number of the oldest message that is held.
    first: u64,
    bytes: usize,
    messages_max: usize,
    bytes_max: usize,
    /// Everything tagged up to here was published.
    last_tag: u64,
    /// Everything tagged up to here may have fallen off.
    fallen_tag: u64,
}

struct Message {
    tag: u64,
    bytes: usize,
    frames: Frames,
}

impl Ring {
    /// An empty ring, for messages tagged after `start_tag`.
    pub(super) fn new(start_tag: u64, messages_max: usize, bytes_max: usize) -> Self {
        Self {
            messages: VecDeque::new(),
            first: 0,
            bytes: 0,
            messages_max,
            bytes_max,
            last_tag: start_tag,
            fallen_tag: start_tag,
        }
    }

    /// Appends a message. A tag below the last one counts as the last one.
    pub(super) fn push(&mut self, tag: u64, frames: Frames) {
        self.advance(tag);
        let bytes = frames.bytes();
        self.bytes += bytes;
        self.messages.push_back(Message { tag: self.last_tag, bytes, frames });
        while self.messages.len() > 1 && (self.messages.len() > self.messages_max || self.bytes > self.bytes_max) {
            self.drop_oldest();
        }
    }

    /// Notes that there is nothing more to publish up to `tag`.
    pub(super) fn advance(&mut self, tag: u64) {
        debug_assert!(tag >= self.last_tag, "tags never decrease");
        self.last_tag = self.last_tag.max(tag);
    }

    /// The number that the next message gets.
    pub(super) fn end(&self) -> u64 {
        self.first + self.messages.len() as u64
    }

    /// The number of the first message tagged after `tag`; `None` when some of those fell off, or when not everything
    /// up to `tag` was published yet.
    pub(super) fn after(&self, tag: u64) -> Option<u64> {
        let is_covered = self.fallen_tag <= tag && tag <= self.last_tag;
        is_covered.then(|| self.first + self.messages.partition_point(|message| message.tag <= tag) as u64)
    }

    fn drop_oldest(&mut self) {
        if let Some(oldest) = self.messages.pop_front() {
            self.first += 1;
            self.bytes -= oldest.bytes;
            self.fallen_tag = oldest.tag;
        }
    }
}

/// A shard's copy of a ring: the pointers, not the bytes.
#[derive(Default)]
pub(super) struct RingCopy {
    messages: VecDeque<Frames>,
    first: u64,
}

impl RingCopy {
    /// Becomes what `ring` is now. Returns the number of the first message that is new.
    pub(super) fn refresh(&mut self, ring: &Ring) -> u64 {
        let fallen = index(ring.first.saturating_sub(self.first)).min(self.messages.len());
        self.messages.drain(..fallen);
        self.first = ring.first;
        let new = self.end();
        self.messages.extend(ring.messages.iter().skip(self.messages.len()).map(|message| message.frames.clone()));
        new
    }

    /// The number of the oldest message that is held.
    pub(super) fn first(&self) -> u64 {
        self.first
    }

    /// The number that the next message gets.
    pub(super) fn end(&self) -> u64 {
        self.first + self.messages.len() as u64
    }

    /// The message with this number, when it is held.
    pub(super) fn get(&self, number: u64) -> Option<&Frames> {
        self.messages.get(index(number.checked_sub(self.first)?))
    }
}

fn index(distance: u64) -> usize {
    usize::try_from(distance).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::Frame;

    fn frames(text: &str) -> Frames {
        Frames::same(&Frame::text(text), 1)
    }

    #[test]
    fn finds_what_follows_a_tag() {
        let mut ring = Ring::new(10, 3, 1_000);
        assert_eq!((ring.after(9), ring.after(10), ring.after(11)), (None, Some(0), None));
        for tag in [11, 13, 13] {
            ring.push(tag, frames("x"));
        }
        let found = [9, 10, 11, 12, 13, 14].map(|tag| ring.after(tag));
        assert_eq!(found, [None, Some(0), Some(1), Some(1), Some(3), None]);
        ring.push(14, frames("x"));
        let found = [10, 11, 12, 13, 14].map(|tag| ring.after(tag));
        assert_eq!(found, [None, Some(1), Some(1), Some(3), Some(4)]);
        ring.push(15, frames("x"));
        // One of two messages tagged 13 fell off, so what follows 12 can't be told any more.
        assert_eq!([12, 13].map(|tag| ring.after(tag)), [None, Some(3)]);
        ring.advance(20);
        assert_eq!([15, 19, 20, 21].map(|tag| ring.after(tag)), [Some(5), Some(5), Some(5), None]);
    }

    #[test]
    fn bytes_bound_the_ring_but_the_newest_stays() {
        let mut ring = Ring::new(0, 100, 10);
        ring.push(1, frames("12"));
        ring.push(2, frames("34"));
        assert_eq!((ring.first, ring.end()), (0, 2));
        ring.push(3, frames("56"));
        assert_eq!((ring.first, ring.end()), (1, 3));
        ring.push(4, frames(&"x".repeat(50)));
        assert_eq!((ring.first, ring.end()), (3, 4));
    }

    #[test]
    fn copy_follows_the_ring() {
        let mut ring = Ring::new(0, 4, 1_000);
        let mut copy = RingCopy::default();
        for round in [0_u64, 1, 2, 3, 9, 4, 1] {
            for _ in 0..round {
                let number = ring.end();
                ring.push(number, frames(&number.to_string()));
            }
            copy.refresh(&ring);
            assert_eq!((copy.first(), copy.end()), (ring.first, ring.end()));
            for number in copy.first()..copy.end() {
                let expected = Frame::text(&number.to_string());
                assert_eq!(copy.get(number).unwrap().get(0), Some(&expected));
            }
            assert!(copy.get(copy.end()).is_none());
            assert!(copy.first().checked_sub(1).is_none_or(|number| copy.get(number).is_none()));
        }
    }
}
