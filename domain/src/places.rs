//! Where a row is, found by a hash of its name.

use std::{
    fmt,
    hash::{BuildHasher as _, Hash},
};

use hashbrown::{DefaultHashBuilder, HashTable};

/// The places of rows in a list that only grows. It costs a row some seven bytes, because the names stay in the list.
///
/// The hash is seeded anew in every process, so nobody can make names that fall together. No result can depend on it:
/// places are looked up and never walked through.
#[derive(Clone, Default)]
pub(crate) struct Places {
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Places {
    /// The place of the row that `has_name` says yes to, among those whose names hash as `name` does.
    pub(crate) fn find<N: Hash>(&self, name: &N, has_name: impl Fn(u32) -> bool) -> Option<u32> {
        self.table.find(self.hasher.hash_one(name), |&place| has_name(place)).copied()
    }

    /// Takes in a row that is not there yet; `name_at` says the name of any that is.
    pub(crate) fn insert<'a, N: Hash + 'a>(&mut self, name: &N, place: u32, name_at: impl Fn(u32) -> N) {
        let hash = self.hasher.hash_one(name);
        self.table.insert_unique(hash, place, |&place| self.hasher.hash_one(name_at(place)));
    }
}

impl fmt::Debug for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} places", self.table.len())
    }
}
