//! All checks, one after the other.

use super::{answered, audience, audit, chain, draws, history, promises, published, retries, snapshots};
use crate::world::Run;

/// What is checked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Check {
    /// Entries are numbered without gaps, time never goes back, and the digest of each follows from the one before.
    Chain,
    /// The journal adds up by itself: nothing oversold, no limit passed, every key bound once.
    Audit,
    /// Nobody in a line is skipped, and nothing goes to a click, or stays free, while somebody waits for it.
    Line,
    /// Draws are bound before they open, drawn before anything else is decided, and come out as anyone draws them.
    Draw,
    /// The facts can be folded from the beginning.
    Fold,
    /// A snapshot is what the facts up to its position come to.
    Snapshot,
    /// What is trimmed is in a snapshot.
    Trimmed,
    /// Nothing is written under a claim that is not the newest.
    Fence,
    /// An acceptance was durable when it was given.
    AcceptedTooEarly,
    /// An acceptance is in the journal for good, under its key.
    PromiseLost,
    /// What was not decided, or refused, left no trace.
    Trace,
    /// What another node than the writer's refused is not kept later, when it was asked before.
    RefusedThenKept,
    /// What a node counted last is in the journal in the end, whatever was lost.
    Audience,
    /// A refusal was true at some moment between call and answer.
    Refusal,
    /// What a node makes known is the journal's, in order, without gaps and not before it is durable.
    Published,
    /// Whoever looks at a show sees what the facts come to up to some moment before.
    Look,
    /// Every command gets its answer, and every node stops.
    Answered,
    /// Nothing panics.
    Panic,
}

/// Something that must not be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Violation {
    pub(crate) check: Check,
    pub(crate) detail: String,
}

impl Violation {
    pub(crate) fn new(check: Check, detail: impl Into<String>) -> Self {
        Self { check, detail: detail.into() }
    }
}

/// Everything that is wrong with a world.
pub(crate) fn judge(run: &Run) -> Vec<Violation> {
    let mut violations = chain::check(run);
    violations.extend(audit::check(run));
    violations.extend(draws::check(run));
    violations.extend(snapshots::check(run));
    violations.extend(history::check(run));
    violations.extend(promises::check(run));
    violations.extend(retries::check(run));
    violations.extend(audience::check(run));
    violations.extend(published::check(run));
    violations.extend(answered::check(run));
    violations
}
