//! What a lost history acknowledged and this one was asked for: kept under another number, or broken.

use std::collections::{BTreeMap, BTreeSet};

use dropcast_proto::v1::{PromiseBroken, PromiseKept};

/// What became of promises, by their viewers and their numbers in the lost history.
#[derive(Debug, Default)]
pub(super) struct Promises {
    /// The reservations that keep each.
    kept: BTreeMap<(String, u64), BTreeSet<u64>>,
    /// The keys that tell each that was broken; a sale of a reservation that is here goes by the key that bought it.
    broken: BTreeMap<(String, u64), BTreeSet<String>>,
    /// The viewers' keys that told promises apart.
    told: BTreeSet<(String, String)>,
    /// Said to be kept in this entry: the viewer and the reservation.
    pub(super) due: Vec<(String, u64)>,
}

impl Promises {
    /// Takes in one that was kept. In words, what is wrong with it.
    pub(super) fn keep(&mut self, kept: &PromiseKept) -> Option<String> {
        let PromiseKept { viewer, lost, reservation, reserve, sale } = kept;
        self.kept.entry((viewer.clone(), *lost)).or_default().insert(*reservation);
        self.due.push((viewer.clone(), *reservation));
        let used = reserve.as_ref().or_else(|| sale.as_ref()?.confirm.as_ref());
        let key = used.map(|used| used.key.clone()).unwrap_or_default();
        self.tell(viewer, key, *lost)
    }

    /// Takes in one that could not be kept. In words, what is wrong with it.
    pub(super) fn break_one(&mut self, broken: &PromiseBroken) -> Option<String> {
        let PromiseBroken { viewer, lost, key, .. } = broken;
        self.broken.entry((viewer.clone(), *lost)).or_default().insert(key.clone());
        self.tell(viewer, key.clone(), *lost)
    }

    /// The reservations that keep what the viewer was told under this number.
    pub(super) fn kept_as(&self, viewer: &str, lost: u64) -> impl Iterator<Item = u64> {
        self.kept.get(&(viewer.to_owned(), lost)).into_iter().flatten().copied()
    }

    /// Whether it is recorded that what the viewer was told under this number and this key could not be kept.
    pub(super) fn is_broken(&self, viewer: &str, lost: u64, key: &str) -> bool {
        self.broken.get(&(viewer.to_owned(), lost)).is_some_and(|keys| keys.contains(key))
    }

    /// Whether it is recorded that a sale of the viewer's reservation of this number, which is here, could not be kept.
    pub(super) fn is_sale_broken(&self, viewer: &str, reservation: u64) -> bool {
        self.broken.contains_key(&(viewer.to_owned(), reservation))
    }

    fn tell(&mut self, viewer: &str, key: String, lost: u64) -> Option<String> {
        let is_first = !key.is_empty() && self.told.insert((viewer.to_owned(), key));
        (!is_first).then(|| format!("the promise {lost} to {viewer} is kept or broken twice, or under no key"))
    }
}
