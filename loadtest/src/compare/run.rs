//! A comparison from beginning to end.

use super::{
    arguments::Arguments,
    clicks::{self, Computed, Measured},
    engine::EngineFigures,
    figures::Rounds,
    report::Report,
    stage::Stage,
    takeover,
};
use crate::{
    api::ApiError,
    figure::ms,
    machine,
    rush::{cluster::ClusterError, progress::say, redis::RedisServerError},
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
    /// Not every click got its unit.
    #[error("{refused} clicks got no unit, though there was one for each")]
    Refused { refused: u64 },
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
        let on = |stage, per_s| measure_and_stop(stage, clicks, per_s);
        let baseline = on(Stage::baseline(viewers, clicks).await?, None).await?;
        tell(round, "axum + Lua", &baseline);
        let nodes = on(Stage::nodes(arguments, viewers, clicks).await?, None).await?;
        tell(round, "two nodes", &nodes);
        let at_its_rate = on(Stage::nodes(arguments, viewers, clicks).await?, Some(baseline.per_s)).await?;
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

async fn measure_and_stop(stage: Stage, clicks: u32, per_s: Option<f64>) -> Result<Measured, CompareError> {
    let measured = clicks::measure(&stage, clicks, per_s).await;
    stage.stop().await;
    measured
}

fn tell(round: u32, what: &str, measured: &Measured) {
    let Measured { per_s, p50, p99, computed: Computed { redis, servers, client } } = *measured;
    let us = |duration| ms(duration) * 1_000.0;
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
