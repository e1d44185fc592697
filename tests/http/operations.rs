//! Health, metrics, limits and the end.

use std::{
    io::Write,
    sync::{Arc, Mutex, atomic::Ordering},
};

use dropcast::{
    config::{LogFormat, LogSection},
    telemetry,
};
use dropcast_proto::SUBPROTOCOL_JSON;
use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Message, client::IntoClientRequest as _, http::HeaderValue},
};

use crate::common::{Reply, SECRET, SHOW, TestServer, read};

#[tokio::test]
async fn a_server_that_stops_takes_no_new_work() {
    let server = TestServer::start().await;
    server.go_live().await;
    assert_eq!(server.get("/readyz", None).await.status, 200);
    server.state.stopping.store(true, Ordering::Release);
    let reply = server.reserve("ann", "click", 1).await;
    assert_eq!(reply.is_problem(503, "stopping")["retry_after_ms"], 250);
    assert_eq!(reply.headers["retry-after"], "1");
    server.get("/readyz", None).await.is_problem(503, "stopping");
    assert_eq!(server.get("/healthz", None).await.status, 200, "it is alive until it is gone");
    assert_eq!(server.get("/metrics", None).await.status, 200);
}

/// What it was asked before is in the last count of the audience, and nothing after that.
#[tokio::test]
async fn a_server_that_stops_takes_no_click_over_a_websocket_either() {
    let server = TestServer::start().await;
    server.go_live().await;
    let mut request = format!("ws://{}/v1/ws", server.address).into_client_request().expect("a request");
    request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static(SUBPROTOCOL_JSON));
    let (mut socket, _) = connect_async(request).await.expect("a 101");
    let hello = json!({ "hello": { "show": SHOW, "token": server.viewer("ann"), "cursor": null } });
    socket.send(Message::text(hello.to_string())).await.expect("sent");
    let mut click = async |key: &str| {
        let wish = json!({ "key": key, "attempt": null, "drop": "opening", "sku": "scarf-red", "quantity": 1 });
        socket.send(Message::text(json!({ "reserve": wish }).to_string())).await.expect("sent");
        loop {
            let Message::Text(text) = socket.next().await.expect("a message").expect("a frame") else { continue };
            let message: Value = serde_json::from_str(&text).expect("JSON");
            if message["answer"]["key"] == *key {
                return message["answer"]["outcome"].clone();
            }
        }
    };
    // Until the show is joined it is busy.
    while click("first").await.get("held").is_none() {}
    server.state.stopping.store(true, Ordering::Release);
    assert_eq!(click("second").await, json!({ "retry": { "after_ms": 250, "reason": "stopping" } }));
}

#[tokio::test]
async fn a_server_is_ready_when_its_journal_answers() {
    let server = TestServer::start().await;
    server.faults.fail_reads(true);
    server.get("/readyz", None).await.is_problem(503, "unavailable");
    server.faults.fail_reads(false);
    assert_eq!(server.get("/readyz", None).await.json(), json!({ "status": "ok", "durability": "memory", "node": "" }));
}

#[tokio::test]
async fn an_engine_that_stopped_says_so() {
    let server = TestServer::start().await;
    server.go_live().await;
    server.state.engine.stop().await;
    server.reserve("ann", "click", 1).await.is_problem(503, "stopping");
}

#[tokio::test]
async fn an_address_that_asks_too_much_waits() {
    let server = TestServer::with(|config| {
        (config.limits.per_address_per_second, config.limits.per_address_burst) = (1, 5);
        config.trust_forwarded_for = true;
    })
    .await;
    let from = async |address: &str| {
        read(server.request(Method::GET, "/v1/shows", None).header("x-forwarded-for", address)).await
    };
    let limited = until_limited(async || from("192.0.2.1").await).await;
    let problem = limited.is_problem(429, "rate_limited");
    assert!(problem["retry_after_ms"].as_u64().is_some_and(|after_ms| (1..=1_000).contains(&after_ms)), "{problem}");
    assert_eq!(limited.headers["retry-after"], "1");
    assert_eq!(from("192.0.2.2").await.status, 200, "others are served");
    assert_eq!(from("192.0.2.1, 192.0.2.3").await.status, 200, "what a client claims itself does not count");
    let health = server.request(Method::GET, "/healthz", None).header("x-forwarded-for", "192.0.2.1");
    assert_eq!(read(health).await.status, 200, "whoever looks after the server is let in");
    let metrics = server.get("/metrics", None).await.text;
    assert!(metrics.contains("dropcast_rate_limited_total{by=\"address\"} 1\n"), "{metrics}");
}

#[tokio::test]
async fn a_token_that_asks_too_much_waits() {
    let server = TestServer::with(|config| {
        (config.limits.per_token_per_second, config.limits.per_token_burst) = (1, 5);
    })
    .await;
    server.plan().await;
    let path = format!("/v1/shows/{SHOW}/reservations");
    let (ann, bob) = (server.viewer("ann"), server.viewer("bob"));
    let limited = until_limited(async || server.get(&path, Some(&ann)).await).await;
    limited.is_problem(429, "rate_limited");
    assert_eq!(server.get(&path, Some(&bob)).await.status, 200);
}

