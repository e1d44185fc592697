//! Connections to Redis that break, are slow, and deliver twice.

use std::sync::atomic::Ordering;

use crate::{
    crowd::Crowd,
    house::House,
    proxy::Proxy,
    redis_server::RedisServer,
    stage::{UNITS, close, turn},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_break_and_deliver_late_or_twice_change_nothing() {
    let _turn = turn().await;
    let redis = RedisServer::start();
    let proxy = Proxy::start(redis.port).await;
    let house = House::open(&proxy.url(), 3, &[]).await;
    house.go_live(UNITS).await;
    let crowd = Crowd::start(&house);
    crowd.buys(30).await;
    proxy.trouble(true);
    crowd.buys(400).await;
    let mishaps = &proxy.mishaps;
    let counted = [&mishaps.cut, &mishaps.delayed, &mishaps.twice].map(|count| count.load(Ordering::Relaxed));
    assert!(counted.iter().all(|count| *count > 0), "cut, delayed, twice: {counted:?}");
    proxy.trouble(false);
    crowd.buys(30).await;
    let name = format!("connections cut, late and twice {counted:?}");
    let books = close(&name, counted.iter().sum(), &house, crowd, UNITS).await;
    assert_eq!((books.kept(), books.broken()), (0, 0));
}
