//! A Redis Cluster of three servers.

use std::process::{Command, Stdio};

use bytes::Bytes;
use dropcast::{
    clock::SystemClock,
    journal::{Append, Journal, Mark, RedisJournal, RedisOptions},
};
use std::sync::Arc;

use crate::{
    fixture::{PATIENCE, Writer, exchange},
    redis_server::{RedisServer, free_port},
};

fn start_cluster() -> Vec<RedisServer> {
    let settings = ["--cluster-enabled", "yes", "--appendonly", "yes", "--appendfsync", "always"];
    let servers: Vec<RedisServer> = (0..3).map(|_| RedisServer::start_with(&settings)).collect();
    let mut create = Command::new("redis-cli");
    create.args(["--cluster", "create"]).args(servers.iter().map(|server| format!("127.0.0.1:{}", server.port)));
    let created = create.args(["--cluster-replicas", "0", "--cluster-yes"]).stdout(Stdio::null()).status().unwrap();
    assert!(created.success());
    let agree = |server: &RedisServer| server.cli(&["CLUSTER", "INFO"]).contains("cluster_state:ok");
    while !servers.iter().all(agree) {
        std::thread::yield_now();
    }
    servers
}

#[tokio::test]
async fn shows_spread_over_a_cluster_and_keep_their_order() {
    let servers = start_cluster();
    let options = RedisOptions {
        urls: vec![format!("redis://127.0.0.1:{}", free_port()), servers[0].url()],
        cluster: true,
        node: "node".to_owned(),
        ..RedisOptions::default()
    };
    let (journal, found) = RedisJournal::connect(&options, Arc::new(SystemClock)).await.unwrap();
    assert_eq!(found.noteworthy, []);
    let journal = Arc::new(journal);
    let shows: Vec<String> = (0..12).map(|number| format!("show-{number:02}")).collect();
    for (wake_at_ms, show) in (1_000..).zip(&shows) {
        let mut writer = Writer::claim_of(Arc::clone(&journal) as Arc<dyn Journal>, show).await;
        let card = Some(Bytes::copy_from_slice(show.as_bytes()));
        let first = Append { wake_at_ms: Some(wake_at_ms), card, ..writer.next("first") };
        let mut calls = vec![writer.call(first)];
        for _ in 0..20 {
            let append = Append { wake_at_ms: Some(wake_at_ms), ..writer.next("more") };
            calls.push(writer.call(append));
        }
        for call in calls {
            call.await.unwrap();
        }
        writer.save_snapshot("state").await;
        writer.assert_all_there().await;
        let exchange = exchange(&journal);
        exchange.forward(show, Bytes::from_static(b"parcel")).await.unwrap();
        assert_eq!(exchange.collect(show, Mark::default(), 10, PATIENCE).await.unwrap()[0].body, "parcel");
        let heard = exchange.listen(show, 1, None, PATIENCE).await.unwrap();
        assert_eq!(heard.entries, writer.entries);
        journal.trim(&writer.claim, 3).await.unwrap();
        journal.release(&writer.claim).await.unwrap();
    }
    let listed: Vec<String> = journal.list(None, 100).await.unwrap().into_iter().map(|listed| listed.show).collect();
    assert_eq!(listed, shows);
    assert_eq!(journal.due(2_000, 100).await.unwrap(), shows);
    let used = servers.iter().filter(|server| server.cli(&["DBSIZE"]) != "0").count();
    assert_eq!(used, 3, "every server has some of them");
}

#[tokio::test]
async fn a_show_that_moves_to_another_server_is_found_there() {
    let servers = start_cluster();
    let options = RedisOptions {
        urls: vec![servers[0].url()],
        cluster: true,
        node: "node".to_owned(),
        ..RedisOptions::default()
    };
    let journal = Arc::new(RedisJournal::connect(&options, Arc::new(SystemClock)).await.unwrap().0);
    let mut writer = Writer::claim(&journal).await;
    writer.write("before").await;
    let slot = servers[0].cli(&["CLUSTER", "KEYSLOT", "dropcast:{spring}:head"]);
    let owner = servers.iter().position(|server| server.cli(&["CLUSTER", "COUNTKEYSINSLOT", &slot]) != "0").unwrap();
    let (from, to) = (&servers[owner], &servers[(owner + 1) % 3]);
    let (from_id, to_id) = (from.cli(&["CLUSTER", "MYID"]), to.cli(&["CLUSTER", "MYID"]));
    to.cli(&["CLUSTER", "SETSLOT", &slot, "IMPORTING", &from_id]);
    from.cli(&["CLUSTER", "SETSLOT", &slot, "MIGRATING", &to_id]);
    for key in from.cli(&["CLUSTER", "GETKEYSINSLOT", &slot, "100"]).lines() {
        assert_eq!(from.cli(&["MIGRATE", "127.0.0.1", &to.port.to_string(), key, "0", "5000"]), "OK");
    }
    for server in [to, from] {
        server.cli(&["CLUSTER", "SETSLOT", &slot, "NODE", &to_id]);
    }
    writer.claim = loop {
        match journal.claim(&writer.claim.show).await {
            Err(dropcast::journal::ClaimError::Unavailable(_)) => tokio::task::yield_now().await,
            claimed => break claimed.unwrap(),
        }
    };
    writer.write("after").await;
    writer.assert_all_there().await;
}

#[tokio::test]
async fn a_server_of_a_cluster_is_not_used_as_if_it_were_alone() {
    let servers = start_cluster();
    let options = RedisOptions { urls: vec![servers[0].url()], ..RedisOptions::default() };
    let error = RedisJournal::connect(&options, Arc::new(SystemClock)).await.unwrap_err().to_string();
    assert!(error.contains("set redis.cluster to true"), "{error}");
}
