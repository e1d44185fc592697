//! Rows under small numbers, found by name, for what a show has hundreds of.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    fmt,
    hash::{Hash, Hasher},
    marker::PhantomData,
    ops,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// The number of a row in the [`Table`] whose rows are named by `K`.
#[derive(Serialize, Deserialize)]
#[serde(transparent, bound = "")]
pub(crate) struct Slot<K>(u32, #[serde(skip)] PhantomData<fn() -> K>);

/// Rows by [`Slot`] and by name. The lowest vacant slot is taken first, so equal histories make equal tables.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Table<K, V> {
    rows: Vec<Option<(K, V)>>,
    /// Says the same as `rows`; made from it when a table is read back.
    slots: BTreeMap<K, Slot<K>>,
    /// Says the same as `rows`; made from it when a table is read back.
    vacant: BTreeSet<Slot<K>>,
}

impl<K: Ord + Clone, V> Table<K, V> {
    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(crate) fn slot(&self, name: &K) -> Option<Slot<K>> {
        self.slots.get(name).copied()
    }

    /// The name of a row that is there; see the note on indexing.
    #[expect(clippy::expect_used, reason = "see the note on indexing")]
    pub(crate) fn name(&self, slot: Slot<K>) -> &K {
        &self.row(slot).expect("a kept slot has a row").0
    }

    pub(crate) fn get(&self, slot: Slot<K>) -> Option<&V> {
        self.row(slot).map(|(_, value)| value)
    }

    pub(crate) fn find_mut(&mut self, name: &K) -> Option<&mut V> {
        let slot = self.slot(name)?;
        Some(&mut self[slot])
    }

    pub(crate) fn find(&self, name: &K) -> Option<&V> {
        self.get(self.slot(name)?)
    }

    /// The rows in the order of their names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Slot<K>, &K, &V)> {
        self.slots.values().filter_map(|&slot| self.row(slot).map(|(name, value)| (slot, name, value)))
    }

    /// The slot of that name; a row that is not there yet is made.
    ///
    /// `None` when every number of a slot is taken, which takes four billion rows.
    pub(crate) fn slot_or_insert(&mut self, name: &K, value: impl FnOnce() -> V) -> Option<Slot<K>> {
        let place = match self.slots.entry(name.clone()) {
            Entry::Occupied(slot) => return Some(*slot.get()),
            Entry::Vacant(place) => place,
        };
        let row = Some((name.clone(), value()));
        let slot = if let Some(slot) = self.vacant.pop_first() {
            self.rows[slot.index()] = row;
            slot
        } else {
            let slot = Slot::new(u32::try_from(self.rows.len()).ok()?);
            self.rows.push(row);
            slot
        };
        place.insert(slot);
        Some(slot)
    }

    pub(crate) fn remove(&mut self, slot: Slot<K>) -> Option<V> {
        let (name, value) = self.rows.get_mut(slot.index())?.take()?;
        self.slots.remove(&name);
        self.vacant.insert(slot);
        Some(value)
    }

    fn row(&self, slot: Slot<K>) -> Option<&(K, V)> {
        self.rows.get(slot.index())?.as_ref()
    }

    fn from_rows(rows: Vec<Option<(K, V)>>) -> Option<Self> {
        let mut table = Self { rows: Vec::new(), slots: BTreeMap::new(), vacant: BTreeSet::new() };
        for (number, row) in (0..).zip(&rows) {
            let slot = Slot::new(number);
            match row {
                None => _ = table.vacant.insert(slot),
                Some((name, _)) => {
                    if table.slots.insert(name.clone(), slot).is_some() {
                        return None;
                    }
                }
            }
        }
        table.rows = rows;
        Some(table)
    }
}

/// A slot that somebody keeps is one whose row stays: the fold removes no row that a record points at, and a table that
/// is read back is checked for it. So a miss is a mistake in the rules, not in what they were given.
impl<K, V> ops::Index<Slot<K>> for Table<K, V> {
    type Output = V;

    #[expect(clippy::expect_used, reason = "see above")]
    fn index(&self, slot: Slot<K>) -> &V {
        let row = self.rows.get(slot.index()).and_then(Option::as_ref);
        &row.expect("a kept slot has a row").1
    }
}

impl<K, V> ops::IndexMut<Slot<K>> for Table<K, V> {
    #[expect(clippy::expect_used, reason = "see above")]
    fn index_mut(&mut self, slot: Slot<K>) -> &mut V {
        let row = self.rows.get_mut(slot.index()).and_then(Option::as_mut);
        &mut row.expect("a kept slot has a row").1
    }
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { rows: Vec::new(), slots: BTreeMap::new(), vacant: BTreeSet::new() }
    }
}

impl<K: Serialize, V: Serialize> Serialize for Table<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.rows.serialize(serializer)
    }
}

impl<'de, K: Deserialize<'de> + Ord + Clone, V: Deserialize<'de>> Deserialize<'de> for Table<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_rows(Vec::deserialize(deserializer)?).ok_or_else(|| D::Error::custom("a name is there twice"))
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for Table<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.rows).finish()
    }
}

impl<K> Slot<K> {
    pub(crate) const fn new(number: u32) -> Self {
        Self(number, PhantomData)
    }

    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

// Derived, these would ask the same of `K`, of which a slot holds nothing.
impl<K> Clone for Slot<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Slot<K> {}

impl<K> Hash for Slot<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<K> PartialEq for Slot<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<K> Eq for Slot<K> {}

impl<K> PartialOrd for Slot<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<K> Ord for Slot<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

impl<K> fmt::Debug for Slot<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vacated_slot_is_taken_again_and_a_table_reads_back_as_it_was() {
        let mut table: Table<String, u32> = Table::default();
        let names = ["c", "a", "b"].map(String::from);
        let slots = names.clone().map(|name| table.slot_or_insert(&name, || 1).unwrap());
        assert_eq!(table.slot_or_insert(&names[0], || 9), Some(slots[0]), "a name keeps its slot");
        assert_eq!(table.remove(slots[1]), Some(1));
        assert_eq!((table.len(), table.find(&names[1])), (2, None));

        let read: Table<String, u32> = postcard::from_bytes(&postcard::to_stdvec(&table).unwrap()).unwrap();
        assert_eq!(read, table);

        assert_eq!(table.slot_or_insert(&"d".into(), || 4), Some(slots[1]));
        assert_eq!(table.iter().map(|(_, name, _)| name.as_str()).collect::<String>(), "bcd");
    }

    #[test]
    fn a_table_with_a_name_twice_is_not_read() {
        let rows = [Some(("a".to_owned(), 1u32)), None, Some(("a".to_owned(), 2))];
        let bytes = postcard::to_stdvec(rows.as_slice()).unwrap();
        assert!(postcard::from_bytes::<Table<String, u32>>(&bytes).is_err());
    }
}
