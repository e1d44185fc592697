//! What is known about a show's wake time in the index.
//!
//! The index lives in another slot than the show, so the two can't change together. The rule is that **the index never
//! wakes a show later than its head says**; too early costs a look at it, no more. So:
//!
//! - an append that makes the wake time earlier lowers the index first, and is sent only when that is done;
//! - the index is set later only after the append, to the earliest wake time of what is appended and of all that was
//!   called after it, and the append ends when that is done; after one that was refused it is set back in the same way;
//! - each change has a number, so that one which was delayed on a broken connection can't undo a later one;
//! - only the newest claim sets it later, and a claim lowers it to what the head says.
//!
//! A wake time that stays the same, the usual case, needs no change.

use std::collections::BTreeMap;

/// When to wake, in Unix milliseconds; `None`: never.
pub(super) type Wake = Option<u64>;

/// How an append ended, as far as the index is concerned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum End {
    Appended,
    NotAppended,
    InDoubt,
}

/// What one claim knows about its show in the index.
#[derive(Debug)]
pub(super) struct KnownWake {
    /// Whose knowledge it is.
    pub(super) token: u128,
    /// What the head says; `None` when that is not known.
    head: Option<Wake>,
    /// The index wakes the show no later than this.
    latest: Wake,
    /// Whether it wakes it exactly then.
    exact: bool,
    /// The wake times of the appends that were called and are not answered, by the order of their calls.
    under_way: BTreeMap<u64, Wake>,
}

impl KnownWake {
    /// What is known after a claim: what the head says, and what the index has.
    pub(super) fn claimed(token: u128, head: Wake, indexed: Wake) -> Self {
        Self { token, head: Some(head), latest: indexed, exact: true, under_way: BTreeMap::new() }
    }

    /// The claim's knowledge, in place of another claim's.
    pub(super) fn of(known: &mut Option<Self>, token: u128) -> &mut Self {
        let own = known.take().filter(|known| known.token == token);
        known.insert(own.unwrap_or_else(|| Self::unknown(token)))
    }

    /// What is known about a claim that was made by another process of this node: nothing.
    fn unknown(token: u128) -> Self {
        Self { head: None, exact: false, ..Self::claimed(token, None, None) }
    }

    /// An append with this wake time is called; `call` is greater than that of every one before. Returns whether the
    /// index must be lowered to it first.
    pub(super) fn called(&mut self, call: u64, wake: Wake) -> bool {
        self.under_way.insert(call, wake);
        let lowers = is_earlier(wake, self.latest);
        if lowers {
            self.latest = wake;
        }
        lowers
    }

    /// An append came to an end: what the index is to be set to, if it has something else.
    pub(super) fn ended(&mut self, call: u64, end: End) -> Option<Wake> {
        let wake = self.under_way.remove(&call)?;
        match end {
            End::Appended => self.head = Some(wake),
            // The index was lowered before, and is not set later: whatever became of it, it is not too late.
            End::InDoubt => self.head = None,
            End::NotAppended => {}
        }
        let wake = self.under_way.values().copied().fold(self.head?, earlier);
        if self.exact && self.latest == wake {
            return None;
        }
        (self.latest, self.exact) = (wake, true);
        Some(wake)
    }

    /// It is not known what became of a change.
    pub(super) fn lost(&mut self) {
        (self.latest, self.exact) = (None, false);
    }
}

fn is_earlier(wake: Wake, other: Wake) -> bool {
    wake.is_some_and(|wake| other.is_none_or(|other| wake < other))
}

fn earlier(wake: Wake, other: Wake) -> Wake {
    if is_earlier(other, wake) { other } else { wake }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wake_time_that_stays_needs_no_change() {
        let mut known = KnownWake::claimed(1, Some(5), Some(5));
        for call in 0..3 {
            assert!(!known.called(call, Some(5)));
            assert_eq!(known.ended(call, End::Appended), None);
        }
    }

    #[test]
    fn an_earlier_one_is_lowered_before_and_a_later_one_set_after() {
        let mut known = KnownWake::claimed(1, None, None);
        assert!(known.called(1, Some(5)));
        assert_eq!(known.ended(1, End::Appended), None, "lowered from never, so it is exact");
        assert!(!known.called(2, Some(9)));
        assert_eq!(known.ended(2, End::Appended), Some(Some(9)));
        assert!(!known.called(3, None));
        assert_eq!(known.ended(3, End::Appended), Some(None));
    }

    #[test]
    fn what_was_called_later_is_never_woken_too_late() {
        let mut known = KnownWake::claimed(1, Some(5), Some(5));
        assert!(!known.called(1, Some(7)));
        assert!(!known.called(2, Some(6)), "the index still has 5");
        assert_eq!(known.ended(1, End::Appended), Some(Some(6)));
        assert_eq!(known.ended(2, End::Appended), None);
    }

    #[test]
    fn after_a_refused_append_the_index_is_set_back() {
        let mut known = KnownWake::claimed(1, Some(9), Some(9));
        assert!(known.called(1, Some(5)));
        assert!(!known.called(2, Some(7)));
        assert_eq!(known.ended(1, End::NotAppended), Some(Some(7)), "the other one may be appended");
        assert_eq!(known.ended(2, End::NotAppended), Some(Some(9)));
    }

    #[test]
    fn after_an_append_in_doubt_the_index_stays_early_until_the_next_one() {
        let mut known = KnownWake::claimed(1, Some(9), Some(9));
        assert!(known.called(1, Some(5)));
        assert_eq!(known.ended(1, End::InDoubt), None);
        assert!(!known.called(2, Some(8)));
        assert_eq!(known.ended(2, End::Appended), Some(Some(8)));
    }

    #[test]
    fn after_a_lost_change_nothing_is_taken_for_granted() {
        let mut known = KnownWake::claimed(1, Some(5), Some(5));
        known.lost();
        assert!(known.called(1, Some(5)));
        assert_eq!(known.ended(1, End::Appended), Some(Some(5)));
    }
}
