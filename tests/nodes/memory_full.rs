//! Redis has no memory left.

use crate::{
    crowd::Crowd,
    house::House,
    redis_server::RedisServer,
    stage::{UNITS, close, turn},
};

const JOURNAL_LENGTH: [&str; 2] = ["XLEN", "dropcast:{spring}:journal"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_full_memory_nothing_is_sold_everybody_is_put_off_and_room_lets_it_go_on() {
    let _turn = turn().await;
    let redis = RedisServer::start_with(&[
        "--appendonly",
        "yes",
        "--appendfsync",
        "always",
        "--maxmemory-policy",
        "noeviction",
    ]);
    let house = House::open(&redis.url(), 2, &[]).await;
    house.go_live(UNITS).await;
    let crowd = Crowd::start(&house);
    crowd.buys(60).await;
    assert_eq!(redis.cli(&["CONFIG", "SET", "maxmemory", "1"]), "OK");
    let sold = redis.cli(&JOURNAL_LENGTH);
    crowd.is_put_off(90).await;
    assert_eq!(redis.cli(&JOURNAL_LENGTH), sold, "sold without memory");
    assert_eq!(redis.cli(&["CONFIG", "SET", "maxmemory", "0"]), "OK");
    crowd.buys(60).await;
    let books = close("full memory", 1, &house, crowd, UNITS).await;
    assert_eq!((books.kept(), books.broken()), (0, 0));
}
