//! Names under small numbers, which stay for good: a record takes four bytes for one that a million records point at.

use std::{fmt, hash::Hash};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{places::Places, table::Slot};

/// Names by [`Slot`], and slots by name. Equal histories make equal rosters.
#[derive(Clone)]
pub(crate) struct Roster<K> {
    names: Vec<K>,
    /// Says the same as `names`; made from it when a roster is read back.
    places: Places,
}

impl<K: Hash + Eq + Clone> Roster<K> {
    pub(crate) fn slot(&self, name: &K) -> Option<Slot<K>> {
        self.places.find(&name, |place| self.names.get(place as usize) == Some(name)).map(Slot::new)
    }

    /// The slot of that name, which is taken in where it is not there yet.
    ///
    /// `None` when every number of a slot is taken, which takes four billion names.
    pub(crate) fn slot_or_insert(&mut self, name: &K) -> Option<Slot<K>> {
        if let Some(slot) = self.slot(name) {
            return Some(slot);
        }
        let place = u32::try_from(self.names.len()).ok()?;
        let names = &self.names;
        self.places.insert(&name, place, |place| &names[place as usize]);
        self.names.push(name.clone());
        Some(Slot::new(place))
    }
}

impl<K> Roster<K> {
    /// The name in a slot that was given out here.
    pub(crate) fn name(&self, slot: Slot<K>) -> &K {
        &self.names[slot.index()]
    }

    pub(crate) fn has(&self, slot: Slot<K>) -> bool {
        slot.index() < self.names.len()
    }
}

impl<K> Default for Roster<K> {
    fn default() -> Self {
        Self { names: Vec::new(), places: Places::default() }
    }
}

impl<K: PartialEq> PartialEq for Roster<K> {
    fn eq(&self, other: &Self) -> bool {
        self.names == other.names
    }
}

impl<K: Eq> Eq for Roster<K> {}

impl<K: fmt::Debug> fmt::Debug for Roster<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.names).finish()
    }
}

impl<K: Serialize> Serialize for Roster<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.names.serialize(serializer)
    }
}

impl<'de, K: Deserialize<'de> + Hash + Eq + Clone> Deserialize<'de> for Roster<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut roster = Self::default();
        let names: Vec<K> = Vec::deserialize(deserializer)?;
        for name in &names {
            let slot = roster.slot_or_insert(name).ok_or_else(|| D::Error::custom("there are too many names"))?;
            if slot.index() + 1 != roster.names.len() {
                return Err(D::Error::custom("a name is there twice"));
            }
        }
        Ok(roster)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_slot_and_a_roster_reads_back_as_it_was() {
        let mut roster: Roster<String> = Roster::default();
        let slots: Vec<_> =
            (0..1_000).map(|number| roster.slot_or_insert(&format!("viewer-{number}")).unwrap()).collect();
        for (number, slot) in slots.iter().enumerate() {
            let name = format!("viewer-{number}");
            assert_eq!((roster.slot(&name), roster.slot_or_insert(&name)), (Some(*slot), Some(*slot)));
            assert_eq!(*roster.name(*slot), name);
        }
        assert_eq!(roster.slot(&"viewer-1000".to_owned()), None);

        let read: Roster<String> = postcard::from_bytes(&postcard::to_stdvec(&roster).unwrap()).unwrap();
        assert_eq!(read, roster);
        assert_eq!(read.slot(&"viewer-7".to_owned()), Some(slots[7]));
    }

    #[test]
    fn a_roster_with_a_name_twice_is_not_read() {
        let bytes = postcard::to_stdvec(&["a", "b", "a"].map(str::to_owned)[..]).unwrap();
        assert!(postcard::from_bytes::<Roster<String>>(&bytes).is_err());
    }
}
