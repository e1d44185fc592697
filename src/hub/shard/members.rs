//! What a shard knows of a channel that connections of it are attached to.

use std::{collections::VecDeque, num::NonZeroU32, sync::Arc, time::Instant};

use crate::hub::{channel::ChannelShared, latest::LatestCopy, ring::RingCopy};

use super::{peer::Cursor, span::Spans};

/// From so many reads on since the last tick, and one from every so-manieth member, a channel is in a rush.
const RUSH_READS_MIN: usize = 64;
const RUSH_SHARE: usize = 8;
/// In a rush so many ticks become one: a sweep costs as much as its members' clicks do, and those come first.
const RUSH_TICKS: u32 = 4;

/// A channel's copies on one shard, and its members there.
pub(super) struct LocalChannel {
    pub(super) shared: Arc<ChannelShared>,
    pub(super) ring: RingCopy,
    pub(super) latest: LatestCopy,
    pub(super) best_effort: RingCopy,
    /// Made of the copies for the sweep under way.
    pub(super) spans: Spans,
    /// The slots of the connections that are attached.
    members: Vec<u32>,
    /// The next member to visit, and how many visits are left until all have seen what is newest.
    position: usize,
    visits_left: usize,
    /// When the sweep under way began.
    swept_since: Instant,
    /// Visits in all, and the messages that are measured: after how many visits everybody was offered each.
    visits: u64,
    measured: VecDeque<(u64, Instant)>,
    /// When the lanes that wait for a tick may be sent again.
    pub(super) tick_at: Instant,
    /// How often members were heard since the last tick.
    pub(super) heard: usize,
}

impl LocalChannel {
    pub(super) fn new(shared: Arc<ChannelShared>, tick_at: Instant) -> Self {
        Self {
            shared,
            ring: RingCopy::default(),
            latest: LatestCopy::default(),
            best_effort: RingCopy::default(),
            spans: Spans::default(),
            members: Vec::new(),
            position: 0,
            visits_left: 0,
            swept_since: tick_at,
            visits: 0,
            measured: VecDeque::new(),
            tick_at,
            heard: 0,
        }
    }

    pub(super) fn members(&self) -> &[u32] {
        &self.members
    }

    /// Where one has come who has everything that the copies hold.
    pub(super) fn end(&self) -> Cursor {
        let (next, best_effort) = (self.ring.end(), self.best_effort.end());
        Cursor { next, latest: self.latest.version(), best_effort }
    }

    /// Brings the copy of the critical ring up to date.
    pub(super) fn copy_ring(&mut self, shard: usize) {
        self.spans.clear();
        let new = self.shared.copy_ring(shard, &mut self.ring);
        if self.members.is_empty() {
            // Nobody waited for what was published before the first one came.
            return;
        }
        let all = self.visits + self.members.len() as u64;
        let since = (new..self.ring.end()).filter_map(|number| self.ring.get(number)?.since());
        self.measured.extend(since.map(|since| (all, since)));
    }

    /// Brings all copies up to date; how many changes of latest values newer ones replaced.
    pub(super) fn copy_all(&mut self, shard: usize) -> usize {
        let replaced = self.shared.copy_tick(shard, &mut self.latest, &mut self.best_effort);
        // Critical messages that were published before a value go out before it, so they are copied after.
        self.copy_ring(shard);
        replaced
    }

    /// Adds a member; its place, counted from one.
    pub(super) fn add(&mut self, slot: u32) -> NonZeroU32 {
        self.members.push(slot);
        // A sweep under way visits it too, so that it still gets around to everybody else.
        self.visits_left += usize::from(self.visits_left > 0);
        // A shard has at most 2^24 connections.
        let place = u32::try_from(self.members.len()).unwrap_or(u32::MAX);
        NonZeroU32::MIN.saturating_add(place - 1)
    }

    /// Removes the member at `place`. The slot of the member that has moved there, if one has; a sweep under way may
    /// miss it.
    pub(super) fn remove(&mut self, place: NonZeroU32) -> Option<u32> {
        let index = place.get() as usize - 1;
        self.members.swap_remove(index);
        self.members.get(index).copied()
    }

