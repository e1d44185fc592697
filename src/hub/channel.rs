//! What a show's engine publishes to, and connections attach to.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use super::{
    CloseFrame, Frame, Frames, HubConfig, LatestFull,
    delays::Measurements,
    inbox::{Command, ShardShared, lock},
    latest::{LatestCopy, LatestTable},
    ring::{Ring, RingCopy},
    sync::{AtomicBool, AtomicU32, AtomicUsize, Mutex},
};

/// A place in a channel: between two messages of its critical ring, and at a version of its latest values. Only good
/// for the channel that it came from, in this process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RingPosition {
    /// The number of the next critical message.
    pub(super) next: u64,
    /// The version up to which latest values are known.
    pub(super) latest: u64,
}

impl RingPosition {
    /// The same place for somebody who knows no latest value at all, and is to be sent all of them.
    #[must_use]
    pub fn with_all_latest(self) -> Self {
        Self { latest: 0, ..self }
    }
}

/// A stream of messages that many connections receive, with three lanes: critical (all of them, in order, at once),
/// latest value (the newest per key, at most once per tick) and best effort (at most once per tick, the slow miss
/// some). Each message carries a frame per class or none; a class is what a group of connections receives in common,
/// such as an audience in one encoding. A small handle; clones are the same channel, from any thread.
#[derive(Clone)]
pub struct Channel(pub(super) Arc<ChannelShared>);

impl Channel {
    /// Publishes a critical message: it goes out at once, to everybody attached, in the order of the calls. `tag` is
    /// the publisher's own position (a journal's sequence number, say) and never decreases. A message that no class
    /// receives only moves the tag on. When the ring is full its oldest messages make room.
    pub fn publish(&self, tag: u64, frames: Frames) {
        if frames.is_empty() {
            lock(&self.0.lanes).ring.advance(tag);
            return;
        }
        if let Some(since) = frames.since() {
            self.0.measurements.published.ended(since);
        }
        lock(&self.0.lanes).ring.push(tag, frames);
        self.0.wake(|link| &link.ring_grew, Command::RingGrew);
    }

    /// Where the channel is now: what is published from now on comes after it.
    #[must_use]
    pub fn head(&self) -> RingPosition {
        let lanes = lock(&self.0.lanes);
        RingPosition { next: lanes.ring.end(), latest: lanes.latest.version() }
    }

    /// The place after everything tagged up to `tag`, with all latest values to come. `None` when some of what follows
    /// fell off the ring, or `tag` is from before the channel's start, or from after what was published: then only a
    /// snapshot helps.
    #[must_use]
    pub fn position_after(&self, tag: u64) -> Option<RingPosition> {
        lock(&self.0.lanes).ring.after(tag).map(|next| RingPosition { next, latest: 0 })
    }

    /// Sets the newest value of a key; it goes out with the next tick unless a newer one replaces it first. Values are
    /// sent in the order in which they changed. A new key in a full table is refused.
    pub fn set_latest(&self, key: u64, frames: Frames) -> Result<(), LatestFull> {
        if let Err(full) = lock(&self.0.lanes).latest.set(key, frames) {
            self.0.latest_refused.fetch_add(1, Ordering::Relaxed);
            return Err(full);
        }
        self.0.wake(|link| &link.tick_due, Command::TickDue);
        Ok(())
    }

    /// Forgets a key: who has not been sent its value yet never will be. Whether it was there.
    pub fn remove_latest(&self, key: u64) -> bool {
        let was_there = lock(&self.0.lanes).latest.remove(key);
        if was_there {
            self.0.wake(|link| &link.tick_due, Command::TickDue);
        }
        was_there
    }

    /// The newest value of every key as a class receives it, in the order in which they changed.
    #[must_use]
    pub fn latest(&self, class: usize) -> Vec<Frame> {
        lock(&self.0.lanes).latest.values().filter_map(|frames| frames.get(class).cloned()).collect()
    }

    /// Publishes a message that may be missed: it goes out with the next tick to those who take it in time. What is
    /// left out is counted.
    pub fn publish_best_effort(&self, frames: Frames) {
        if frames.is_empty() {
            return;
        }
        lock(&self.0.lanes).best_effort.push(0, frames);
        self.0.wake(|link| &link.tick_due, Command::TickDue);
    }

    /// How many connections are attached, per class.
    #[must_use]
    pub fn connections(&self) -> Vec<usize> {
        self.0.attached.iter().map(|attached| attached.load(Ordering::Relaxed)).collect()
    }

    /// Closes every connection that is attached, after everything that was published before.
    pub fn close_all(&self, close: &CloseFrame) {
        for link in &self.0.links {
            let (channel, close) = (self.0.clone(), Box::new(close.clone()));
            link.shard.push(Command::CloseAll { channel, close });
        }
    }
}

