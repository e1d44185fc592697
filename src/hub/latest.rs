//! The newest value of every key, and each shard's copy of the table.
//!
//! Every change gets a version of its own. A connection needs one number, the version up to which it has everything:
//! what it lacks is then a tail of the values in the order of their versions.

use std::collections::{BTreeMap, HashMap};

use super::Frames;

/// A channel already has as many latest-value keys as it may.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the table of latest values is full")]
pub struct LatestFull;

/// The newest value of every key, each with the version of the change that made it.
pub(super) struct LatestTable {
    values: BTreeMap<u64, (u64, Frames)>,
    versions: HashMap<u64, u64>,
    version: u64,
    keys_max: usize,
}

impl LatestTable {
    pub(super) fn new(keys_max: usize) -> Self {
        Self { values: BTreeMap::new(), versions: HashMap::new(), version: 0, keys_max }
    }

    /// Replaces the value of a key.
    pub(super) fn set(&mut self, key: u64, frames: Frames) -> Result<(), LatestFull> {
        if self.versions.len() >= self.keys_max && !self.versions.contains_key(&key) {
            return Err(LatestFull);
        }
        self.version += 1;
        if let Some(replaced) = self.versions.insert(key, self.version) {
            self.values.remove(&replaced);
        }
        self.values.insert(self.version, (key, frames));
        Ok(())
    }

    /// Forgets a key; whether it was there.
    pub(super) fn remove(&mut self, key: u64) -> bool {
        let Some(version) = self.versions.remove(&key) else { return false };
        self.values.remove(&version);
        self.version += 1;
        true
    }

    /// The version of the newest change.
    pub(super) fn version(&self) -> u64 {
        self.version
    }

    /// The values in the order in which they changed.
    pub(super) fn values(&self) -> impl Iterator<Item = &Frames> {
        self.values.values().map(|(_, frames)| frames)
    }
}

/// A shard's copy of a table, as of its last tick.
#[derive(Default)]
pub(super) struct LatestCopy {
    values: Vec<Value>,
    version: u64,
}

/// The newest value of one key.
pub(super) struct Value {
    pub(super) version: u64,
    key: u64,
    pub(super) frames: Frames,
}

impl LatestCopy {
    /// Becomes what `table` is now; how many changes it skips because newer ones replaced them.
    pub(super) fn refresh(&mut self, table: &LatestTable) -> usize {
        self.values.retain(|value| table.versions.get(&value.key) == Some(&value.version));
        let kept = self.values.len();
        let changed = table.values.range(self.version + 1..);
        self.values.extend(changed.map(|(version, (key, frames))| Value {
            version: *version,
            key: *key,
            frames: frames.clone(),
        }));
        let made = table.version - self.version;
        self.version = table.version;
        usize::try_from(made).unwrap_or(usize::MAX).saturating_sub(self.values.len() - kept)
    }

    /// The version that a connection is at when it has everything.
    pub(super) fn version(&self) -> u64 {
        self.version
    }

    /// The values newer than `version`, oldest first.
    pub(super) fn after(&self, version: u64) -> &[Value] {
        &self.values[self.values.partition_point(|value| value.version <= version)..]
    }

    /// The value that this version made, when it is still the newest of its key.
    pub(super) fn get(&self, version: u64) -> Option<&Frames> {
        let index = self.values.binary_search_by_key(&version, |value| value.version).ok()?;
        Some(&self.values[index].frames)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::Frame;

    fn set(table: &mut LatestTable, key: u64, text: &str) {
        table.set(key, Frames::same(&Frame::text(text), 1)).unwrap();
    }

    fn texts(copy: &LatestCopy, version: u64) -> Vec<String> {
        let frames = copy.after(version).iter().filter_map(|value| value.frames.get(0));
        frames.map(|frame| String::from_utf8_lossy(&frame.as_bytes()[2..]).into_owned()).collect()
    }

    #[test]
    fn only_the_newest_of_a_key_is_kept_in_order_of_change() {
        let mut table = LatestTable::new(10);
        let mut copy = LatestCopy::default();
        set(&mut table, 1, "a1");
        set(&mut table, 2, "b1");
        set(&mut table, 1, "a2");
        assert_eq!(copy.refresh(&table), 1);
        assert_eq!(texts(&copy, 0), ["b1", "a2"]);
        assert_eq!(texts(&copy, 2), ["a2"]);
        set(&mut table, 2, "b2");
        assert_eq!(copy.refresh(&table), 0);
        assert_eq!(texts(&copy, 0), ["a2", "b2"]);
        assert_eq!(texts(&copy, 3), ["b2"]);
        assert!(texts(&copy, copy.version()).is_empty());
    }

    #[test]
    fn removed_keys_leave_the_copies() {
        let mut table = LatestTable::new(10);
        let mut copy = LatestCopy::default();
        set(&mut table, 1, "a");
        set(&mut table, 2, "b");
        copy.refresh(&table);
        assert!(table.remove(1) && !table.remove(1));
        copy.refresh(&table);
        assert_eq!(texts(&copy, 0), ["b"]);
    }

    #[test]
    fn full_table_refuses_new_keys_only() {
        let mut table = LatestTable::new(1);
        set(&mut table, 1, "a");
        assert_eq!(table.set(2, Frames::new(vec![])), Err(LatestFull));
        set(&mut table, 1, "b");
        assert!(table.remove(1));
        set(&mut table, 2, "c");
    }
}
