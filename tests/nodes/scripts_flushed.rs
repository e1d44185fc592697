//! Redis forgets the scripts.

use crate::{
    crowd::Crowd,
    house::House,
    redis_server::RedisServer,
    stage::{UNITS, close, turn},
};

const FLUSHES: usize = 10;
/// Nothing runs out, so that nothing but the scripts can make anybody wait.
const PATIENTLY: [(&str, &str); 3] =
    [("REDIS__LEASE_MS", "60000"), ("REDIS__CALL_LIMIT_MS", "20000"), ("ENGINE__FORWARD_LIMIT_MS", "20000")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scripts_that_are_flushed_in_mid_rush_are_loaded_again_and_cost_no_click() {
    let _turn = turn().await;
    let redis = RedisServer::start();
    let house = House::open(&redis.url(), 2, &PATIENTLY).await;
    house.go_live(UNITS).await;
    let crowd = Crowd::start(&house);
    let writer = house.writer(&redis).await;
    for _ in 0..FLUSHES {
        crowd.buys(30).await;
        assert_eq!(redis.cli(&["SCRIPT", "FLUSH"]), "OK");
    }
    crowd.buys(30).await;
    assert_eq!(house.writer(&redis).await, writer);
    assert_eq!(crowd.told().again, 0, "nobody was put off");
    let books = close("scripts flushed", FLUSHES, &house, crowd, UNITS).await;
    assert_eq!((books.kept(), books.broken()), (0, 0));
}
