//! Redis forgets the scripts.

use crate::{
    crowd::Crowd,
    house::House,
    redis_server::RedisServer,
    stage::{UNITS, close, turn},
};

const FLUSHES: usize = 10;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scripts_that_are_flushed_in_mid_rush_are_loaded_again_and_cost_no_click() {
    let _turn = turn().await;
    let redis = RedisServer::start();
    let house = House::open(&redis.url(), 2, &[]).await;
    house.go_live(UNITS).await;
    let crowd = Crowd::start(&house);
    let writer = house.writer(&redis).await;
    for _ in 0..FLUSHES {
        crowd.buys(30).await;
        assert_eq!(redis.cli(&["SCRIPT", "FLUSH"]), "OK");
    }
    crowd.buys(30).await;
    assert_eq!(house.writer(&redis).await, writer, "the lease outlives it");
    let told = crowd.told();
    assert!(told.again == 0 && told.lost.is_empty(), "{} put off, {:?} lost", told.again, told.lost);
    let books = close("scripts flushed", FLUSHES, &house, crowd, UNITS).await;
    assert_eq!((books.kept(), books.broken()), (0, 0));
}
