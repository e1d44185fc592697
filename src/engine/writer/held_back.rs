//! What was decided or read but rests on facts that are not durable yet: it waits here, in order.

use std::collections::VecDeque;

use tokio::time::Instant;

use crate::{
    engine::{
        answer::{Answer, ReplyAt},
        following::Followed,
        projection::Publication,
    },
    journal::Position,
};

/// Something that must not be known before what it rests on is durable.
#[expect(clippy::large_enum_variant, reason = "most of what waits is the large one")]
pub(in crate::engine) enum Release {
    /// An answer; it is given with the position that it waited for.
    Answer(ReplyAt, Answer),
    /// The answer before it is one of those that are followed.
    Followed(Followed),
    /// What somebody waits for who looked at the state.
    Look(Publication),
    /// What a projection makes known.
    Publication(Publication),
}

/// Releases in order of their positions. Bounded by what one show may have under way: the messages of the batches in
/// flight, and for each batch and each look one publication per projection.
#[derive(Default)]
pub(in crate::engine) struct HeldBack {
    waiting: VecDeque<(Position, Release)>,
}

impl HeldBack {
    /// Holds something back until the journal is durable up to `position`, which is never before the last one's.
    pub(in crate::engine) fn push(&mut self, position: Position, release: Release) {
        debug_assert!(self.waiting.back().is_none_or(|(last, _)| last.seq <= position.seq));
        self.waiting.push_back((position, release));
    }

    /// Lets out what rests on nothing after `durable_seq`.
    pub(in crate::engine) fn release_through(&mut self, durable_seq: u64) {
        let durable_since = Instant::now();
        while self.waiting.front().is_some_and(|(position, _)| position.seq <= durable_seq)
            && let Some((position, release)) = self.waiting.pop_front()
        {
            match release {
                Release::Answer(reply, answer) => reply(answer, position),
                Release::Followed(followed) => followed.answered(durable_since),
                Release::Look(publication) | Release::Publication(publication) => publication(),
            }
        }
    }

    /// Lets out everything up to the last position that is `durable`, and returns it; the rest stays.
    pub(in crate::engine) fn release_where(&mut self, durable: impl Fn(Position) -> bool) -> Option<Position> {
        let last = self.waiting.iter().rfind(|(position, _)| durable(*position)).map(|(position, _)| *position)?;
        self.release_through(last.seq);
        Some(last)
    }

    /// Another writer may have gone on: what was accepted stands, but what was refused or seen may be true no more. Every
    /// refusal that rests on nothing after `through_seq` becomes `answer`, and who looked is told by what they wait for
    /// being dropped.
    pub(in crate::engine) fn doubt_refusals(&mut self, through_seq: u64, answer: &Answer) {
        for (position, release) in std::mem::take(&mut self.waiting) {
            match release {
                Release::Answer(reply, Answer::Refused(_)) if position.seq <= through_seq => {
                    reply(answer.clone(), position);
                }
                Release::Look(_) | Release::Followed(_) if position.seq <= through_seq => {}
                _ => self.waiting.push_back((position, release)),
            }
        }
    }

    /// Nobody waits any longer: every answer is `answer`, and who looked is told by what they wait for being dropped.
    /// What projections make known stays: it is still to be seen whether it is durable.
    pub(in crate::engine) fn answer_waiting(&mut self, answer: &Answer) {
        for (position, release) in std::mem::take(&mut self.waiting) {
            match release {
                Release::Answer(reply, _) => reply(answer.clone(), position),
                Release::Look(_) | Release::Followed(_) => {}
                Release::Publication(_) => self.waiting.push_back((position, release)),
            }
        }
    }

    /// What still waits is known to be undone: every answer is `answer`, and nothing is made known.
    pub(in crate::engine) fn undo(&mut self, answer: &Answer) {
        self.answer_waiting(answer);
        self.waiting.clear();
    }

    /// Whether something rests on this very position.
    pub(in crate::engine) fn has(&self, position: Position) -> bool {
        self.waiting.iter().any(|(waiting, _)| *waiting == position)
    }

    /// Whether nothing waits.
    pub(in crate::engine) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}
