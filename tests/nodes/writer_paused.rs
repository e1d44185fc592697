//! The node that writes the show stands still for longer than its lease.

use std::collections::BTreeSet;

use tokio::time::timeout;

use crate::{
    crowd::Crowd,
    house::House,
    process::PATIENCE,
    redis_server::RedisServer,
    shop::viewer_token,
    socket::Socket,
    stage::{UNITS, close, turn},
};

const PAUSES: usize = 2;
/// Clicks of a viewer who does not go to another node.
const CLICKS: usize = 5;
/// The code with which a node sends viewers away whom it can't tell all that they missed.
const COME_BACK: u16 = 1_012;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writer_that_slept_longer_than_its_lease_says_nothing_that_is_not_so() {
    let _turn = turn().await;
    let redis = RedisServer::start();
    let house = House::open(&redis.url(), 3, &[]).await;
    house.go_live(UNITS).await;
    let crowd = Crowd::start(&house);
    for pause in 0..PAUSES {
        crowd.buys(40).await;
        let writer = house.writer(&redis).await;
        let viewer = format!("patient-{pause}");
        let (mut socket, ..) = Socket::join(house.server(writer), Some(&viewer_token(&viewer)), None).await;
        socket.click("before", 1).await;
        house.freeze(writer);
        for click in 0..CLICKS {
            socket.click(&format!("click-{click}"), 1).await;
        }
        house.writer_after(&redis, writer).await;
        crowd.buys(40).await;
        house.thaw(writer);
        hear_out(&crowd, &mut socket, &viewer).await;
    }
    let books = close("a writer that slept", PAUSES, &house, crowd, UNITS).await;
    assert_eq!((books.kept(), books.broken()), (0, 0));
}

/// Takes in what the patient viewer is told: all his clicks are answered, unless he is sent away to come back, and a
/// *yes* among the answers has to be in the journal like every other.
async fn hear_out(crowd: &Crowd, socket: &mut Socket, viewer: &str) {
    let mut unanswered: BTreeSet<String> = (0..CLICKS).map(|click| format!("click-{click}")).collect();
    unanswered.insert("before".to_owned());
    while !unanswered.is_empty() {
        match timeout(PATIENCE, socket.next()).await.expect("an answer") {
            Ok(message) if message["answer"].is_object() => {
                let key = crowd.hears(viewer, &message["answer"]);
                unanswered.remove(&key);
            }
            Ok(_) => {}
            Err((code, reason)) => {
                assert_eq!(code, COME_BACK, "{reason}");
                return crowd.leaves(viewer, unanswered);
            }
        }
    }
}
