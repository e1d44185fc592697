//! Writing to one connection what it has not received.
//!
//! Nothing is queued for a connection that is caught up with its channel: what to write follows from its cursors and
//! the shard's copies, and is written from there.

use std::{
    io::{ErrorKind, IoSlice, Write},
    iter,
};

use crate::hub::{Frame, Frames, counters::ShardCounters};

use super::{
    clock::NEVER,
    lane::Lane,
    members::LocalChannel,
    peer::{Feed, Lag, Peer},
};

/// The most frames in one write.
const SLICES_MAX: usize = 64;
/// The most writes to one connection before the others get their turn.
const WRITES_PER_TURN: usize = 4;

/// How far the writing came.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flushed {
    /// There is nothing left to write.
    Idle,
    /// The socket is full.
    Blocked,
    /// There is more for another turn.
    More,
    /// There is nothing left that the connection may receive before it has a fresh snapshot.
    Lagged,
    /// The close frame was sent: nothing is ever written again.
    CloseSent,
    /// The connection is broken.
    Lost(ErrorKind),
}

impl Peer {
    /// Writes what there is, as far as the socket takes it within one turn.
    pub(super) fn flush(&mut self, channel: Option<&LocalChannel>, counters: &ShardCounters, tick: u64) -> Flushed {
        for _ in 0..WRITES_PER_TURN {
            if self.is_blocked {
                return Flushed::Blocked;
            }
            if self.is_idle(channel) {
                return Flushed::Idle;
            }
            if let (Some(feed), Some(channel)) = (&mut self.feed, channel)
                && self.lag == Lag::No
                && feed.skip(channel, counters) == Reach::Fallen
            {
                self.lag = Lag::Due;
            }
            let mut batch = Batch::new();
            self.gather(channel, &mut batch);
            if batch.len == 0 {
                return self.finish();
            }
            let Batch { slices, sources, len } = batch;
            let lengths = slices.map(|slice| slice.len());
            counters.write_calls.add(1);
            match (&self.stream).write_vectored(&slices[..len]) {
                Ok(0) => return Flushed::Lost(ErrorKind::WriteZero),
                Ok(written) => {
                    counters.bytes_written.add(written);
                    self.stalled_since = NEVER;
                    let whole = self.advance(channel, written, &sources[..len], &lengths);
                    counters.frames_written.add(whole);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    counters.writes_blocked.add(1);
                    self.is_blocked = true;
                    self.stalled_since = self.stalled_since.min(tick);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Flushed::Lost(error.kind()),
            }
        }
        if self.is_blocked { Flushed::Blocked } else { Flushed::More }
    }

    /// Whether there is plainly nothing to write: so it is for most connections most of the time.
    fn is_idle(&self, channel: Option<&LocalChannel>) -> bool {
        let is_caught_up = self.feed.as_ref().zip(channel).is_none_or(|(feed, channel)| feed.is_caught_up(channel));
        is_caught_up && self.lag == Lag::No && self.rare.is_none() && self.lane.is_none()
    }

    /// Everything that may be written was.
    fn finish(&mut self) -> Flushed {
        self.trim();
        match self.closing() {
            Some(_) => Flushed::CloseSent,
            None if self.lag == Lag::Due => Flushed::Lagged,
            None => Flushed::Idle,
        }
    }

    /// Collects what to write, in the order in which it goes out.
    fn gather<'a>(&'a self, channel: Option<&'a LocalChannel>, batch: &mut Batch<'a>) {
        // A full batch takes nothing more, so that what comes later in the order never goes out earlier.
        self.rare_frames().for_each(|(source, bytes)| batch.push(source, bytes));
        let closing = self.closing();
        if closing.is_some_and(|closing| closing.frame.is_none()) {
            return;
        }
        let feed = self.feed.as_ref().zip(channel).filter(|_| self.lag == Lag::No);
        let lane = self.lane.as_deref();
        lane.into_iter().flat_map(Lane::ahead).for_each(|frame| batch.push(Source::Private, frame.as_bytes()));
        if let Some((feed, channel)) = feed {
            feed.critical(channel, closing.map_or(u64::MAX, |closing| closing.ring_end), batch);
        }
        lane.into_iter().flat_map(Lane::behind).for_each(|frame| batch.push(Source::Private, frame.as_bytes()));
        if let Some(frame) = closing.and_then(|closing| closing.frame.as_ref()) {
            batch.push(Source::Close, frame.as_bytes());
        } else if let Some((feed, channel)) = feed {
            feed.ticked(channel, batch);
        }
    }

    /// The rest of a frame that was begun, and control frames.
    fn rare_frames(&self) -> impl Iterator<Item = (Source, &[u8])> {
        let rare = self.rare.as_deref();
        let is_closed = self.closing().is_some_and(|closing| closing.frame.is_none());
        let control = rare.filter(|_| !is_closed);
        let partial = rare.and_then(|rare| rare.partial.as_ref());
        let answer = control.and_then(|rare| rare.pong.as_ref());
        let ping = control.and_then(|rare| rare.ping.as_ref());
        let rest = partial.map(|(frame, offset)| (Source::Partial, &frame.as_bytes()[*offset..]));
        rest.into_iter()
            .chain(answer.map(|frame| (Source::Pong, frame.as_bytes())))
            .chain(ping.map(|frame| (Source::Ping, frame.as_bytes())))
    }

