//! All rounds, and the ratios of their medians.

use std::time::Duration;

use serde::Serialize;

use crate::{
    compare::{
        clicks::Measured,
        engine::{EngineFigures, MemoryFigures},
        figures::{median, middle},
    },
    figure::rounded,
};

/// Everything that was measured here.
#[derive(Debug, Default)]
pub(super) struct Rounds {
    /// One server with an embedded journal, a unit for every click: as fast as it answers.
    pub(super) ours: Vec<Measured>,
    /// The same at the rate that the other server reached in the same round.
    pub(super) ours_at_its_rate: Vec<Measured>,
    /// What one would otherwise write, as fast as it answers.
    pub(super) baseline: Vec<Measured>,
    /// Both, when nothing is left.
    pub(super) ours_sold_out: Vec<Measured>,
    pub(super) baseline_sold_out: Vec<Measured>,
    /// How long a server that does nothing needs to receive a rush.
    pub(super) received: Vec<Duration>,
    /// Many more clicks than units: one server, two nodes on Redis, and what one would otherwise write.
    pub(super) ours_rush: Vec<Measured>,
    pub(super) nodes_rush: Vec<Measured>,
    pub(super) baseline_rush: Vec<Measured>,
    /// Clicks in another show, before and in a rush whose clicks come within seconds.
    pub(super) others_before: Vec<Measured>,
    pub(super) others_in_it: Vec<Measured>,
    /// The same where they come as fast as they can be sent.
    pub(super) others_before_at_once: Vec<Measured>,
    pub(super) others_at_once: Vec<Measured>,
}

/// What was measured elsewhere, and where all of it was.
pub(super) struct Beside {
    pub(super) engine: Option<EngineFigures>,
    pub(super) memory: Option<MemoryFigures>,
    pub(super) machine: String,
}

/// The last line on standard output: ratios of medians, the other server being 1, and bytes.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Line {
    engine_vs_lua: Option<f64>,
    engine_redis_vs_lua: Option<f64>,
    engine_vs_fdatasync: Option<f64>,
    path_vs_axum_lua: f64,
    p99_vs_axum_lua: f64,
    soldout_vs_axum_lua: f64,
    redis_cpu_vs_lua: f64,
    last_answer_vs_noop: f64,
    other_show_p99: f64,
    other_show_p99_at_once: f64,
    bytes_per_hold: Option<f64>,
    bytes_per_key: Option<f64>,
    bytes_per_hold_with_key: Option<f64>,
}

impl Line {
    pub(super) fn of(rounds: &Rounds, beside: &Beside) -> Self {
        let (ours, baseline) = (median(&rounds.ours), median(&rounds.baseline));
        let p99 = |rounds: &[Measured]| median(rounds).p99;
        let per_s = |rounds: &[Measured]| median(rounds).per_s;
        let redis = |rounds: &[Measured]| median(rounds).computed.redis;
        let ratio = |one: Duration, other: Duration| rounded(one.div_duration_f64(other));
        let (engine, memory) = (beside.engine.as_ref(), beside.memory.as_ref());
        Self {
            engine_vs_lua: engine.map(|engine| rounded(engine.embedded_per_s / engine.lua_per_s)),
            engine_redis_vs_lua: engine.map(|engine| rounded(engine.engine_per_s / engine.lua_per_s)),
            engine_vs_fdatasync: engine.map(|engine| rounded(engine.embedded_per_s / engine.fdatasync_per_s)),
            path_vs_axum_lua: rounded(ours.per_s / baseline.per_s),
            p99_vs_axum_lua: ratio(p99(&rounds.ours_at_its_rate), baseline.p99),
            soldout_vs_axum_lua: rounded(per_s(&rounds.ours_sold_out) / per_s(&rounds.baseline_sold_out)),
            redis_cpu_vs_lua: ratio(redis(&rounds.nodes_rush), redis(&rounds.baseline_rush)),
            last_answer_vs_noop: ratio(median(&rounds.ours_rush).took, middle(&rounds.received)),
            other_show_p99: ratio(p99(&rounds.others_in_it), p99(&rounds.others_before)),
            other_show_p99_at_once: ratio(p99(&rounds.others_at_once), p99(&rounds.others_before_at_once)),
            bytes_per_hold: memory.map(|memory| memory.hold),
            bytes_per_key: memory.map(|memory| memory.key),
            bytes_per_hold_with_key: memory.map(|memory| memory.hold_with_key),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::clicks::Computed;

    fn measured(per_s: f64, p99_ms: u64, redis_us: u64) -> Vec<Measured> {
        let p99 = Duration::from_millis(p99_ms);
        let redis = Duration::from_micros(redis_us);
        let computed = Computed { redis, servers: redis, client: redis };
        vec![Measured { per_s, p50: p99 / 2, p99, took: p99 * 10, computed }]
    }

    #[test]
    fn every_ratio_is_of_ours_to_theirs() {
        let rounds = Rounds {
            ours: measured(90.0, 9, 0),
            ours_at_its_rate: measured(30.0, 5, 0),
            baseline: measured(30.0, 10, 20),
            ours_sold_out: measured(80.0, 9, 0),
            baseline_sold_out: measured(40.0, 9, 0),
            received: vec![Duration::from_millis(40)],
            ours_rush: measured(1.0, 6, 0),
            nodes_rush: measured(1.0, 6, 1),
            baseline_rush: measured(1.0, 6, 50),
            others_before: measured(1.0, 2, 0),
            others_in_it: measured(1.0, 3, 0),
            others_before_at_once: measured(1.0, 4, 0),
            others_at_once: measured(1.0, 8, 0),
        };
        let beside = Beside { engine: None, memory: None, machine: String::new() };
        let line = serde_json::to_value(Line::of(&rounds, &beside)).unwrap();
        let expected = serde_json::json!({
            "engine_vs_lua": null, "engine_redis_vs_lua": null, "engine_vs_fdatasync": null,
            "path_vs_axum_lua": 3.0, "p99_vs_axum_lua": 0.5, "soldout_vs_axum_lua": 2.0, "redis_cpu_vs_lua": 0.02,
            "last_answer_vs_noop": 1.5, "other_show_p99": 1.5, "other_show_p99_at_once": 2.0,
            "bytes_per_hold": null, "bytes_per_key": null, "bytes_per_hold_with_key": null,
        });
        assert_eq!(line, expected);
    }
}