    /// Has every member visited, from now on; whether that was not already under way.
    pub(super) fn start_sweep(&mut self, now: Instant) -> bool {
        let is_new = self.visits_left == 0;
        if is_new {
            self.swept_since = now;
            // Each sweep begins about a golden section further on, so that nobody is always the last to know.
            self.position = (self.position + self.members.len() * 5 / 8) % self.members.len().max(1);
        }
        self.visits_left = self.members.len();
        is_new
    }

    /// How many ticks there are until the next time that latest values are sent.
    pub(super) fn ticks_until_next(&mut self) -> u32 {
        let heard = std::mem::take(&mut self.heard);
        let is_rush = heard >= RUSH_READS_MIN.max(self.members().len() / RUSH_SHARE);
        if is_rush { RUSH_TICKS } else { 1 }
    }

    /// Whether a sweep is under way.
    pub(super) fn is_sweeping(&self) -> bool {
        self.visits_left > 0
    }

    /// Measures what a turn of the sweep brought to its end.
    pub(super) fn measure(&mut self) {
        let measurements = &self.shared.measurements;
        let is_over = !self.is_sweeping();
        if is_over {
            measurements.swept.ended(self.swept_since);
        }
        // With members that left, a sweep ends in fewer visits.
        while let Some((_, since)) = self.measured.front().filter(|(visits, _)| is_over || *visits <= self.visits) {
            measurements.written.ended(*since);
            self.measured.pop_front();
        }
    }

    /// The next member to visit. Sweeping ends with `None`.
    pub(super) fn next_visit(&mut self) -> Option<u32> {
        if self.members.is_empty() {
            self.visits_left = 0;
        }
        let Some(visits_left) = self.visits_left.checked_sub(1) else {
            self.spans.clear();
            return None;
        };
        self.visits_left = visits_left;
        self.visits += 1;
        self.position = if self.position + 1 < self.members.len() { self.position + 1 } else { 0 };
        Some(self.members[self.position])
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::hub::HubConfig;

    fn channel(members: u32) -> LocalChannel {
        let shared = ChannelShared::new(1, 0, &HubConfig::default(), &[], Arc::default(), Arc::default());
        let mut channel = LocalChannel::new(Arc::new(shared), Instant::now());
        for slot in 0..members {
            channel.add(slot);
        }
        channel
    }

    #[test]
    fn sweep_without_members_ends() {
        let mut channel = channel(0);
        channel.start_sweep(Instant::now());
        assert_eq!(channel.next_visit(), None);
    }

    #[test]
    fn a_rush_is_heard_from_many_members_and_over_with_it() {
        let ticks = |channel: &mut LocalChannel, heard| {
            channel.heard = heard;
            channel.ticks_until_next()
        };
        let mut large = channel(1_000);
        assert_eq!((ticks(&mut large, 124), ticks(&mut large, 125)), (1, RUSH_TICKS));
        assert_eq!(large.ticks_until_next(), 1);
        let mut small = channel(3);
        assert_eq!((ticks(&mut small, 63), ticks(&mut small, 64)), (1, RUSH_TICKS));
    }

    proptest! {
        /// Whoever is a member from the beginning of a sweep to its end is visited, or said to have moved.
        #[test]
        fn sweep_misses_nobody(
            members in 1_u32..12,
            steps in prop::collection::vec((0_u8..5, any::<prop::sample::Index>()), 0..60),
        ) {
            let mut channel = channel(members);
            for _ in 0..3 {
                channel.start_sweep(Instant::now());
                let mut missing: BTreeSet<u32> = channel.members().iter().copied().collect();
                let mut fresh = 100;
                for (action, index) in &steps {
                    match action {
                        0 => {
                            channel.add(fresh);
                            fresh += 1;
                        }
                        1 if !channel.members().is_empty() => {
                            let index = index.index(channel.members().len());
                            missing.remove(&channel.members()[index]);
                            let place = NonZeroU32::new(u32::try_from(index + 1).unwrap()).unwrap();
                            if let Some(moved) = channel.remove(place) {
                                missing.remove(&moved);
                            }
                        }
                        _ => {
                            channel.next_visit().map(|slot| missing.remove(&slot));
                        }
                    }
                }
                while let Some(slot) = channel.next_visit() {
                    missing.remove(&slot);
                }
                prop_assert!(missing.is_empty(), "missed {missing:?}");
            }
        }
    }
}
