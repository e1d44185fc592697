//! Known mistakes that a test can put back, to see that the checks find them: the checker is checked.
//!
//! A release build has none of this: [`made`] is always false there, and the compiler leaves the mistakes out.

/// What can be done wrong on purpose.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mistake {
    /// An append under an old claim is let through.
    NoFence,
    /// The digest of an entry leaves its time out.
    DigestWithoutTime,
    /// What was decided is answered before it is durable.
    AcknowledgeBeforeAppend,
    /// What is accepted binds no key.
    NoKeyBinding,
    /// Entries are trimmed that no snapshot stands for.
    TrimWithoutSnapshot,
    /// A writer refuses although its lease has run out.
    RefuseOutsideLease,
    /// A node that follows a show decides a repeated command by itself, on what it knows.
    RetryDecidedByFollower,
    /// A snapshot is saved of facts that are not durable.
    SnapshotOfSpeculation,
    /// A node that follows a show folds entries without checking that they follow.
    FollowerWithoutChain,
    /// Lots are mixed with the last digest that is durable, not with that of the entry before them.
    DrawWithEarlierDigest,
    /// Lots are drawn a while after they are due.
    DrawLate,
    /// What a decision made free is not offered to who waits for it in the same entry.
    OffersLeftOut,
}

#[cfg(debug_assertions)]
mod switch {
    use std::cell::Cell;

    use super::Mistake;

    thread_local! {
        static MADE: Cell<Option<Mistake>> = const { Cell::new(None) };
    }

    /// Whether this thread makes the mistake.
    pub fn made(mistake: Mistake) -> bool {
        MADE.get() == Some(mistake)
    }

    /// Makes the mistake on this thread while `run` runs.
    pub fn making<T>(mistake: Option<Mistake>, run: impl FnOnce() -> T) -> T {
        struct Restore(Option<Mistake>);
        impl Drop for Restore {
            fn drop(&mut self) {
                MADE.set(self.0);
            }
        }
        let _restore = Restore(MADE.replace(mistake));
        run()
    }
}

#[cfg(debug_assertions)]
pub use switch::{made, making};

/// Whether the mistake is made: never in a release build.
#[cfg(not(debug_assertions))]
pub const fn made(_mistake: Mistake) -> bool {
    false
}
