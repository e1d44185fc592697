//! What a comparison ends with: a table, a page, and one line for programs.

use jiff::Timestamp;

use super::{
    engine::EngineFigures,
    figures::{Line, Rounds, median, middle},
    table::Table,
    takeover::{AFTER_LEASE, LEASE},
};
use crate::figure::{ms, us};

/// What a comparison found.
pub(super) struct Report {
    pub(super) rounds: Rounds,
    pub(super) engine: Option<EngineFigures>,
    pub(super) machine: String,
    pub(super) viewers: u32,
    pub(super) clicks: u32,
}

impl Report {
    /// One JSON object.
    pub(super) fn line(&self) -> String {
        // Every part of it is a plain number, which JSON can always hold.
        serde_json::to_string(&Line::of(&self.rounds, self.engine.as_ref())).unwrap_or_default()
    }

    /// The medians side by side.
    pub(super) fn table(&self) -> String {
        let mut table = Table::new(["median", "Dropcast", "one Lua script per click", "ratio"]);
        let (nodes, baseline) = (median(&self.rounds.nodes), median(&self.rounds.baseline));
        let at_its_rate = median(&self.rounds.nodes_at_its_rate);
        if let Some(engine) = &self.engine {
            let (redis, lua) = (engine.engine_redis_us, engine.lua_redis_us);
            table.row(
                "engine and journal alone: accepted reservations/s",
                engine.engine_per_s,
                engine.lua_per_s,
                0,
                None,
            );
            table.row("the same: Redis CPU per accepted click, µs", redis, lua, 2, None);
        }
        table.row("whole path: accepted clicks/s", nodes.per_s, baseline.per_s, 0, None);
        table.row("whole path: click to answer p50, ms", ms(nodes.p50), ms(baseline.p50), 2, None);
        table.row("whole path: click to answer p99, ms", ms(nodes.p99), ms(baseline.p99), 2, None);
        table.row("the same at the other's top rate: p50, ms", ms(at_its_rate.p50), ms(baseline.p50), 2, None);
        table.row("the same at the other's top rate: p99, ms", ms(at_its_rate.p99), ms(baseline.p99), 2, None);
        let (ours, theirs) = (nodes.computed, baseline.computed);
        table.row("whole path: Redis CPU per accepted click, µs", us(ours.redis), us(theirs.redis), 2, None);
        table.row("the same of the servers, µs", us(ours.servers), us(theirs.servers), 2, None);
        table.row("the same of the client, µs", us(ours.client), us(theirs.client), 2, None);
        let takeover = middle(&self.rounds.takeovers);
        let verdict = if takeover <= LEASE + AFTER_LEASE { "within" } else { "NOT within" };
        let (takeover, lease, after) = (ms(takeover), ms(LEASE), ms(AFTER_LEASE));
        table.line(&format!(
            "take-over after kill -9 of the writer's node, ms | {takeover:.0} | – | {verdict} lease + {after:.0} ms (lease {lease:.0} ms)"
        ));
        table.into_text()
    }

    /// A section of a page for people.
    pub(super) fn page(&self) -> String {
        let Self { machine, viewers, clicks, .. } = self;
        let rounds = self.rounds.nodes.len();
        let date = Timestamp::now().strftime("%Y-%m-%d");
        let lua = self.engine.as_ref().map_or("not measured", |engine| engine.lua_best.as_str());
        format!(
            "## Many nodes on Redis, beside what one would otherwise write\n\n\
             Written by `make bench-redis`. Figures are medians of {rounds} rounds of one run, in which each side had its\n\
             turn in every round; what counts is their ratio. Measured on {date}, everything on one machine:\n\
             {machine} (before the run).\n\n\
             {}\n\
             - **Redis** is fresh for every measurement, with `appendonly yes` and `appendfsync always`. Its CPU is what\n  \
               `INFO cpu` says of all its threads, before and after.\n\
             - **The whole path**: {viewers} WebSockets, each with one click under way at a time and {clicks} clicks, one\n  \
               SKU, a unit for every click; `loadtest compare`. Dropcast: two nodes, the viewers spread over them, with\n  \
               everything that a server does beside (the feed, the numbers, metrics). The other side: `loadtest baseline`,\n  \
               an axum server that runs [one script](../loadtest/src/baseline/reserve.lua) for each click over pipelined\n  \
               connections. The same client, on the same processors: it makes one write and one read for a click, so\n  \
               what it costs is about what the kernel takes for them.\n\
             - **At the other's top rate**: the clicks of all viewers arrive at the rate that axum + Lua reached in the\n  \
               same round; a click waits from the moment at which it was to be made.\n\
             - **Engine and journal alone**: no sockets; one task feeds clicks to a show's writer\n  \
               (`cargo bench --bench engine`). Beside it the same script, as fast as any of some ways to pipeline it\n  \
               gets: {lua}.\n\
             - **Take-over**: from `kill -9` of the node that writes the show to the first click that was made after it at\n  \
               the other node and was accepted.\n\n\
             Again: `make bench-redis ROUNDS={rounds}`. The last line is one JSON object:\n\n\
             ```json\n{}\n```\n",
            self.table(),
            self.line(),
        )
    }
}
