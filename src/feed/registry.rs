//! The feeds of the shows that are loaded here.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use dashmap::{DashMap, Entry};
use dropcast_domain::{ids::ShowId, show::Principal, time::Timestamp};
use dropcast_proto::v1;

use super::{
    audience::{Audience, CLASSES, ENCODINGS, Wire, class},
    members::Members,
    snapshot_cache::SnapshotCache,
};
use crate::{
    hub::{Channel, CloseFrame, Compressor, ConnectionId, Hub},
    journal::Position,
    stats::ShowStats,
};

/// What a show's watchers share.
pub struct Feed {
    pub(super) id: ShowId,
    pub(super) channel: Channel,
    /// Where compression is on.
    pub(super) compressor: Option<Arc<Compressor>>,
    pub(super) members: Members,
    pub(super) stats: Arc<ShowStats>,
    /// The newest snapshot made for a viewer who owns nothing, so that a storm of joiners costs one.
    pub(super) cached_snapshot: SnapshotCache,
    /// Up to where the show's entries are published.
    published: Mutex<Position>,
    /// Whether another feed took its place, or nobody feeds it any more.
    is_retired: AtomicBool,
}

impl Feed {
    fn new(hub: &Hub, id: &ShowId, start: Position, stats: Arc<ShowStats>) -> Arc<Self> {
        let compressor = hub.compressor().cloned();
        Arc::new(Self {
            id: id.clone(),
            channel: hub.channel(classes(compressor.is_some()), start.seq),
            compressor,
            published: Mutex::new(start),
            members: Members::default(),
            stats,
            cached_snapshot: SnapshotCache::default(),
            is_retired: AtomicBool::new(false),
        })
    }

    /// The show's name.
    pub fn show(&self) -> &ShowId {
        &self.id
    }

    /// How many viewers watch on this node.
    pub fn viewers_here(&self) -> u32 {
        let connections = self.channel.connections();
        let wires = ENCODINGS.iter().flat_map(|encoding| [Wire::plain(*encoding), Wire::compressed(*encoding)]);
        let viewers: usize = wires.filter_map(|wire| connections.get(class(Audience::Viewer, wire))).sum();
        u32::try_from(viewers).unwrap_or(u32::MAX)
    }

    /// How many viewers watch on all nodes.
    pub fn viewers(&self, now: Timestamp) -> u32 {
        self.stats.viewers(self.viewers_here(), now)
    }

    /// The numbers as they stand.
    pub fn numbers(&self, now: Timestamp) -> v1::Numbers {
        self.stats.numbers(self.viewers_here(), now)
    }

    pub(super) fn classes(&self) -> usize {
        classes(self.compressor.is_some())
    }

    /// Whether anybody is connected.
    pub fn is_watched(&self) -> bool {
        self.channel.connections().iter().any(|count| *count > 0)
    }

    /// What is counted of the show.
    pub fn stats(&self) -> &Arc<ShowStats> {
        &self.stats
    }

    /// How many connections have somebody signed in, who is told of what is theirs.
    pub fn members(&self) -> usize {
        self.members.count()
    }

    /// Forgets a connection that is gone.
    pub fn leave(&self, principal: &Principal, connection: ConnectionId) {
        self.members.remove(principal, connection);
    }

    /// Everything up to `position` is published.
    pub(super) fn set_published(&self, position: Position) {
        *self.published.lock().unwrap_or_else(PoisonError::into_inner) = position;
    }

    /// Whether everything up to `position` was published, and nothing after it. Two histories may have an entry of the
    /// same number; their digests differ.
    fn is_at(&self, position: Position) -> bool {
        // It is replaced whole.
        *self.published.lock().unwrap_or_else(PoisonError::into_inner) == position
    }

    /// Whether nothing is published here any more, and nobody must be attached.
    pub(super) fn is_retired(&self) -> bool {
        self.is_retired.load(Ordering::Acquire)
    }

    /// Takes nobody more, and closes whoever is connected; they come back for a snapshot.
    fn retire(&self) {
        self.is_retired.store(true, Ordering::Release);
        self.channel.close_all(&come_back());
    }
}

fn classes(is_compressed: bool) -> usize {
    if is_compressed { 2 * CLASSES } else { CLASSES }
}

/// How long such a connection is asked to stay away, in milliseconds: loading a show anew takes about as long.
const COME_BACK_AFTER_MS: u64 = 100;

/// What a connection is closed with that can't be told what it missed, or not yet: connect again. Clients spread out by
/// themselves.
pub(super) fn come_back() -> CloseFrame {
    CloseFrame::new(1012, format!("retry_after_ms={COME_BACK_AFTER_MS}"))
}

/// All feeds, by show.
pub struct Feeds {
    hub: Arc<Hub>,
    by_show: DashMap<ShowId, Arc<Feed>>,
}

impl Feeds {
    /// No feed yet.
    pub fn new(hub: Arc<Hub>) -> Arc<Self> {
        Arc::new(Self { hub, by_show: DashMap::new() })
    }

    /// The feed of a show that is loaded.
    pub fn get(&self, show: &ShowId) -> Option<Arc<Feed>> {
        self.by_show.get(show).map(|feed| Arc::clone(&feed))
    }

    /// The feeds of all shows that are loaded.
    pub fn all(&self) -> Vec<Arc<Feed>> {
        self.by_show.iter().map(|entry| Arc::clone(entry.value())).collect()
    }

    /// The show's feed, from after `start` on. A show that was loaded before and is still watched keeps the one it
    /// had, unless that one missed entries (another writer made them): then it is replaced, and its watchers are closed
    /// with 1012, so that they come back for a snapshot.
    pub fn open(&self, show: &ShowId, start: Position) -> Arc<Feed> {
        match self.by_show.entry(show.clone()) {
            Entry::Vacant(place) => Arc::clone(&place.insert(Feed::new(&self.hub, show, start, Arc::default()))),
            Entry::Occupied(known) if known.get().is_at(start) => Arc::clone(known.get()),
            Entry::Occupied(mut known) => {
                let stats = Arc::clone(&known.get().stats);
                let feed = Feed::new(&self.hub, show, start, stats);
                known.insert(Arc::clone(&feed)).retire();
                feed
            }
        }
    }

    /// Nobody feeds it here any more: whoever watches is sent away to come back.
    pub(super) fn give_up(&self, feed: &Arc<Feed>) {
        self.by_show.remove_if(&feed.id, |_, known| Arc::ptr_eq(known, feed));
        feed.retire();
    }

    /// Forgets a feed that nobody watches.
    pub(super) fn close(&self, feed: &Arc<Feed>) {
        let removed = self.by_show.remove_if(&feed.id, |_, known| Arc::ptr_eq(known, feed) && !known.is_watched());
        if removed.is_some() {
            // Somebody may be joining at this very moment.
            feed.retire();
        }
    }
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed").field("show", &self.id).field("viewers", &self.viewers_here()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Feeds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feeds").field("shows", &self.by_show.len()).finish_non_exhaustive()
    }
}
