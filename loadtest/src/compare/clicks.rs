//! A measurement: many viewers, one SKU.

use std::time::Duration;

use tokio::time::sleep;

use super::{
    crowd::{Crowd, Pace, Seen, Until},
    run::CompareError,
    stage::{Hall, Stage},
};
use crate::rush::process::computed_here;

/// How long everybody has, once connected, to get ready for the first click.
const BREATH: Duration = Duration::from_millis(200);

/// What was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measured {
    /// Clicks that were answered, a second, from the first click to the last answer.
    pub(super) per_s: f64,
    /// How long half of the clicks waited for their answer at most.
    pub(super) p50: Duration,
    /// How long 99 of 100 did.
    pub(super) p99: Duration,
    /// From the first click to the last answer.
    pub(super) took: Duration,
    /// What was computed for each click, by whom.
    pub(super) computed: Computed,
}

/// Time of processors.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Computed {
    /// Nothing, where there is no Redis.
    pub(super) redis: Duration,
    /// All servers together.
    pub(super) servers: Duration,
    /// The client, which is the same for all.
    pub(super) client: Duration,
}

impl Computed {
    async fn now(stage: &Stage) -> Result<Self, CompareError> {
        let (servers, client) = (stage.servers_computed()?, computed_here()?);
        Ok(Self { redis: stage.redis_computed().await?, servers, client })
    }

    /// All but the client.
    pub(super) fn all(self) -> Duration {
        self.redis + self.servers
    }

    /// What each of so many clicks took since.
    fn per_click(self, since: Self, clicks: u32) -> Self {
        let each = |of: fn(Self) -> Duration| of(self).saturating_sub(of(since)) / clicks.max(1);
        Self { redis: each(|all| all.redis), servers: each(|all| all.servers), client: each(|all| all.client) }
    }
}

/// Lets everybody in a hall make so many clicks together.
pub(super) async fn measure(stage: &Stage, hall: &Hall, clicks: u32, pace: Pace) -> Result<Measured, CompareError> {
    let crowd = Crowd::gather(hall).await?;
    let before = Computed::now(stage).await?;
    sleep(BREATH).await;
    let seen = crowd.click(clicks, pace, Until::Answered).await?;
    let after = Computed::now(stage).await?;
    evaluate(seen, hall.units, after.per_click(before, clicks))
}

/// What was seen of clicks for so many units.
pub(super) fn evaluate(seen: Seen, units: u32, computed: Computed) -> Result<Measured, CompareError> {
    let Seen { mut waits, accepted, took } = seen;
    let clicks = u32::try_from(waits.len()).unwrap_or(u32::MAX);
    let expected = units.min(clicks);
    if accepted != expected || waits.is_empty() {
        return Err(CompareError::Sold { accepted, expected });
    }
    waits.sort_unstable();
    let at = |percent: usize| waits[(waits.len() - 1) * percent / 100];
    let per_s = f64::from(clicks) / took.as_secs_f64();
    Ok(Measured { per_s, p50: at(50), p99: at(99), took, computed })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(accepted: u32) -> Seen {
        let waits = [5, 1, 3, 9].map(Duration::from_millis).into();
        Seen { waits, accepted, took: Duration::from_secs(2) }
    }

    fn computed(ms: u64) -> Computed {
        let redis = Duration::from_millis(ms);
        Computed { redis, servers: redis * 2, client: redis * 3 }
    }

    #[test]
    fn figures_are_of_all_viewers_together() {
        let each = computed(9).per_click(computed(1), 4);
        let measured = evaluate(seen(4), 4, each).unwrap();
        assert_eq!((measured.p50, measured.p99), (Duration::from_millis(3), Duration::from_millis(5)));
        assert_eq!((measured.computed, measured.per_s.round()), (computed(2), 2.0));
    }

    #[test]
    fn a_unit_too_few_or_too_many_spoils_the_measurement() {
        for (accepted, units, expected) in [(3, 4, 4), (3, 9, 4), (3, 2, 2)] {
            let spoiled = evaluate(seen(accepted), units, computed(0));
            let told = (accepted, expected);
            assert!(matches!(spoiled, Err(CompareError::Sold { accepted, expected }) if (accepted, expected) == told));
        }
        assert!(evaluate(seen(2), 2, computed(0)).is_ok());
    }
}
