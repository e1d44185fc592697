//! What was measured, and its medians.

use std::{collections::BTreeMap, time::Instant};

use serde_json::{Value, json};

use crate::redis_server::RedisServer;

/// One measurement.
#[derive(Clone, Copy)]
pub(crate) struct Measured {
    per_s: f64,
    redis_us: f64,
}

/// A measurement that goes on.
pub(crate) struct Measuring<'a> {
    redis: &'a RedisServer,
    redis_s: f64,
    started: Instant,
}

impl<'a> Measuring<'a> {
    pub(crate) fn start(redis: &'a RedisServer) -> Self {
        Self { redis, redis_s: cpu_s(redis), started: Instant::now() }
    }

    /// So many clicks were accepted.
    pub(crate) fn end(self, accepted: u64) -> Measured {
        let took = self.started.elapsed();
        #[allow(clippy::cast_precision_loss, reason = "counts of a benchmark are far below 2^52")]
        let accepted = accepted as f64;
        let redis_s = cpu_s(self.redis) - self.redis_s;
        Measured { per_s: accepted / took.as_secs_f64(), redis_us: redis_s * 1e6 / accepted }
    }
}

/// What all threads of Redis have computed, in seconds.
fn cpu_s(redis: &RedisServer) -> f64 {
    let info = redis.cli(&["INFO", "cpu"]);
    let of = |name: &str| -> f64 {
        let line = info.lines().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix(':')).expect("a line");
        line.parse().expect("a number")
    };
    of("used_cpu_user") + of("used_cpu_sys")
}

/// All measurements: of the engine, which comes first in every round, and of the scripts.
#[derive(Default)]
pub(crate) struct Figures {
    rounds: usize,
    engine: Vec<Measured>,
    scripts: BTreeMap<String, Vec<Measured>>,
}

impl Figures {
    pub(crate) fn add(&mut self, round: usize, what: &str, measured: Measured) {
        println!("| {round} | {what} | {:.0} | {:.2} |", measured.per_s, measured.redis_us);
        if self.rounds < round {
            self.rounds = round;
            self.engine.push(measured);
        } else {
            self.scripts.entry(what.to_owned()).or_default().push(measured);
        }
    }

    /// One JSON object: medians, and their ratios to those of the best way to send the scripts.
    pub(crate) fn line(&self) -> Value {
        let engine = median(&self.engine);
        let scripts = self.scripts.iter().map(|(what, measured)| (what, median(measured)));
        let (best, lua) = scripts.max_by(|one, other| one.1.per_s.total_cmp(&other.1.per_s)).expect("a script");
        json!({
            "rounds": self.rounds,
            "engine_per_s": engine.per_s.round(),
            "lua_per_s": lua.per_s.round(),
            "lua_best": best,
            "engine_redis_us": hundredths(engine.redis_us),
            "lua_redis_us": hundredths(lua.redis_us),
            "engine_redis_vs_lua": hundredths(engine.per_s / lua.per_s),
            "redis_cpu_engine_vs_lua": (engine.redis_us / lua.redis_us * 1e4).round() / 1e4,
        })
    }
}

fn median(measured: &[Measured]) -> Measured {
    let of = |value: fn(&Measured) -> f64| {
        let mut values: Vec<_> = measured.iter().map(value).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    Measured { per_s: of(|measured| measured.per_s), redis_us: of(|measured| measured.redis_us) }
}

fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
