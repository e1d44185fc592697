//! The embedded journal on a disk that fails: at every write and every fsync, nothing acknowledged is lost, nothing is
//! half-appended, and it goes on by itself.

use std::time::Duration;

use bytes::Bytes;
use tempfile::TempDir;

use super::{
    faulty_disk::{Fault, FaultyDisk},
    file,
    journal::EmbeddedJournal,
    options::Options,
};
use crate::journal::contract::{
    Append, AppendError, Claim, ClaimError, Journal, Position, RawEntry, ReadError, Snapshot,
};

/// More writes, resizes and fsyncs than anything here makes; a sweep ends at the first run that none of them failed.
const OPERATIONS_MAX: u32 = 400;

struct Fixture {
    disk: FaultyDisk,
    journal: EmbeddedJournal,
    claim: Claim,
    /// What is acknowledged, and what was found durable after a doubt.
    durable: Vec<RawEntry>,
    _data_dir: TempDir,
}

impl Fixture {
    /// A show with some entries, on a sound disk.
    async fn new(seed: u64, reopen_interval: Duration) -> Self {
        let data_dir = tempfile::tempdir().unwrap();
        let disk = FaultyDisk::new(seed);
        let journal = open(&disk, &data_dir, reopen_interval);
        let claim = journal.claim("show").await.unwrap();
        let mut fixture = Self { disk, journal, claim, durable: Vec::new(), _data_dir: data_dir };
        for _ in 0..3 {
            fixture.append(2).await.unwrap();
        }
        fixture
    }

    fn tail(&self) -> Position {
        self.durable.last().map_or_else(Position::default, RawEntry::position)
    }

    /// Appends, and counts as durable what is acknowledged.
    async fn append(&mut self, entries: u8) -> Result<(), AppendError> {
        let append = following(self.tail(), entries);
        let appended = append.entries.clone();
        let outcome = self.journal.append(&self.claim, append).await;
        if outcome.is_ok() {
            self.durable.extend(appended);
        }
        outcome
    }

    /// Whatever the outcome was, the journal says the same: what is acknowledged is there, what is refused is not, and
    /// what is in doubt is there whole or not at all.
    async fn settle(&mut self, attempted: &[RawEntry], outcome: &Result<(), AppendError>) {
        let read = self.journal.read("show", 1, 1_000).await.unwrap();
        let with_attempted: Vec<_> = self.durable.iter().chain(attempted).cloned().collect();
        match outcome {
            Ok(()) => assert_eq!(read, with_attempted),
            Err(AppendError::Unavailable(_)) => assert_eq!(read, self.durable),
            Err(AppendError::InDoubt(_)) => assert!(read == self.durable || read == with_attempted, "half-appended"),
            Err(error) => panic!("{error}"),
        }
        self.durable = read;
        assert_eq!(self.journal.tail("show").await.unwrap(), self.tail());
    }

    /// It goes on where it is.
    async fn assert_goes_on(&mut self) {
        self.append(3).await.unwrap();
        let read = self.journal.read("show", 1, 1_000).await.unwrap();
        assert_eq!(read, self.durable);
        let mut position = Position::default();
        for entry in read {
            assert_eq!(entry, RawEntry::following(&position, entry.at_ms, entry.body.clone()));
            position = entry.position();
        }
    }
}

fn open(disk: &FaultyDisk, data_dir: &TempDir, reopen_interval: Duration) -> EmbeddedJournal {
    let (disk, path) = (disk.clone(), file::path_in(data_dir.path()));
    let opener_path = path.clone();
    let opener = move || file::open_writable_through(&opener_path, &Options::default(), |file| disk.under(file));
    EmbeddedJournal::open_by(Box::new(opener), reopen_interval, &path).unwrap()
}

fn following(expected: Position, entries: u8) -> Append {
    let mut position = expected;
    let entries = (0..entries)
        .map(|number| {
            let entry = RawEntry::following(&position, 1_000 + position.seq, Bytes::from(vec![number; 100]));
            position = entry.position();
            entry
        })
        .collect();
    Append { expected, entries, wake_at_ms: Some(position.seq), card: Some(Bytes::from_static(b"card")), inbox: None }
}

/// Runs an append on a disk that fails at every place in turn.
async fn sweep(fault: Fault, seed: u64) {
    for operations in 0..OPERATIONS_MAX {
        let mut fixture = Fixture::new(seed + u64::from(operations), Duration::ZERO).await;
        fixture.disk.fail_after(operations, fault);
        let append = following(fixture.tail(), 5);
        let attempted = append.entries.clone();
        let outcome = fixture.journal.append(&fixture.claim, append).await;
        let failed = fixture.disk.mend();
        fixture.settle(&attempted, &outcome).await;
        fixture.assert_goes_on().await;
        if !failed {
            assert!(operations > 2, "nothing ever failed");
            outcome.unwrap();
            return;
        }
        assert!(outcome.is_err(), "acknowledged, though operation {operations} failed");
        assert!(fixture.disk.opened() > 1, "the failed database was used on");
    }
    panic!("an append takes more than {OPERATIONS_MAX} operations");
}

#[tokio::test]
async fn a_disk_that_is_full_at_any_write_loses_nothing() {
    sweep(Fault::Full, 0).await;
}

#[tokio::test]
async fn a_write_or_fsync_that_fails_loses_nothing() {
    for seed in (0..10).map(|round| round * 1_000) {
        sweep(Fault::Failed, seed).await;
    }
}

