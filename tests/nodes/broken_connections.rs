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
    let (_redis, proxy, house) = behind_a_proxy(UNITS).await;
    let crowd = Crowd::start(&house);
    crowd.buys(30).await;
    proxy.trouble(true);
    crowd.buys(400).await;
    proxy.trouble(false);
    crowd.buys(30).await;
    finish("connections", &proxy, &house, crowd, UNITS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_units_are_sold_once_over_connections_that_break_and_deliver_late_or_twice() {
    /// So few that they run out while connections break.
    const FEW: u32 = 300;
    let _turn = turn().await;
    let (_redis, proxy, house) = behind_a_proxy(FEW).await;
    proxy.trouble(true);
    let crowd = Crowd::start(&house);
    crowd.is_refused(90).await;
    proxy.trouble(false);
    finish("connections over the last units", &proxy, &house, crowd, FEW).await;
}

/// Three nodes that reach their Redis through a proxy.
async fn behind_a_proxy(units: u32) -> (RedisServer, Proxy, House) {
    let redis = RedisServer::start();
    let proxy = Proxy::start(redis.port).await;
    let house = House::open(&proxy.url(), 3, &[]).await;
    house.go_live(units).await;
    (redis, proxy, house)
}

async fn finish(name: &str, proxy: &Proxy, house: &House, crowd: Crowd, units: u32) {
    let mishaps = &proxy.mishaps;
    let counted = [&mishaps.cut, &mishaps.delayed, &mishaps.twice].map(|count| count.load(Ordering::Relaxed));
    assert!(counted.iter().all(|count| *count > 0), "cut, delayed, twice: {counted:?}");
    let name = format!("{name} (cut, late, twice: {counted:?})");
    let books = close(&name, counted.iter().sum(), house, crowd, units).await;
    assert_eq!((books.kept(), books.broken()), (0, 0));
}
