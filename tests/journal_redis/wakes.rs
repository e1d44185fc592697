//! The index of wake times is never later than the shows say.

use std::time::Duration;

use dropcast::journal::{Append, AppendError, Journal as _, RedisOptions};

use crate::{
    fixture::{SHOW, Writer, node, open, options},
    redis_server::RedisServer,
};

fn indexed(server: &RedisServer) -> String {
    server.cli(&["ZSCORE", "dropcast:{index}:wakes", SHOW])
}

#[tokio::test]
async fn however_appends_overlap_the_index_is_never_later_than_the_head() {
    let server = RedisServer::start();
    let journal = node(&server, "node");
    let mut writer = Writer::claim(&journal).await;
    let mut calls = Vec::new();
    let mut step = 7_u64;
    for number in 0..400_u64 {
        step = step.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(number);
        let wake_at_ms = (step >> 60 != 0).then_some(1_000 + (step >> 33) % 50);
        let append = Append { wake_at_ms, ..writer.next("wakes") };
        calls.push((wake_at_ms, writer.call(append)));
        if number % 7 == 0 {
            for (_, call) in calls.drain(..) {
                call.await.unwrap();
            }
            // Nothing is under way, so it is exact.
            assert_eq!(indexed(&server), wake_at_ms.map(|wake| wake.to_string()).unwrap_or_default(), "{number}");
        } else if number % 3 == 0 {
            // At one instant, as Redis sees it.
            let look = "local h = redis.call('HGET', KEYS[1], 'wake_at_ms') \
                        local i = redis.call('ZSCORE', KEYS[2], ARGV[1]) \
                        return h == '' or (i and tonumber(i) <= tonumber(h)) and 1 or 0";
            let keys = ["dropcast:{spring}:head", "dropcast:{index}:wakes"];
            let never_later = server.cli(&["EVAL", look, "2", keys[0], keys[1], SHOW]);
            assert_eq!(never_later, "1", "{number}");
            tokio::task::yield_now().await;
        }
    }
    for (_, call) in calls {
        call.await.unwrap();
    }
    assert_eq!(journal.tail(SHOW).await.unwrap(), writer.position);
}

#[tokio::test]
async fn a_claim_lowers_what_the_index_has_and_a_release_sets_it_right() {
    let server = RedisServer::start();
    let journal = node(&server, "node");
    let mut writer = Writer::claim(&journal).await;
    writer.wake_at(Some(5_000)).await;
    // As after a failover of the index's server that lost it.
    server.cli(&["DEL", "dropcast:{index}:wakes", "dropcast:{index}:owners", "dropcast:{index}:shows"]);
    let claim = journal.claim(SHOW).await.unwrap();
    assert_eq!(indexed(&server), "5000");
    // As after an append that was lowered for and never made.
    server.cli(&["ZADD", "dropcast:{index}:wakes", "3000", SHOW]);
    journal.release(&claim).await.unwrap();
    assert_eq!(indexed(&server), "5000");
}

#[tokio::test]
async fn an_older_claim_can_not_make_the_index_later() {
    let server = RedisServer::start();
    let journal = node(&server, "node");
    let mut older = Writer::claim(&journal).await;
    older.wake_at(Some(5_000)).await;
    let claim = node(&server, "node").claim(SHOW).await.unwrap();
    let append = Append { wake_at_ms: Some(9_000), ..older.next("too late") };
    assert!(matches!(older.call(append).await, Err(AppendError::Fenced)));
    journal.release(&older.claim).await.unwrap();
    assert_eq!(indexed(&server), "5000");
    assert_eq!(claim.tail.seq, 1);
}

#[tokio::test]
async fn an_append_that_can_not_lower_the_index_is_not_sent() {
    let server = RedisServer::start();
    let call_limit = Duration::from_secs(5);
    let journal = open(&RedisOptions { call_limit, ..options(&server, "node") });
    let mut writer = Writer::claim(&journal).await;
    writer.wake_at(Some(5_000)).await;
    let before = writer.position;
    // The index is of another kind: every change of it fails.
    server.cli(&["RENAME", "dropcast:{index}:wakes", "kept"]);
    server.cli(&["SET", "dropcast:{index}:wakes", "not a sorted set"]);
    let append = Append { wake_at_ms: Some(3_000), ..writer.next("earlier") };
    let outcome = writer.call(append).await;
    assert!(matches!(outcome, Err(AppendError::Unavailable(_))), "{outcome:?}");
    assert_eq!(journal.tail(SHOW).await.unwrap(), before);
    (writer.position, _) = (before, writer.entries.pop());
    // One that makes it later is appended: the index is only too early.
    let append = Append { wake_at_ms: None, ..writer.next("later") };
    writer.call(append).await.unwrap();
    server.cli(&["RENAME", "kept", "dropcast:{index}:wakes"]);
    writer.wake_at(Some(7_000)).await;
    assert_eq!(indexed(&server), "7000");
}
