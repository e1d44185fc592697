//! Clients that mean harm: each is answered by type or cut off, nobody else notices, and nothing grows.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
    time::timeout,
};

use crate::{
    process::{Launch, PATIENCE, Server},
    shop::{SHOW, Shop, brand_token, viewer_token},
    socket::{Encoding, Socket},
};

/// How much a server may grow in an attack that it forgets, in bytes: what its allocators keep.
const GROWTH_MAX: u64 = 24 * 1_024 * 1_024;

/// Sends bytes and reads until the server closes.
async fn exchange(server: &Server, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.address).await.expect("a connection");
    // The server may have seen enough before all was sent.
    let _ = timeout(PATIENCE, stream.write_all(bytes)).await.expect("the server takes nothing");
    let mut answer = Vec::new();
    let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("the server neither answers nor closes");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn who_never_finishes_a_request_is_cut_off() {
    let server =
        Launch::default().env("LIMITS__REQUEST_TIMEOUT_MS", "500").env("LIMITS__HTTP_IDLE_MS", "500").start().await;
    let shop = Shop::of(&server);
    shop.go_live(10, 2).await;
    let beginnings: [&[u8]; 6] = [
        b"",
        b"GET /v1/shows HTTP/1.1\r\n",
        b"GET /v1/shows HTTP/1.1\r\nHost: x\r\nX-Slow: ",
        b"GET /v1/ws HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: websocket\r\n",
        b"PUT /v1/shows/spring HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{\"brand\"",
        b"PUT /v1/shows/spring HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":",
    ];
    let mut hanging = JoinSet::new();
    for beginning in beginnings.into_iter().cycle().take(60) {
        let mut stream = TcpStream::connect(server.address).await.expect("a connection");
        stream.write_all(beginning).await.expect("sent");
        hanging.spawn(async move {
            let mut answer = Vec::new();
            let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("the connection is kept for ever");
        });
    }
    let asked = Instant::now();
    assert_eq!(shop.reserve("ann", "click", 1).await.status, 201, "others are served");
    assert!(asked.elapsed() < PATIENCE / 2);
    hanging.join_all().await;
}

#[tokio::test]
async fn who_never_takes_an_answer_is_dropped() {
    let server = Launch::default().env("HUB__WRITE_STALL_LIMIT_MS", "1000").start().await;
    let shop = Shop::of(&server);
    let request = b"GET /v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n".repeat(200);
    let mut deaf = Vec::new();
    for _ in 0..10 {
        let mut stream = TcpStream::connect(server.address).await.expect("a connection");
        // More answers than both ends' buffers take: at some point the server can't write, and reads no further.
        let _ = timeout(Duration::from_millis(50), stream.write_all(&request)).await;
        deaf.push(stream);
    }
    let deadline = Instant::now() + PATIENCE;
    while !shop.get("/metrics", None).await.text.contains("\ndropcast_http_connections 1\n") {
        assert!(Instant::now() < deadline, "connections whose answers nobody takes are kept");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    drop(deaf);
}

#[tokio::test]
async fn bytes_that_are_no_http_are_answered_or_cut_off() {
    let server = Launch::default().env("LIMITS__HTTP_IDLE_MS", "1000").start().await;
    let headers = |count: usize| "X-Many: y\r\n".repeat(count);
    let get =
        |path: &str, headers: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n");
    let put = |headers: &str, body: &str| {
        format!("PUT /v1/shows/spring HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n{body}")
    };
    let cases: [(Vec<u8>, &[&str]); 15] = [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(), &["", "HTTP/1.1 400"]),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), &["", "HTTP/1.1 400", "HTTP/1.1 505"]),
        (b"\0\0\0\0\r\n\r\n".to_vec(), &["HTTP/1.1 400"]),
        (b"GET / HTTP/9.9\r\n\r\n".to_vec(), &["HTTP/1.1 400", "HTTP/1.1 505"]),
        (get("/v1/shows", &headers(500)).into_bytes(), &["HTTP/1.1 431"]),
        (get("/v1/shows", &format!("X: {}\r\n", "y".repeat(1_000_000))).into_bytes(), &["HTTP/1.1 431"]),
        (get(&format!("/{}", "x".repeat(100_000)), "").into_bytes(), &["HTTP/1.1 414"]),
        (get("/v1/shows", "X\0: y\r\n").into_bytes(), &["HTTP/1.1 400"]),
        (get("/v1/shows", "X: a\0b\r\n").into_bytes(), &["HTTP/1.1 400"]),
        (put("Content-Length: -1\r\n", "").into_bytes(), &["HTTP/1.1 400"]),
        (put("Content-Length: 5\r\nContent-Length: 6\r\n", "{}").into_bytes(), &["HTTP/1.1 400"]),
        (put("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n").into_bytes(), &["HTTP/1.1 4"]),
        (put("Transfer-Encoding: chunked\r\n", "ffffffffffffffffff\r\n").into_bytes(), &["HTTP/1.1 4"]),
        (put("Transfer-Encoding: gzip\r\n", "").into_bytes(), &["HTTP/1.1 4"]),
        (put("Content-Length: 99999999999999\r\n", "{").into_bytes(), &["HTTP/1.1 4"]),
    ];
    for (bytes, expected) in cases {
        let answer = exchange(&server, &bytes).await;
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(80)]).into_owned();
        let is_expected = |start: &&str| if start.is_empty() { answer.is_empty() } else { answer.starts_with(*start) };
        assert!(expected.iter().any(is_expected), "{shown:?}: {answer}");
    }
    assert_eq!(Shop::of(&server).get("/readyz", None).await.status, 200);
}