/// A channel as the publisher's side and all shards share it.
pub(super) struct ChannelShared {
    /// Held for pushing or copying a few pointers; contended only by a shard that wakes while the publisher publishes.
    lanes: Mutex<Lanes>,
    /// Connections attached, per class.
    attached: Box<[AtomicUsize]>,
    /// Keys refused, by all channels of the hub.
    latest_refused: Arc<AtomicU64>,
    pub(super) measurements: Arc<Measurements>,
    /// In the order of the shards.
    pub(super) links: Box<[Link]>,
}

/// Behind one lock, so that a snapshot's position in all of them is taken at one instant.
struct Lanes {
    ring: Ring,
    latest: LatestTable,
    best_effort: Ring,
}

/// What a channel and one shard know of each other.
pub(super) struct Link {
    shard: Arc<ShardShared>,
    /// Connections of the shard that are attached. With none, the shard isn't woken.
    members: AtomicUsize,
    /// Whether the shard was told that the ring grew and hasn't looked yet, so that it is told once.
    ring_grew: AtomicBool,
    /// The same for the lanes that wait for a tick.
    tick_due: AtomicBool,
    /// For the shard alone: where it keeps what it knows of the channel.
    pub(super) local: AtomicU32,
}

/// The value of [`Link::local`] while the shard keeps nothing.
pub(super) const NOT_LOCAL: u32 = u32::MAX;

impl ChannelShared {
    pub(super) fn new(
        classes: usize,
        start_tag: u64,
        config: &HubConfig,
        shards: &[Arc<ShardShared>],
        latest_refused: Arc<AtomicU64>,
        measurements: Arc<Measurements>,
    ) -> Self {
        let links = shards.iter().map(|shard| Link {
            shard: shard.clone(),
            members: AtomicUsize::new(0),
            ring_grew: AtomicBool::new(false),
            tick_due: AtomicBool::new(false),
            local: AtomicU32::new(NOT_LOCAL),
        });
        let lanes = Lanes {
            ring: Ring::new(start_tag, config.ring_frames_max, config.ring_bytes_max),
            latest: LatestTable::new(config.latest_keys_max),
            best_effort: Ring::new(0, config.best_effort_frames_max, config.ring_bytes_max),
        };
        Self {
            lanes: Mutex::new(lanes),
            attached: std::iter::repeat_with(AtomicUsize::default).take(classes).collect(),
            latest_refused,
            measurements,
            links: links.collect(),
        }
    }

    /// The class as a short number: all that the channel doesn't have are one, which receives nothing.
    pub(super) fn class(&self, class: usize) -> u32 {
        u32::try_from(class.min(self.attached.len())).unwrap_or(u32::MAX)
    }

    /// For a shard: one more connection of it is attached. Only what is copied after this is sure to be followed by
    /// wake-ups.
    pub(super) fn join(&self, shard: usize, class: u32) {
        self.links[shard].members.fetch_add(1, Ordering::SeqCst);
        if let Some(attached) = self.attached.get(class as usize) {
            attached.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// For a shard: a connection of it isn't attached any more.
    pub(super) fn leave(&self, shard: usize, class: u32) {
        self.links[shard].members.fetch_sub(1, Ordering::SeqCst);
        if let Some(attached) = self.attached.get(class as usize) {
            attached.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// For a shard: brings its copy of the critical ring up to date. Returns the number of the first message that is new.
    pub(super) fn copy_ring(&self, shard: usize, copy: &mut RingCopy) -> u64 {
        // Cleared before the copy is made: whoever publishes after the copy finds it clear and wakes the shard again.
        self.links[shard].ring_grew.swap(false, Ordering::SeqCst);
        copy.refresh(&lock(&self.lanes).ring)
    }

    /// For a shard: brings its copies of the other lanes up to date; how many changes newer ones replaced.
    pub(super) fn copy_tick(&self, shard: usize, latest: &mut LatestCopy, best_effort: &mut RingCopy) -> usize {
        self.links[shard].tick_due.swap(false, Ordering::SeqCst);
        let lanes = lock(&self.lanes);
        best_effort.refresh(&lanes.best_effort);
        latest.refresh(&lanes.latest)
    }

    /// Tells each shard that has members, once until it looks.
    fn wake(self: &Arc<Self>, flag: impl Fn(&Link) -> &AtomicBool, command: impl Fn(Arc<Self>) -> Command) {
        for link in &self.links {
            if link.members.load(Ordering::SeqCst) > 0 && !flag(link).swap(true, Ordering::SeqCst) {
                link.shard.push(command(self.clone()));
            }
        }
    }
}
