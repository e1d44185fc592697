//! How long a show sells nothing after the node that writes it was killed.

use std::time::Duration;

use dropcast_proto::v1::answer_outcome;
use tokio::{
    sync::mpsc::{self, UnboundedSender},
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval_at, sleep, timeout},
};

use super::{
    arguments::Arguments,
    run::CompareError,
    stage::{Sale, Stage},
    viewer::Viewer,
};

/// For how long a claim keeps other nodes away, as the servers are started.
pub(super) const LEASE: Duration = Duration::from_secs(2);
/// How long after the lease another node may take.
pub(super) const AFTER_LEASE: Duration = Duration::from_millis(500);

/// Who clicks at the node that stays, and how often: together every 5 ms, for longer than a take-over may take.
const VIEWERS: u32 = 100;
const CLICKS: u32 = 40;
const EVERY: Duration = Duration::from_millis(500);
/// How long the show sells before its writer is killed.
const BEFORE: Duration = Duration::from_millis(750);
/// When it is given up.
const PATIENCE: Duration = Duration::from_secs(18);

/// When a click that was accepted had been made.
type Sold = Instant;

/// From the kill to the first accepted click that was made after it.
pub(super) async fn measure(arguments: &Arguments) -> Result<Duration, CompareError> {
    let sale = Sale { viewers: VIEWERS, limit: CLICKS, units: VIEWERS * CLICKS };
    let mut stage = Stage::nodes(&arguments.server, sale).await?;
    let writer = stage.writer().await?;
    let endpoint = stage.hall.endpoints.iter().enumerate().find(|(number, _)| *number != writer);
    let endpoint = endpoint.ok_or_else(|| CompareError::Server("there is no other node".to_owned()))?.1.clone();
    let (sold, mut sales) = mpsc::unbounded_channel();
    let mut clicking = JoinSet::new();
    for (number, token) in (0..).zip(&stage.hall.tokens) {
        let viewer = Viewer::join(endpoint.clone(), stage.hall.show.clone(), token.clone()).await?;
        clicking.spawn(click(viewer, EVERY * number / VIEWERS, sold.clone()));
    }
    drop(sold);
    sleep(BEFORE).await;
    let killed_at = Instant::now();
    stage.kill(writer);
    let gone_at = Instant::now();
    let sells_again = async {
        while let Some(made_at) = sales.recv().await {
            if made_at >= gone_at {
                return Ok(killed_at.elapsed());
            }
        }
        Err(CompareError::Server("the show did not sell again".to_owned()))
    };
    let took = timeout(PATIENCE, sells_again).await;
    clicking.shutdown().await;
    stage.stop().await;
    took.map_err(|_| CompareError::Server(format!("the show did not sell again within {PATIENCE:?}")))?
}

/// Clicks at an even pace, whether or not earlier clicks were answered.
async fn click(mut viewer: Viewer, after: Duration, sold: UnboundedSender<Sold>) -> Result<(), CompareError> {
    let mut beat = interval_at(Instant::now() + after, EVERY);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut made_at = Vec::new();
    loop {
        tokio::select! {
            _ = beat.tick(), if made_at.len() < CLICKS as usize => {
                let key = made_at.len().to_string();
                made_at.push(Instant::now());
                viewer.send(&key, 0).await?;
            }
            answer = viewer.next_answer() => {
                let answer = answer?;
                let kind = answer.outcome.and_then(|outcome| outcome.kind);
                let number: Option<usize> = answer.key.parse().ok();
                if let (Some(answer_outcome::Kind::Held(_)), Some(number)) = (kind, number) {
                    // Nobody listens once the show sold again.
                    let _ = sold.send(made_at[number]);
                }
            }
        }
    }
}
