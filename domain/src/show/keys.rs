//! What idempotency keys were used for, as it is kept.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{Fingerprint, Outcome, Principal};
use crate::{ids::Key, places::Places, table::Slot};

/// Bound keys, in the order in which they were bound. None is ever let go.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys {
    bound: Vec<BoundKey>,
    /// Says the same as `bound`; made from it when keys are read back.
    places: Places,
}

/// A key, within its principal, and what it was used for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct BoundKey {
    pub(super) principal: Slot<Principal>,
    pub(super) key: Key,
    pub(super) fingerprint: Fingerprint,
    pub(super) outcome: Outcome,
}

impl BoundKey {
    fn name(&self) -> (Slot<Principal>, &Key) {
        (self.principal, &self.key)
    }
}

impl Keys {
    pub(super) fn len(&self) -> usize {
        self.bound.len()
    }

    /// In the order in which they were bound.
    pub(super) fn iter(&self) -> impl Iterator<Item = &BoundKey> {
        self.bound.iter()
    }

    pub(super) fn find(&self, principal: Slot<Principal>, key: &Key) -> Option<&BoundKey> {
        let name = (principal, key);
        let has_name = |place: u32| self.bound.get(place as usize).is_some_and(|bound| bound.name() == name);
        self.bound.get(self.places.find(&name, has_name)? as usize)
    }

    /// Whether the key was bound; `false` when it is already, or when there are four billion.
    pub(super) fn bind(&mut self, bound: BoundKey) -> bool {
        let Ok(place) = u32::try_from(self.bound.len()) else { return false };
        if self.find(bound.principal, &bound.key).is_some() {
            return false;
        }
        let others = &self.bound;
        self.places.insert(&bound.name(), place, |place| others[place as usize].name());
        self.bound.push(bound);
        true
    }
}

impl PartialEq for Keys {
    fn eq(&self, other: &Self) -> bool {
        self.bound == other.bound
    }
}

impl Eq for Keys {}

impl Serialize for Keys {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.bound.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut keys = Self::default();
        for bound in Vec::<BoundKey>::deserialize(deserializer)? {
            if !keys.bind(bound) {
                return Err(D::Error::custom("a key is bound twice"));
            }
        }
        Ok(keys)
    }
}
