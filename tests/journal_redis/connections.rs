//! Order and certainty when connections break, Redis restarts or forgets its scripts.

use std::{future::poll_fn, task::Poll, time::Duration};

use dropcast::journal::{AppendError, CLOCK_APART_MS_MAX, ClaimError, Journal as _, ReadError, RedisOptions};

use crate::{
    fixture::{SHOW, Writer, node, open, options},
    proxy::Proxy,
    redis_server::RedisServer,
};

#[tokio::test]
async fn appends_whose_answers_are_lost_are_in_doubt_and_the_tail_tells() {
    let server = RedisServer::start();
    let proxy = Proxy::start(server.port).await;
    let options = RedisOptions { urls: vec![proxy.url()], ..options(&server, "node") };
    let journal = open(&options);
    let mut writer = Writer::claim(&journal).await;
    writer.write("answered").await;
    proxy.lose_answers();
    let mut calls = Vec::new();
    for _ in 0..5 {
        let append = writer.next("unanswered");
        calls.push(writer.call(append));
    }
    // All of them are in Redis before the connection breaks.
    let direct = node(&server, "node");
    while direct.tail(SHOW).await.unwrap() != writer.position {
        tokio::task::yield_now().await;
    }
    proxy.cut();
    for call in calls {
        let outcome = call.await;
        assert!(matches!(outcome, Err(AppendError::InDoubt(_))), "{outcome:?}");
    }
    let append = writer.next("while it is away");
    let outcome = writer.call(append).await;
    assert!(matches!(outcome, Err(AppendError::Unavailable(_) | AppendError::InDoubt(_))), "{outcome:?}");
    assert!(matches!(journal.claim(SHOW).await, Err(ClaimError::Unavailable(_))));
    assert!(matches!(journal.tail(SHOW).await, Err(ReadError::Unavailable(_))));
    proxy.heal();
    let lost = writer.entries.pop().unwrap();
    writer.position = writer.entries.last().unwrap().position();
    assert_eq!(lost.seq, writer.position.seq + 1);
    let claim = journal.claim(SHOW).await.unwrap();
    assert_eq!(claim.tail, writer.position, "what was unanswered was appended, once");
    writer.claim = claim;
    writer.write("goes on").await;
    writer.assert_all_there().await;
}

#[tokio::test]
async fn an_answer_that_does_not_come_in_time_leaves_an_append_in_doubt() {
    let server = RedisServer::start();
    let proxy = Proxy::start(server.port).await;
    let call_limit = Duration::from_millis(200);
    let journal = open(&RedisOptions { urls: vec![proxy.url()], call_limit, ..options(&server, "node") });
    let mut writer = Writer::claim(&journal).await;
    proxy.lose_answers();
    let appends = [writer.next("a"), writer.next("b")];
    let calls = appends.map(|append| writer.call(append));
    for call in calls {
        let outcome = call.await;
        assert!(matches!(outcome, Err(AppendError::InDoubt(_))), "{outcome:?}");
    }
    proxy.heal();
    assert_eq!(journal.claim(SHOW).await.unwrap().tail, writer.position);
}

#[tokio::test]
async fn more_than_may_wait_is_unavailable_and_the_others_go_on() {
    let server = RedisServer::start();
    let call_limit = Duration::from_secs(30);
    let journal = open(&RedisOptions { call_limit, ..options(&server, "node") });
    let mut writer = Writer::claim(&journal).await;
    server.freeze();
    let mut calls = Vec::new();
    let refused = loop {
        let mut call = writer.renew();
        // Nothing is answered while Redis stands still, but what there is no room for.
        match poll_fn(|context| Poll::Ready(call.as_mut().poll(context))).await {
            Poll::Pending => calls.push(call),
            Poll::Ready(outcome) => break outcome,
        }
    };
    assert!(matches!(refused, Err(AppendError::Unavailable(_))), "{refused:?}");
    let append = writer.next("one more");
    assert!(matches!(writer.call(append).await, Err(AppendError::Unavailable(_))));
    writer.position = writer.claim.tail;
    writer.entries.clear();
    assert!(matches!(journal.tail(SHOW).await, Err(ReadError::Unavailable(_))));
    assert!(calls.len() > 1_000, "{} may wait", calls.len());
    server.thaw();
    for call in calls {
        let outcome = call.await;
        // On a slow machine the first ones may have waited for seconds.
        assert!(matches!(outcome, Ok(()) | Err(AppendError::Unavailable(_))), "{outcome:?}");
    }
    writer.write("goes on").await;
    writer.assert_all_there().await;
}

#[tokio::test]
async fn a_redis_that_stands_still_for_long_is_not_taken_for_a_wrong_clock() {
    let server = RedisServer::start();
    let call_limit = Duration::from_secs(30);
    let journal = open(&RedisOptions { call_limit, ..options(&server, "node") });
    let mut writer = Writer::claim(&journal).await;
    server.freeze();
    let append = writer.next("waits");
    let call = writer.call(append.clone());
    tokio::time::sleep(Duration::from_millis(CLOCK_APART_MS_MAX + 200)).await;
    server.thaw();
    let outcome = call.await;
    assert!(matches!(&outcome, Err(AppendError::Unavailable(reason)) if reason.contains("ms to reach")), "{outcome:?}");
    assert_eq!(journal.tail(SHOW).await.unwrap(), writer.claim.tail, "nothing was appended");
    writer.call(append).await.unwrap();
}

#[tokio::test]
async fn scripts_that_redis_forgets_in_mid_stream_cost_nobody_anything() {
    let server = RedisServer::start();
    let journal = node(&server, "node");
    let mut writer = Writer::claim(&journal).await;
    // Others load the scripts again at any moment: what comes after the first that was forgotten is then refused because
    // that one is missing.
    let other = node(&server, "other");
    let others = tokio::spawn(async move { while other.read(SHOW, 1, 1).await.is_ok() {} });
    for _ in 0..20 {
        let mut calls = Vec::new();
        for number in 0..200 {
            let append = writer.next(format!("{number}"));
            calls.push(writer.call(append));
        }
        let flushed = tokio::task::spawn_blocking({
            let port = server.port.to_string();
            move || std::process::Command::new("redis-cli").args(["-p", &port, "SCRIPT", "FLUSH"]).output()
        });
        for call in calls {
            call.await.unwrap();
        }
        flushed.await.unwrap().unwrap();
        writer.write("after").await;
    }
    assert!(!others.is_finished(), "they were served all the while");
    others.abort();
    assert_eq!(journal.tail(SHOW).await.unwrap(), writer.position);
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill_of_redis() {
    let mut server = RedisServer::start();
    let journal = node(&server, "node");
    let mut writer = Writer::claim(&journal).await;
    for _ in 0..20 {
        writer.write("acknowledged").await;
    }
    server.kill();
    assert!(matches!(journal.claim(SHOW).await, Err(ClaimError::Unavailable(_))));
    server.run();
    writer.claim = journal.claim(SHOW).await.unwrap();
    writer.write("after").await;
    writer.assert_all_there().await;
}

#[tokio::test]
async fn a_server_that_became_a_replica_is_not_written_and_left() {
    let (primary, other) = (RedisServer::start(), RedisServer::start());
    let journal = node(&primary, "node");
    let mut writer = Writer::claim(&journal).await;
    writer.write("a").await;
    primary.cli(&["REPLICAOF", "127.0.0.1", &other.port.to_string()]);
    let append = writer.next("to a replica");
    let outcome = writer.call(append).await;
    assert!(matches!(outcome, Err(AppendError::Unavailable(_))), "{outcome:?}");
}
