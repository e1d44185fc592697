//! Waiting for replicas before anything is acknowledged.

use std::time::Duration;

use dropcast::journal::{AppendError, ClaimError, Durability, Journal as _, ReadError, RedisDurability, RedisOptions};

use crate::{
    fixture::{PATIENCE, SHOW, Writer, exchange, open, options},
    redis_server::RedisServer,
};

fn with_replica() -> (RedisServer, RedisServer) {
    let primary = RedisServer::start();
    let replica = RedisServer::start_with(&["--replicaof", "127.0.0.1", &primary.port.to_string()]);
    while !primary.cli(&["INFO", "replication"]).contains("state=online") {
        std::thread::sleep(Duration::from_millis(5));
    }
    (primary, replica)
}

fn waiting(server: &RedisServer) -> RedisOptions {
    let durability = RedisDurability::Two { replicas_min: 1, wait_limit: Duration::from_secs(1) };
    RedisOptions { durability, ..options(server, "node") }
}

#[tokio::test]
async fn what_is_acknowledged_is_at_the_replica() {
    let (mut primary, replica) = with_replica();
    let journal = open(&waiting(&primary));
    assert_eq!(journal.durability(), Durability::Redis2);
    let mut writer = Writer::claim(&journal).await;
    for _ in 0..20 {
        writer.write("acknowledged").await;
    }
    writer.renew().await.unwrap();
    primary.kill();
    replica.cli(&["REPLICAOF", "NO", "ONE"]);
    let journal = open(&options(&replica, "node"));
    writer.claim = journal.claim(SHOW).await.unwrap();
    writer.journal = journal;
    assert_eq!(writer.claim.tail, writer.position);
    writer.assert_all_there().await;
}

#[tokio::test]
async fn without_the_replica_nothing_is_acknowledged() {
    let (primary, replica) = with_replica();
    let journal = open(&waiting(&primary));
    let mut writer = Writer::claim(&journal).await;
    replica.freeze();
    let append = writer.next("only here");
    let outcome = writer.call(append).await;
    let short = |reason: &str| reason == "only 0 of 1 replicas have it";
    assert!(matches!(&outcome, Err(AppendError::InDoubt(reason)) if short(reason)), "{outcome:?}");
    let outcome = writer.renew().await;
    assert!(matches!(&outcome, Err(AppendError::InDoubt(reason)) if short(reason)), "{outcome:?}");
    let outcome = journal.claim(SHOW).await;
    assert!(matches!(&outcome, Err(ClaimError::Unavailable(reason)) if short(reason)), "{outcome:?}");
    replica.thaw();
    let claim = loop {
        match journal.claim(SHOW).await {
            Err(ClaimError::Unavailable(_)) => {}
            claimed => break claimed.unwrap(),
        }
    };
    assert_eq!(claim.tail, writer.position, "it was only in doubt");
}

#[tokio::test]
async fn what_is_not_at_the_replica_is_not_read_either() {
    let (primary, replica) = with_replica();
    let (here, there) = (open(&waiting(&primary)), open(&RedisOptions { node: "there".into(), ..waiting(&primary) }));
    let mut writer = Writer::claim(&here).await;
    writer.write("at the replica").await;
    let elsewhere = exchange(&there);
    let listening = tokio::spawn(async move { elsewhere.listen(SHOW, 2, None, PATIENCE).await });
    assert_eq!(there.read(SHOW, 1, 10).await.unwrap(), writer.entries);
    replica.freeze();
    let append = writer.next("only here");
    let appending = writer.call(append);
    let short = |error: ReadError| {
        let reason = "only 0 of 1 replicas have it";
        assert!(matches!(&error, ReadError::Unavailable(told) if told == reason), "{error:?}");
    };
    short(listening.await.unwrap().unwrap_err());
    short(there.tail(SHOW).await.unwrap_err());
    short(there.read(SHOW, 1, 10).await.unwrap_err());
    assert!(matches!(appending.await, Err(AppendError::InDoubt(_))));
    replica.thaw();
    let entries = loop {
        match there.read(SHOW, 1, 10).await {
            Err(ReadError::Unavailable(_)) => {}
            read => break read.unwrap(),
        }
    };
    assert_eq!(entries, writer.entries);
}
