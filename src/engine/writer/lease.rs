//! For how long this node can be sure that no other writes the show.

use std::time::Duration;

use tokio::time::Instant;

/// A lease, measured on this node's monotonic clock from before it was asked for: whatever the wall clock and the network
/// do, it is over here before it is over for the journal. It stands still while the whole machine is suspended, as
/// that clock does.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct Lease {
    /// How long it lasts from when it is asked for; `None`: no other node can claim the show.
    lasts: Option<Duration>,
    until: Instant,
}

/// A lease is renewed when this part of it is over.
const RENEW_AFTER: f64 = 1.0 / 3.0;

impl Lease {
    /// A lease that was granted, having been asked for at `asked_at`.
    pub(in crate::engine) fn granted(lasts: Option<Duration>, asked_at: Instant) -> Self {
        Self { lasts, until: asked_at + lasts.unwrap_or_default() }
    }

    /// It was renewed, having been asked for at `asked_at`.
    pub(in crate::engine) fn renewed(&mut self, asked_at: Instant) {
        self.until = self.until.max(asked_at + self.lasts.unwrap_or_default());
    }

    /// Whether another node may write by now.
    pub(in crate::engine) fn is_over(&self, now: Instant) -> bool {
        self.lasts.is_some() && now >= self.until
    }

    /// When to renew it; `None`: never.
    pub(in crate::engine) fn renew_at(&self) -> Option<Instant> {
        self.lasts.map(|lasts| self.until - lasts.mul_f64(1.0 - RENEW_AFTER))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_counts_from_before_it_was_asked_for() {
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let mut lease = Lease::granted(Some(second * 3), start);
        assert_eq!(lease.renew_at(), Some(start + second));
        assert!(!lease.is_over(start + second * 2));
        assert!(lease.is_over(start + second * 3));
        lease.renewed(start + second);
        lease.renewed(start);
        assert!(!lease.is_over(start + second * 3), "an older renewal takes nothing back");
        assert!(lease.is_over(start + second * 4));
        assert!(!Lease::granted(None, start).is_over(start + second * 1_000_000));
    }
}