/// Far more than the burst, in far less time than it takes to come back.
async fn until_limited(send: impl AsyncFn() -> Reply) -> Reply {
    for _ in 0..200 {
        let reply = send().await;
        if reply.status != 200 {
            return reply;
        }
    }
    panic!("no limit was met")
}

#[tokio::test]
async fn what_happened_is_counted() {
    let server = TestServer::start().await;
    server.go_live().await;
    server.reserve("ann", "click", 2).await;
    server.reserve("ann", "more", 1).await.is_problem(409, "limit_reached");
    server.get(&format!("/v1/shows/{SHOW}/orders"), Some("rubbish")).await;
    let reply = server.get("/metrics", None).await;
    assert_eq!(reply.headers["content-type"], "text/plain; version=0.0.4");
    for line in [
        "dropcast_commands_total{command=\"plan\",outcome=\"accepted\"} 1",
        "dropcast_commands_total{command=\"reserve\",outcome=\"accepted\"} 1",
        "dropcast_commands_total{command=\"reserve\",outcome=\"refused\"} 1",
        "dropcast_commands_total{command=\"reserve\",outcome=\"retry_busy\"} 0",
        "dropcast_refusals_total{code=\"limit_reached\"} 1",
        "dropcast_refusals_total{code=\"sold_out\"} 0",
        "dropcast_answer_seconds_count{command=\"reserve\"} 2",
        "dropcast_answer_stage_seconds_count{stage=\"decide\"} 1",
        "dropcast_journal_append_entries_sum 4",
        "dropcast_journal_append_seconds_count 4",
        "dropcast_journal_appends_in_flight 0",
        "dropcast_shows_loaded 1",
        "dropcast_connections{audience=\"viewer\"} 0",
        "dropcast_hub_connections 0",
        "dropcast_hub_adopted_total 0",
        "dropcast_tokens_refused_total{reason=\"malformed\"} 1",
        "dropcast_http_requests_total{method=\"POST\",route=\"/v1/shows/{show}/reservations\",status=\"201\"} 1",
        "dropcast_http_requests_total{method=\"POST\",route=\"/v1/shows/{show}/reservations\",status=\"409\"} 1",
        "dropcast_http_request_seconds_count{route=\"/v1/shows/{show}\"} 1",
        "# TYPE process_resident_memory_bytes gauge",
    ] {
        assert!(reply.text.lines().any(|known| known == line), "{line} is missing in\n{}", reply.text);
    }
    let ids = [SHOW, "ann", "scarf-red", "opening"];
    let series: String = reply.text.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(!ids.iter().any(|id| series.contains(id)), "a name is a label:\n{}", reply.text);
}

#[tokio::test]
async fn a_body_that_never_comes_is_not_waited_for() {
    let server = TestServer::with(|config| config.limits.request_timeout_ms = 10).await;
    server.plan().await;
    let mut stream = TcpStream::connect(server.address).await.expect("a connection");
    let head = format!(
        "POST /v1/shows/{SHOW}/start HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\nidempotency-key: x\r\n\
         content-length: 2\r\nconnection: close\r\n\r\n",
        server.host()
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 504") && answer.contains("\"timeout\""), "{answer}");
}

/// What a test logs, on its own thread only.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("a lock").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_knows_requests_but_no_tokens_and_no_keys() {
    let log = Log::default();
    let writer = log.clone();
    let section = LogSection { format: LogFormat::Json, filter: "trace".to_owned() };
    let subscriber = telemetry::tracing::subscriber(&section, move || writer.clone()).expect("a filter");
    let guard = tracing::subscriber::set_default(subscriber);
    let server = TestServer::start().await;
    server.go_live().await;
    let ann = server.viewer("ann");
    server.reserve("ann", "my-secret-key", 1).await;
    // A test beside this one may just have come by the same lines without a log, and what was learned there holds for all.
    tracing::callsite::rebuild_interest_cache();
    let reply = server.get(&format!("/v1/shows/{SHOW}/outcomes/my-secret-key?token={ann}"), Some(&ann)).await;
    assert_eq!(reply.status, 200);
    drop(guard);
    let text = String::from_utf8(log.0.lock().expect("a lock").clone()).expect("text");
    let ours: String = text.lines().filter(|line| line.contains("dropcast")).collect();
    let id = reply.headers["x-request-id"].to_str().expect("text");
    assert!(ours.contains(id) && ours.contains("/v1/shows/{show}/outcomes/{key}"), "{ours}");
    for secret in [ann.as_str(), "my-secret-key", SECRET] {
        assert!(!ours.contains(secret), "{secret} is in the log:\n{ours}");
    }
}

#[tokio::test]
async fn every_answer_has_a_number() {
    let server = TestServer::start().await;
    let (first, second) = (server.get("/healthz", None).await, server.get("/nothing", None).await);
    assert_eq!(first.headers["x-request-id"].len(), 16);
    assert_ne!(first.headers["x-request-id"], second.headers["x-request-id"]);
}
