//! `redis/2`: what is acknowledged is at the replica, too.

use dropcast::journal::RedisOptions;

use crate::{
    books::Books,
    crowd::Crowd,
    direct::{bodies, journal_on},
    house::House,
    pair::Pair,
    stage::{UNITS, close, turn},
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
    crowd.is_put_off(90).await;
    pair.primary.kill();
    pair.promote_replica();
    // Whatever was acknowledged while it stood still is not there. No node reaches it yet that could put it back.
    let at_replica = bodies(&journal_on(&pair.replica, RedisOptions::default())).await;
    assert_eq!(Books::of(&at_replica).missing(&crowd.told()), [], "acknowledged, and not at the replica");
    // Now the other one follows, so that somebody has what is acknowledged besides the primary.
    pair.primary.run();
    pair.follow_back().await;
    pair.lead_to_replica();
    crowd.buys(60).await;
    let books = close("a failover that is waited for", 1, &house, crowd, UNITS).await;
    assert_eq!((books.kept(), books.broken()), (0, 0));
}
