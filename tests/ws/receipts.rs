//! Receipts over the WebSocket, and what the command line says of them.

use dropcast::{
    api::{auth::Tokens, receipt::ReceiptError},
    config::Secret,
};
use serde_json::{Value, json};

use crate::{
    process::{Launch, SECRET, run},
    shop::{SHOW, Shop, brand_token, viewer_token},
    socket::{Encoding, Socket},
};

/// Joins as a viewer and holds a unit; the whole answer.
async fn hold(socket: &mut Socket, name: &str, key: &str) -> Value {
    socket.send(&json!({ "hello": { "show": SHOW, "token": viewer_token(name), "cursor": null } })).await;
    socket.wait_for("snapshot").await;
    socket.click(key, 1).await;
    socket.whole_answer(key).await
}

#[tokio::test]
async fn an_acceptance_carries_a_receipt_of_its_entry_and_a_refusal_none() {
    let server = Launch::default().start().await;
    let shop = Shop::of(&server);
    shop.go_live(2, 2).await;
    let tokens = Tokens::new(&Secret::new(SECRET).expect("a secret"));
    for (encoding, name) in [(Encoding::Json, "ann"), (Encoding::Proto, "bob")] {
        let mut socket = Socket::open(&server, encoding).await;
        let answer = hold(&mut socket, name, "click").await;
        let receipt = tokens.read_receipt(answer["receipt"].as_str().expect("a receipt")).expect("ours");
        assert_eq!((receipt.show.as_str(), receipt.sub.as_str(), &*receipt.key.to_string()), (SHOW, name, "click"));
        let entry = shop.journal().await.into_iter().find(|entry| entry["seq"] == receipt.seq).expect("its entry");
        assert_eq!(entry["digest"], receipt.digest.to_string());
        assert_eq!((&entry["cause"]["principal"], &entry["cause"]["binding"]["key"]), (&json!(name), &json!("click")));
    }
    let mut late = Socket::open(&server, Encoding::Json).await;
    let refused = hold(&mut late, "cyd", "click").await;
    assert_eq!((refused["outcome"]["refused"]["code"].as_str(), &refused["receipt"]), (Some("sold_out"), &Value::Null));
    assert_eq!(tokens.read_receipt(&viewer_token("ann")), Err(ReceiptError::Malformed));
}

#[tokio::test]
async fn a_receipt_is_no_token() {
    let server = Launch::default().start().await;
    Shop::of(&server).go_live(2, 2).await;
    let mut socket = Socket::open(&server, Encoding::Json).await;
    let receipt = hold(&mut socket, "ann", "click").await["receipt"].clone();
    let mut other = Socket::open(&server, Encoding::Json).await;
    other.send(&json!({ "hello": { "show": SHOW, "token": receipt, "cursor": null } })).await;
    assert_eq!(other.expect("problem").await["code"], "token_invalid");
}

#[tokio::test]
async fn the_command_line_says_what_a_receipt_says_and_whether_the_journal_has_it() {
    let server = Launch::default().start().await;
    Shop::of(&server).go_live(2, 2).await;
    let mut socket = Socket::open(&server, Encoding::Json).await;
    let answer = hold(&mut socket, "ann", "click").await;
    let receipt = answer["receipt"].as_str().expect("a receipt");
    let said = run(&["receipt", receipt], &[]).await;
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""), "{said:?}");
    let said: Value = serde_json::from_str(&said.stdout).expect("JSON");
    assert_eq!(
        (&said["accepted"], &said["sub"], &said["units"]["quantity"]),
        (&json!("held"), &json!("ann"), &json!(1))
    );
    assert_eq!(said.get("in_journal"), None);

    let (url, token) = (server.url(""), brand_token());
    let compared = run(&["receipt", receipt, "--url", &url], &[("DROPCAST_TOKEN", &token)]).await;
    assert_eq!(compared.code, Some(0), "{compared:?}");
    assert!(compared.stdout.contains("\"in_journal\": true"), "{compared:?}");
    let elsewhere = Launch::default().start().await;
    Shop::of(&elsewhere).go_live(2, 2).await;
    let lost = run(&["receipt", receipt, "--url", &elsewhere.url("")], &[("DROPCAST_TOKEN", &token)]).await;
    assert!(lost.code == Some(1) && lost.stderr.contains("to be settled"), "{lost:?}");
    assert!(lost.stdout.contains("\"in_journal\": false"), "{lost:?}");

    let changed = run(&["receipt", &receipt.replacen('.', ".e", 1)], &[]).await;
    assert!(changed.code == Some(1) && changed.stderr.contains("signature"), "{changed:?}");
    let token = run(&["receipt", &viewer_token("ann")], &[]).await;
    assert!(token.code == Some(1) && token.stderr.contains("not a receipt"), "{token:?}");
}
