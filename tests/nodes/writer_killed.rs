//! The node that writes the show is killed, again and again.

use crate::{
    crowd::Crowd,
    house::House,
    redis_server::RedisServer,
    stage::{UNITS, close, turn},
};

const KILLS: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_writer_is_succeeded_and_nothing_acknowledged_is_gone() {
    let _turn = turn().await;
    let redis = RedisServer::start();
    let mut house = House::open(&redis.url(), 3, &[]).await;
    house.go_live(UNITS).await;
    let crowd = Crowd::start(&house);
    for _ in 0..KILLS {
        crowd.buys(60).await;
        let writer = house.writer(&redis).await;
        house.kill(writer);
        house.writer_after(&redis, writer).await;
        crowd.buys(30).await;
        house.start(writer).await;
    }
    let books = close("a killed writer", KILLS, &house, crowd, UNITS).await;
    assert_eq!((books.kept(), books.broken()), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_units_are_sold_once_though_their_writers_are_killed_over_them() {
    /// So few that they run out under the kills.
    const FEW: u32 = 240;
    let _turn = turn().await;
    let redis = RedisServer::start();
    let mut house = House::open(&redis.url(), 3, &[]).await;
    house.go_live(FEW).await;
    let crowd = Crowd::start(&house);
    for held in [80, 160, 220] {
        crowd.holds(held).await;
        let writer = house.writer(&redis).await;
        house.kill(writer);
        house.writer_after(&redis, writer).await;
        house.start(writer).await;
    }
    crowd.is_refused(60).await;
    let books = close("a writer killed over the last units", KILLS, &house, crowd, FEW).await;
    assert_eq!((books.kept(), books.broken()), (0, 0));
}
