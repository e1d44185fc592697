//! A Redis whose memory is full.

use dropcast::journal::{AppendError, Journal as _};

use crate::{
    fixture::{SHOW, Writer, node},
    redis_server::RedisServer,
};

#[tokio::test]
async fn when_memory_is_full_nothing_is_half_written_and_room_lets_it_go_on() {
    let server = RedisServer::start_with(&["--maxmemory-policy", "noeviction"]);
    let journal = node(&server, "node");
    let mut writer = Writer::claim(&journal).await;
    writer.write("before").await;
    writer.save_snapshot("before").await;
    server.cli(&["CONFIG", "SET", "maxmemory", "1"]);
    let before = writer.position;
    for _ in 0..3 {
        let append = writer.next("too much");
        writer.entries.pop();
        writer.position = before;
        let outcome = writer.call(append).await;
        assert!(matches!(&outcome, Err(AppendError::Unavailable(reason)) if reason.contains("OOM")), "{outcome:?}");
    }
    writer.assert_all_there().await;
    writer.renew().await.unwrap();
    assert_eq!(server.cli(&["XLEN", "dropcast:{spring}:journal"]), "1");
    let outcome = journal.save_snapshot(&writer.claim, writer.snapshot("too much")).await;
    assert!(matches!(outcome, Err(AppendError::Unavailable(_))), "{outcome:?}");
    journal.trim(&writer.claim, 1).await.unwrap();
    server.cli(&["CONFIG", "SET", "maxmemory", "0"]);
    writer.write("after").await;
    assert_eq!(journal.read(SHOW, 2, 10).await.unwrap(), writer.entries[1..]);
    journal.release(&writer.claim).await.unwrap();
}
