//! What is the embedded journal's own: its file, who may open it, and how damage shows.

use std::{fs, path::Path};

use bytes::Bytes;
use dropcast::journal::{
    Append, AppendError, ClaimError, EmbeddedJournal, Journal, OpenError, Options, Position, RawEntry, ReadError,
};
use redb::{Database, ReadableDatabase as _, TableDefinition};

const FILE_NAME: &str = "journal.redb";
const BLOCKS: TableDefinition<'_, (&str, u64), &[u8]> = TableDefinition::new("blocks");

async fn with_entries(data_dir: &Path) -> Vec<RawEntry> {
    let journal = EmbeddedJournal::open(data_dir, Options::default()).unwrap();
    let claim = journal.claim("show").await.unwrap();
    let (mut position, mut entries) = (Position::default(), Vec::new());
    for body in ["one", "two", "three"] {
        let entry = RawEntry::following(&position, 1_000, Bytes::from(body));
        let append = Append { expected: position, entries: vec![entry.clone()], ..Append::default() };
        journal.append(&claim, append).await.unwrap();
        position = entry.position();
        entries.push(entry);
    }
    journal.close().await;
    entries
}

fn open(data_dir: &Path) -> Result<EmbeddedJournal, OpenError> {
    EmbeddedJournal::open(data_dir, Options::default())
}

fn open_read_only(data_dir: &Path) -> Result<EmbeddedJournal, OpenError> {
    EmbeddedJournal::open_read_only(data_dir, Options::default())
}

#[tokio::test]
async fn a_directory_that_is_missing_is_created() {
    let data_dir = tempfile::tempdir().unwrap();
    with_entries(&data_dir.path().join("a/b")).await;
    assert!(data_dir.path().join("a/b").join(FILE_NAME).is_file());
}

#[tokio::test]
async fn a_journal_in_use_is_refused_with_what_to_do() {
    let data_dir = tempfile::tempdir().unwrap();
    let journal = open(data_dir.path()).unwrap();
    for refused in [open(data_dir.path()), open_read_only(data_dir.path())] {
        let error = refused.err().expect("opened twice");
        assert!(matches!(error, OpenError::InUse { .. }), "{error:?}");
        assert!(error.to_string().contains("stop that one, or ask it with --url"), "{error}");
    }
    journal.close().await;
    open(data_dir.path()).unwrap();
}

#[tokio::test]
async fn a_dropped_journal_lets_go_of_its_file() {
    let data_dir = tempfile::tempdir().unwrap();
    drop(open(data_dir.path()).unwrap());
    drop(open(data_dir.path()).unwrap());
}

#[tokio::test]
async fn reading_only_reads_and_never_writes() {
    let data_dir = tempfile::tempdir().unwrap();
    let entries = with_entries(data_dir.path()).await;
    let before = fs::read(data_dir.path().join(FILE_NAME)).unwrap();
    let journal = open_read_only(data_dir.path()).unwrap();
    let second = open_read_only(data_dir.path()).unwrap();
    assert_eq!(journal.read("show", 1, 10).await.unwrap(), entries);
    assert_eq!(second.tail("show").await.unwrap(), entries[2].position());
    let outcome = journal.claim("show").await;
    assert!(matches!(outcome, Err(ClaimError::Unavailable(_))), "{outcome:?}");
    assert!(matches!(open(data_dir.path()), Err(OpenError::InUse { .. })));
    journal.close().await;
    second.close().await;
    assert_eq!(fs::read(data_dir.path().join(FILE_NAME)).unwrap(), before);
}

#[test]
fn reading_only_creates_nothing() {
    let data_dir = tempfile::tempdir().unwrap();
    assert!(matches!(open_read_only(data_dir.path()), Err(OpenError::Missing { .. })));
    assert_eq!(fs::read_dir(data_dir.path()).unwrap().count(), 0);
}

#[test]
fn a_file_that_is_no_journal_is_refused() {
    let data_dir = tempfile::tempdir().unwrap();
    fs::write(data_dir.path().join(FILE_NAME), "not a journal".repeat(1_000)).unwrap();
    assert!(matches!(open(data_dir.path()), Err(OpenError::Storage { .. })));
    assert!(matches!(open_read_only(data_dir.path()), Err(OpenError::Storage { .. })));
}

