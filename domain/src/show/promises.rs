//! What became of the promises of lost histories, as it is kept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{BrokenPromise, Principal, Show};
use crate::{
    ids::{Key, PrincipalId, ReservationId},
    table::Slot,
    time::Timestamp,
};

/// As many as acknowledged reservations were lost: each is the end of something that was bounded when it was made.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(super) struct Promises {
    /// How many were kept.
    pub(super) kept: u64,
    /// The reservations that were made to keep one, and for whom. The last may be one that is held only by the next
    /// fact.
    pub(super) reclaimed: BTreeMap<ReservationId, Slot<Principal>>,
    /// Those that were broken, in the order in which they were.
    pub(super) broken: Vec<Broken>,
}

/// A promise that was broken.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Broken {
    pub(super) at: Timestamp,
    pub(super) promise: BrokenPromise,
}

/// Where each viewer's broken promises are, by the keys that tell them apart.
pub(super) type BrokenIndex = BTreeMap<PrincipalId, BTreeMap<Key, usize>>;

impl Promises {
    /// The index of these records.
    pub(super) fn index(&self) -> BrokenIndex {
        let mut index = BrokenIndex::new();
        for (place, broken) in self.broken.iter().enumerate() {
            index.entry(broken.promise.viewer.clone()).or_default().insert(broken.promise.key.clone(), place);
        }
        index
    }
}

impl Show {
    /// Promises of lost histories that were kept.
    pub fn kept_promise_count(&self) -> u64 {
        self.records.promises.kept
    }

    /// Promises of lost histories that could not be kept.
    pub fn broken_promise_count(&self) -> usize {
        self.records.promises.broken.len()
    }

    /// Every promise that could not be kept and since when that is known, in the order in which they were broken.
    pub fn broken_promises(&self) -> impl Iterator<Item = (Timestamp, &BrokenPromise)> {
        self.records.promises.broken.iter().map(|broken| (broken.at, &broken.promise))
    }

    /// The viewer's promises that could not be kept, in the order in which they were broken. It costs what the viewer
    /// has, not what the show has.
    pub fn broken_promises_of(
        &self,
        viewer: &PrincipalId,
    ) -> impl DoubleEndedIterator<Item = (Timestamp, &BrokenPromise)> {
        let mut places: Vec<_> = self.index.broken.get(viewer).into_iter().flat_map(BTreeMap::values).collect();
        places.sort_unstable();
        places.into_iter().filter_map(|&place| {
            let broken = self.records.promises.broken.get(place)?;
            Some((broken.at, &broken.promise))
        })
    }

    pub(super) fn is_broken(&self, viewer: &PrincipalId, key: &Key) -> bool {
        self.index.broken.get(viewer).is_some_and(|keys| keys.contains_key(key))
    }
}
