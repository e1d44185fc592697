//! How fast the journals are: entries made durable per second, by the size of the appends and the number of shows, and
//! how long one append takes. `cargo bench --bench journal`; it lies in `$BENCH_DIR`, or the working directory.
#![allow(clippy::print_stdout, reason = "it prints what it measures")]

use std::{
    collections::VecDeque,
    env,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use dropcast::journal::{Append, EmbeddedJournal, Journal, MemoryJournal, Options, Position, RawEntry, Snapshot};

/// About what one reservation's fact takes.
const BODY_BYTES: usize = 100;
const BATCHES: [usize; 4] = [1, 16, 256, 1_024];
const SHOWS: [usize; 2] = [1, 8];
/// How many appends of a show are under way at a time.
const IN_FLIGHT: usize = 4;
const MEASURED_FOR: Duration = Duration::from_secs(3);

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
    println!("| journal | shows | entries per append | entries/s | appends/s | append p50 ms | p99 ms |");
    println!("|---|---|---|---|---|---|---|");
    for shows in SHOWS {
        for batch in BATCHES {
            let directory = tempfile::tempdir_in(directory()).expect("a directory");
            let journal = EmbeddedJournal::open(directory.path(), Options::default()).expect("a journal");
            runtime.block_on(measure("embedded", Arc::new(journal), shows, batch));
        }
    }
    for batch in BATCHES {
        runtime.block_on(measure("memory", Arc::new(MemoryJournal::new()), 1, batch));
    }
    runtime.block_on(measure_beside_a_snapshot());
    measure_reopening(&runtime);
}

fn directory() -> PathBuf {
    env::var_os("BENCH_DIR").map_or_else(|| env::current_dir().expect("a working directory"), PathBuf::from)
}

async fn measure(name: &str, journal: Arc<dyn Journal>, shows: usize, batch: usize) {
    let started = Instant::now();
    let until = started + MEASURED_FOR;
    let writers: Vec<_> = (0..shows)
        .map(|show| tokio::spawn(append_until(Arc::clone(&journal), format!("show-{show}"), batch, until)))
        .collect();
    let mut latencies = Vec::new();
    for writer in writers {
        latencies.extend(writer.await.expect("a writer"));
    }
    print_line(name, shows, batch, started.elapsed(), latencies);
    journal.close().await;
}

/// Appends as fast as it is acknowledged; returns how long each append took.
async fn append_until(journal: Arc<dyn Journal>, show: String, batch: usize, until: Instant) -> Vec<Duration> {
    let claim = journal.claim(&show).await.expect("a claim");
    let mut position = claim.tail;
    let mut under_way = VecDeque::new();
    let mut latencies = Vec::new();
    while Instant::now() < until {
        let append = following(position, batch);
        position = append.entries[batch - 1].position();
        let called = Instant::now();
        under_way.push_back((called, journal.append(&claim, append)));
        if under_way.len() == IN_FLIGHT
            && let Some((called, appending)) = under_way.pop_front()
        {
            appending.await.expect("an append");
            latencies.push(called.elapsed());
        }
    }
    for (called, appending) in under_way {
        appending.await.expect("an append");
        latencies.push(called.elapsed());
    }
    latencies
}

fn following(expected: Position, batch: usize) -> Append {
    let mut position = expected;
    let body = Bytes::from_static(&[7; BODY_BYTES]);
    let entries = (0..batch).map(|_| {
        let entry = RawEntry::following(&position, position.seq, body.clone());
        position = entry.position();
        entry
    });
    Append { expected, entries: entries.collect(), wake_at_ms: Some(expected.seq), card: None, inbox: None }
}

fn print_line(name: &str, shows: usize, batch: usize, took: Duration, mut latencies: Vec<Duration>) {
    latencies.sort_unstable();
    let appends_per_s = count(latencies.len()) / took.as_secs_f64();
    let at = |percent: usize| latencies[(latencies.len() - 1) * percent / 100].as_secs_f64() * 1_000.0;
    let entries_per_s = appends_per_s * count(batch);
    println!(
        "| {name} | {shows} | {batch} | {entries_per_s:.0} | {appends_per_s:.0} | {:.2} | {:.2} |",
        at(50),
        at(99)
    );
}

/// One entry at a time, while a large snapshot is saved again and again.
async fn measure_beside_a_snapshot() {
    let directory = tempfile::tempdir_in(directory()).expect("a directory");
    let journal = Arc::new(EmbeddedJournal::open(directory.path(), Options::default()).expect("a journal"));
    let claim = journal.claim("other").await.expect("a claim");
    let snapshot = Snapshot { position: Position::default(), at_ms: 0, body: Bytes::from(vec![7; 64 * 1_024 * 1_024]) };
    let saver = Arc::clone(&journal);
    let saving = tokio::spawn(async move {
        loop {
            saver.save_snapshot(&claim, snapshot.clone()).await.expect("a snapshot");
        }
    });
    let started = Instant::now();
    let until = started + MEASURED_FOR;
    let latencies = append_until(Arc::clone(&journal) as Arc<dyn Journal>, "show".to_owned(), 1, until).await;
    saving.abort();
    print_line("embedded, beside a snapshot of 64 MiB", 1, 1, started.elapsed(), latencies);
}

/// How long it takes to open a journal that was not closed, by its size.
fn measure_reopening(runtime: &tokio::runtime::Runtime) {
    let directory = tempfile::tempdir_in(directory()).expect("a directory");
    let journal = Arc::new(EmbeddedJournal::open(directory.path(), Options::default()).expect("a journal"));
    let until = Instant::now() + MEASURED_FOR;
    runtime.block_on(append_until(Arc::clone(&journal) as Arc<dyn Journal>, "show".to_owned(), 1_024, until));
    let crashed = tempfile::tempdir_in(directory.path()).expect("a directory");
    let file = "journal.redb";
    // A copy of an open file is what a crash leaves.
    let bytes = std::fs::copy(directory.path().join(file), crashed.path().join(file)).expect("a copy");
    let started = Instant::now();
    let reopened = EmbeddedJournal::open(crashed.path(), Options::default()).expect("a journal");
    println!("\nreopening {} MiB after a crash: {} ms", bytes / 1_024 / 1_024, started.elapsed().as_millis());
    drop(reopened);
}

#[allow(clippy::cast_precision_loss, reason = "counts of a benchmark are far below 2^52")]
fn count(count: usize) -> f64 {
    count as f64
}
