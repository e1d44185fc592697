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
