//! Who is let in, and who is not.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use dropcast::{
    api::auth::{Claims, TokenRole, Tokens},
    config::Secret,
};
use dropcast_domain::ids::PrincipalId;
use reqwest::Method;
use serde_json::json;

use crate::common::{BRAND, SHOW, START, TestServer, read, show_id};

fn claims() -> Claims {
    Claims {
        sub: PrincipalId::new("ann").expect("a name"),
        role: TokenRole::Viewer,
        show: Some(show_id(SHOW)),
        brand: None,
        iat: START.0 / 1_000,
        exp: START.0 / 1_000 + 60,
    }
}

#[tokio::test]
async fn buying_never_goes_without_a_good_token() {
    let server = TestServer::start().await;
    server.go_live().await;
    let part = |json: &str| BASE64_URL_SAFE_NO_PAD.encode(json);
    let body = serde_json::to_string(&claims()).expect("claims");
    let none = format!("{}.{}.", part(r#"{"alg":"none","typ":"JWT"}"#), part(&body));
    let other = Tokens::new(&Secret::new("another secret of at least 32 bytes").expect("a secret")).sign(&claims());
    let good = server.viewer("ann");
    let (head, signature) = good.rsplit_once('.').expect("three parts");
    let (header, _) = head.split_once('.').expect("three parts");
    let mut richer = claims();
    richer.exp += 3_600;
    let changed = format!("{header}.{}.{signature}", part(&serde_json::to_string(&richer).expect("claims")));
    let expired = server.state.tokens.sign(&Claims { exp: START.0 / 1_000, ..claims() });
    let unbound = server.state.tokens.sign(&Claims { show: None, ..claims() });
    let for_ever = server.state.tokens.sign(&Claims { exp: u64::MAX, ..claims() });
    let cases = [
        (none, "token_invalid"),
        (other, "token_invalid"),
        (changed, "token_invalid"),
        (unbound, "token_invalid"),
        (for_ever, "token_invalid"),
        ("rubbish".to_owned(), "token_invalid"),
        ("x".repeat(5_000), "token_invalid"),
        (expired, "token_expired"),
    ];
    let path = format!("/v1/shows/{SHOW}/reservations");
    let click = json!({ "drop": "opening", "sku": "scarf-red", "quantity": 1 });
    for (token, code) in cases {
        let reply = server.post(&path, &token, "click", click.clone()).await;
        reply.is_problem(401, code);
        assert_eq!(reply.headers["www-authenticate"], "Bearer");
    }
    let without = server.request(Method::POST, &path, None).header("idempotency-key", "click").json(&click);
    read(without).await.is_problem(401, "token_missing");
    let basic = server.request(Method::POST, &path, None).basic_auth("ann", Some("x")).json(&click);
    read(basic).await.is_problem(401, "token_invalid");
    let numbers = server.get(&format!("/v1/shows/{SHOW}/numbers"), Some(&server.host())).await.json();
    assert_eq!(numbers["numbers"]["units_held"], 0);
}

#[tokio::test]
async fn a_role_does_what_it_may_and_nothing_else() {
    let server = TestServer::start().await;
    server.go_live().await;
    let (viewer, host, brand) = (server.viewer("ann"), server.host(), server.brand());
    let posts = [
        ("reservations", [true, false, false]),
        ("reservations/1/confirm", [true, false, false]),
        ("reservations/1/release", [true, false, false]),
        ("start", [false, true, true]),
        ("end", [false, true, true]),
        ("drops/opening/open", [false, true, true]),
        ("drops/opening/pause", [false, true, true]),
        ("drops/opening/resume", [false, true, true]),
        ("drops/opening/close", [false, true, true]),
        ("drops/opening/schedule", [false, true, true]),
        ("drops/opening/extend", [false, true, true]),
        ("units", [false, true, true]),
    ];
    let body = |path: &str| match path {
        "reservations" => json!({ "drop": "opening", "sku": "scarf-red", "quantity": 1 }),
        "drops/opening/schedule" => json!({ "opens_at": null }),
        "drops/opening/extend" => json!({ "by_ms": 1 }),
        "units" => json!({ "sku": "scarf-red", "units": 1 }),
        _ => json!({}),
    };
    for (path, allowed) in posts {
        for (token, allowed) in [&viewer, &host, &brand].into_iter().zip(allowed) {
            let reply =
                server.post(&format!("/v1/shows/{SHOW}/{path}"), token, &path.replace('/', "-"), body(path)).await;
            let forbidden = reply.status == 403 && reply.json()["code"] == "role_forbidden";
            assert_eq!(!forbidden, allowed, "{path}: {reply:?}");
        }
    }
    let gets = [
        ("reservations", [true, false, false]),
        ("orders", [true, false, true]),
        ("numbers", [false, true, true]),
        ("journal", [false, false, true]),
    ];
    for (path, allowed) in gets {
        for (token, allowed) in [&viewer, &host, &brand].into_iter().zip(allowed) {
            let reply = server.get(&format!("/v1/shows/{SHOW}/{path}"), Some(token)).await;
            assert_eq!(reply.status, if allowed { 200 } else { 403 }, "{path}: {reply:?}");
        }
    }
}

#[tokio::test]
async fn a_token_is_good_for_its_show_or_its_brands_shows() {
    let server = TestServer::start().await;
    server.go_live().await;
    let path = format!("/v1/shows/{SHOW}/numbers");
    let host = |show, brand| server.token(TokenRole::Host, "noor", show, brand);
    assert_eq!(server.get(&path, Some(&host(None, Some(BRAND)))).await.status, 200);
    assert_eq!(server.get(&path, Some(&host(Some(SHOW), Some(BRAND)))).await.status, 200);
    server.get(&path, Some(&host(Some("autumn"), None))).await.is_problem(403, "token_for_another_show");
    server.get(&path, Some(&host(None, Some("other")))).await.is_problem(403, "not_your_show");
    server.get(&path, Some(&host(Some(SHOW), Some("other")))).await.is_problem(403, "not_your_show");
    let other = server.token(TokenRole::Brand, "office", None, Some("other"));
    server.get(&path, Some(&other)).await.is_problem(403, "not_your_show");
    server.post(&format!("/v1/shows/{SHOW}/end"), &other, "end", json!({})).await.is_problem(403, "not_your_show");
    let nowhere = host(None, Some(BRAND));
    server.get("/v1/shows/nothing/numbers", Some(&nowhere)).await.is_problem(404, "show_unknown");
    let nowhere = server.token(TokenRole::Host, "noor", Some("nothing"), None);
    server.get("/v1/shows/nothing/numbers", Some(&nowhere)).await.is_problem(404, "show_unknown");
    server.post("/v1/shows/nothing/start", &nowhere, "start", json!({})).await.is_problem(404, "show_unknown");
}
