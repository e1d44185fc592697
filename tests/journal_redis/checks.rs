//! What is found out about a Redis at start.

use std::{sync::Arc, time::Duration};

use dropcast::{
    clock::SystemClock,
    journal::{
        Durability, Finding, Findings, Journal as _, Password, RedisDurability, RedisJournal, RedisOpenError,
        RedisOptions,
    },
};

use crate::{
    fixture::{SHOW, options},
    redis_server::{RedisServer, free_port},
};

async fn connect(options: &RedisOptions) -> Result<(RedisJournal, Findings), RedisOpenError> {
    RedisJournal::connect(options, Arc::new(SystemClock)).await
}

async fn findings(options: &RedisOptions) -> Vec<Finding> {
    connect(options).await.unwrap().1.noteworthy
}

#[tokio::test]
async fn nothing_is_wrong_with_a_redis_that_writes_before_it_answers() {
    let server = RedisServer::start();
    let (_, found) = connect(&options(&server, "node")).await.unwrap();
    assert_eq!((found.asked_for, found.noteworthy), (Durability::Redis1, Vec::new()));
    assert!(found.version.starts_with(char::is_numeric), "{}", found.version);
}

#[tokio::test]
async fn a_redis_that_throws_things_away_is_refused_and_told_what_to_set() {
    let server = RedisServer::start_with(&["--maxmemory-policy", "allkeys-lru"]);
    let error = connect(&options(&server, "node")).await.unwrap_err();
    assert!(matches!(error, RedisOpenError::Evicts { .. }));
    assert!(error.to_string().contains("set `maxmemory-policy noeviction`"), "{error}");
}

#[tokio::test]
async fn a_weaker_redis_is_named() {
    let none = RedisServer::start_with(&[]);
    assert_eq!(findings(&options(&none, "node")).await, [Finding::NoAppendOnlyFile]);
    let lazy = RedisServer::start_with(&["--appendonly", "yes"]);
    let expected = Finding::LazyAppendOnlyFile { setting: "everysec".into(), lost: "second" };
    assert_eq!(findings(&options(&lazy, "node")).await, [expected]);
    let alone = RedisServer::start();
    let durability = RedisDurability::Two { replicas_min: 2, wait_limit: Duration::from_millis(100) };
    let options = RedisOptions { durability, ..options(&alone, "node") };
    let missing = Finding::ReplicasMissing { needed: 2, connected: 0 };
    let writes = Finding::WritesWithoutReplicas { setting: "0".into(), needed: 2 };
    assert_eq!(findings(&options).await, [writes, missing]);
}

#[tokio::test]
async fn settings_that_are_hidden_are_said_to_be_unchecked() {
    let hidden = ["--appendonly", "yes", "--appendfsync", "always", "--rename-command", "CONFIG", ""];
    let server = RedisServer::start_with(&hidden);
    assert_eq!(findings(&options(&server, "node")).await, [Finding::SettingsHidden]);
}

#[tokio::test]
async fn a_password_is_asked_for_and_never_told() {
    let server = RedisServer::start_with(&["--appendonly", "yes", "--appendfsync", "always", "--requirepass", "hush"]);
    let without = options(&server, "node");
    let error = connect(&without).await.unwrap_err();
    assert!(matches!(error, RedisOpenError::Unreachable { .. }));
    assert!(error.to_string().contains("NOAUTH"), "{error}");
    let with = RedisOptions { password: Some(Password::new("hush\n")), ..without.clone() };
    connect(&with).await.unwrap().0.claim(SHOW).await.unwrap();
    let in_url = RedisOptions { urls: vec![format!("redis://:hush@127.0.0.1:{}", server.port)], ..without.clone() };
    connect(&in_url).await.unwrap();
    let wrong = RedisOptions { urls: vec![format!("redis://:oops@127.0.0.1:{}", server.port)], ..without };
    let error = connect(&wrong).await.unwrap_err().to_string();
    assert!(error.contains("WRONGPASS") && !error.contains("oops"), "{error}");
}

#[tokio::test]
async fn a_redis_that_is_not_there_or_is_no_cluster_is_named() {
    let absent = RedisOptions { urls: vec![format!("redis://127.0.0.1:{}", free_port())], ..RedisOptions::default() };
    let error = connect(&absent).await.unwrap_err();
    assert!(matches!(error, RedisOpenError::Unreachable { .. }), "{error}");
    let server = RedisServer::start();
    let error = connect(&RedisOptions { cluster: true, ..options(&server, "node") }).await.unwrap_err();
    assert!(error.to_string().contains("cluster"), "{error}");
    let nonsense = RedisOptions { urls: vec!["redis://:hush@:x".into()], ..RedisOptions::default() };
    let error = connect(&nonsense).await.unwrap_err();
    assert!(matches!(error, RedisOpenError::Url { .. }));
    assert!(!error.to_string().contains("hush"), "{error}");
}
