//! Kills a process that appends, again and again, and looks for everything that it had acknowledged.
#![cfg(unix)]

use std::{
    collections::BTreeMap,
    env,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
};

use bytes::Bytes;
use dropcast::journal::{Append, EmbeddedJournal, Journal, Options, Position, RawEntry, Snapshot};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

/// Tells the killed process where its journal is.
const DATA_DIR: &str = "DROPCAST_TEST_KILL_DATA_DIR";
const SHOWS: [&str; 2] = ["monday", "tuesday"];
const KILLS: u32 = 8;

#[tokio::test]
async fn what_was_acknowledged_before_a_kill_is_there() {
    let data_dir = tempfile::tempdir().unwrap();
    let mut chance = StdRng::seed_from_u64(7);
    let mut acknowledged = BTreeMap::new();
    for _ in 0..KILLS {
        let killed_after = chance.random_range(1..150);
        run_and_kill(data_dir.path(), killed_after, &mut acknowledged);
        let journal = EmbeddedJournal::open(data_dir.path(), Options::default()).unwrap();
        check(&journal, &acknowledged).await;
        journal.close().await;
    }
    assert!(acknowledged.len() > KILLS as usize, "hardly anything was acknowledged");
}

#[tokio::test]
async fn the_files_of_a_killed_process_can_be_read_without_writing_entries() {
    let data_dir = tempfile::tempdir().unwrap();
    let mut acknowledged = BTreeMap::new();
    run_and_kill(data_dir.path(), 20, &mut acknowledged);
    let journal = EmbeddedJournal::open_read_only(data_dir.path(), Options::default()).unwrap();
    check(&journal, &acknowledged).await;
}

/// What the killed process runs. It prints every acknowledged position.
#[test]
#[ignore = "it appends until it is killed, by the tests beside it"]
fn append_until_killed() {
    let Some(data_dir) = env::var_os(DATA_DIR) else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let journal = Arc::new(EmbeddedJournal::open(Path::new(&data_dir), Options::default()).unwrap());
        let writers = SHOWS.map(|show| tokio::spawn(append_for_ever(Arc::clone(&journal), show)));
        for writer in writers {
            writer.await.unwrap();
        }
    });
}

async fn append_for_ever(journal: Arc<EmbeddedJournal>, show: &'static str) {
    let claim = journal.claim(show).await.unwrap();
    let mut position = claim.tail;
    for round in 0_u64.. {
        let mut calls = Vec::new();
        for _ in 0..4 {
            let append = following(position);
            position = append.entries.last().unwrap().position();
            calls.push((position, journal.append(&claim, append)));
        }
        for (position, call) in calls {
            call.await.unwrap();
            // Straight to the pipe, so that what was acknowledged is known even if the kill comes next.
            writeln!(std::io::stdout().lock(), "\nacknowledged {show} {} {}", position.seq, position.digest).unwrap();
        }
        if round % 5 == 4 {
            let snapshot = Snapshot { position, at_ms: position.seq, body: Bytes::from(vec![1; 300_000]) };
            journal.save_snapshot(&claim, snapshot).await.unwrap();
        }
    }
}

fn following(expected: Position) -> Append {
    let mut position = expected;
    let mut entries = Vec::new();
    for _ in 0..3 {
        let entry = RawEntry::following(&position, position.seq, Bytes::from(vec![b'e'; 100]));
        position = entry.position();
        entries.push(entry);
    }
    Append { expected, entries, ..Append::default() }
}

/// Show and number of what was acknowledged → its digest.
type Acknowledged = BTreeMap<(String, u64), String>;

fn run_and_kill(data_dir: &Path, killed_after: u32, acknowledged: &mut Acknowledged) {
    let child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "append_until_killed", "--ignored", "--nocapture"])
        .env(DATA_DIR, data_dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut running = Running(child);
    let mut lines = 0;
    for line in BufReader::new(running.0.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if let Some(line) = line.strip_prefix("acknowledged ") {
            let words: Vec<&str> = line.split(' ').collect();
            acknowledged.insert((words[0].to_owned(), words[1].parse().unwrap()), words[2].to_owned());
            lines += 1;
            if lines == killed_after {
                running.kill();
            }
        }
    }
    assert!(lines >= killed_after, "it ended by itself");
}

/// A process that does not outlive its test.
struct Running(Child);

impl Running {
    /// SIGKILL: nothing of the process runs after it.
    fn kill(&mut self) {
        self.0.kill().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn check(journal: &EmbeddedJournal, acknowledged: &Acknowledged) {
    let mut stored = BTreeMap::new();
    for show in SHOWS {
        let mut position = Position::default();
        loop {
            let entries = journal.read(show, position.seq + 1, 1_000).await.unwrap();
            if entries.is_empty() {
                break;
            }
            for entry in entries {
                assert_eq!(entry, RawEntry::following(&position, entry.at_ms, entry.body.clone()));
                position = entry.position();
                stored.insert((show.to_owned(), position.seq), position.digest.to_string());
            }
        }
        assert_eq!(journal.tail(show).await.unwrap(), position);
        assert_eq!(position.seq % 3, 0, "half an append is there");
        if let Some(snapshot) = journal.snapshot(show).await.unwrap() {
            assert_eq!(stored[&(show.to_owned(), snapshot.position.seq)], snapshot.position.digest.to_string());
        }
    }
    for (entry, digest) in acknowledged {
        assert_eq!(stored.get(entry), Some(digest), "{entry:?} was acknowledged");
    }
}
