//! Writing to one connection what it has not received.
//!
//! Nothing is queued for a connection that is caught up with its channel: what to write follows from its cursor and the
//! shard's copies, and is written from there.

use std::io::{ErrorKind, Write};

use crate::hub::{Frame, Frames, counters::ShardCounters};

use super::{
    batch::{Batch, Source},
    clock::NEVER,
    feed::Reach,
    lane::Lane,
    members::LocalChannel,
    peer::{Lag, Peer},
};

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

/// What was written in a sweep, added to the counters at its end.
#[derive(Default)]
pub(super) struct Tally {
    writes: usize,
    frames: usize,
    bytes: usize,
}

impl Tally {
    pub(super) fn add_to(&self, counters: &ShardCounters) {
        counters.write_calls.add(self.writes);
        counters.frames_written.add(self.frames);
        counters.bytes_written.add(self.bytes);
    }
}

impl Peer {
    /// The ordinary case of a sweep: a connection that takes what its channel has and nothing else, in one plain write.
    /// Whether that was all; if not, [`flush`](Self::flush) is to look.
    pub(super) fn follow(&mut self, channel: &mut LocalChannel, tally: &mut Tally) -> bool {
        if self.rare.is_some() || self.is_blocked || self.lag != Lag::No {
            return false;
        }
        let Some(feed) = &mut self.feed else { return false };
        if feed.at.reaches(&channel.end()) {
            return true;
        }
        let Some(span) = channel.span(feed) else { return false };
        if span.bytes.is_empty() {
            feed.at = span.to;
            return true;
        }
        // What goes wrong goes wrong again, where it is looked at.
        let Ok(written) = (&self.stream).write(&span.bytes) else { return false };
        tally.writes += 1;
        tally.bytes += written;
        if written == span.bytes.len() {
            tally.frames += span.parts.len();
            feed.at = span.to;
            return feed.at.reaches(&channel.end());
        }
        let parts = span.parts.clone();
        tally.frames += self.advance(Some(channel), written, &parts);
        false
    }

    /// Writes what there is, as far as the socket takes it within one turn.
    pub(super) fn flush(
        &mut self,
        channel: Option<&LocalChannel>,
        counters: &ShardCounters,
        tick: u64,
        together: &mut Vec<u8>,
    ) -> Flushed {
        for _ in 0..WRITES_PER_TURN {
            if self.is_blocked {
                return Flushed::Blocked;
            }
            if self.is_idle(channel) {
                return Flushed::Idle;
            }
            if let (Some(feed), Some(channel), Lag::No) = (&mut self.feed, channel, self.lag) {
                match feed.reach(channel) {
                    Reach::Held => feed.skip(channel, counters),
                    Reach::Fallen => self.lag = Lag::Due,
                }
            }
            let mut batch = Batch::new();
            self.gather(channel, &mut batch);
            if batch.slices().is_empty() {
                return self.finish();
            }
            counters.write_calls.add(1);
            match batch.write_to(&self.stream, together) {
                Ok(0) => return Flushed::Lost(ErrorKind::WriteZero),
                Ok(written) => {
                    counters.bytes_written.add(written);
                    let parts = batch.parts();
                    counters.frames_written.add(self.advance(channel, written, parts.as_slice()));
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    counters.writes_blocked.add(1);
                    self.is_blocked = true;
                    self.rest.stalled_since = tick;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Flushed::Lost(error.kind()),
            }
        }
        if self.is_blocked { Flushed::Blocked } else { Flushed::More }
    }

    /// The socket has room again. Whether that is news.
    pub(super) fn unblock(&mut self) -> bool {
        let was_blocked = std::mem::take(&mut self.is_blocked);
        if was_blocked {
            // Room in the socket is progress, also before something is written into it.
            self.rest.stalled_since = NEVER;
        }
        was_blocked
    }

    /// Whether there is plainly nothing to write: so it is for most connections most of the time.
    fn is_idle(&self, channel: Option<&LocalChannel>) -> bool {
        let feed = self.feed.as_ref().zip(channel);
        let is_caught_up = feed.is_none_or(|(feed, channel)| feed.at.reaches(&channel.end()));
        is_caught_up && self.lag == Lag::No && self.rare.is_none()
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
        self.rare_frames().for_each(|(source, bytes)| batch.push(source, bytes));
        let closing = self.closing();
        if closing.is_some_and(|closing| closing.frame.is_none()) {
            return;
        }
        let feed = self.feed.as_ref().zip(channel).filter(|_| self.lag == Lag::No);
        let lane = self.rare.as_deref().map(|rare| &rare.lane);
        batch.extend(lane.into_iter().flat_map(Lane::ahead).map(|frame| (Source::Private, frame)));
        if let Some((feed, channel)) = feed {
            let critical = feed.critical(channel, closing.map_or(u64::MAX, |closing| closing.ring_end));
            batch.extend(critical.map(|(number, frame)| (Source::Critical(number), frame)));
        }
        batch.extend(lane.into_iter().flat_map(Lane::behind).map(|frame| (Source::Private, frame)));
        if let Some(frame) = closing.and_then(|closing| closing.frame.as_ref()) {
            batch.push(Source::Close, frame.as_bytes());
        } else if let Some((feed, channel)) = feed {
            batch.extend(feed.ticked(channel));
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
    fn advance(&mut self, channel: Option<&LocalChannel>, mut written: usize, parts: &[(Source, usize)]) -> usize {
        for (whole, (source, length)) in parts.iter().enumerate() {
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
        parts.len()
    }

    /// The frame at the front of a source, and how much of it was written before.
    fn frame(&self, source: Source, channel: Option<&LocalChannel>) -> Option<(Frame, usize)> {
        let of_class = |frames: Option<&Frames>| self.feed.as_ref()?.of_class(frames?).cloned();
        let rare = self.rare.as_deref();
        let frame = match source {
            Source::Partial => return rare?.partial.clone(),
            Source::Pong => rare?.pong.clone(),
            Source::Ping => rare?.ping.clone(),
            Source::Private => rare?.lane.front().cloned(),
            Source::Critical(number) => of_class(channel?.ring.get(number)),
            Source::Latest(version) => of_class(channel?.latest.get(version)),
            Source::BestEffort(number) => of_class(channel?.best_effort.get(number)),
            Source::Close => self.closing()?.frame.clone(),
        };
        Some((frame?, 0))
    }

    /// Moves past the front of a source.
    fn consume(&mut self, source: Source) {
        if let Some(feed) = &mut self.feed {
            feed.at.pass(source);
        }
        let Some(rare) = &mut self.rare else { return };
        match source {
            Source::Partial => rare.partial = None,
            Source::Pong => rare.pong = None,
            Source::Ping => rare.ping = None,
            Source::Private => rare.lane.pop(),
            Source::Close => rare.closing.iter_mut().for_each(|closing| closing.frame = None),
            Source::Critical(_) | Source::Latest(_) | Source::BestEffort(_) => {}
        }
    }
}
