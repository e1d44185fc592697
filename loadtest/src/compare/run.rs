//! A comparison from beginning to end.

use super::{
    arguments::Arguments,
    clicks::{self, Computed, Measured},
    crowd::Pace,
    engine::EngineFigures,
    figures::Rounds,
    report::Report,
    stage::{Sale, Stage},
    takeover,
};
use crate::{
    api::ApiError,
    figure::{ms, us},
    machine,
    rush::{
        cluster::ClusterError,
        progress::say,
        redis::{Aof, RedisServerError},
    },
};

/// Why nothing could be compared.
#[derive(Debug, thiserror::Error)]
pub(super) enum CompareError {
    /// There are no servers of our own.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// Redis does not run or answer.
    #[error(transparent)]
    Redis(#[from] RedisServerError),
    /// A call failed.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// A token can't be signed.
    #[error("no token: {0}")]
    Token(#[from] jsonwebtoken::errors::Error),
    /// A file or a process is not there.
    #[error("{0}")]
    System(#[from] std::io::Error),
    /// A server does not do what it should.
    #[error("{0}")]
    Server(String),
    /// Clicks got more or fewer units than there were.
    #[error("{accepted} clicks got a unit, not {expected}")]
    Sold { accepted: u32, expected: u32 },
    /// Somebody asked to stop.
    #[error("interrupted")]
    Interrupted,
}

/// Measures everything in turn, so often as asked.
pub(super) async fn run(arguments: &Arguments) -> Result<Report, CompareError> {
    let engine = arguments.engine.as_deref().map(EngineFigures::read).transpose()?;
    let machine = machine::describe();
    let mut rounds = Rounds::default();
    for round in 1..=arguments.rounds {
        let Arguments { viewers, clicks, .. } = *arguments;
        let sale = Sale { viewers, limit: clicks, units: viewers * clicks };
        let on = |stage, pace| measure_and_stop(stage, sale.units, pace);
        let baseline = on(Stage::baseline(sale, Aof::Always).await?, Pace::Answered).await?;
        tell(round, "axum + Lua", &baseline);
        let nodes = on(Stage::nodes(&arguments.server, sale).await?, Pace::Answered).await?;
        tell(round, "two nodes", &nodes);
        let at_its_rate = Pace::PerSecond(baseline.per_s);
        let at_its_rate = on(Stage::nodes(&arguments.server, sale).await?, at_its_rate).await?;
        tell(round, "two nodes at the rate of axum + Lua", &at_its_rate);
        let takeover = takeover::measure(arguments).await?;
        say(&format!("round {round}: a take-over took {:.0} ms", ms(takeover)));
        rounds.baseline.push(baseline);
        rounds.nodes.push(nodes);
        rounds.nodes_at_its_rate.push(at_its_rate);
        rounds.takeovers.push(takeover);
    }
    Ok(Report { rounds, engine, machine, viewers: arguments.viewers, clicks: arguments.clicks })
}

/// So many clicks of all viewers together, in whatever pace.
pub(super) async fn measure_and_stop(stage: Stage, clicks: u32, pace: Pace) -> Result<Measured, CompareError> {
    let measured = clicks::measure(&stage, &stage.hall, clicks, pace).await;
    stage.stop().await;
    measured
}

/// Says what was measured.
pub(super) fn tell(round: u32, what: &str, measured: &Measured) {
    let Measured { per_s, p50, p99, computed: Computed { redis, servers, client }, .. } = *measured;
    say(&format!(
        "round {round}: {what}: {per_s:.0} clicks/s, p50 {:.2} ms, p99 {:.2} ms; each took {:.2} µs of Redis, \
         {:.2} µs of the servers, {:.2} µs of the client",
        ms(p50),
        ms(p99),
        us(redis),
        us(servers),
        us(client),
    ));
}
