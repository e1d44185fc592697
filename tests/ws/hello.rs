//! Who is let in, and with which close code the others are sent away.

use std::time::{Duration, Instant};

use dropcast::api::auth::TokenRole;
use serde_json::{Value, json};

use crate::{
    process::{Launch, Server},
    shop::{BRAND, SHOW, Shop, brand_token, host_token, sign, token, viewer_token},
    socket::{Encoding, Socket},
};

/// A live show that is watched with a token only.
async fn private_show(server: &Server) -> Shop {
    let shop = Shop::of(server);
    let mut plan = crate::shop::plan(10, 2);
    plan["watch_without_token"] = json!(false);
    let path = format!("/v1/shows/{SHOW}");
    let planned = shop.request(reqwest::Method::PUT, &path, Some(&brand_token()), Some(&plan)).await;
    assert_eq!(planned.status, 200, "{planned:?}");
    shop
}

#[tokio::test]
async fn whoever_is_not_let_in_is_told_why_and_whether_to_come_back() {
    let server = Launch::default().start().await;
    private_show(&server).await;
    let viewer = |show, brand, ttl_s| token(TokenRole::Viewer, "ann", show, brand, ttl_s);
    let forged = sign("another secret of at least 32 bytes", TokenRole::Viewer, "ann", Some(SHOW), None, 60);
    let unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiJhbm4ifQ.".to_owned();
    let cases = [
        (None, 4001, None),
        (Some(forged), 4001, Some("token_invalid")),
        (Some(unsigned), 4001, Some("token_invalid")),
        (Some(String::new()), 4001, Some("token_invalid")),
        (Some("rubbish".to_owned()), 4001, Some("token_invalid")),
        (Some("é".repeat(3_000)), 4001, Some("token_invalid")),
        (Some(viewer(Some(SHOW), None, -1)), 4001, Some("token_expired")),
        (Some(viewer(None, None, 60)), 4001, Some("token_invalid")),
        (Some(viewer(Some(SHOW), None, 400 * 24 * 3_600)), 4001, Some("token_invalid")),
        (Some(viewer(Some("autumn"), None, 60)), 4003, None),
        (Some(viewer(None, Some("another"), 60)), 4003, None),
        (Some(viewer(Some(SHOW), Some("another"), 60)), 4003, None),
        (Some(token(TokenRole::Brand, "office", None, Some("another"), 60)), 4003, None),
    ];
    for (token, code, problem) in cases {
        let mut socket = Socket::hello(&server, token.as_deref(), None).await;
        if let Some(problem) = problem {
            assert_eq!(socket.expect("problem").await["code"], problem, "{token:?}");
        }
        assert_eq!(socket.closed().await.0, code, "{token:?}");
    }
}

#[tokio::test]
async fn a_show_that_there_is_not_costs_nothing() {
    let server = Launch::default().start().await;
    let shop = Shop::of(&server);
    shop.plan(1, 1).await;
    for show in ["autumn", "", "no spaces", "..", "../spring", "spring\0", &"x".repeat(5_000), "ünïcode"] {
        let mut socket = Socket::open(&server, Encoding::Json).await;
        socket.send(&json!({ "hello": { "show": show, "token": null, "cursor": null } })).await;
        let (code, reason) = socket.closed().await;
        assert_eq!((code, reason.as_str()), (4004, "there is no such show"), "{show}");
    }
    let shows = shop.get("/v1/shows", Some(&brand_token())).await.json();
    assert_eq!(shows["shows"].as_array().map(Vec::len), Some(1), "{shows}");
    assert!(!server.log().contains("show=autumn"), "a show that there is not was loaded:\n{}", server.log());
}

