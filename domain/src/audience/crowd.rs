//! What all nodes counted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::AudienceCount;
use crate::{ids::PrincipalId, time::Timestamp};

/// For how long a node's viewers are there after it told of them; a node tells sooner as long as it has some.
pub const FRESH_MS: u64 = 15_000;
/// How many nodes are told apart. The one that told longest ago makes room: what it counted stays in the sum, so it would
/// count twice if it came back.
pub const NODES_MAX: usize = 256;
/// The length of a stretch of time for which the most viewers are known.
pub const BUCKET_MS: u64 = 10_000;
/// How many such stretches are kept: ten hours, if somebody watched in all of them. The oldest makes room.
pub const BUCKETS_MAX: usize = 3_600;

/// The audience of a show.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Audience {
    nodes: BTreeMap<PrincipalId, Told>,
    /// What nodes counted that are not told apart any more, with the sources from which most of theirs came.
    others: AudienceCount,
    peak: u32,
    /// By the start of each stretch, in Unix milliseconds.
    buckets: BTreeMap<u64, u32>,
}

/// What a node told last, and when.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Told {
    at: Timestamp,
    count: AudienceCount,
}

impl Audience {
    /// What the node told last.
    pub fn of(&self, node: &PrincipalId) -> Option<&AudienceCount> {
        self.nodes.get(node).map(|told| &told.count)
    }

    /// All nodes but this one together, with the viewers who are there now.
    pub fn without(&self, node: Option<&PrincipalId>, now: Timestamp) -> AudienceCount {
        let mut sum = self.others.clone();
        let others = self.nodes.iter().filter(|(name, _)| Some(*name) != node);
        others.for_each(|(_, told)| sum.add(&told.count));
        sum.viewers = self.viewers(node, now);
        sum
    }

    /// How many watch now on all nodes but this one: those of nodes that told nothing for [`FRESH_MS`] are gone.
    pub fn viewers(&self, but: Option<&PrincipalId>, now: Timestamp) -> u32 {
        let is_fresh = |told: &&Told| told.at.after_ms(FRESH_MS) > now;
        let told = self.nodes.iter().filter(|(name, _)| Some(*name) != but).map(|(_, told)| told);
        told.filter(is_fresh).fold(0, |sum, told| sum.saturating_add(told.count.viewers))
    }

    /// The most viewers that all nodes had together.
    pub fn peak(&self) -> u32 {
        self.peak
    }

    /// The most viewers in each stretch of [`BUCKET_MS`] in which a node told of them, by its start.
    pub fn buckets(&self) -> impl DoubleEndedIterator<Item = (Timestamp, u32)> {
        self.buckets.iter().map(|(start, viewers)| (Timestamp(*start), *viewers))
    }

    /// Takes in what a node counted; whether that follows what it told before.
    pub(crate) fn take(&mut self, at: Timestamp, node: &PrincipalId, count: &AudienceCount) -> bool {
        if self.of(node).is_some_and(|before| !count.is_after(before)) {
            return false;
        }
        self.nodes.insert(node.clone(), Told { at, count: count.clone() });
        self.make_room();
        let viewers = self.viewers(None, at);
        self.peak = self.peak.max(viewers);
        let most = self.buckets.entry(at.0 - at.0 % BUCKET_MS).or_default();
        *most = viewers.max(*most);
        if self.buckets.len() > BUCKETS_MAX {
            self.buckets.pop_first();
        }
        true
    }

    fn make_room(&mut self) {
        if self.nodes.len() <= NODES_MAX {
            return;
        }
        let oldest = self.nodes.iter().min_by_key(|(name, told)| (told.at, (*name).clone()));
        let Some(told) = oldest.map(|(name, _)| name.clone()).and_then(|name| self.nodes.remove(&name)) else { return };
        self.others.add(&told.count);
        self.others.viewers = 0;
        self.others.keep_largest_sources();
    }
}
