//! What is trimmed is archived first, and read from there.

use std::{fs, sync::Arc};

use dropcast::journal::{AppendError, Archive, ArchivingJournal, Journal, ReadError};
use tempfile::TempDir;

use crate::{
    fixture::{SHOW, Writer, node},
    redis_server::RedisServer,
};

async fn archiving(server: &RedisServer, folder: &TempDir) -> Writer {
    let journal = ArchivingJournal::new(node(server, "node"), Archive::new(folder.path()));
    Writer::claim_of(Arc::new(journal), SHOW).await
}

async fn write_and_trim(writer: &mut Writer, entries: usize) -> Result<(), AppendError> {
    for _ in 0..entries {
        writer.write("entry").await;
    }
    writer.save_snapshot("state").await;
    writer.journal.trim(&writer.claim, writer.position.seq).await
}

async fn read_all(journal: &dyn Journal) -> Vec<dropcast::journal::RawEntry> {
    let mut entries = Vec::new();
    loop {
        let page = journal.read(SHOW, entries.len() as u64 + 1, 7).await.unwrap();
        if page.is_empty() {
            return entries;
        }
        entries.extend(page);
    }
}

#[tokio::test]
async fn a_show_is_read_from_its_beginning_over_many_trims() {
    let (server, folder) = (RedisServer::start(), TempDir::new().unwrap());
    let mut writer = archiving(&server, &folder).await;
    for entries in [5, 1, 30] {
        write_and_trim(&mut writer, entries).await.unwrap();
    }
    writer.write("not trimmed").await;
    assert_eq!(read_all(&*writer.journal).await, writer.entries);
    let bare = node(&server, "node");
    assert!(matches!(bare.read(SHOW, 1, 10).await, Err(ReadError::Gap { first_seq: 37 })));
    assert_eq!(Archive::new(folder.path()).read(SHOW, 1, 100).unwrap(), writer.entries[..36]);
}

#[tokio::test]
async fn a_trim_whose_archiving_fails_trims_nothing_and_can_be_made_again() {
    let (server, folder) = (RedisServer::start(), TempDir::new().unwrap());
    let mut writer = archiving(&server, &folder).await;
    // A file is where the show's folder would be.
    fs::write(folder.path().join(SHOW), "in the way").unwrap();
    let outcome = write_and_trim(&mut writer, 5).await;
    assert!(matches!(outcome, Err(AppendError::Unavailable(_))), "{outcome:?}");
    assert_eq!(node(&server, "node").read(SHOW, 1, 10).await.unwrap(), writer.entries);
    fs::remove_file(folder.path().join(SHOW)).unwrap();
    writer.journal.trim(&writer.claim, 5).await.unwrap();
    assert_eq!(read_all(&*writer.journal).await, writer.entries);
}

#[tokio::test]
async fn an_archive_with_another_history_or_a_hole_is_not_added_to() {
    let (server, folder) = (RedisServer::start(), TempDir::new().unwrap());
    let mut writer = archiving(&server, &folder).await;
    write_and_trim(&mut writer, 3).await.unwrap();
    let (other, bare) = (RedisServer::start(), TempDir::new().unwrap());
    let mut elsewhere = archiving(&other, &folder).await;
    elsewhere.now_ms += 1;
    let outcome = write_and_trim(&mut elsewhere, 8).await;
    assert!(matches!(&outcome, Err(AppendError::Unavailable(_))), "another history: {outcome:?}");
    // Trimmed once without the archive: what is missing can't be archived any more.
    let mut unarchived = Writer::claim(&node(&server, "node")).await;
    (unarchived.now_ms, unarchived.position) = (writer.now_ms, writer.position);
    write_and_trim(&mut unarchived, 2).await.unwrap();
    let mut again = archiving(&server, &folder).await;
    (again.now_ms, again.position) = (unarchived.now_ms, unarchived.position);
    let outcome = write_and_trim(&mut again, 2).await;
    assert!(matches!(&outcome, Err(AppendError::Unavailable(_))), "a hole: {outcome:?}");
    // An archive that is new begins with what is left.
    let fresh = ArchivingJournal::new(node(&server, "node"), Archive::new(bare.path()));
    fresh.trim(&again.claim, 7).await.unwrap();
    assert_eq!(fresh.read(SHOW, 6, 10).await.unwrap(), again.entries);
    assert!(matches!(fresh.read(SHOW, 5, 10).await, Err(ReadError::Gap { first_seq: 8 })));
}

#[tokio::test]
async fn a_stale_claim_archives_nothing() {
    let (server, folder) = (RedisServer::start(), TempDir::new().unwrap());
    let mut writer = archiving(&server, &folder).await;
    writer.write("entry").await;
    writer.save_snapshot("state").await;
    node(&server, "node").claim(SHOW).await.unwrap();
    let outcome = writer.journal.trim(&writer.claim, 1).await;
    assert!(matches!(outcome, Err(AppendError::Fenced)), "{outcome:?}");
    assert_eq!(Archive::new(folder.path()).tail(SHOW).unwrap(), None);
}
