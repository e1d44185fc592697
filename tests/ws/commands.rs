//! Commands that the rules turn down, and keys that are used again.

use dropcast::api::auth::TokenRole;
use serde_json::{Value, json};

use crate::{
    process::Launch,
    shop::{BRAND, DROP, SHOW, SKU, Shop, brand_token, host_token, token, viewer_token},
    socket::{Encoding, Socket},
};

fn refused(outcome: &Value) -> &str {
    outcome["refused"]["code"].as_str().unwrap_or_else(|| panic!("a refusal expected, not {outcome}"))
}

#[tokio::test]
async fn a_click_is_refused_by_what_the_rules_say() {
    let server = Launch::default().start().await;
    let shop = Shop::of(&server);
    shop.plan(10, 2).await;
    let (mut ann, ..) = Socket::join(&server, Some(&viewer_token("ann")), None).await;
    assert_eq!(refused(&ann.buy("draft", 1).await), "show_not_live");
    shop.run("start", "start").await;
    let phase = |outcome: &Value| (refused(outcome).to_owned(), outcome["refused"]["drop_phase"].clone());
    assert_eq!(phase(&ann.buy("planned", 1).await), ("drop_phase".into(), json!("planned")));
    shop.run(&format!("drops/{DROP}/open"), "open").await;
    shop.run(&format!("drops/{DROP}/pause"), "pause").await;
    assert_eq!(phase(&ann.buy("paused", 1).await), ("drop_phase".into(), json!("paused")));
    shop.run(&format!("drops/{DROP}/resume"), "resume").await;

    for quantity in [0, 1_000_000, u32::MAX] {
        assert_eq!(refused(&ann.buy("quantity", quantity).await), "quantity_invalid");
    }
    assert_eq!(refused(&ann.buy("limit", 3).await), "limit_reached");
    for (drop, sku, code) in [("none", SKU, "drop_unknown"), (DROP, "none", "sku_unknown")] {
        let reserve = json!({ "key": "unknown", "attempt": null, "drop": drop, "sku": sku, "quantity": 1 });
        ann.send(&json!({ "reserve": reserve })).await;
        assert_eq!(refused(&ann.answer("unknown").await), code);
    }
    for reservation in [0, 1, u64::from(u32::MAX), (1 << 53) - 1] {
        ann.send(&json!({ "confirm": { "key": "none", "attempt": null, "reservation": reservation } })).await;
        assert_eq!(refused(&ann.answer("none").await), "reservation_unknown");
    }
    ann.send(&json!({ "open_drop": { "key": "host", "attempt": null, "drop": DROP } })).await;
    assert_eq!(refused(&ann.answer("host").await), "role_forbidden");
    let (mut host, ..) = Socket::join(&server, Some(&host_token()), None).await;
    assert_eq!(refused(&host.buy("buy", 1).await), "role_forbidden");
    shop.run(&format!("drops/{DROP}/close"), "close").await;
    assert_eq!(phase(&ann.buy("closed", 1).await), ("drop_phase".into(), json!("closed")));
    shop.run("end", "end").await;
    assert_eq!(refused(&ann.buy("ended", 1).await), "show_ended");
    let held = shop.journal().await.iter().filter(|entry| entry["cause"]["role"] == "viewer").count();
    assert_eq!(held, 0, "a refusal leaves no trace");
}

#[tokio::test]
async fn a_key_stands_for_one_content_whichever_way_it_comes() {
    let server = Launch::default().start().await;
    let shop = Shop::of(&server);
    shop.go_live(10, 2).await;
    let ann = viewer_token("ann");
    let (mut json, ..) = Socket::join(&server, Some(&ann), None).await;
    let mut proto = Socket::open(&server, Encoding::Proto).await;
    proto.send(&json!({ "hello": { "show": SHOW, "token": ann, "cursor": null } })).await;
    proto.wait_for("snapshot").await;

    let first = json.buy("click", 1).await["held"].clone();
    assert_eq!(first["reservation"], 1);
    assert_eq!(json.buy("click", 1).await["held"], first, "over the same connection");
    assert_eq!(proto.buy("click", 1).await["held"], first, "over protobuf");
    let reserve = json!({ "key": "click", "attempt": 7, "drop": DROP, "sku": SKU, "quantity": 1 });
    json.send(&json!({ "reserve": reserve })).await;
    assert_eq!(json.answer("click").await["held"], first, "the attempt is no content");
    let over_http = shop.reserve("ann", "click", 1).await;
    assert_eq!((over_http.status.as_u16(), &over_http.json()["held"]), (201, &first), "over HTTP");

    assert_eq!(refused(&json.buy("click", 2).await), "key_conflict");
    assert_eq!(refused(&proto.buy("click", 2).await), "key_conflict");
    shop.reserve("ann", "click", 2).await.is_problem(409, "key_conflict");
    json.send(&json!({ "confirm": { "key": "click", "attempt": null, "reservation": 1 } })).await;
    assert_eq!(refused(&json.answer("click").await), "key_conflict", "another command is other content");

    let by_http = shop.reserve("ann", "http-first", 1).await.json();
    assert_eq!(proto.buy("http-first", 1).await["held"], by_http["held"]);
    assert_eq!(refused(&json.buy("http-first", 2).await), "key_conflict");
    let bob = shop.reserve("bob", "click", 2).await;
    assert_eq!(bob.json()["held"]["reservation"], 3, "another's key is another key");
    let outcome = shop.get(&format!("/v1/shows/{SHOW}/outcomes/click"), Some(&ann)).await;
    assert_eq!(outcome.json()["held"], first);
}

