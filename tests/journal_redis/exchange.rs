//! What nodes say to each other.

use std::time::Duration;

use bytes::Bytes;
use dropcast::journal::{
    Append, ForwardError, Heard, INBOX_PARCELS_MAX, Journal as _, Mark, Notice, PARCEL_BYTES_MAX, ReadError, Renewal,
};

use crate::{
    fixture::{PATIENCE, SHOW, Writer, exchange, node},
    redis_server::RedisServer,
};

const NO_WAIT: Duration = Duration::ZERO;

#[tokio::test]
async fn parcels_stay_until_they_are_consumed() {
    let server = RedisServer::start();
    let journal = node(&server, "node");
    let exchange = exchange(&journal);
    let mut writer = Writer::claim(&journal).await;
    assert_eq!(writer.claim.inbox, Mark::default());
    for body in ["a", "b", "c"] {
        exchange.forward(SHOW, Bytes::from_static(body.as_bytes())).await.unwrap();
    }
    let parcels = exchange.collect(SHOW, Mark::default(), 10, PATIENCE).await.unwrap();
    let bodies: Vec<_> = parcels.iter().map(|parcel| &parcel.body[..]).collect();
    assert_eq!(bodies, [b"a", b"b", b"c"]);
    assert!(parcels.is_sorted_by(|one, next| one.mark < next.mark));
    assert_eq!(exchange.collect(SHOW, Mark::default(), 2, PATIENCE).await.unwrap(), parcels[..2]);
    assert_eq!(exchange.collect(SHOW, parcels[1].mark, 10, PATIENCE).await.unwrap(), parcels[2..]);
    let append = Append { inbox: Some(parcels[0].mark), ..writer.next("consumes a") };
    writer.call(append).await.unwrap();
    assert_eq!(exchange.collect(SHOW, Mark::default(), 10, PATIENCE).await.unwrap(), parcels[1..]);
    let renewal = Renewal { expected: writer.position, inbox: Some(parcels[1].mark) };
    journal.renew(&writer.claim, renewal).await.unwrap();
    let older = Append { inbox: Some(parcels[0].mark), ..writer.next("takes nothing back") };
    writer.call(older).await.unwrap();
    assert_eq!(exchange.collect(SHOW, Mark::default(), 10, PATIENCE).await.unwrap(), parcels[2..]);
    assert_eq!(journal.claim(SHOW).await.unwrap().inbox, parcels[1].mark);
    assert_eq!(exchange.collect(SHOW, parcels[2].mark, 10, Duration::from_millis(30)).await.unwrap(), []);
    assert_eq!(exchange.collect(SHOW, parcels[2].mark, 10, NO_WAIT).await.unwrap(), []);
}

#[tokio::test]
async fn a_parcel_wakes_who_waits_for_it() {
    let server = RedisServer::start();
    let (here, there) = (node(&server, "here"), node(&server, "there"));
    let waiting = exchange(&here);
    let collecting = tokio::spawn(async move { waiting.collect(SHOW, Mark::default(), 10, PATIENCE).await });
    exchange(&there).forward(SHOW, Bytes::from_static(b"click")).await.unwrap();
    assert_eq!(collecting.await.unwrap().unwrap()[0].body, "click");
}

#[tokio::test]
async fn a_full_inbox_refuses_and_forgets_nothing() {
    let server = RedisServer::start();
    let journal = node(&server, "node");
    let exchange = exchange(&journal);
    for _ in 0..INBOX_PARCELS_MAX {
        exchange.forward(SHOW, Bytes::from_static(b"parcel")).await.unwrap();
    }
    assert!(matches!(exchange.forward(SHOW, Bytes::new()).await, Err(ForwardError::Full)));
    let large = Bytes::from(vec![0; PARCEL_BYTES_MAX + 1]);
    assert!(matches!(exchange.forward("other", large).await, Err(ForwardError::TooLarge(_))));
    assert_eq!(server.cli(&["XLEN", "dropcast:{spring}:inbox"]), INBOX_PARCELS_MAX.to_string());
    let mut writer = Writer::claim(&journal).await;
    let first = exchange.collect(SHOW, Mark::default(), 1, PATIENCE).await.unwrap()[0].mark;
    let append = Append { inbox: Some(first), ..writer.next("makes room") };
    writer.call(append).await.unwrap();
    exchange.forward(SHOW, Bytes::new()).await.unwrap();
}

