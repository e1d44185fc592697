//! Something that changes from entry to entry.

/// A value after each entry of a journal: the entries at which it changed, in their order.
#[derive(Debug)]
pub(super) struct Timeline<T>(Vec<(u64, T)>);

impl<T> Default for Timeline<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Timeline<T> {
    /// From this entry on it is something else. Entries come in order.
    pub(super) fn set(&mut self, seq: u64, value: T) {
        match self.0.last_mut() {
            Some((last, before)) if *last == seq => *before = value,
            _ => self.0.push((seq, value)),
        }
    }

    /// What it is after this entry; `None` before it was ever set.
    pub(super) fn at(&self, seq: u64) -> Option<&T> {
        let set = self.0.partition_point(|(since, _)| *since <= seq);
        set.checked_sub(1).map(|newest| &self.0[newest].1)
    }

    /// What it is now.
    pub(super) fn now(&self) -> Option<&T> {
        self.0.last().map(|(_, value)| value)
    }

    /// The entries after `from` and up to `to` at which it changed.
    pub(super) fn changes(&self, from: u64, to: u64) -> impl Iterator<Item = u64> {
        let begin = self.0.partition_point(|(since, _)| *since <= from);
        self.0[begin..].iter().map(|(since, _)| *since).take_while(move |since| *since <= to)
    }

    /// The first entry after which it is as asked.
    pub(super) fn first(&self, is_so: impl Fn(&T) -> bool) -> Option<u64> {
        self.0.iter().find(|(_, value)| is_so(value)).map(|(since, _)| *since)
    }
}

impl Timeline<i64> {
    /// So many more, or fewer, from this entry on.
    pub(super) fn add(&mut self, seq: u64, units: i64) {
        self.set(seq, self.now().copied().unwrap_or_default() + units);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_holds_from_its_entry_until_the_next_change() {
        let mut units = Timeline::default();
        assert_eq!(units.at(9), None);
        units.add(3, 5);
        units.add(3, 1);
        units.add(7, -2);
        assert_eq!([2, 3, 6, 7, 8].map(|seq| units.at(seq).copied()), [None, Some(6), Some(6), Some(4), Some(4)]);
        let changes = |from, to| units.changes(from, to).collect::<Vec<_>>();
        assert_eq!(
            [changes(0, 9), changes(3, 7), changes(2, 6), changes(7, 9)],
            [vec![3, 7], vec![7], vec![3], vec![]]
        );
        assert_eq!((units.first(|units| *units < 6), units.first(|units| *units > 6)), (Some(7), None));
    }
}
