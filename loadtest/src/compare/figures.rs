//! All rounds, their medians, and the ratios of those.

use std::time::Duration;

use serde::Serialize;

use super::{
    clicks::{Computed, Measured},
    engine::EngineFigures,
    takeover::LEASE,
};
use crate::figure::{ms, rounded};

/// Everything that was measured.
#[derive(Debug, Default)]
pub(super) struct Rounds {
    /// Two nodes, as fast as they answer.
    pub(super) nodes: Vec<Measured>,
    /// Two nodes, at the rate that the other server reached in the same round.
    pub(super) nodes_at_its_rate: Vec<Measured>,
    /// What one would otherwise write, as fast as it answers.
    pub(super) baseline: Vec<Measured>,
    /// How long the show sold nothing after its writer was killed.
    pub(super) takeovers: Vec<Duration>,
}

/// The last line on standard output: ratios of medians, the other server being 1.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Line {
    engine_redis_vs_lua: Option<f64>,
    path_vs_axum_lua: f64,
    p99_vs_axum_lua: f64,
    redis_cpu_vs_lua: f64,
    redis_cpu_engine_vs_lua: Option<f64>,
    takeover_ms: f64,
    lease_ms: f64,
}

impl Line {
    pub(super) fn of(rounds: &Rounds, engine: Option<&EngineFigures>) -> Self {
        let (nodes, baseline) = (median(&rounds.nodes), median(&rounds.baseline));
        let at_its_rate = median(&rounds.nodes_at_its_rate);
        Self {
            engine_redis_vs_lua: engine.map(|engine| rounded(engine.engine_per_s / engine.lua_per_s)),
            path_vs_axum_lua: rounded(nodes.per_s / baseline.per_s),
            p99_vs_axum_lua: rounded(at_its_rate.p99.div_duration_f64(baseline.p99)),
            redis_cpu_vs_lua: rounded(nodes.computed.redis.div_duration_f64(baseline.computed.redis)),
            redis_cpu_engine_vs_lua: engine.map(|engine| rounded(engine.engine_redis_us / engine.lua_redis_us)),
            takeover_ms: rounded(ms(middle(&rounds.takeovers))),
            lease_ms: ms(LEASE),
        }
    }
}

/// Each figure's median by itself.
pub(super) fn median(measured: &[Measured]) -> Measured {
    let mut rates: Vec<_> = measured.iter().map(|measured| measured.per_s).collect();
    rates.sort_by(f64::total_cmp);
    let of = |value: fn(&Measured) -> Duration| middle(&measured.iter().map(value).collect::<Vec<_>>());
    Measured {
        per_s: rates.get(rates.len() / 2).copied().unwrap_or_default(),
        p50: of(|measured| measured.p50),
        p99: of(|measured| measured.p99),
        took: of(|measured| measured.took),
        computed: Computed {
            redis: of(|measured| measured.computed.redis),
            servers: of(|measured| measured.computed.servers),
            client: of(|measured| measured.computed.client),
        },
    }
}

/// The median.
pub(super) fn middle(values: &[Duration]) -> Duration {
    let mut values = values.to_vec();
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(per_s: f64, p99_ms: u64, redis_us: u64) -> Measured {
        let p99 = Duration::from_millis(p99_ms);
        let redis = Duration::from_micros(redis_us);
        Measured { per_s, p50: p99 / 2, p99, took: p99, computed: Computed { redis, servers: redis, client: redis } }
    }

    #[test]
    fn ratios_are_of_medians() {
        let rounds = Rounds {
            nodes: vec![measured(30.0, 9, 1), measured(40.0, 9, 3), measured(90.0, 9, 2)],
            nodes_at_its_rate: vec![measured(20.0, 5, 9)],
            baseline: vec![measured(20.0, 10, 20), measured(10.0, 20, 30), measured(30.0, 90, 10)],
            takeovers: [1_900, 2_100, 2_000].map(Duration::from_millis).into(),
        };
        let line = serde_json::to_value(Line::of(&rounds, None)).unwrap();
        let expected = serde_json::json!({
            "engine_redis_vs_lua": null, "path_vs_axum_lua": 2.0, "p99_vs_axum_lua": 0.25, "redis_cpu_vs_lua": 0.1,
            "redis_cpu_engine_vs_lua": null, "takeover_ms": 2_000.0, "lease_ms": 2_000.0,
        });
        assert_eq!(line, expected);
    }
}
