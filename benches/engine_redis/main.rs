//! The engine and its journal on Redis, without sockets: accepted reservations per second of one hot SKU, beside one Lua
//! script per click on the same kind of Redis at its best pipelining, in turn. Both Redis servers write every change down
//! before they answer. `cargo bench --bench engine_redis`; `ROUNDS` says how often each is measured. The last line is one
//! JSON object, which `loadtest compare` takes up.
#![allow(clippy::print_stdout, reason = "it prints what it measures")]

mod engine;
mod figures;
mod lua;
#[path = "../../tests/common/redis.rs"]
mod redis_server;

use std::{env, time::Duration};

use figures::Figures;
use mimalloc::MiMalloc;
use redis_server::RedisServer;

/// The one that the program has.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// How long the scripts are sent; the engine is given a number of clicks.
const MEASURED_FOR: Duration = Duration::from_secs(2);
/// How often each is measured when it isn't said.
const ROUNDS: usize = 3;
/// How the scripts are sent: over how many connections, and how many in one pipeline.
const PIPELININGS: [(usize, usize); 4] = [(4, 16), (4, 64), (8, 64), (16, 64)];

fn main() {
    // As the program does.
    #[cfg(target_os = "linux")]
    drop(rustix::thread::disable_transparent_huge_pages(true));
    let rounds = env::var("ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().expect("ROUNDS is a number"));
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let mut figures = Figures::default();
    println!("| round | what | accepted/s | Redis CPU µs per accepted click |");
    println!("|---|---|---|---|");
    for round in 1..=rounds {
        let measured = runtime.block_on(engine::sell(&fresh_redis()));
        figures.add(round, "engine and journal", measured);
        for (connections, depth) in PIPELININGS {
            let measured = runtime.block_on(lua::sell(&fresh_redis(), connections, depth, MEASURED_FOR));
            figures.add(round, &format!("Lua, {connections} connections, pipelines of {depth}"), measured);
        }
    }
    println!("\n{}", figures.line());
}

/// Writes every change down before it answers, and never rewrites what it wrote in the middle of a measurement.
fn fresh_redis() -> RedisServer {
    let always = ["--appendonly", "yes", "--appendfsync", "always", "--auto-aof-rewrite-percentage", "0"];
    RedisServer::start_with(&always)
}
