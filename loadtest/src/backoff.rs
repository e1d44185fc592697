//! How long to wait before trying again.

use std::time::Duration;

use rand::RngExt as _;

/// Before the first retry, on average half of this.
const FIRST_MS: u64 = 100;
/// However often it failed, never longer than this.
const LONGEST_MS: u64 = 2_000;

/// The wait before trying again after `failures` failures in a row: a random part of a bound that doubles, so that a
/// crowd that lost its server does not come back in step.
pub(crate) fn wait(failures: u32) -> Duration {
    let bound_ms = FIRST_MS.saturating_mul(1 << failures.min(16)).min(LONGEST_MS);
    Duration::from_millis(rand::rng().random_range(0..=bound_ms))
}

/// What the server asked to wait, and up to a half more, for the same reason.
pub(crate) fn asked(after_ms: u64) -> Duration {
    let after_ms = after_ms.min(60_000);
    Duration::from_millis(after_ms + rand::rng().random_range(0..=after_ms / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_bound() {
        for failures in [0, 1, 5, 40, u32::MAX] {
            assert!(wait(failures) <= Duration::from_millis(LONGEST_MS));
        }
        assert!(wait(0) <= Duration::from_millis(FIRST_MS));
        assert!((1_000..=1_500).contains(&asked(1_000).as_millis()));
        assert_eq!(asked(0), Duration::ZERO);
    }
}