    /// Moves past what was written; how many frames of it are whole. The rest of a frame in the middle is kept.
    fn advance(
        &mut self,
        channel: Option<&LocalChannel>,
        mut written: usize,
        sources: &[Source],
        lengths: &[usize],
    ) -> usize {
        for (whole, (source, length)) in iter::zip(sources, lengths).enumerate() {
            if written == 0 {
                return whole;
            }
            if written < *length {
                let frame = self.frame(*source, channel);
                self.consume(*source);
                if let Some((frame, offset)) = frame {
                    self.rare.get_or_insert_default().partial = Some((frame, offset + written));
                }
                return whole;
            }
            self.consume(*source);
            written -= length;
        }
        sources.len()
    }

    /// The frame at the front of a source, and how much of it was written before.
    fn frame(&self, source: Source, channel: Option<&LocalChannel>) -> Option<(Frame, usize)> {
        let of_class = |frames: Option<&Frames>| frames?.get(self.feed.as_ref()?.class).cloned();
        let rare = self.rare.as_deref();
        let frame = match source {
            Source::Partial => return rare?.partial.clone(),
            Source::Pong => rare?.pong.clone(),
            Source::Ping => rare?.ping.clone(),
            Source::Private => self.lane.as_ref()?.front().cloned(),
            Source::Critical(number) => of_class(channel?.ring.get(number)),
            Source::Latest(version) => of_class(channel?.latest.get(version)),
            Source::BestEffort(number) => of_class(channel?.best_effort.get(number)),
            Source::Close => self.closing()?.frame.clone(),
        };
        Some((frame?, 0))
    }

    /// Moves past the front of a source.
    fn consume(&mut self, source: Source) {
        match (source, &mut self.rare, &mut self.feed) {
            (Source::Partial, Some(rare), _) => rare.partial = None,
            (Source::Pong, Some(rare), _) => rare.pong = None,
            (Source::Ping, Some(rare), _) => rare.ping = None,
            (Source::Close, Some(rare), _) => {
                if let Some(closing) = &mut rare.closing {
                    closing.frame = None;
                }
            }
            (Source::Critical(number), _, Some(feed)) => feed.next = number + 1,
            (Source::Latest(version), _, Some(feed)) => feed.latest = version,
            (Source::BestEffort(number), _, Some(feed)) => feed.best_effort = number + 1,
            (Source::Private, ..) => self.lane.iter_mut().for_each(|lane| lane.pop()),
            _ => {}
        }
    }
}

/// Whether a ring still holds what a connection is to get next.
#[derive(PartialEq, Eq)]
enum Reach {
    Held,
    Fallen,
}

impl Feed {
    /// Whether the connection has everything that the channel's copies hold.
    fn is_caught_up(&self, channel: &LocalChannel) -> bool {
        self.next == channel.ring.end()
            && self.latest >= channel.latest.version()
            && self.best_effort == channel.best_effort.end()
    }

    /// Moves the cursors past what isn't for the connection's class, and past best-effort messages that it missed.
    fn skip(&mut self, channel: &LocalChannel, counters: &ShardCounters) -> Reach {
        if self.next < channel.ring.first() || self.next > channel.ring.end() {
            return Reach::Fallen;
        }
        let class = self.class;
        let is_absent = |frames: Option<&Frames>| frames.is_some_and(|frames| frames.get(class).is_none());
        while is_absent(channel.ring.get(self.next)) {
            self.next += 1;
        }
        let missed = channel.best_effort.first().saturating_sub(self.best_effort);
        counters.best_effort_left_out.add(usize::try_from(missed).unwrap_or(usize::MAX));
        self.best_effort += missed;
        while is_absent(channel.best_effort.get(self.best_effort)) {
            self.best_effort += 1;
        }
        let lacked = channel.latest.after(self.latest);
        let absent = lacked.iter().take_while(|value| value.frames.get(class).is_none()).count();
        if absent == lacked.len() {
            self.latest = self.latest.max(channel.latest.version());
        } else if let Some(last) = absent.checked_sub(1) {
            self.latest = lacked[last].version;
        }
        Reach::Held
    }

    /// Critical messages, up to number `end`.
    fn critical<'a>(&self, channel: &'a LocalChannel, end: u64, batch: &mut Batch<'a>) {
        for number in self.next..channel.ring.end().min(end) {
            if batch.is_full() {
                return;
            }
            if let Some(frame) = channel.ring.get(number).and_then(|frames| frames.get(self.class)) {
                batch.push(Source::Critical(number), frame.as_bytes());
            }
        }
    }

    /// Latest values and best-effort messages: what the shard's copies hold of them may be sent since the last tick.
    fn ticked<'a>(&self, channel: &'a LocalChannel, batch: &mut Batch<'a>) {
        for value in channel.latest.after(self.latest) {
            if let Some(frame) = value.frames.get(self.class) {
                batch.push(Source::Latest(value.version), frame.as_bytes());
            }
        }
        for number in self.best_effort..channel.best_effort.end() {
            if let Some(frame) = channel.best_effort.get(number).and_then(|frames| frames.get(self.class)) {
                batch.push(Source::BestEffort(number), frame.as_bytes());
            }
        }
    }
}

/// Where a frame in a batch comes from, so that it can be moved past once it was written.
#[derive(Clone, Copy)]
enum Source {
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

/// What one write takes, on the stack.
struct Batch<'a> {
    slices: [IoSlice<'a>; SLICES_MAX],
    sources: [Source; SLICES_MAX],
    len: usize,
}

impl<'a> Batch<'a> {
    fn new() -> Self {
        Self { slices: [IoSlice::new(&[]); SLICES_MAX], sources: [Source::Partial; SLICES_MAX], len: 0 }
    }

    fn is_full(&self) -> bool {
        self.len == SLICES_MAX
    }

    fn push(&mut self, source: Source, bytes: &'a [u8]) {
        if !self.is_full() {
            self.slices[self.len] = IoSlice::new(bytes);
            self.sources[self.len] = source;
            self.len += 1;
        }
    }
}
