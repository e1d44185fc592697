//! Everybody at once: let in at a steady pace, and the rest sent away for a while.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio_tungstenite::tungstenite::Error;

use crate::{
    process::{Launch, PATIENCE, Server},
    shop::Shop,
    socket::handshake,
};

#[tokio::test]
async fn a_storm_is_let_in_one_after_the_other() {
    const CLIENTS: u32 = 10;
    let pace = Launch::default().env("LIMITS__CONNECTIONS_PER_SECOND", "20");
    let server = pace.env("LIMITS__CONNECTION_WAIT_MS", "30000").start().await;
    let started = Instant::now();
    let answers = join_all((0..CLIENTS).map(|_| handshake(server.address, &[]))).await;
    let refused = answers.iter().filter(|answer| answer.is_err()).count();
    assert_eq!(refused, 0, "whoever waits is let in");
    assert!(started.elapsed() >= Duration::from_millis(50) * (CLIENTS - 1), "nobody comes early");
    assert!(metrics(&server).await.contains("dropcast_connections_delayed_total"));
}

#[tokio::test]
async fn who_would_wait_too_long_is_told_when_to_come_back() {
    let pace = Launch::default().env("LIMITS__CONNECTIONS_PER_SECOND", "1");
    let server = pace.env("LIMITS__CONNECTION_WAIT_MS", "0").start().await;
    let started = Instant::now();
    let refused = loop {
        match handshake(server.address, &[]).await {
            Err(Error::Http(response)) => break response,
            Err(error) => panic!("{error}"),
            Ok(_) => assert!(started.elapsed() < PATIENCE, "nobody is sent away"),
        }
    };
    assert_eq!(refused.status(), 503);
    let body: serde_json::Value = serde_json::from_slice(refused.body().as_deref().expect("a body")).expect("JSON");
    assert_eq!(body["code"], "server_busy");
    assert!(body["retry_after_ms"].as_u64().is_some_and(|after| (1..=1_000).contains(&after)), "{body}");
    assert!(metrics(&server).await.contains("dropcast_rate_limited_total{by=\"admission\"} 1"));
}

async fn metrics(server: &Server) -> String {
    Shop::of(server).get("/metrics", None).await.text
}