#[tokio::test]
async fn a_refusal_binds_nothing_and_a_purchase_runs_its_course() {
    let server = Launch::default().start().await;
    let shop = Shop::of(&server);
    shop.go_live(2, 2).await;
    let (mut ann, ..) = Socket::join(&server, Some(&viewer_token("ann")), None).await;
    let (mut bob, ..) = Socket::join(&server, Some(&viewer_token("bob")), None).await;
    let held = ann.buy("a1", 2).await["held"].clone();
    let sold_out = bob.buy("b1", 1).await;
    assert_eq!((refused(&sold_out), &sold_out["refused"]["available"]), ("sold_out", &json!(0)));
    // What is another's is not there.
    bob.send(&json!({ "release": { "key": "b2", "attempt": null, "reservation": held["reservation"] } })).await;
    assert_eq!(refused(&bob.answer("b2").await), "reservation_unknown");
    ann.send(&json!({ "release": { "key": "a2", "attempt": null, "reservation": held["reservation"] } })).await;
    assert_eq!(ann.answer("a2").await["released"]["state"], "released");
    let again = bob.buy("b1", 1).await["held"].clone();
    assert_eq!(again["quantity"], 1, "the refused key is decided anew");
    bob.send(&json!({ "confirm": { "key": "b3", "attempt": null, "reservation": again["reservation"] } })).await;
    let sold = bob.answer("b3").await["sold"].clone();
    assert_eq!((&sold["reservation"]["state"], &sold["order"]["order"]), (&json!("sold"), &json!(1)));
    bob.send(&json!({ "release": { "key": "b4", "attempt": null, "reservation": again["reservation"] } })).await;
    let late = bob.answer("b4").await;
    assert_eq!((refused(&late), &late["refused"]["reservation_state"]), ("reservation_state", &json!("sold")));
}

#[tokio::test]
async fn too_many_commands_of_one_principal_are_told_to_wait() {
    let launch = Launch::default().env("LIMITS__PER_TOKEN_PER_SECOND", "1").env("LIMITS__PER_TOKEN_BURST", "5");
    let server = launch.start().await;
    Shop::of(&server).go_live(100, 100).await;
    let (mut ann, ..) = Socket::join(&server, Some(&viewer_token("ann")), None).await;
    let (mut bob, ..) = Socket::join(&server, Some(&viewer_token("bob")), None).await;
    for number in 0..20 {
        ann.click(&format!("click-{number}"), 1).await;
    }
    let mut outcomes = Vec::new();
    for _ in 0..20 {
        outcomes.push(ann.wait_for("answer").await["outcome"].clone());
    }
    let limited = outcomes.iter().filter(|outcome| outcome["retry"]["reason"] == "rate_limited").collect::<Vec<_>>();
    assert!((5..20).contains(&limited.len()), "{outcomes:?}");
    let waits = limited.iter().all(|outcome| (1..=1_000).contains(&outcome["retry"]["after_ms"].as_u64().unwrap_or(0)));
    assert!(waits, "{limited:?}");
    assert_eq!(bob.buy("click", 1).await["held"]["quantity"], 1, "another viewer has a rate of its own");
}

#[tokio::test]
async fn a_brands_command_needs_the_brands_show() {
    let server = Launch::default().start().await;
    let shop = Shop::of(&server);
    shop.plan(10, 2).await;
    let stranger = token(TokenRole::Brand, "office", None, Some("another"), 60);
    let path = format!("/v1/shows/{SHOW}/start");
    shop.post(&path, &stranger, "start", &json!({})).await.is_problem(403, "not_your_show");
    let (mut brand, ..) = Socket::join(&server, Some(&brand_token()), None).await;
    brand.send(&json!({ "start_show": { "key": "start", "attempt": null } })).await;
    assert_eq!(brand.answer("start").await, json!({ "done": {} }));
    let host = token(TokenRole::Host, "host", None, Some(BRAND), 60);
    let again = shop.post(&path, &host, "start", &json!({})).await;
    again.is_problem(409, "show_already_live");
}