#[tokio::test]
async fn paths_lead_nowhere_but_where_they_say() {
    let server = Launch::default().start().await;
    Shop::of(&server).go_live(10, 2).await;
    let paths = [
        "/v1/shows/..%2f",
        "/v1/shows/%2e%2e",
        "/v1/shows/../shows/../../etc/passwd",
        "/v1/shows/spring%00",
        "/v1/shows/%ff",
        "/v1/shows/spring/../../../../etc/passwd",
        "/v1//shows",
        "/v1/shows/spring/",
        "/assets/../../Cargo.toml",
        "/assets/%2e%2e%2fCargo.toml",
        "/viewer/../../etc/passwd",
        "/examples/..%2f..%2fCargo.toml",
        "/examples/../Cargo.toml",
        "/docs/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/v1/shows/spring/journal",
        "/demo/session?role=brand",
    ];
    for path in paths {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let answer = exchange(&server, request.as_bytes()).await;
        let status: u16 = answer.get(9..12).and_then(|status| status.parse().ok()).unwrap_or(0);
        assert!((300..500).contains(&status), "{path}: {answer}");
        assert!(!answer.contains("root:") && !answer.contains("[package]"), "{path}: {answer}");
    }
}

#[tokio::test]
async fn a_plan_is_read_strictly_however_large() {
    let server = Launch::default().start().await;
    let shop = Shop::of(&server);
    let product = |number: usize| {
        let (product, sku) = (format!("product-{number}"), format!("sku-{number}"));
        let variant = json!({ "sku": sku, "title": { "en": "x" }, "list_price_minor": 1, "units": 1 });
        json!({ "product": product, "title": { "en": "x" }, "variants": [variant] })
    };
    let with = |products: Vec<Value>| {
        let mut plan = crate::shop::plan(10, 2);
        plan["products"].as_array_mut().expect("products").extend(products);
        plan
    };
    let path = format!("/v1/shows/{SHOW}");
    let brand = brand_token();
    let put = async |plan: &Value| shop.request(Method::PUT, &path, Some(&brand), Some(plan)).await;
    assert_eq!(put(&with((1..500).map(product).collect())).await.status, 200);
    assert_eq!(put(&with((1..=500).map(product).collect())).await.is_problem(422, "plan_invalid")["field"], "products");
    put(&with((1..=40_000).map(product).collect())).await.is_problem(413, "body_too_large");

    let text = crate::shop::plan(10, 2).to_string();
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let raw = [
        (text.replace("\"units\":10", "\"units\":9007199254740993"), 422),
        (text.replace("\"units\":10", "\"units\":18446744073709551616"), 422),
        (text.replace("\"units\":10", "\"units\":-1"), 422),
        (text.replace("\"units\":10", "\"units\":1e3"), 422),
        (text.replace("\"units\":10", "\"units\":NaN"), 400),
        (text.replace("\"units\":10", "\"units\":10,\"units\":11"), 422),
        (text.replace("\"Spring\"", "\"Spring\0\""), 400),
        (text.replace("\"Spring\"", "\"\\ud800\""), 400),
        (text.replace("\"hold_ttl_ms\":600000", "\"hold_ttl_ms\":0"), 422),
        (text.replace("\"EUR\"", "\"eur\""), 422),
        (text.replace("\"scarf\"", "\"../scarf\""), 422),
        (text.replace("\"Noor\"", &deep), 422),
        (deep.clone(), 422),
        (format!("{text}{text}"), 400),
        (String::new(), 400),
    ];
    for (body, status) in raw {
        let client = crate::shop::client();
        let request = client.put(server.url(&path)).bearer_auth(&brand).header("content-type", "application/json");
        let response = request.body(body.clone()).send().await.expect("an answer");
        let (answered, told) = (response.status().as_u16(), response.text().await.expect("a whole answer"));
        assert!(answered == status && told.contains("\"code\":\""), "{answered} {told:.300} for {body:.900}");
    }
    let unchanged = shop.get(&path, None).await.json();
    assert_eq!(unchanged["public"]["products"].as_array().map(Vec::len), Some(500));
}

