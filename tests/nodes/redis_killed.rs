//! Redis is killed and comes back with what is in its append-only file.

use crate::{
    crowd::Crowd,
    house::House,
    redis_server::RedisServer,
    stage::{UNITS, close, turn},
};

const KILLS: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_redis_comes_back_with_everything_that_was_acknowledged() {
    let _turn = turn().await;
    let mut redis = RedisServer::start();
    let house = House::open(&redis.url(), 2, &[]).await;
    house.go_live(UNITS).await;
    let crowd = Crowd::start(&house);
    for _ in 0..KILLS {
        crowd.buys(80).await;
        redis.kill();
        crowd.is_put_off(20).await;
        redis.run();
    }
    crowd.buys(80).await;
    let books = close("a killed Redis", KILLS, &house, crowd, UNITS).await;
    assert_eq!((books.kept(), books.broken()), (0, 0));
    assert_eq!(house.counted("dropcast_journal_healed_entries_total").await, 0, "nothing was missing");
}
