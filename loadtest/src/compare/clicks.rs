//! A measurement: many viewers, one SKU, a unit for every click.

use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tokio::{task::JoinSet, time::Instant};

use super::{
    run::CompareError,
    stage::Stage,
    viewer::{Beat, Seen, Viewer},
};
use crate::rush::process::computed_here;

/// How many viewers connect at once.
const HANDSHAKES_MAX: usize = 64;
/// How long everybody has, once connected, to get ready for the first click.
const BREATH: Duration = Duration::from_millis(200);

/// What was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measured {
    /// Clicks that were accepted, a second, from the first click to the last answer.
    pub(super) per_s: f64,
    /// How long half of the clicks waited for their answer at most.
    pub(super) p50: Duration,
    /// How long 99 of 100 did.
    pub(super) p99: Duration,
    /// What was computed for each accepted click, by whom.
    pub(super) computed: Computed,
}

/// Time of processors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Computed {
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

    /// What each of so many clicks took since.
    fn per_click(self, since: Self, clicks: u32) -> Self {
        let each = |of: fn(Self) -> Duration| of(self).saturating_sub(of(since)) / clicks;
        Self { redis: each(|all| all.redis), servers: each(|all| all.servers), client: each(|all| all.client) }
    }
}

/// Lets everybody click so often: each as soon as its last click is answered, or all together so many times a second.
pub(super) async fn measure(stage: &Stage, clicks: u32, per_s: Option<f64>) -> Result<Measured, CompareError> {
    let endpoints = stage.endpoints.iter().cycle().cloned();
    let joining =
        endpoints.zip(&stage.tokens).map(|(endpoint, token)| Viewer::join(endpoint, stage.show.clone(), token.clone()));
    let viewers: Vec<_> = stream::iter(joining).buffer_unordered(HANDSHAKES_MAX).try_collect().await?;

    let all = u32::try_from(viewers.len()).unwrap_or(u32::MAX);
    let every = per_s.map_or(Duration::ZERO, |per_s| Duration::from_secs_f64(f64::from(all) / per_s));
    let (before, start) = (Computed::now(stage).await?, Instant::now() + BREATH);
    let mut clicking = JoinSet::new();
    for (number, viewer) in (0..).zip(viewers) {
        let beat = Beat { start: start + every * number / all, every };
        clicking.spawn(viewer.click(clicks, beat));
    }
    let seen = clicking.join_all().await.into_iter().collect::<Result<Vec<_>, _>>()?;
    let after = Computed::now(stage).await?;
    evaluate(start, &seen, |clicks| after.per_click(before, clicks))
}

fn evaluate(start: Instant, seen: &[Seen], computed: impl Fn(u32) -> Computed) -> Result<Measured, CompareError> {
    let refused = seen.iter().map(|seen| seen.refused).sum();
    let mut waits: Vec<_> = seen.iter().flat_map(|seen| &seen.waits).copied().collect();
    let last = seen.iter().filter_map(|seen| seen.ended_at).max();
    let (0, Some(last), Ok(accepted @ 1..)) = (refused, last, u32::try_from(waits.len())) else {
        return Err(CompareError::Refused { refused });
    };
    waits.sort_unstable();
    let at = |percent: usize| waits[(waits.len() - 1) * percent / 100];
    let per_s = f64::from(accepted) / last.saturating_duration_since(start).as_secs_f64();
    Ok(Measured { per_s, p50: at(50), p99: at(99), computed: computed(accepted) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(start: Instant, waits_ms: &[u64], refused: u64) -> Seen {
        let waits = waits_ms.iter().copied().map(Duration::from_millis).collect();
        Seen { waits, refused, ended_at: Some(start + Duration::from_secs(2)) }
    }

    fn computed(ms: u64) -> Computed {
        let redis = Duration::from_millis(ms);
        Computed { redis, servers: redis * 2, client: redis * 3 }
    }

    #[test]
    fn figures_are_of_all_viewers_together() {
        let start = Instant::now();
        let all = |clicks| computed(9).per_click(computed(1), clicks);
        let measured = evaluate(start, &[seen(start, &[5, 1], 0), seen(start, &[3, 9], 0)], all).unwrap();
        assert_eq!((measured.p50, measured.p99), (Duration::from_millis(3), Duration::from_millis(5)));
        assert_eq!((measured.computed, measured.per_s.round()), (computed(2), 2.0));
    }

    #[test]
    fn a_click_that_got_nothing_spoils_the_measurement() {
        let start = Instant::now();
        let refused = evaluate(start, &[seen(start, &[5], 1)], |_| computed(0));
        assert!(matches!(refused, Err(CompareError::Refused { refused: 1 })));
    }
}
