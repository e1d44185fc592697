//! What was decided or read but rests on facts that are not durable yet: it waits here, in order.

use std::collections::VecDeque;

use super::{
    answer::{Answer, Reply, RetryReason},
    projection::Publication,
};
use crate::journal::Position;

/// Something that must not be known before what it rests on is durable.
pub(super) enum Release {
    /// An answer.
    Answer(Reply, Answer),
    /// Something made known.
    Publication(Publication),
}

/// Releases in order of their positions. Bounded by what one show may have under way: the commands of the batches in
/// flight, and one publication per batch and projection.
#[derive(Default)]
pub(super) struct HeldBack {
    waiting: VecDeque<(Position, Release)>,
}

impl HeldBack {
    /// Holds something back until the journal is durable up to `position`, which is never before the last one's.
    pub(super) fn push(&mut self, position: Position, release: Release) {
        debug_assert!(self.waiting.back().is_none_or(|(last, _)| last.seq <= position.seq));
        self.waiting.push_back((position, release));
    }

    /// Lets out what rests on nothing after `durable_seq`.
    pub(super) fn release_through(&mut self, durable_seq: u64) {
        while let Some((position, _)) = self.waiting.front()
            && position.seq <= durable_seq
            && let Some((_, release)) = self.waiting.pop_front()
        {
            match release {
                Release::Answer(reply, answer) => reply(answer),
                Release::Publication(publication) => publication(),
            }
        }
    }

    /// Answers what still waits with *pending*: whether it is durable can't be known now.
    pub(super) fn give_up_waiting(&mut self, after_ms: u64) {
        self.answer_all(|| Answer::Pending { after_ms });
    }

    /// Answers what still waits with *retry*: it is certain that it left no trace.
    pub(super) fn undo(&mut self, after_ms: u64, reason: RetryReason) {
        self.answer_all(|| Answer::Retry { after_ms, reason });
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The positions that something waits for and `durable` tells apart: everything up to the last one that holds is let
    /// out, the rest stays.
    pub(super) fn release_where(&mut self, durable: impl Fn(Position) -> bool) {
        let last = self.waiting.iter().map(|(position, _)| *position).filter(|position| durable(*position)).last();
        if let Some(last) = last {
            self.release_through(last.seq);
        }
    }

    fn answer_all(&mut self, answer: impl Fn() -> Answer) {
        for (_, release) in self.waiting.drain(..) {
            if let Release::Answer(reply, _) = release {
                reply(answer());
            }
        }
    }
}
