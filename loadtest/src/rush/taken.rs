//! What viewers have of a drop, held or bought.

use std::collections::BTreeMap;

use super::bots;

/// What each viewer has of each drop.
#[derive(Debug, Default)]
pub(super) struct Taken(BTreeMap<(String, String), Units>);

/// Units of one viewer in one drop.
#[derive(Debug, Default, Clone, Copy)]
struct Units {
    now: u64,
    /// The most that there ever were.
    most: u64,
}

/// Who has the units of a show.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Shares {
    /// Those of bots.
    pub(super) bots: u64,
    /// Those of everybody else.
    pub(super) people: u64,
    /// The most that one bot had at once in a drop.
    pub(super) bot_most: u64,
}

impl Taken {
    /// The viewer has so many more; how many that makes.
    pub(super) fn take(&mut self, viewer: &str, drop: &str, units: u64) -> u64 {
        let taken = self.0.entry((viewer.to_owned(), drop.to_owned())).or_default();
        taken.now += units;
        taken.most = taken.most.max(taken.now);
        taken.now
    }

    /// The viewer has so many fewer.
    pub(super) fn give_back(&mut self, viewer: &str, drop: &str, units: u64) {
        self.0.entry((viewer.to_owned(), drop.to_owned())).and_modify(|taken| taken.now -= units);
    }

    /// Who has what now.
    pub(super) fn shares(&self) -> Shares {
        let mut shares = Shares::default();
        for ((viewer, _), taken) in &self.0 {
            if viewer.starts_with(bots::NAME) {
                shares.bots += taken.now;
                shares.bot_most = shares.bot_most.max(taken.most);
            } else {
                shares.people += taken.now;
            }
        }
        shares
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bots_and_people_are_told_apart_by_their_names() {
        let mut taken = Taken::default();
        assert_eq!([taken.take("bot-1", "rush", 2), taken.take("bot-1", "rush", 1)], [2, 3]);
        taken.give_back("bot-1", "rush", 2);
        taken.take("bot-2", "rush", 1);
        taken.take("robot-1", "rush", 5);
        assert_eq!(taken.shares(), Shares { bots: 2, people: 5, bot_most: 3 });
    }
}
