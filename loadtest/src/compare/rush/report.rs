//! What a comparison of rushes ends with: a table, a page, and one line for programs.

use jiff::Timestamp;

use super::{
    arguments::Arguments,
    figures::{Beside, Line, Rounds},
};
use crate::{
    compare::{
        figures::{median, middle},
        table::Table,
    },
    figure::{ms, us},
};

/// What a comparison found.
pub(super) struct Report<'a> {
    pub(super) rounds: Rounds,
    pub(super) beside: Beside,
    pub(super) arguments: &'a Arguments,
}

impl Report<'_> {
    /// One JSON object.
    pub(super) fn line(&self) -> String {
        // Every part of it is a plain number, which JSON can always hold.
        serde_json::to_string(&Line::of(&self.rounds, &self.beside)).unwrap_or_default()
    }

    /// The medians side by side.
    pub(super) fn table(&self) -> String {
        let Self { rounds, beside, .. } = self;
        let mut table = Table::new(["median", "Dropcast", "the other", "ratio", "wanted"]);
        if let Some(engine) = &beside.engine {
            let (embedded, lua) = (engine.embedded_per_s, engine.lua_per_s);
            table.row(
                "engine and embedded journal: accepted/s; one Lua script per click",
                embedded,
                lua,
                0,
                Some("20"),
            );
            table.row(
                "the same; hash maps and an fdatasync for a batch",
                embedded,
                engine.fdatasync_per_s,
                0,
                Some("0.5"),
            );
            table.row("engine and journal on Redis; one Lua script per click", engine.engine_per_s, lua, 0, Some("20"));
        }
        let (ours, baseline) = (median(&rounds.ours), median(&rounds.baseline));
        let at_its_rate = median(&rounds.ours_at_its_rate);
        table.row("whole path: accepted clicks/s; axum + Lua", ours.per_s, baseline.per_s, 0, Some("2"));
        table.row("whole path: click to answer p99, ms", ms(ours.p99), ms(baseline.p99), 2, Some(""));
        table.row("the same at the other's top rate: p50, ms", ms(at_its_rate.p50), ms(baseline.p50), 2, Some(""));
        table.row("the same at the other's top rate: p99, ms", ms(at_its_rate.p99), ms(baseline.p99), 2, Some("≤ 0.5"));
        let computed = (ours.computed, baseline.computed);
        table.row(
            "whole path: CPU of servers and Redis per click, µs",
            us(computed.0.all()),
            us(computed.1.all()),
            2,
            Some(""),
        );
        table.row("the same of the client, µs", us(computed.0.client), us(computed.1.client), 2, Some(""));
        let sold_out = (median(&rounds.ours_sold_out), median(&rounds.baseline_sold_out));
        table.row("sold out: refused clicks/s; axum + Lua", sold_out.0.per_s, sold_out.1.per_s, 0, Some("2"));
        let rush = (median(&rounds.ours_rush).took, middle(&rounds.received));
        table.row("rush: the last answer, ms; received by a no-op server", ms(rush.0), ms(rush.1), 0, Some("≤ 2"));
        let redis = (median(&rounds.nodes_rush).computed.redis, median(&rounds.baseline_rush).computed.redis);
        table.row("rush: Redis CPU per click, two nodes, µs; axum + Lua", us(redis.0), us(redis.1), 3, Some("≤ 0.02"));
        let others = (median(&rounds.others_in_it).p99, median(&rounds.others_before).p99);
        table.row("another show in a rush of 5 s: p99, ms; before", ms(others.0), ms(others.1), 2, Some("≤ 2"));
        let at_once = (median(&rounds.others_at_once).p99, median(&rounds.others_before_at_once).p99);
        table.row("the same in a rush as fast as can be sent", ms(at_once.0), ms(at_once.1), 2, Some(""));
        if let Some(memory) = &beside.memory {
            table.line(&format!("bytes a hold takes beside its key | {:.0} | – | – | ≤ 200", memory.hold));
            table.line(&format!("bytes a key takes | {:.0} | – | – | ≤ 200", memory.key));
        }
        table.into_text()
    }

    /// A section of a page for people.
    pub(super) fn page(&self) -> String {
        let Arguments { viewers, clicks, rush_viewers, rush_clicks, rush_units, .. } = self.arguments;
        let (rounds, machine) = (self.rounds.ours.len(), &self.beside.machine);
        let date = Timestamp::now().strftime("%Y-%m-%d");
        let engine = self.beside.engine.as_ref();
        let lua = engine.map_or("not measured", |engine| engine.lua_best.as_str());
        let fdatasync = engine.map_or("not measured", |engine| engine.fdatasync_best.as_str());
        format!(
            "## A hundred thousand clicks for five hundred units\n\n\
             Written by `make bench-rush`. Figures are medians of {rounds} rounds of one run, in which each side had its\n\
             turn in every round; what counts is their ratio. Measured on {date}, everything on one machine:\n\
             {machine} (before the run).\n\n\
             {}\n\
             - **Engine and journal alone**: no sockets; one task feeds clicks, each under its own key, to a show's writer\n  \
               (`cargo bench --bench engine`). Every side is durable before it answers: fsync, or `appendfsync always`.\n  \
               The script and the batch are sent as they are fastest: {lua}; {fdatasync}.\n\
             - **The whole path**: one server with its embedded journal, {viewers} WebSockets, each with one click under\n  \
               way at a time and {clicks} clicks, a unit for every click; `loadtest compare-rush`. The other side:\n  \
               `loadtest baseline`, axum and [one script](../loadtest/src/baseline/reserve.lua) for each click over\n  \
               pipelined connections, on a Redis that keeps nothing (`appendonly no`), though ours has fsync. The client\n  \
               is the same, one thread over epoll on the same processors: a write and a read for each click.\n\
             - **At the other's top rate**: clicks arrive at the rate that axum + Lua reached in the same round; a click\n  \
               waits from the moment at which it was to be made. **Sold out**: the same clicks for one unit.\n\
             - **Rush**: {rush_clicks} clicks of {rush_viewers} viewers for {rush_units} units, sent as fast as the client\n  \
               can, whether or not earlier ones are answered. No unit too many is sold, and every click is answered, or\n  \
               there are no figures. A no-op server (`loadtest noop`, one thread over epoll) receives the same clicks and\n  \
               answers nothing; it has received them when the pong to a ping behind everybody's last click is there.\n\
             - **Another show**: 1000 clicks a second in another show of the same server, before a rush and in it. Where\n  \
               the rush's clicks come as fast as they can be sent, the client takes what it can get of both processors,\n  \
               and everybody waits for a processor first of all.\n\
             - **Bytes**: of a show's state at a million holds, each of its own viewer, and at a million keys, by a\n  \
               counting allocator (`cargo bench --bench memory`).\n\n\
             Again: `make bench-rush ROUNDS={rounds}`. The last line is one JSON object:\n\n\
             ```json\n{}\n```\n",
            self.table(),
            self.line(),
        )
    }
}
