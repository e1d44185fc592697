//! A measurement: many viewers, one SKU, a unit for every click.

use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tokio::{task::JoinSet, time::Instant};

use super::{
    run::CompareError,
    stage::Stage,
    viewer::{Beat, Seen, Viewer},
};

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
    /// What Redis computed for each accepted click.
    pub(super) redis: Duration,
}

/// Lets everybody click so often: each as soon as its last click is answered, or all together so many times a second.
pub(super) async fn measure(stage: &Stage, clicks: u32, per_s: Option<f64>) -> Result<Measured, CompareError> {
    let endpoints = stage.endpoints.iter().cycle().cloned();
    let joining =
        endpoints.zip(&stage.tokens).map(|(endpoint, token)| Viewer::join(endpoint, stage.show.clone(), token.clone()));
    let viewers: Vec<_> = stream::iter(joining).buffer_unordered(HANDSHAKES_MAX).try_collect().await?;

    let all = u32::try_from(viewers.len()).unwrap_or(u32::MAX);
    let every = per_s.map_or(Duration::ZERO, |per_s| Duration::from_secs_f64(f64::from(all) / per_s));
    let (computed, start) = (stage.redis_computed().await?, Instant::now() + BREATH);
    let mut clicking = JoinSet::new();
    for (number, viewer) in (0..).zip(viewers) {
        let beat = Beat { start: start + every * number / all, every };
        clicking.spawn(viewer.click(clicks, beat));
    }
    let seen = clicking.join_all().await.into_iter().collect::<Result<Vec<_>, _>>()?;
    evaluate(start, &seen, stage.redis_computed().await?.saturating_sub(computed))
}

fn evaluate(start: Instant, seen: &[Seen], redis: Duration) -> Result<Measured, CompareError> {
    let refused = seen.iter().map(|seen| seen.refused).sum();
    let mut waits: Vec<_> = seen.iter().flat_map(|seen| &seen.waits).copied().collect();
    let last = seen.iter().filter_map(|seen| seen.ended_at).max();
    let (0, Some(last), Ok(accepted @ 1..)) = (refused, last, u32::try_from(waits.len())) else {
        return Err(CompareError::Refused { refused });
    };
    waits.sort_unstable();
    let at = |percent: usize| waits[(waits.len() - 1) * percent / 100];
    let per_s = f64::from(accepted) / last.saturating_duration_since(start).as_secs_f64();
    Ok(Measured { per_s, p50: at(50), p99: at(99), redis: redis / accepted })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(start: Instant, waits_ms: &[u64], refused: u64) -> Seen {
        let waits = waits_ms.iter().copied().map(Duration::from_millis).collect();
        Seen { waits, refused, ended_at: Some(start + Duration::from_secs(2)) }
    }

    #[test]
    fn figures_are_of_all_viewers_together() {
        let start = Instant::now();
        let measured = evaluate(start, &[seen(start, &[5, 1], 0), seen(start, &[3, 9], 0)], Duration::from_millis(8));
        let measured = measured.unwrap();
        assert_eq!((measured.p50, measured.p99), (Duration::from_millis(3), Duration::from_millis(5)));
        assert_eq!((measured.redis, measured.per_s.round()), (Duration::from_millis(2), 2.0));
    }

    #[test]
    fn a_click_that_got_nothing_spoils_the_measurement() {
        let start = Instant::now();
        let refused = evaluate(start, &[seen(start, &[5], 1)], Duration::ZERO);
        assert!(matches!(refused, Err(CompareError::Refused { refused: 1 })));
    }
}
