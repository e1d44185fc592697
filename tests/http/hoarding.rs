//! What keeps viewers from hoarding, bundles, and holds that are extended.

use serde_json::{Value, json};

use crate::{
    common::{Reply, SHOW, TestServer, show_file},
    waitlist::{own, path},
};

/// The plan with these rules for holds, and a limit of ten in the drop.
fn with_rules(rules: Value) -> Value {
    let mut file = show_file();
    file["drops"][0]["limit_per_viewer"] = json!(10);
    file["hold_rules"] = rules;
    file
}

async fn bundle(server: &TestServer, viewer: &str, key: &str, with: Value) -> Reply {
    let body = json!({ "drop": "opening", "sku": "scarf-red", "quantity": 1, "with": with });
    server.post(&path("reservations"), &server.viewer(viewer), key, body).await
}

#[tokio::test]
async fn a_bundle_is_held_sold_and_given_back_as_one() {
    let server = TestServer::start().await;
    server.go_live_with(&with_rules(json!({}))).await;
    let with = json!([{ "sku": "scarf-blue", "quantity": 2 }]);
    let held = bundle(&server, "ann", "click", with.clone()).await;
    assert_eq!(held.status, 201, "{held:?}");
    let price = json!({ "amount_minor": 4_995, "currency": "EUR" });
    assert_eq!(held.json()["held"]["with"], json!([{ "sku": "scarf-blue", "quantity": 2, "unit_price": price }]));
    assert_eq!(held.json()["held"]["total"]["amount_minor"], 3_995 + 2 * 4_995);
    let sold = server.post(&path("reservations/1/confirm"), &server.viewer("ann"), "pay", json!({})).await.json();
    assert_eq!(sold["sold"]["order"]["with"], sold["sold"]["reservation"]["with"]);

    let too_much = bundle(&server, "bob", "a", json!([{ "sku": "scarf-blue", "quantity": 4 }])).await;
    assert_eq!(too_much.is_problem(409, "not_enough")["available"], 3, "all is held, or nothing");
    assert_eq!(own(&server, "bob").await, Vec::<Value>::new());
    let twice = bundle(&server, "bob", "b", json!([{ "sku": "scarf-red", "quantity": 1 }])).await;
    assert_eq!(twice.is_problem(422, "bundle_invalid")["limit"], 10);
    let unknown = bundle(&server, "bob", "c", json!([{ "sku": "hat", "quantity": 1 }])).await;
    unknown.is_problem(404, "sku_unknown");
    let wrong = bundle(&server, "bob", "d", json!([{ "sku": "scarf-blue" }])).await;
    assert_eq!(wrong.is_problem(422, "body_invalid")["field"], "with[0]");
}

#[tokio::test]
async fn a_hold_is_extended_once() {
    let server = TestServer::start().await;
    server.go_live_with(&with_rules(json!({ "payment_extension_ms": 60_000 }))).await;
    assert_eq!(server.reserve("ann", "click", 1).await.status, 201);
    let extend = path("reservations/1/extend");
    let longer = server.post(&extend, &server.viewer("ann"), "longer", json!({})).await;
    assert_eq!(longer.status, 200, "{longer:?}");
    let held = &longer.json()["held"];
    assert_eq!((&held["expires_at"], &held["extended"]), (&json!("2026-05-01T18:03:00.000Z"), &json!(true)));
    let same = server.post(&extend, &server.viewer("ann"), "longer", json!({})).await;
    assert_eq!(same.json(), longer.json());
    server.post(&extend, &server.viewer("ann"), "more", json!({})).await.is_problem(409, "extension_over");
    server.post(&extend, &server.viewer("bob"), "his", json!({})).await.is_problem(404, "reservation_unknown");
    server.clock.advance_ms(150_000);
    let paid = server.post(&path("reservations/1/confirm"), &server.viewer("ann"), "pay", json!({})).await;
    assert_eq!(paid.status, 200, "it would have run out by now");
}

#[tokio::test]
async fn who_has_as_much_as_the_show_allows_gets_no_more() {
    let server = TestServer::start().await;
    server.go_live_with(&with_rules(json!({ "limit_per_viewer": 3, "open_holds_per_viewer": 2 }))).await;
    let show = server.get(&format!("/v1/shows/{SHOW}"), None).await.json();
    let rules = &show["public"]["show"]["hold_rules"];
    assert_eq!((&rules["limit_per_viewer"], &rules["cool_down"]), (&json!(3), &Value::Null));
    let refused = server.reserve("ann", "a", 4).await.is_problem(409, "show_limit_reached");
    assert_eq!(refused["limit"], 3);
    for key in ["b", "c"] {
        assert_eq!(server.reserve("ann", key, 1).await.status, 201);
    }
    let refused = server.reserve("ann", "d", 1).await.is_problem(409, "open_holds_reached");
    assert_eq!(refused["limit"], 2);
}

#[tokio::test]
async fn who_lets_holds_run_out_has_to_rest() {
    let server = TestServer::start().await;
    server.go_live_with(&with_rules(json!({ "cool_down": { "lapses_allowed": 0, "for_ms": 60_000 } }))).await;
    assert_eq!(server.reserve("ann", "a", 1).await.status, 201);
    server.clock.advance_ms(121_000);
    let refused = server.reserve("ann", "b", 1).await.is_problem(409, "cooling_down");
    assert_eq!(refused["ends_at"], "2026-05-01T18:03:00.000Z");
    server.clock.advance_ms(59_000);
    assert_eq!(server.reserve("ann", "b", 1).await.status, 201, "and then it is over");
}
