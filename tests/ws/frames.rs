//! Frames that are none: each ends with its documented close code, and nobody else notices.

use serde_json::json;
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    },
};

use crate::{
    process::{Launch, Server},
    shop::{Shop, viewer_token},
    socket::{Closed, Encoding, Socket},
};

async fn joined(server: &Server) -> Socket {
    Socket::join(server, Some(&viewer_token("ann")), None).await.0
}

async fn closed_by(server: &Server, frame: Message) -> Closed {
    let mut socket = joined(server).await;
    socket.send_raw(frame).await;
    socket.closed().await
}

#[tokio::test]
async fn a_frame_that_breaks_the_rules_ends_the_connection_with_its_code() {
    let server = Launch::default().start().await;
    Shop::of(&server).go_live(10, 2).await;
    let mut bystander = joined(&server).await;
    let raw = |payload: &[u8], opcode| Message::Frame(Frame::message(payload.to_vec(), OpCode::Data(opcode), true));
    let cases = [
        (raw(b"\xff\xfe{}", Data::Text), 1007),
        (raw(&[b'{', 0xed, 0xa0, 0x80, b'}'], Data::Text), 1007),
        (Message::text("x".repeat(16 * 1_024 + 1)), 1009),
        (Message::binary(vec![0x0a; 17_000]), 1009),
        (Message::binary(vec![0x0a, 0x00]), 1003),
        (Message::binary(Vec::new()), 1003),
        (raw(b"{}", Data::Continue), 1002),
    ];
    for (frame, code) in cases {
        let told = format!("{frame:.40?}");
        assert_eq!(closed_by(&server, frame).await.0, code, "{told}");
    }
    let mut proto = Socket::open(&server, Encoding::Proto).await;
    proto.send_raw(Message::text(r#"{"clock":{"echo_ms":1}}"#)).await;
    assert_eq!(proto.closed().await.0, 1003, "text where the subprotocol says protobuf");
    assert_eq!(bystander.buy("click", 1).await["held"]["quantity"], 1);
}

#[tokio::test]
async fn twenty_unreadable_messages_in_a_row_are_enough() {
    let server = Launch::default().start().await;
    Shop::of(&server).go_live(10, 2).await;
    for encoding in [Encoding::Json, Encoding::Proto] {
        let unreadable = || match encoding {
            Encoding::Json => Message::text("rubbish"),
            Encoding::Proto => Message::binary(vec![0xff; 7]),
        };
        let mut socket = Socket::open(&server, encoding).await;
        for _ in 0..19 {
            socket.send_raw(unreadable()).await;
            assert_eq!(socket.expect("problem").await["code"], "malformed_message");
        }
        // One that can be read begins a new row.
        socket.sync().await;
        for _ in 0..20 {
            socket.send_raw(unreadable()).await;
            assert_eq!(socket.expect("problem").await["code"], "malformed_message");
        }
        assert_eq!(socket.closed().await, (1008, "too many messages that can't be read".to_owned()));
    }
    let mut socket = joined(&server).await;
    for number in 0..20 {
        let no_name = json!({ "key": format!("no name {number}"), "drop": "d", "sku": "s", "quantity": 1 });
        socket.send(&json!({ "reserve": no_name })).await;
    }
    assert_eq!(socket.closed().await.0, 1008, "a name that is none can't be read either");
}

#[tokio::test]
async fn every_malformed_message_is_told_what_is_wrong_with_it() {
    let server = Launch::default().start().await;
    Shop::of(&server).go_live(10, 2).await;
    let reserve =
        |rest: &str| format!(r#"{{"reserve":{{"key":"k","attempt":null,"drop":"opening","sku":"scarf",{rest}}}}}"#);
    let deep = "[".repeat(8_000);
    let cases = [
        (reserve(r#""quantity":1,"colour":"red""#), "unknown field `colour`", true),
        (reserve(r#""quantity":"1""#), "invalid type: string", true),
        (reserve(r#""quantity":-1"#), "invalid value: integer `-1`", true),
        (reserve(r#""quantity":4294967296"#), "invalid value: integer `4294967296`", true),
        (reserve(r#""quantity":1.5"#), "invalid type: floating point", true),
        (reserve(r#""quantity":1e99"#), "invalid", true),
        (reserve(r#""quantity":null"#), "invalid type: null", true),
        (reserve(r#""quantity":1,"quantity":1"#), "duplicate field `quantity`", true),
        (r#"{"reserve":{"key":"k"}}"#.to_owned(), "missing field `drop`", true),
        (r#"{"confirm":{"key":"k","reservation":9007199254740992}}"#.to_owned(), "above 9007199254740991", true),
        (r#"{"confirm":{"key":"k","reservation":18446744073709551616}}"#.to_owned(), "invalid type", true),
        (r#"{"reserve":{"key":"a b","drop":"d","sku":"s","quantity":1}}"#.to_owned(), "`key` has a character", false),
        (r#"{"reserve":{"key":"","drop":"d","sku":"s","quantity":1}}"#.to_owned(), "`key`", false),
        (r#"{"reserve":{"key":"k","drop":"d\u0000","sku":"s","quantity":1}}"#.to_owned(), "`drop`", true),
        (r#"{"reserve":{"key":"k","drop":"","sku":"s","quantity":1}}"#.to_owned(), "`drop`", true),
        (r#"{"dance":{"key":"k"}}"#.to_owned(), "unknown variant `dance`", true),
        (r#"{"reserve":null}"#.to_owned(), "invalid type: null", false),
        ("{}".to_owned(), "", false),
        ("[]".to_owned(), "", false),
        ("null".to_owned(), "", false),
        (String::new(), "EOF", false),
        (format!(r#"{{"hello":{deep}"#), "", false),
        (format!("{}1", r#"{"reserve":"#.repeat(500)), "", false),
        (r#"{"clock":{"echo_ms":1}} {"clock":{"echo_ms":1}}"#.to_owned(), "trailing characters", false),
        (r#"{"clock":{"echo_ms":1},"reserve":{"key":"k","drop":"d","sku":"s","quantity":1}}"#.to_owned(), "", false),
    ];
    let mut socket = joined(&server).await;
    for (text, detail, has_key) in cases {
        socket.send_raw(Message::text(text.clone())).await;
        let problem = socket.wait_for("problem").await;
        assert_eq!(problem["code"], "malformed_message", "{text:.200}");
        assert!(problem["detail"].as_str().is_some_and(|told| told.contains(detail)), "{text:.200}: {problem}");
        assert_eq!(problem["key"] == "k", has_key, "{text:.200}: {problem}");
        // So that they are not twenty in a row.
        socket.sync().await;
    }
}