#[tokio::test]
async fn a_journal_of_another_format_is_refused() {
    let data_dir = tempfile::tempdir().unwrap();
    with_entries(data_dir.path()).await;
    let meta: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");
    tamper(data_dir.path(), |transaction| {
        transaction.open_table(meta).unwrap().insert("format", 2).unwrap();
    });
    assert!(matches!(open(data_dir.path()), Err(OpenError::Format { found: 2, understood: 1, .. })));
    assert!(matches!(open_read_only(data_dir.path()), Err(OpenError::Format { found: 2, understood: 1, .. })));
}

#[tokio::test]
async fn a_removed_block_is_damage() {
    let data_dir = tempfile::tempdir().unwrap();
    let entries = with_entries(data_dir.path()).await;
    tamper(data_dir.path(), |transaction| {
        transaction.open_table(BLOCKS).unwrap().remove(("show", 2)).unwrap();
    });
    let journal = open(data_dir.path()).unwrap();
    assert_eq!(journal.read("show", 1, 10).await.unwrap(), entries[..1], "what is sound comes first");
    let outcome = journal.read("show", 2, 10).await;
    assert!(matches!(outcome, Err(ReadError::Damaged { seq: 2, .. })), "{outcome:?}");
    assert_eq!(journal.read("show", 3, 10).await.unwrap(), entries[2..]);
}

#[tokio::test]
async fn the_last_block_removed_is_damage() {
    let data_dir = tempfile::tempdir().unwrap();
    with_entries(data_dir.path()).await;
    tamper(data_dir.path(), |transaction| {
        transaction.open_table(BLOCKS).unwrap().remove(("show", 3)).unwrap();
    });
    let outcome = open(data_dir.path()).unwrap().read("show", 3, 10).await;
    assert!(matches!(outcome, Err(ReadError::Damaged { seq: 3, .. })), "{outcome:?}");
}

#[tokio::test]
async fn a_cut_block_is_damage() {
    let data_dir = tempfile::tempdir().unwrap();
    with_entries(data_dir.path()).await;
    let database = Database::open(data_dir.path().join(FILE_NAME)).unwrap();
    let block = database.begin_read().unwrap().open_table(BLOCKS).unwrap();
    let block = block.get(("show", 2)).unwrap().unwrap().value().to_vec();
    drop(database);
    tamper(data_dir.path(), |transaction| {
        transaction.open_table(BLOCKS).unwrap().insert(("show", 2), &block[..block.len() - 1]).unwrap();
    });
    let outcome = open_read_only(data_dir.path()).unwrap().read("show", 2, 10).await;
    assert!(matches!(outcome, Err(ReadError::Damaged { seq: 2, .. })), "{outcome:?}");
}

#[tokio::test]
async fn a_full_queue_is_unavailable_early_and_leaves_no_gap() {
    let data_dir = tempfile::tempdir().unwrap();
    let journal = open(data_dir.path()).unwrap();
    let claim = journal.claim("show").await.unwrap();
    let (mut position, mut calls) = (Position::default(), Vec::new());
    for _ in 0..40 {
        let entry = RawEntry::following(&position, 1_000, Bytes::from(vec![0; 4 * 1_024 * 1_024]));
        let append = Append { expected: position, entries: vec![entry.clone()], ..Append::default() };
        position = entry.position();
        calls.push(journal.append(&claim, append));
    }
    let mut outcomes = Vec::new();
    for call in calls {
        outcomes.push(call.await);
    }
    let appended = outcomes.iter().take_while(|outcome| outcome.is_ok()).count();
    let refused = |outcome: &Result<(), AppendError>| {
        matches!(outcome, Err(AppendError::Unavailable(_) | AppendError::Moved { .. }))
    };
    assert!(outcomes[appended..].iter().all(refused), "{outcomes:?}");
    assert!(appended >= 15, "only {appended} of 4 MiB each were taken in");
    assert_eq!(journal.tail("show").await.unwrap().seq, appended as u64);
}

/// Changes the file of a closed journal as the journal never would.
fn tamper(data_dir: &Path, change: impl FnOnce(&redb::WriteTransaction)) {
    let database = Database::open(data_dir.join(FILE_NAME)).unwrap();
    let transaction = database.begin_write().unwrap();
    change(&transaction);
    transaction.commit().unwrap();
}
