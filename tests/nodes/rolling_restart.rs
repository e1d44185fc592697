//! All nodes are restarted, one after the other, as for an update.

use crate::{
    crowd::Crowd,
    house::House,
    line::{NOT_A_SOCKET, SILENCE},
    redis_server::RedisServer,
    stage::{UNITS, close, turn},
};

/// The code with which a node sends its viewers to another one.
const RESTARTS: u16 = 1_012;
const NODES: usize = 3;
/// So long that whoever waits for it to run out is never done: only what is handed over is taken over.
const FOR_EVER: [(&str, &str); 1] = [("REDIS__LEASE_MS", "60000")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_hands_the_show_over_at_once_and_loses_no_click() {
    let _turn = turn().await;
    let redis = RedisServer::start();
    let mut house = House::open(&redis.url(), NODES, &FOR_EVER).await;
    house.go_live(UNITS).await;
    let crowd = Crowd::start(&house);
    let mut handed_over = 0;
    for node in 0..NODES {
        crowd.buys(40).await;
        let was_writer = house.writer(&redis).await == node;
        house.stop(node).await;
        if was_writer {
            handed_over += 1;
            house.writer_after(&redis, node).await;
        }
        crowd.buys(40).await;
        house.start(node).await;
    }
    assert!(handed_over > 0, "the first node wrote the show");
    let lost = crowd.told().lost;
    // A request over HTTP may cross the end of its connection, and a slow machine may be taken for a silent one.
    let told = lost.keys().all(|code| [RESTARTS, NOT_A_SOCKET, SILENCE].contains(code));
    assert!(told, "no WebSocket is cut off without a word: {lost:?}");
    let books = close("a rolling restart", NODES, &house, crowd, UNITS).await;
    assert_eq!((books.kept(), books.broken()), (0, 0));
}
