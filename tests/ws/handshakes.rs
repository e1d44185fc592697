//! From HTTP to a WebSocket, or not.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_tungstenite::tungstenite::Error;

use crate::{
    process::Launch,
    shop::Shop,
    socket::{Encoding, Socket, handshake},
};

type Headers<'a> = &'a [(&'static str, &'a str)];

#[tokio::test]
async fn subprotocols_and_origins_are_checked_before_the_upgrade() {
    let server = Launch::default().env("ALLOWED_ORIGINS", "https://shop.example").start().await;
    let own = format!("http://{}", server.address);
    let taken: [(Headers<'_>, Option<&str>); 6] = [
        (&[], None),
        (&[("sec-websocket-protocol", "dropcast.v1.json")], Some("dropcast.v1.json")),
        (&[("sec-websocket-protocol", "dropcast.v1.proto, dropcast.v1.json")], Some("dropcast.v1.proto")),
        (&[("sec-websocket-protocol", "dropcast.v2.json, dropcast.v1.json")], Some("dropcast.v1.json")),
        (&[("origin", "https://shop.example")], None),
        (&[("origin", &own)], None),
    ];
    for (headers, subprotocol) in taken {
        // A client of tungstenite's refuses a subprotocol that it did not offer, and the lack of one that it did.
        let (_stream, response) = handshake(server.address, headers).await.expect("a 101");
        let chosen = response.headers().get("sec-websocket-protocol").map(|value| value.to_str().expect("text"));
        assert_eq!(chosen, subprotocol, "{headers:?}");
    }
    let refused: [(Headers<'_>, u16, &str); 5] = [
        (&[("sec-websocket-protocol", "chat")], 426, "upgrade_required"),
        (&[("sec-websocket-protocol", "DROPCAST.V1.JSON")], 426, "upgrade_required"),
        (&[("origin", "https://evil.example")], 403, "origin_forbidden"),
        (&[("origin", "null")], 403, "origin_forbidden"),
        (&[("origin", "https://shop.example.evil.example")], 403, "origin_forbidden"),
    ];
    for (headers, status, code) in refused {
        let Err(Error::Http(response)) = handshake(server.address, headers).await else { panic!("{headers:?}") };
        let body: serde_json::Value =
            serde_json::from_slice(response.body().as_deref().expect("a body")).expect("JSON");
        assert_eq!((response.status().as_u16(), body["code"].as_str()), (status, Some(code)), "{headers:?}");
    }
}

#[tokio::test]
async fn half_a_handshake_is_a_problem_document() {
    let server = Launch::default().start().await;
    let complete = "Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    for without in ["Connection", "Upgrade", "Sec-WebSocket-Version", "Sec-WebSocket-Key"] {
        let headers: String =
            complete.split_inclusive("\r\n").filter(|line| !line.starts_with(&format!("{without}:"))).collect();
        let request = format!("GET /v1/ws HTTP/1.1\r\nHost: x\r\n{headers}\r\n");
        let answer = exchange(&server, &request).await;
        assert!(answer.starts_with("HTTP/1.1 426 "), "without {without}: {answer}");
        assert!(answer.contains("\"code\":\"upgrade_required\""), "without {without}: {answer}");
    }
    let posted = exchange(&server, &format!("POST /v1/ws HTTP/1.1\r\nHost: x\r\n{complete}\r\n")).await;
    assert!(posted.starts_with("HTTP/1.1 405 "), "{posted}");
}

#[tokio::test]
async fn an_address_holds_only_so_many_connections_and_gets_them_back() {
    let launch = Launch::default().env("LIMITS__CONNECTIONS_PER_ADDRESS", "3");
    let server = launch.start().await;
    Shop::of(&server).plan(1, 1).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(Socket::open(&server, Encoding::Json).await);
    }
    let Err(Error::Http(response)) = handshake(server.address, &[]).await else { panic!("one too many was let in") };
    assert_eq!(response.status(), 429);
    held.clear();
    // The server notices that they are gone when it next looks at them.
    let deadline = tokio::time::Instant::now() + crate::process::PATIENCE;
    while handshake(server.address, &[]).await.is_err() {
        assert!(tokio::time::Instant::now() < deadline, "connections that are gone still count");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

/// Sends this and reads until the server closes or says no more than the head of an answer.
async fn exchange(server: &crate::process::Server, request: &str) -> String {
    let mut stream = tokio::net::TcpStream::connect(server.address).await.expect("a connection");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    let mut piece = [0; 4_096];
    loop {
        let read = tokio::time::timeout(crate::process::PATIENCE, stream.read(&mut piece)).await.expect("an answer");
        match read {
            Ok(0) | Err(_) => break,
            Ok(bytes) => answer.extend_from_slice(&piece[..bytes]),
        }
        let text = String::from_utf8_lossy(&answer);
        if text.contains("\r\n\r\n") && (text.contains("\"code\"") || text.contains("content-length: 0")) {
            break;
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}
