//! A node of the next version writes a kind of fact that this version does not know.

use std::time::Duration;

use dropcast::journal::{Append, Claim, ClaimError, Journal as _, Position, RawEntry, RedisJournal, RedisOptions};

use crate::{
    books::Books,
    crowd::Crowd,
    direct::{bodies, journal_on},
    house::{House, LEASE},
    redis_server::RedisServer,
    shop::{SHOW, viewer_token},
    socket::Socket,
    stage::{UNITS, say, turn},
};

/// An entry's body with one fact, whose kind has the number 999 and nothing in it.
const OF_THE_NEXT_VERSION: [u8; 5] = [0x12, 0x03, 0xba, 0x3e, 0x00];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_meets_an_unknown_kind_of_fact_sends_its_viewers_away_and_never_writes() {
    let _turn = turn().await;
    let redis = RedisServer::start();
    let mut house = House::open(&redis.url(), 2, &[]).await;
    house.go_live(UNITS).await;
    let crowd = Crowd::start(&house);
    crowd.buys(60).await;
    let updated = house.writer(&redis).await;
    let old = 1 - updated;
    let (mut watcher, ..) = Socket::join(house.server(old), Some(&viewer_token("watcher")), None).await;

    house.kill(updated);
    // Its next version starts in its place: a show that is lent to it is its own.
    let node = house.name(updated).to_owned();
    let journal = journal_on(&redis, RedisOptions { node, lease: LEASE * 5, ..RedisOptions::default() });
    let (claim, tail) = write_unknown_fact(&journal).await;
    let (code, reason) = watcher.closed().await;
    assert_eq!(code, 1_012, "{reason}");

    // It could take the show over from here on, and must not.
    journal.release(&claim).await.expect("released");
    let settled = tokio::time::Instant::now() + LEASE * 2;
    let shop = house.shop(old);
    while tokio::time::Instant::now() < settled {
        assert_eq!(journal.tail(SHOW).await.expect("a tail"), tail, "{} wrote", house.name(old));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let told = crowd.break_up().await;
    let reply = shop.reserve("late", "click", 1).await;
    assert!(reply.status.is_server_error(), "{reply:?}");
    for path in ["/healthz", "/readyz"] {
        assert_eq!(shop.get(path, None).await.status, 200, "other shows go on");
    }
    // The old node may look whether it can read the show by now, and gives it back.
    let claim = loop {
        match journal.claim(SHOW).await {
            Err(ClaimError::Held { .. }) => tokio::time::sleep(Duration::from_millis(10)).await,
            claimed => break claimed.expect("the next version goes on"),
        }
    };
    assert_eq!(claim.tail, tail);
    let books = Books::of(&bodies(&journal).await);
    assert_eq!(books.missing(&told), []);
    books.check_told(&told);
    assert!(books.units <= UNITS.into());
    say("the next version", 2, &told, &books, UNITS);
}

async fn write_unknown_fact(journal: &RedisJournal) -> (Claim, Position) {
    let claim = journal.claim(SHOW).await.expect("its own show");
    let last = journal.read(SHOW, claim.tail.seq, 1).await.expect("the last entry");
    let entry = RawEntry::following(&claim.tail, last[0].at_ms, OF_THE_NEXT_VERSION.to_vec().into());
    let (tail, entries) = (entry.position(), vec![entry]);
    let append = Append { expected: claim.tail, entries, ..Append::default() };
    journal.append(&claim, append).await.expect("appended");
    (claim, tail)
}
