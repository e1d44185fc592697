//! Who may write, and for how long.

use std::{sync::Arc, time::Duration};

use dropcast::{
    clock::{Clock as _, ManualClock, SystemClock},
    journal::{AppendError, CLOCK_APART_MS_MAX, ClaimError, Journal as _, Notice},
};
use dropcast_domain::time::Timestamp;

use crate::{
    fixture::{PATIENCE, SHOW, Writer, exchange, node, open, open_by, options},
    redis_server::RedisServer,
};

#[tokio::test]
async fn another_node_waits_until_the_lease_runs_out_and_then_fences_the_writer() {
    let server = RedisServer::start();
    let [first, second] = ["first", "second"].map(|name| {
        let lease = Duration::from_millis(300);
        open(&dropcast::journal::RedisOptions { lease, ..options(&server, name) })
    });
    let mut writer = Writer::claim(&first).await;
    writer.write("a").await;
    let Err(ClaimError::Held { left_ms }) = second.claim(SHOW).await else { panic!("it is held") };
    assert!((1..=300).contains(&left_ms), "{left_ms}");
    tokio::time::sleep(Duration::from_millis(left_ms + 1)).await;
    let claim = second.claim(SHOW).await.unwrap();
    assert_eq!((claim.epoch, claim.tail), (writer.claim.epoch + 1, writer.position));
    assert!(matches!(writer.renew().await, Err(AppendError::Fenced)));
    let append = writer.next("too late");
    assert!(matches!(writer.call(append).await, Err(AppendError::Fenced)));
}

#[tokio::test]
async fn a_renewal_and_an_append_keep_other_nodes_away() {
    let server = RedisServer::start();
    let lease = Duration::from_millis(400);
    let first = open(&dropcast::journal::RedisOptions { lease, ..options(&server, "first") });
    let second = node(&server, "second");
    let mut writer = Writer::claim(&first).await;
    assert_eq!(writer.claim.lease, Some(lease));
    for turn in 0..10 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        if turn % 2 == 0 {
            writer.renew().await.unwrap();
        } else {
            writer.write("keeps it").await;
        }
        assert!(matches!(second.claim(SHOW).await, Err(ClaimError::Held { .. })), "turn {turn}");
    }
}

#[tokio::test]
async fn the_same_node_claims_again_at_once_and_fences_its_older_claim() {
    let server = RedisServer::start();
    let journal = node(&server, "node");
    let mut older = Writer::claim(&journal).await;
    let newer = node(&server, "node").claim(SHOW).await.unwrap();
    assert_eq!(newer.epoch, older.claim.epoch + 1);
    let append = older.next("too late");
    assert!(matches!(older.call(append).await, Err(AppendError::Fenced)));
}

#[tokio::test]
async fn a_released_show_is_free_at_once_and_whoever_listens_hears_it() {
    let server = RedisServer::start();
    let (first, second) = (node(&server, "first"), node(&server, "second"));
    let writer = Writer::claim(&first).await;
    let heard = exchange(&second);
    let listening = tokio::spawn(async move { heard.listen(SHOW, 1, None, PATIENCE).await });
    // It waits from the moment on at which Redis has a client that is blocked.
    while !server.cli(&["INFO", "clients"]).contains("blocked_clients:1") {
        tokio::task::yield_now().await;
    }
    first.release(&writer.claim).await.unwrap();
    assert_eq!(listening.await.unwrap().unwrap().notices, [Notice::Released]);
    assert_eq!(second.claim(SHOW).await.unwrap().epoch, writer.claim.epoch + 1);
}

#[tokio::test]
async fn a_node_whose_clock_is_apart_writes_nothing() {
    let server = RedisServer::start();
    let clock = Arc::new(ManualClock::new(SystemClock.now()));
    let journal = open_by(&options(&server, "node"), Arc::clone(&clock) as _);
    let mut writer = Writer::claim(&journal).await;
    writer.write("in time").await;
    let before = writer.position;
    clock.advance_ms(10 * CLOCK_APART_MS_MAX);
    let append = writer.next("ahead");
    let outcome = writer.call(append).await;
    assert!(matches!(outcome, Err(AppendError::ClockApart { ahead_ms: 10_000..=20_000 })), "{outcome:?}");
    writer.position = before;
    assert!(matches!(writer.renew().await, Err(AppendError::ClockApart { .. })));
    assert!(matches!(journal.claim(SHOW).await, Err(ClaimError::ClockApart { ahead_ms: 10_000..=20_000 })));
    assert_eq!(journal.tail(SHOW).await.unwrap(), before);
    let behind = Arc::new(ManualClock::new(Timestamp(SystemClock.now().0 - 10 * CLOCK_APART_MS_MAX)));
    let journal = open_by(&options(&server, "other"), behind);
    assert!(matches!(journal.claim("new").await, Err(ClaimError::ClockApart { ahead_ms: -30_000..=-10_000 })));
    assert_eq!(server.cli(&["EXISTS", "dropcast:{new}:head"]), "0");
}
