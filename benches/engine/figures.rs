//! What was measured, and its medians.

use std::{collections::BTreeMap, time::Instant};

use serde_json::{Value, json};

use crate::redis_server::RedisServer;

/// What is measured.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    /// The engine and the embedded journal.
    Embedded,
    /// The engine and its journal on Redis.
    Redis,
    /// Hash maps, and one fdatasync for so many clicks.
    Fdatasync(u64),
    /// One Lua script per click, over so many connections, so many in one pipeline.
    Lua(usize, usize),
}

impl Side {
    fn name(&self) -> String {
        match self {
            Self::Embedded => "engine and embedded journal".to_owned(),
            Self::Redis => "engine and journal on Redis".to_owned(),
            Self::Fdatasync(batch) => format!("hash maps, an fdatasync for {batch} clicks"),
            Self::Lua(connections, depth) => format!("Lua, {connections} connections, pipelines of {depth}"),
        }
    }
}

/// One measurement.
#[derive(Clone, Copy)]
pub(crate) struct Measured {
    per_s: f64,
    /// What Redis computed for an accepted click, in microseconds; 0 without Redis.
    redis_us: f64,
}

/// A measurement that goes on.
pub(crate) struct Measuring<'a> {
    redis: Option<&'a RedisServer>,
    redis_s: f64,
    started: Instant,
}

impl<'a> Measuring<'a> {
    pub(crate) fn start(redis: Option<&'a RedisServer>) -> Self {
        Self { redis, redis_s: redis.map_or(0.0, cpu_s), started: Instant::now() }
    }

    /// So many clicks were accepted.
    pub(crate) fn end(self, accepted: u64) -> Measured {
        let took = self.started.elapsed();
        #[allow(clippy::cast_precision_loss, reason = "counts of a benchmark are far below 2^52")]
        let accepted = accepted as f64;
        let redis_s = self.redis.map_or(0.0, cpu_s) - self.redis_s;
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

/// All measurements, of each side one a round.
#[derive(Default)]
pub(crate) struct Figures(BTreeMap<Side, Vec<Measured>>);

impl Figures {
    pub(crate) fn add(&mut self, round: usize, side: Side, measured: Measured) {
        println!("| {round} | {} | {:.0} | {:.2} |", side.name(), measured.per_s, measured.redis_us);
        self.0.entry(side).or_default().push(measured);
    }

    /// One JSON object: medians, and their ratios to those of the best batch and of the best way to send the scripts.
    pub(crate) fn line(&self) -> Value {
        let (_, embedded) = self.best(|side| *side == Side::Embedded);
        let (_, redis) = self.best(|side| *side == Side::Redis);
        let (fdatasync_best, fdatasync) = self.best(|side| matches!(side, Side::Fdatasync(_)));
        let (lua_best, lua) = self.best(|side| matches!(side, Side::Lua(..)));
        json!({
            "rounds": self.0[&Side::Redis].len(),
            "embedded_per_s": embedded.per_s.round(),
            "engine_per_s": redis.per_s.round(),
            "fdatasync_per_s": fdatasync.per_s.round(),
            "fdatasync_best": fdatasync_best.name(),
            "lua_per_s": lua.per_s.round(),
            "lua_best": lua_best.name(),
            "engine_redis_us": hundredths(redis.redis_us),
            "lua_redis_us": hundredths(lua.redis_us),
            "engine_vs_lua": hundredths(embedded.per_s / lua.per_s),
            "engine_vs_fdatasync": hundredths(embedded.per_s / fdatasync.per_s),
            "engine_redis_vs_lua": hundredths(redis.per_s / lua.per_s),
            "redis_cpu_engine_vs_lua": (redis.redis_us / lua.redis_us * 1e4).round() / 1e4,
        })
    }

    /// The side with the highest median of those that are asked for.
    fn best(&self, is_asked_for: impl Fn(&Side) -> bool) -> (&Side, Measured) {
        let sides = self.0.iter().filter(|(side, _)| is_asked_for(side));
        let medians = sides.map(|(side, measured)| (side, median(measured)));
        medians.max_by(|one, other| one.1.per_s.total_cmp(&other.1.per_s)).expect("every side is measured")
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