#[tokio::test]
async fn entries_and_notices_are_heard_as_they_come() {
    let server = RedisServer::start();
    let (here, there) = (node(&server, "here"), node(&server, "there"));
    let (hearing, saying) = (exchange(&there), exchange(&here));
    let mut writer = Writer::claim(&here).await;
    saying.notify(SHOW, Bytes::from_static(b"before")).await.unwrap();
    writer.write("a").await;
    let heard = hearing.listen(SHOW, 1, None, PATIENCE).await.unwrap();
    assert_eq!((&heard.entries, &heard.notices), (&writer.entries, &Vec::new()), "notices from now on");
    let (append, waiting) = (writer.next("b"), exchange(&there));
    let listening = tokio::spawn(async move { waiting.listen(SHOW, 2, Some(heard.notices_after), PATIENCE).await });
    writer.call(append).await.unwrap();
    assert_eq!(listening.await.unwrap().unwrap().entries, writer.entries[1..]);
    for notice in [&b"one"[..], b"two"] {
        saying.notify(SHOW, Bytes::from_static(notice)).await.unwrap();
    }
    let said = hearing.listen(SHOW, 3, Some(heard.notices_after), PATIENCE).await.unwrap();
    assert_eq!(said.notices, [Notice::Said("one".into()), Notice::Said("two".into())]);
    let quiet = hearing.listen(SHOW, 3, Some(said.notices_after), Duration::from_millis(30)).await.unwrap();
    assert_eq!(quiet, Heard { notices_after: said.notices_after, ..Heard::default() });
    let from_now = hearing.listen(SHOW, 3, None, NO_WAIT).await.unwrap();
    assert_eq!(from_now.notices_after, said.notices_after);
}

#[tokio::test]
async fn whoever_listens_from_a_trimmed_entry_on_is_told_of_the_gap() {
    let server = RedisServer::start();
    let (here, there) = (node(&server, "here"), node(&server, "there"));
    let mut writer = Writer::claim(&here).await;
    for body in ["1", "2", "3"] {
        writer.write(body).await;
    }
    writer.save_snapshot("3").await;
    here.trim(&writer.claim, 3).await.unwrap();
    let gap = |heard| matches!(heard, Err(ReadError::Gap { first_seq: 4 }));
    assert!(gap(exchange(&there).listen(SHOW, 2, None, PATIENCE).await));
    // One that waits already, for an entry that is trimmed when the stream goes on.
    let waiting = exchange(&there);
    let listening = tokio::spawn(async move { waiting.listen(SHOW, 4, None, PATIENCE).await });
    while !server.cli(&["INFO", "clients"]).contains("blocked_clients:1") {
        tokio::task::yield_now().await;
    }
    // At one instant, as seen by whoever waits: 4 is appended and trimmed, and 5 is appended.
    server.cli(&["HSET", "dropcast:{spring}:head", "first_seq", "5"]);
    server.cli(&["XADD", "dropcast:{spring}:journal", "5-0", "f", "5", "b", "x"]);
    assert!(matches!(listening.await.unwrap(), Err(ReadError::Gap { first_seq: 5 })));
}

#[tokio::test]
async fn closing_ends_what_waits() {
    let server = RedisServer::start();
    let journal = node(&server, "node");
    let waiting = exchange(&journal);
    let collecting = tokio::spawn(async move { waiting.collect(SHOW, Mark::default(), 10, PATIENCE).await });
    tokio::task::yield_now().await;
    journal.close().await;
    assert!(matches!(collecting.await.unwrap(), Err(ReadError::Unavailable(_))));
    assert!(matches!(exchange(&journal).forward(SHOW, Bytes::new()).await, Err(ForwardError::Unavailable(_))));
}
