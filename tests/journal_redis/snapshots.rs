//! Snapshots in pieces.

use bytes::Bytes;
use dropcast::journal::{AppendError, Journal as _, ReadError};

use crate::{
    fixture::{SHOW, Writer, node},
    redis_server::RedisServer,
};

fn large(first: u8) -> Bytes {
    (0..=250).cycle().map(|byte: u8| first.wrapping_add(byte)).take(1_000_003).collect()
}

#[tokio::test]
async fn a_snapshot_of_many_chunks_is_whole_and_leaves_nothing_of_the_one_before() {
    let server = RedisServer::start();
    let journal = node(&server, "node");
    let mut writer = Writer::claim(&journal).await;
    for number in 1..4 {
        writer.write("a").await;
        writer.save_snapshot(large(number)).await;
        let saved = journal.snapshot(SHOW).await.unwrap().unwrap();
        assert!(saved == writer.snapshot(large(number)));
        let keys = server.cli(&["KEYS", "dropcast:{spring}:snapshot:*"]);
        assert_eq!(keys.lines().count(), 1, "{keys}");
        assert_eq!(server.cli(&["LLEN", &keys]), "4");
        assert_eq!(server.cli(&["TTL", &keys]), "-1", "it stays");
    }
    writer.write("b").await;
    let stale = writer.claim.clone();
    journal.claim(SHOW).await.unwrap();
    let outcome = journal.save_snapshot(&stale, writer.snapshot(large(9))).await;
    assert!(matches!(outcome, Err(AppendError::Fenced)), "{outcome:?}");
}

#[tokio::test]
async fn a_damaged_snapshot_is_found_out() {
    let server = RedisServer::start();
    let journal = node(&server, "node");
    let mut writer = Writer::claim(&journal).await;
    writer.write("a").await;
    writer.save_snapshot(large(1)).await;
    let key = server.cli(&["KEYS", "dropcast:{spring}:snapshot:*"]);
    server.cli(&["LSET", &key, "2", "not what it was"]);
    let outcome = journal.snapshot(SHOW).await;
    assert!(matches!(outcome, Err(ReadError::Damaged { seq: 1, .. })), "{outcome:?}");
}

#[tokio::test]
async fn a_damaged_block_is_found_out_and_what_is_before_it_is_read() {
    let server = RedisServer::start();
    let journal = node(&server, "node");
    let mut writer = Writer::claim(&journal).await;
    writer.write("a").await;
    writer.write("b").await;
    server.cli(&["XADD", "dropcast:{spring}:journal", "3-0", "f", "3", "b", "nonsense"]);
    server.cli(&["HSET", "dropcast:{spring}:head", "seq", "4"]);
    assert_eq!(journal.read(SHOW, 1, 10).await.unwrap(), writer.entries);
    assert!(matches!(journal.read(SHOW, 3, 10).await, Err(ReadError::Damaged { seq: 3, .. })));
    assert!(matches!(journal.read(SHOW, 4, 10).await, Err(ReadError::Damaged { seq: 4, .. })));
}
