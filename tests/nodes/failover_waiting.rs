//! `redis/2`: what is acknowledged is at the replica, too.

use std::sync::Arc;

use dropcast::{
    clock::SystemClock,
    journal::{Journal as _, RedisJournal, RedisOptions},
};
use dropcast_proto::v1::EntryBody;
use prost::Message as _;

use crate::{
    crowd::Crowd,
    house::House,
    pair::Pair,
    redis_server::RedisServer,
    shop::SHOW,
    stage::{UNITS, close, turn},
    told::Click,
};

/// The nodes wait for one replica.
const SETTINGS: [(&str, &str); 3] =
    [("REDIS__DURABILITY", "redis/2"), ("REDIS__REPLICAS_MIN", "1"), ("REDIS__WAIT_LIMIT_MS", "300")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_replica_nothing_is_acknowledged_and_the_loss_of_the_primary_loses_nothing() {
    let _turn = turn().await;
    let mut pair = Pair::start().await;
    let house = House::open(&pair.front.url(), 3, &SETTINGS).await;
    house.go_live(UNITS).await;
    let crowd = Crowd::start(&house);
    crowd.buys(60).await;
    pair.freeze_replica();
    crowd.is_put_off(30).await;
    let acknowledged = crowd.acknowledged();
    crowd.is_put_off(60).await;
    assert_eq!(crowd.acknowledged(), acknowledged, "acknowledged without the replica");
    pair.primary.kill();
    pair.promote_replica();
    let there = clicks_in(&pair.replica).await;
    let told = crowd.told();
    let gone: Vec<_> = told.held.keys().filter(|click| !there.contains(click)).collect();
    assert!(gone.is_empty(), "acknowledged, and not at the replica: {gone:?}");
    // Now the other one follows, so that somebody has what is acknowledged besides the primary.
    pair.primary.run();
    pair.follow_back().await;
    pair.lead_to_replica();
    crowd.buys(60).await;
    let books = close("a failover that is waited for", 1, &house, crowd, UNITS).await;
    assert_eq!((books.kept(), books.broken()), (0, 0));
}

/// The clicks that this Redis has, before any node reaches it.
async fn clicks_in(redis: &RedisServer) -> Vec<Click> {
    let options = RedisOptions { urls: vec![redis.url()], ..RedisOptions::default() };
    let journal = RedisJournal::open(&options, Arc::new(SystemClock)).expect("a journal");
    let (mut clicks, mut next) = (Vec::new(), 1);
    loop {
        let entries = journal.read(SHOW, next, 500).await.expect("entries");
        let Some(last) = entries.last() else { return clicks };
        next = last.seq + 1;
        for entry in entries {
            let body = EntryBody::decode(entry.body).expect("a body");
            let Some(cause) = body.cause else { continue };
            clicks.extend(cause.binding.map(|binding| (cause.principal, binding.key)));
        }
    }
}
