//! What many members lack in common, made ready once.

use super::{
    batch::Source,
    feed::Reach,
    members::LocalChannel,
    peer::{Cursor, Feed},
};

/// The most bytes of a span: what one segment of the kernel's holds. More follows in the next.
const SPAN_BYTES_MAX: usize = 64 * 1_024;

/// What members of one class that have come equally far lack of their channel, one frame after the other in one buffer:
/// each of them takes one plain write call, however many messages it lacks.
pub(super) struct Span {
    from: Cursor,
    /// How far one has come who received all of it.
    pub(super) to: Cursor,
    pub(super) bytes: Vec<u8>,
    /// Where the frames come from, and how long they are.
    pub(super) parts: Vec<(Source, usize)>,
}

impl Span {
    /// What a connection lacks. `None` when it isn't what many have in common: it fell off the ring, or missed something;
    /// or when the next frame is so large that it is better written from where it is.
    fn of(feed: &Feed, channel: &LocalChannel) -> Option<Self> {
        if feed.reach(channel) == Reach::Fallen || feed.at.best_effort < channel.best_effort.first() {
            return None;
        }
        let end = channel.end();
        let mut span = Self {
            from: feed.at,
            to: Cursor { latest: end.latest.max(feed.at.latest), ..end },
            bytes: Vec::new(),
            parts: Vec::new(),
        };
        let critical = feed.critical(channel, u64::MAX).map(|(number, frame)| (Source::Critical(number), frame));
        for (source, frame) in critical.chain(feed.ticked(channel)) {
            if span.bytes.len() + frame.len() > SPAN_BYTES_MAX {
                span.to = span.from;
                span.parts.iter().for_each(|(source, _)| span.to.pass(*source));
                return (!span.parts.is_empty()).then_some(span);
            }
            span.bytes.extend_from_slice(frame.as_bytes());
            span.parts.push((source, frame.len()));
        }
        Some(span)
    }
}

/// The newest span of each class.
#[derive(Default)]
pub(super) struct Spans(Vec<Option<Span>>);

impl Spans {
    /// Forgets them, because the channel has changed or nobody needs them any more.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

impl LocalChannel {
    /// What a member lacks, if it is what others lack too.
    pub(super) fn span(&mut self, feed: &Feed) -> Option<&Span> {
        let class = feed.class as usize;
        if self.spans.0.len() <= class {
            self.spans.0.resize_with(class + 1, || None);
        }
        if self.spans.0[class].as_ref().is_none_or(|span| span.from != feed.at) {
            self.spans.0[class] = Span::of(feed, self);
        }
        self.spans.0[class].as_ref()
    }
}