#[tokio::test]
async fn a_power_cut_at_any_write_loses_nothing() {
    for seed in (0..10).map(|round| round * 1_000) {
        sweep(Fault::PowerCut, seed).await;
    }
}

#[tokio::test]
async fn while_the_disk_is_full_everything_is_unavailable() {
    let mut fixture = Fixture::new(0, Duration::ZERO).await;
    fixture.disk.fail_after(0, Fault::Full);
    for _ in 0..3 {
        let outcome = fixture.append(1).await;
        assert!(matches!(outcome, Err(AppendError::Unavailable(_) | AppendError::InDoubt(_))), "{outcome:?}");
        let outcome = fixture.journal.claim("another").await;
        assert!(matches!(outcome, Err(ClaimError::Unavailable(_))), "{outcome:?}");
    }
    let outcome = fixture.append(1).await;
    assert!(matches!(outcome, Err(AppendError::Unavailable(_))), "{outcome:?}");
    let outcome = fixture.journal.tail("show").await;
    assert!(matches!(outcome, Err(ReadError::Unavailable(_))), "{outcome:?}");
    fixture.disk.mend();
    fixture.assert_goes_on().await;
}

#[tokio::test]
async fn appends_in_flight_behind_a_failed_one_leave_no_gap() {
    for operations in 0..12 {
        let mut fixture = Fixture::new(u64::from(operations), Duration::ZERO).await;
        fixture.disk.fail_after(operations, Fault::Failed);
        let (mut position, mut calls) = (fixture.tail(), Vec::new());
        for _ in 0..20 {
            let append = following(position, 2);
            position = append.entries[1].position();
            calls.push((append.entries.clone(), fixture.journal.append(&fixture.claim, append)));
        }
        let mut acknowledged = fixture.durable.clone();
        let mut refused = false;
        for (entries, call) in calls {
            match call.await {
                Ok(()) => {
                    assert!(!refused, "appended after one that certainly was not");
                    acknowledged.extend(entries);
                }
                Err(AppendError::Unavailable(_) | AppendError::Moved { .. }) => refused = true,
                Err(AppendError::InDoubt(_)) => acknowledged.extend(entries),
                Err(error) => panic!("{error}"),
            }
        }
        fixture.disk.mend();
        let read = fixture.journal.read("show", 1, 1_000).await.unwrap();
        assert!(acknowledged.starts_with(&read) && read.len() >= fixture.durable.len());
        fixture.durable = read;
        fixture.assert_goes_on().await;
    }
}

#[tokio::test]
async fn a_journal_that_cannot_be_reopened_does_not_try_at_every_call() {
    let mut fixture = Fixture::new(0, Duration::from_secs(3_600)).await;
    fixture.disk.fail_after(0, Fault::PowerCut);
    fixture.append(1).await.unwrap_err();
    let opened = fixture.disk.opened();
    for _ in 0..5 {
        let outcome = fixture.append(1).await;
        assert!(matches!(outcome, Err(AppendError::Unavailable(_))), "{outcome:?}");
        let outcome = fixture.journal.tail("show").await;
        assert!(matches!(outcome, Err(ReadError::Unavailable(_))), "{outcome:?}");
    }
    assert_eq!(fixture.disk.opened(), opened);
}

#[tokio::test]
async fn a_snapshot_interrupted_anywhere_is_whole_or_not_there() {
    for operations in (0..OPERATIONS_MAX).step_by(3) {
        let mut fixture = Fixture::new(u64::from(operations), Duration::ZERO).await;
        let snapshot = |fixture: &Fixture, body: u8| Snapshot {
            position: fixture.tail(),
            at_ms: 7,
            body: Bytes::from(vec![body; 600_000]),
        };
        let older = snapshot(&fixture, 1);
        fixture.journal.save_snapshot(&fixture.claim, older.clone()).await.unwrap();
        fixture.append(1).await.unwrap();
        let newer = snapshot(&fixture, 2);
        fixture.disk.fail_after(operations, Fault::Failed);
        let outcome = fixture.journal.save_snapshot(&fixture.claim, newer.clone()).await;
        let failed = fixture.disk.mend();
        let seen = fixture.journal.snapshot("show").await.unwrap().unwrap();
        assert!(seen == newer || (outcome.is_err() && seen == older), "seen in part");
        fixture.journal.save_snapshot(&fixture.claim, newer.clone()).await.unwrap();
        assert!(fixture.journal.snapshot("show").await.unwrap() == Some(newer));
        fixture.assert_goes_on().await;
        if !failed {
            return;
        }
    }
    panic!("a snapshot takes more than {OPERATIONS_MAX} operations");
}

#[tokio::test]
async fn a_committer_that_panics_leaves_nothing_waiting() {
    let fixture = Fixture::new(0, Duration::ZERO).await;
    fixture.disk.fail_after(0, Fault::Panic);
    let first = following(fixture.tail(), 1);
    let second = following(first.entries[0].position(), 1);
    let calls = [fixture.journal.append(&fixture.claim, first), fixture.journal.append(&fixture.claim, second)];
    for call in calls {
        let outcome = call.await;
        assert!(matches!(outcome, Err(AppendError::InDoubt(_) | AppendError::Unavailable(_))), "{outcome:?}");
    }
    fixture.journal.close().await;
    let outcome = fixture.journal.append(&fixture.claim, following(fixture.tail(), 1)).await;
    assert!(matches!(outcome, Err(AppendError::Unavailable(_))), "{outcome:?}");
    let outcome = fixture.journal.tail("show").await;
    assert!(matches!(outcome, Err(ReadError::Unavailable(_))), "{outcome:?}");
}
