//! The checker is checked: each known mistake, put back, must turn a check red.

use std::collections::BTreeSet;

use dropcast::mistakes::{Mistake, making};

use crate::{
    checks::{Check, judge},
    world::run,
};

/// Within how many worlds a mistake must be found.
const SEEDS_MAX: u64 = 2_000;

/// Makes the mistake in one world after the other until this check finds it.
fn is_found(mistake: Mistake, check: Check) {
    let mut others = BTreeSet::new();
    for seed in 1..=SEEDS_MAX {
        let run = making(Some(mistake), || run(seed, false));
        let found: BTreeSet<_> = judge(&run).into_iter().map(|violation| violation.check).collect();
        if found.contains(&check) {
            return;
        }
        others.extend(found);
    }
    panic!("{mistake:?} was not found by {check:?} in {SEEDS_MAX} worlds; others found: {others:?}");
}

#[test]
fn an_append_under_an_old_claim_is_found_by_the_fence() {
    is_found(Mistake::NoFence, Check::Fence);
}

#[test]
fn a_digest_without_time_is_found_by_the_chain() {
    is_found(Mistake::DigestWithoutTime, Check::Chain);
}

#[test]
fn a_trim_past_the_snapshot_is_found() {
    is_found(Mistake::TrimWithoutSnapshot, Check::Trimmed);
}

#[test]
fn an_acknowledgement_before_the_append_is_found() {
    is_found(Mistake::AcknowledgeBeforeAppend, Check::AcceptedTooEarly);
}

#[test]
fn an_acknowledgement_that_a_crash_takes_back_is_found() {
    is_found(Mistake::AcknowledgeBeforeAppend, Check::PromiseLost);
}

#[test]
fn an_acceptance_that_binds_no_key_is_found() {
    is_found(Mistake::NoKeyBinding, Check::PromiseLost);
}

#[test]
fn a_snapshot_of_speculation_is_found() {
    is_found(Mistake::SnapshotOfSpeculation, Check::Snapshot);
}

#[test]
fn a_refusal_outside_the_lease_is_found() {
    is_found(Mistake::RefuseOutsideLease, Check::Refusal);
}

#[test]
fn a_retry_that_a_follower_decides_is_found() {
    is_found(Mistake::RetryDecidedByFollower, Check::RefusedThenKept);
}

#[test]
fn a_follower_that_does_not_check_the_chain_is_found() {
    is_found(Mistake::FollowerWithoutChain, Check::Published);
}

#[test]
fn lots_mixed_with_an_earlier_digest_are_found_by_drawing_again() {
    is_found(Mistake::DrawWithEarlierDigest, Check::Draw);
}

#[test]
fn what_is_decided_before_lots_that_are_due_is_found() {
    is_found(Mistake::DrawLate, Check::Draw);
}

#[test]
fn units_that_are_not_offered_to_who_waits_are_found() {
    is_found(Mistake::OffersLeftOut, Check::Line);
}
