//! The feeds of the shows that are loaded here.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use dashmap::DashMap;
use dropcast_domain::{ids::ShowId, show::Principal};

use super::{
    audience::{Audience, CLASSES, ENCODINGS, class},
    join::CachedSnapshot,
    members::Members,
};
use crate::{
    hub::{Channel, ConnectionId, Hub},
    stats::ShowStats,
};

/// What a show's watchers share.
pub struct Feed {
    pub(super) id: ShowId,
    pub(super) channel: Channel,
    pub(super) members: Members,
    pub(super) stats: Arc<ShowStats>,
    /// The newest snapshot made for a viewer who owns nothing, so that a storm of joiners costs one.
    pub(super) cached_snapshot: Mutex<Option<CachedSnapshot>>,
}

impl Feed {
    /// How many viewers watch on this node.
    pub fn viewers(&self) -> u32 {
        let connections = self.channel.connections();
        let viewers: usize =
            ENCODINGS.iter().filter_map(|encoding| connections.get(class(Audience::Viewer, *encoding))).sum();
        u32::try_from(viewers).unwrap_or(u32::MAX)
    }

    /// Whether anybody is connected.
    pub fn is_watched(&self) -> bool {
        self.channel.connections().iter().any(|count| *count > 0)
    }

    /// What is counted of the show.
    pub fn stats(&self) -> &Arc<ShowStats> {
        &self.stats
    }

    /// Forgets a connection that is gone.
    pub fn leave(&self, principal: &Principal, connection: ConnectionId) {
        self.members.remove(principal, connection);
    }
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

    /// The show's feed, from after `start_seq` on; a show that was loaded before and is still watched keeps the one it
    /// had.
    pub fn open(&self, show: &ShowId, start_seq: u64) -> Arc<Feed> {
        let make = || {
            Arc::new(Feed {
                id: show.clone(),
                channel: self.hub.channel(CLASSES, start_seq),
                members: Members::default(),
                stats: Arc::default(),
                cached_snapshot: Mutex::new(None),
            })
        };
        Arc::clone(&self.by_show.entry(show.clone()).or_insert_with(make))
    }

    /// Forgets a feed that nobody watches.
    pub(super) fn close(&self, feed: &Arc<Feed>) {
        self.by_show.remove_if(&feed.id, |_, known| Arc::ptr_eq(known, feed) && !known.is_watched());
    }
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed").field("show", &self.id).field("viewers", &self.viewers()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Feeds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feeds").field("shows", &self.by_show.len()).finish_non_exhaustive()
    }
}
