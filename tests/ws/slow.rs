//! Clients that don't read: they cost a bound, and nobody else waits for them.

use serde_json::json;

use crate::{
    process::Launch,
    shop::{DROP, SHOW, SKU, Shop, viewer_token},
    socket::{Encoding, Socket},
};

/// What the server may take for what all who don't read were sent, in bytes.
const GROWTH_MAX: u64 = 48 * 1_024 * 1_024;

#[tokio::test]
async fn who_never_reads_costs_a_bound_and_delays_nobody() {
    let server = Launch::default().start().await;
    Shop::of(&server).go_live(100_000, 100).await;
    let (mut ann, ..) = Socket::join(&server, Some(&viewer_token("ann")), None).await;
    ann.buy("warm", 1).await;
    let before = server.resident_bytes();
    let mut deaf = Vec::new();
    for number in 0..8 {
        let mut socket = Socket::open(&server, Encoding::Json).await;
        let token = viewer_token(&format!("deaf-{number}"));
        socket.send(&json!({ "hello": { "show": SHOW, "token": token, "cursor": null } })).await;
        deaf.push(socket);
    }
    // Every message of theirs has an answer of some hundred bytes: megabytes that nobody takes.
    let padding = "x".repeat(500);
    for round in 0..1_500 {
        for socket in &mut deaf {
            let reserve = |drop: &str, quantity: u32| {
                let key = round.to_string();
                json!({ "reserve": { "key": key, "attempt": null, "drop": drop, "sku": SKU, "quantity": quantity } })
            };
            let question = match round % 3 {
                0 => json!({ "clock": { "echo_ms": round } }),
                1 => reserve(&padding, 1),
                _ => reserve(DROP, 2_000),
            };
            socket.send(&question).await;
        }
        if round % 100 == 0 {
            assert_eq!(ann.buy(&format!("click-{round}"), 1).await["held"]["quantity"], 1, "others go on buying");
        }
    }
    let grown = server.resident_bytes().saturating_sub(before);
    assert!(grown < GROWTH_MAX, "{} KiB for 8 connections that read nothing", grown / 1_024);
}