#[tokio::test]
async fn a_packed_body_is_not_unpacked() {
    let server = Launch::default().start().await;
    let client = crate::shop::client();
    // A gzip header and rubbish: what matters is that nobody inflates it.
    let body = [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3][..], &[0; 1_000]].concat();
    let request = client.put(server.url("/v1/shows/spring")).bearer_auth(brand_token());
    let request = request.header("content-type", "application/json").header("content-encoding", "gzip");
    let response = request.body(body).send().await.expect("an answer");
    assert!(matches!(response.status().as_u16(), 400 | 415), "{response:?}");
    assert_eq!(response.headers()["content-type"], "application/problem+json");
}

#[tokio::test]
async fn crowds_that_ask_for_what_there_is_not_are_forgotten() {
    let launch = Launch::default();
    let server = launch.start().await;
    let shop = Shop::of(&server);
    shop.plan(10, 2).await;
    shop.get("/v1/shows/warm", None).await.is_problem(404, "show_unknown");
    let (file_bytes, resident_bytes) = (size(&launch), server.resident_bytes());
    let mut crowd = JoinSet::new();
    for worker in 0..8 {
        let (shop, address) = (shop.clone(), server.address);
        crowd.spawn(async move {
            for number in 0..150 {
                let name = format!("unknown-{worker}-{number}");
                shop.get(&format!("/v1/shows/{name}"), None).await.is_problem(404, "show_unknown");
                let path = format!("/v1/shows/{name}/reservations");
                let token = crate::shop::token(dropcast::api::auth::TokenRole::Viewer, &name, Some(&name), None, 60);
                let body = json!({ "drop": "d", "sku": "s", "quantity": 1 });
                shop.post(&path, &token, "key", &body).await.is_problem(404, "show_unknown");
                let mut socket = Socket::at(address, Encoding::Json).await;
                socket.send(&json!({ "hello": { "show": name, "token": token, "cursor": null } })).await;
                assert_eq!(socket.closed().await.0, 4004);
            }
        });
    }
    crowd.join_all().await;
    assert_eq!(size(&launch), file_bytes, "a name that nobody planned is not written down");
    let grown = server.resident_bytes().saturating_sub(resident_bytes);
    assert!(grown < GROWTH_MAX, "{} KiB for shows that there are not", grown / 1_024);
    let (_viewer, welcome, _) = Socket::join(&server, Some(&viewer_token("ann")), None).await;
    assert_eq!(welcome["role"], "viewer");
}

fn size(launch: &Launch) -> u64 {
    std::fs::metadata(launch.journal_file()).expect("a file").len()
}