#[tokio::test]
async fn silence_is_closed_after_five_seconds() {
    let server = Launch::default().start().await;
    let started = Instant::now();
    let mut silent = Socket::open(&server, Encoding::Json).await;
    // What is no hello does not count as one.
    let mut chatty = Socket::open(&server, Encoding::Json).await;
    chatty.send(&json!({ "clock": { "echo_ms": 1 } })).await;
    assert_eq!(chatty.expect("clock").await["echo_ms"], 1);
    assert_eq!(silent.closed().await, (4008, "say hello within five seconds".to_owned()));
    assert_eq!(chatty.closed().await.0, 4008);
    assert!(started.elapsed() >= Duration::from_secs(5), "only {:?} were given", started.elapsed());
}

#[tokio::test]
async fn each_role_is_greeted_with_what_it_may_see() {
    let server = Launch::default().start().await;
    Shop::of(&server).go_live(10, 2).await;
    let roles = [
        (None, "viewer", Value::Null),
        (Some(viewer_token("ann")), "viewer", json!("ann")),
        (Some(token(TokenRole::Viewer, "ann", None, Some(BRAND), 60)), "viewer", json!("ann")),
        (Some(host_token()), "host", json!("host")),
        (Some(brand_token()), "brand", json!(BRAND)),
    ];
    for encoding in [Encoding::Json, Encoding::Proto] {
        for (token, role, principal) in &roles {
            let mut socket = Socket::open(&server, encoding).await;
            socket.send(&json!({ "hello": { "show": SHOW, "token": token, "cursor": null } })).await;
            let welcome = socket.expect("welcome").await;
            assert_eq!((&welcome["role"], &welcome["principal"]), (&json!(role), principal));
            assert_eq!(welcome["resumed"], false);
            let snapshot = socket.expect("snapshot").await;
            assert_eq!(snapshot["public"]["drops"][0]["items"][0]["available"], 10);
            assert_eq!(snapshot["numbers"].is_object(), *role != "viewer", "{snapshot}");
            assert_eq!(snapshot["sales"].is_object(), *role == "brand", "{snapshot}");
        }
    }
}

#[tokio::test]
async fn hello_comes_first_and_once() {
    let server = Launch::default().start().await;
    Shop::of(&server).go_live(10, 2).await;
    let mut socket = Socket::open(&server, Encoding::Json).await;
    socket.click("early", 1).await;
    let problem = socket.expect("problem").await;
    assert_eq!((&problem["code"], &problem["key"]), (&json!("hello_missing"), &json!("early")));
    socket.send(&json!({ "refresh": { "token": viewer_token("ann") } })).await;
    assert_eq!(socket.expect("problem").await["code"], "hello_missing");
    let hello = json!({ "hello": { "show": SHOW, "token": viewer_token("ann"), "cursor": null } });
    socket.send(&hello).await;
    socket.wait_for("snapshot").await;
    socket.send(&hello).await;
    assert_eq!(socket.wait_for("problem").await["code"], "hello_repeated");
    assert_eq!(socket.buy("click", 1).await["held"]["quantity"], 1, "the connection goes on");
}

#[tokio::test]
async fn a_cursor_of_anything_else_leads_to_a_whole_snapshot() {
    let server = Launch::default().start().await;
    Shop::of(&server).go_live(10, 2).await;
    let (_socket, _, snapshot) = Socket::join(&server, None, None).await;
    let good = snapshot["cursor"].as_str().expect("a cursor").to_owned();
    let other_digest = format!("{}{}", &good[..16], "0".repeat(16));
    let future = format!("{:016x}{}", u64::MAX, &good[16..]);
    let cases = ["", "rubbish", "é", &"0".repeat(31), &other_digest, &future, &"f".repeat(10_000)];
    for cursor in cases {
        let (_socket, welcome, snapshot) = Socket::join(&server, None, Some(cursor)).await;
        assert_eq!((&welcome["resumed"], snapshot["public"].is_object()), (&json!(false), true), "{cursor}");
    }
    let (_socket, welcome, snapshot) = Socket::join(&server, None, Some(&good)).await;
    assert_eq!((&welcome["resumed"], snapshot["public"].is_null()), (&json!(true), true));
}
