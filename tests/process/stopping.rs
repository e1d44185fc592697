//! SIGTERM: no more work is taken, what was accepted is durable, and everybody is told when to come back.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::{
    process::Launch,
    rush::{Rush, Told},
    shop::Shop,
    socket::{Encoding, Socket},
};

/// The stated limit of a stop in these tests.
const LIMIT: Duration = Duration::from_secs(6);

fn launch() -> Launch {
    Launch::default().env("SHUTDOWN_LIMIT_MS", &LIMIT.as_millis().to_string())
}

#[tokio::test]
async fn a_stop_in_the_middle_of_a_rush_keeps_every_promise() {
    let launch = launch();
    let server = launch.start().await;
    Shop::of(&server).go_live(100_000, 100).await;
    let rush = Rush::start(&server, 8, 0).await;
    rush.acknowledged(50).await;
    let asked = Instant::now();
    server.signal(Signal::TERM);
    let mut told: Told = rush.told().await;
    let status = server.ended().await;
    assert_eq!(status.code(), Some(0), "{status}");
    assert!(asked.elapsed() < LIMIT + Duration::from_secs(1), "it took {:?}", asked.elapsed());
    for (code, reason) in &told.closed {
        let wait_ms = reason.strip_prefix("retry_after_ms=").and_then(|wait| wait.parse::<u64>().ok());
        assert!(*code == 1012 && wait_ms.is_some_and(|wait_ms| wait_ms <= 10_000), "{code} {reason}");
    }

    let server = launch.start().await;
    let shop = Shop::of(&server);
    told.check(&shop.journal().await);
    told.ask_again(&shop).await;
    told.check(&shop.journal().await);
}

#[tokio::test]
async fn a_stop_that_is_given_no_time_keeps_its_promises_all_the_same() {
    let launch = Launch::default().env("SHUTDOWN_LIMIT_MS", "1");
    let server = launch.start().await;
    Shop::of(&server).go_live(100_000, 100).await;
    let rush = Rush::start(&server, 4, 0).await;
    rush.acknowledged(20).await;
    server.signal(Signal::TERM);
    let code = server.ended().await.code();
    assert!(matches!(code, Some(0 | 2)), "{code:?}");
    let told = rush.told().await;
    let server = launch.start().await;
    told.check(&Shop::of(&server).journal().await);
}

#[tokio::test]
async fn a_server_with_nothing_to_do_stops_at_once_whoever_hangs_on() {
    let server = launch().start().await;
    Shop::of(&server).go_live(10, 2).await;
    // Connections that say nothing, that are idle, and that are in the middle of a request.
    let _silent = Socket::open(&server, Encoding::Json).await;
    let _idle = tokio::net::TcpStream::connect(server.address).await.expect("a connection");
    let mut half = tokio::net::TcpStream::connect(server.address).await.expect("a connection");
    let head = "PUT /v1/shows/spring HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n";
    tokio::io::AsyncWriteExt::write_all(&mut half, head.as_bytes()).await.expect("sent");
    let asked = Instant::now();
    server.signal(Signal::INT);
    assert_eq!(server.ended().await.code(), Some(0));
    assert!(asked.elapsed() < LIMIT + Duration::from_secs(1), "it took {:?}", asked.elapsed());
}
