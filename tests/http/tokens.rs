//! Tokens for a shop's viewers, and the demo's.

use dropcast::api::auth::TokenRole;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{BRAND, Reply, SHOW, TestServer, read, show_file};

async fn ask(server: &TestServer, token: &str, body: Value) -> Reply {
    read(server.request(Method::POST, "/v1/tokens", Some(token)).json(&body)).await
}

#[tokio::test]
async fn a_shop_gets_tokens_for_its_viewers() {
    let server = TestServer::start().await;
    server.go_live().await;
    let body = json!({ "role": "viewer", "principal": "ann", "show": SHOW, "ttl_ms": 60_000 });
    let reply = ask(&server, &server.brand(), body).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    assert_eq!(reply.json()["expires_at"], "2026-05-01T18:01:00.000Z");
    let ann = reply.json()["token"].as_str().expect("a token").to_owned();
    let reservations = format!("/v1/shows/{SHOW}/reservations");
    let click = json!({ "drop": "opening", "sku": "scarf-red", "quantity": 1 });
    assert_eq!(server.post(&reservations, &ann, "click", click).await.status, 201);
    server.get("/v1/shows/other", Some(&ann)).await.is_problem(403, "token_for_another_show");
    server.clock.advance_ms(60_000);
    server.get(&reservations, Some(&ann)).await.is_problem(401, "token_expired");
}

#[tokio::test]
async fn a_token_for_the_longest_time_is_good() {
    let server = TestServer::start().await;
    server.plan().await;
    // Not on a whole second, where rounding could make it too long.
    server.clock.advance_ms(1);
    let week = json!({ "role": "host", "principal": "noor", "ttl_ms": 604_800_000 });
    let host = ask(&server, &server.brand(), week).await.json()["token"].as_str().expect("a token").to_owned();
    let started = server.post(&format!("/v1/shows/{SHOW}/start"), &host, "start", json!({})).await;
    assert_eq!(started.status, 200, "{started:?}");
}

#[tokio::test]
async fn no_more_is_given_than_the_shop_has() {
    let server = TestServer::start().await;
    server.plan().await;
    let mut foreign = show_file();
    foreign["brand"] = json!("other");
    let other = server.token(TokenRole::Brand, "office", None, Some("other"));
    server.put_show("foreign", &other, &foreign).await;
    let viewer =
        |show: &str, ttl_ms: u64| json!({ "role": "viewer", "principal": "ann", "show": show, "ttl_ms": ttl_ms });
    let brand = server.brand();

    let brand_token = json!({ "role": "brand", "principal": BRAND, "ttl_ms": 60_000 });
    ask(&server, &brand, brand_token).await.is_problem(403, "role_forbidden");
    ask(&server, &server.host(), viewer(SHOW, 60_000)).await.is_problem(403, "role_forbidden");
    ask(&server, &brand, viewer("foreign", 60_000)).await.is_problem(403, "not_your_show");
    ask(&server, &brand, viewer("nothing", 60_000)).await.is_problem(404, "show_unknown");
    for ttl_ms in [0, 999, 604_800_001, 9_007_199_254_740_991] {
        let refused = ask(&server, &brand, viewer(SHOW, ttl_ms)).await.is_problem(422, "body_invalid");
        assert_eq!(refused["field"], "ttl_ms");
    }
    let bound = server.token(TokenRole::Brand, "office", Some("autumn"), Some(BRAND));
    ask(&server, &bound, viewer(SHOW, 60_000)).await.is_problem(403, "token_for_another_show");
}

#[tokio::test]
async fn only_the_demo_gives_tokens_to_whoever_asks() {
    let server = TestServer::start().await;
    server.get("/demo/session?role=viewer", None).await.is_problem(404, "route_unknown");
    let demo = TestServer::demo().await;
    demo.go_live().await;
    let session = demo.get("/demo/session?role=viewer", None).await.json();
    assert_eq!(session["show"], SHOW);
    let token = session["token"].as_str().expect("a token");
    let click = json!({ "drop": "opening", "sku": "scarf-red", "quantity": 1 });
    let held = demo.post(&format!("/v1/shows/{SHOW}/reservations"), token, "click", click).await;
    assert_eq!(held.status, 201, "{held:?}");
    let another = demo.get("/demo/session?role=viewer", None).await.json();
    assert_ne!(another["principal"], session["principal"]);
    let brand = demo.get("/demo/session?role=brand", None).await.json();
    assert_eq!(brand["principal"], BRAND);
    let numbers = demo.get(&format!("/v1/shows/{SHOW}/numbers"), brand["token"].as_str()).await;
    assert_eq!(numbers.json()["numbers"]["units_held"], 1);
    demo.get("/demo/session?role=system", None).await.is_problem(400, "parameter_invalid");
}
