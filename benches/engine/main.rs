//! The engine and its journal, without sockets: accepted reservations per second of one hot SKU, made durable by the
//! embedded journal and by Redis. Beside it, in turn: the least that could do it (hash maps and one fdatasync for a
//! batch), and one Lua script per click at its best pipelining. All of them write every change down before they answer.
//! `cargo bench --bench engine`; `ROUNDS` says how often each is measured, `BENCH_DIR` on which disk (or in the working
//! directory), `SIDE=embedded` measures nothing else. The last line is one JSON object, which `loadtest` takes up.
#![allow(clippy::print_stdout, reason = "it prints what it measures")]

mod engine;
mod fdatasync;
mod figures;
mod lua;
#[path = "../../tests/common/redis.rs"]
mod redis_server;
mod show;

use std::{env, path::PathBuf, sync::Arc, time::Duration};

use dropcast::{
    clock::SystemClock,
    journal::{EmbeddedJournal, Options, RedisJournal, RedisOptions},
};
use figures::{Figures, Measured, Side};
use redis_server::RedisServer;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The one that the program has.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// How long the scripts are sent; the others are given a number of clicks.
const MEASURED_FOR: Duration = Duration::from_secs(2);
/// How often each is measured when it isn't said.
const ROUNDS: usize = 3;
/// How many clicks one fdatasync makes durable, beside.
const BATCHES: [u64; 2] = [256, 1_024];
/// How the scripts are sent: over how many connections, and how many in one pipeline.
const PIPELININGS: [(usize, usize); 4] = [(4, 16), (4, 64), (8, 64), (16, 64)];

fn main() {
    // As the program does.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
    let rounds = env::var("ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().expect("ROUNDS is a number"));
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let mut figures = Figures::default();
    println!("| round | what | accepted/s | Redis CPU µs per accepted click |");
    println!("|---|---|---|---|");
    let embedded_alone = env::var("SIDE").is_ok_and(|side| side == "embedded");
    for round in 1..=rounds {
        figures.add(round, Side::Embedded, embedded(&runtime));
        if embedded_alone {
            continue;
        }
        for batch in BATCHES {
            figures.add(round, Side::Fdatasync(batch), fdatasync::sell(directory().path(), batch));
        }
        figures.add(round, Side::Redis, on_redis(&runtime));
        for (connections, depth) in PIPELININGS {
            let measured = runtime.block_on(lua::sell(&fresh_redis(), connections, depth, MEASURED_FOR));
            figures.add(round, Side::Lua(connections, depth), measured);
        }
    }
    if !embedded_alone {
        println!("\n{}", figures.line());
    }
}

fn embedded(runtime: &Runtime) -> Measured {
    let directory = directory();
    let journal = EmbeddedJournal::open(directory.path(), Options::default()).expect("a journal");
    runtime.block_on(engine::sell(Arc::new(journal), None))
}

fn on_redis(runtime: &Runtime) -> Measured {
    let redis = fresh_redis();
    let options = RedisOptions { urls: vec![redis.url()], ..RedisOptions::default() };
    runtime.block_on(async {
        let journal = RedisJournal::open(&options, Arc::new(SystemClock)).expect("a journal");
        engine::sell(Arc::new(journal), Some(&redis)).await
    })
}

/// On the disk that is asked for.
fn directory() -> TempDir {
    let disk = env::var_os("BENCH_DIR").map_or_else(|| env::current_dir().expect("a working directory"), PathBuf::from);
    tempfile::tempdir_in(disk).expect("a directory")
}

/// Writes every change down before it answers, and never rewrites what it wrote in the middle of a measurement.
fn fresh_redis() -> RedisServer {
    let always = ["--appendonly", "yes", "--appendfsync", "always", "--auto-aof-rewrite-percentage", "0"];
    RedisServer::start_with(&always)
}
