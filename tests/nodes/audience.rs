//! The audience of a show on several nodes: each counts those who are connected to it, and all know of all.

use serde_json::{Value, json};

use crate::{
    house::House,
    process::PATIENCE,
    redis_server::RedisServer,
    shop::{SHOW, Shop, brand_token, viewer_token},
    socket::{Encoding, Socket},
    stage::{UNITS, turn},
};

async fn viewer(house: &House, node: usize, name: &str, source: &str) -> Socket {
    let mut socket = Socket::at(house.server(node).address, Encoding::Json).await;
    let token = viewer_token(name);
    socket.send(&json!({ "hello": { "show": SHOW, "token": token, "cursor": null, "source": source } })).await;
    socket.expect("welcome").await;
    socket
}

/// The numbers that this node tells, once these of them are so.
async fn numbers(shop: &Shop, expected: Value) -> Value {
    let deadline = std::time::Instant::now() + PATIENCE;
    let fields = expected.as_object().expect("fields");
    loop {
        let numbers = shop.get(&format!("/v1/shows/{SHOW}/numbers"), Some(&brand_token())).await.json();
        let numbers = numbers["numbers"].clone();
        if fields.iter().all(|(name, value)| numbers[name] == *value) {
            return numbers;
        }
        assert!(std::time::Instant::now() < deadline, "not {expected}: {numbers}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn viewers_of_all_nodes_are_summed_until_theirs_is_gone() {
    let _turn = turn().await;
    let redis = RedisServer::start();
    let mut house = House::open(&redis.url(), 3, &[]).await;
    house.go_live(UNITS).await;
    let mut sockets = Vec::new();
    for (node, name, source) in [(0, "ann", "blog"), (1, "bob", "blog"), (1, "cem", "news"), (2, "dee", "blog")] {
        sockets.push((node, viewer(&house, node, name, source).await));
    }
    let sources = json!([{ "source": "blog", "viewers": 3 }, { "source": "news", "viewers": 1 }]);
    let all = json!({ "viewers": 4, "viewers_peak": 4, "watched": 4, "saw": 4, "sources": sources });
    for node in 0..3 {
        numbers(&house.shop(node), all.clone()).await;
    }
    for (node, name) in [(0, "ann"), (1, "bob"), (2, "dee")] {
        assert_eq!(house.shop(node).reserve(name, &format!("{name}-1"), 1).await.status, 201);
    }
    for node in 0..3 {
        numbers(&house.shop(node), json!({ "clicks": 3, "clicked": 3, "held": 3, "refused": 0 })).await;
    }

    // One that stops says so itself; what it counted stays.
    house.stop(2).await;
    for node in 0..2 {
        numbers(&house.shop(node), json!({ "viewers": 3, "viewers_peak": 4, "watched": 4, "clicks": 3 })).await;
    }
    // One that dies is gone when nothing was heard of it for a while.
    house.kill(1);
    numbers(&house.shop(0), json!({ "viewers": 1, "viewers_peak": 4, "watched": 4, "clicks": 3 })).await;

    // One that comes back counts beside what it had counted before.
    house.start(1).await;
    let _back = viewer(&house, 1, "bob", "blog").await;
    for node in 0..2 {
        numbers(&house.shop(node), json!({ "viewers": 2, "viewers_peak": 4, "watched": 5, "clicks": 3 })).await;
    }
    drop(sockets);
}
