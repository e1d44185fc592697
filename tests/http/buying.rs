//! Reserve, confirm, release, and what one can read about it.

use dropcast::{api::auth::TokenRole, journal::AppendFault};
use serde_json::json;

use crate::common::{SHOW, TestServer};

fn path(rest: &str) -> String {
    format!("/v1/shows/{SHOW}/{rest}")
}

#[tokio::test]
async fn from_a_click_to_an_order() {
    let server = TestServer::start().await;
    server.go_live().await;
    let ann = server.viewer("ann");

    let held = server.reserve("ann", "click-1", 2).await;
    assert_eq!(held.status, 201, "{held:?}");
    let reservation = &held.json()["held"];
    assert_eq!(reservation["quantity"], 2);
    assert_eq!(reservation["state"], "held");
    assert_eq!(reservation["total"], json!({ "amount_minor": 7_990, "currency": "EUR" }));
    assert_eq!(reservation["expires_at"], "2026-05-01T18:02:00.000Z");
    let id = reservation["reservation"].as_u64().expect("a number");

    let own = server.get(&path("reservations"), Some(&ann)).await.json();
    assert_eq!(own["reservations"], json!([reservation]));
    let others = server.get(&path("reservations"), Some(&server.viewer("bob"))).await.json();
    assert_eq!(others, json!({ "reservations": [] }));

    let sold = server.post(&path(&format!("reservations/{id}/confirm")), &ann, "pay-1", json!({})).await;
    assert_eq!(sold.status, 200, "{sold:?}");
    assert_eq!(sold.json()["sold"]["reservation"]["state"], "sold");
    let order = sold.json()["sold"]["order"].clone();
    assert_eq!(order["state"], "placed");

    let own = server.get(&path("orders"), Some(&ann)).await.json();
    assert_eq!(own, json!({ "orders": [order], "next": null }));
    let numbers = server.get(&path("numbers"), Some(&server.host())).await.json();
    assert_eq!(numbers["sales"], json!(null), "sales over time are the brand's");
    assert_eq!(numbers["numbers"]["units_sold"], 2);
    assert_eq!(numbers["numbers"]["revenue"]["amount_minor"], 7_990);
    let numbers = server.get(&path("numbers"), Some(&server.brand())).await.json();
    assert_eq!(numbers["sales"]["buckets"][0]["units"], 2);
}

#[tokio::test]
async fn what_is_given_back_can_be_bought_by_others() {
    let server = TestServer::start().await;
    server.go_live().await;
    for buyer in ["b1", "b2", "b3", "b4", "b5"] {
        assert_eq!(server.reserve(buyer, "click", 2).await.status, 201);
    }
    let refused = server.reserve("ann", "click", 1).await.is_problem(409, "sold_out");
    assert_eq!(refused["available"], 0);
    let given_back = server.post(&path("reservations/1/release"), &server.viewer("b1"), "back", json!({})).await;
    assert_eq!(given_back.status, 200);
    assert_eq!(given_back.json()["released"]["state"], "released");
    assert_eq!(server.reserve("ann", "click", 1).await.status, 201, "a refusal binds no key");
    server.reserve("cas", "click", 2).await.is_problem(409, "not_enough");
    let again = server.post(&path("reservations/1/confirm"), &server.viewer("b1"), "pay", json!({})).await;
    assert_eq!(again.is_problem(409, "reservation_state")["reservation_state"], "released");
    let strange = server.post(&path("reservations/2/confirm"), &server.viewer("b1"), "pay", json!({})).await;
    strange.is_problem(404, "reservation_unknown");
}

#[tokio::test]
async fn a_hold_that_ran_out_can_not_be_bought() {
    let server = TestServer::start().await;
    server.go_live().await;
    assert_eq!(server.reserve("ann", "click", 1).await.status, 201);
    server.clock.advance_ms(120_000);
    let late = server.post(&path("reservations/1/confirm"), &server.viewer("ann"), "pay", json!({})).await;
    assert_eq!(late.is_problem(409, "reservation_state")["reservation_state"], "expired");
}

#[tokio::test]
async fn a_key_is_answered_once_and_for_all() {
    let server = TestServer::start().await;
    server.go_live().await;
    let first = server.reserve("ann", "click", 1).await;
    let second = server.reserve("ann", "click", 1).await;
    assert_eq!((second.status, second.json()), (first.status, first.json()));
    server.reserve("ann", "click", 2).await.is_problem(409, "key_conflict");
    let of_another = server.reserve("bob", "click", 1).await;
    assert_eq!(of_another.json()["held"]["reservation"], 2, "a key is the principal's own");

    let ann = server.viewer("ann");
    let outcome = server.get(&path("outcomes/click"), Some(&ann)).await;
    assert_eq!((outcome.status.as_u16(), &outcome.json()["held"]), (200, &first.json()["held"]));
    server.get(&path("outcomes/never"), Some(&ann)).await.is_problem(404, "key_unknown");
    server.get(&path("outcomes/start"), Some(&ann)).await.is_problem(404, "key_unknown");
    let done = server.get(&path("outcomes/start"), Some(&server.host())).await;
    assert_eq!(done.json()["done"], json!({}));
}

#[tokio::test]
async fn a_key_may_stand_in_quotes() {
    let server = TestServer::start().await;
    server.go_live().await;
    let bare = server.reserve("ann", "click", 1).await;
    let quoted = server.reserve("ann", "\"click\"", 1).await;
    assert_eq!(quoted.json(), bare.json());
}

#[tokio::test]
async fn a_journal_that_can_not_be_written_sells_nothing() {
    let server = TestServer::start().await;
    server.go_live().await;
    server.faults.next_append(AppendFault::Unavailable);
    let reply = server.reserve("ann", "click", 1).await;
    let problem = reply.is_problem(503, "retry");
    assert_eq!(problem["reason"], "unavailable");
    assert_eq!(problem["retry_after_ms"], 250);
    assert_eq!(reply.headers["retry-after"], "1");
    let held = server.reserve("ann", "click", 1).await;
    assert_eq!(held.json()["held"]["reservation"], 1, "the first try left no trace");
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_pending_and_never_failed() {
    let server = TestServer::with(|config| config.limits.request_timeout_ms = 100).await;
    server.go_live().await;
    server.faults.hold_appends();
    let pending = server.reserve("ann", "click", 1).await;
    assert_eq!(pending.status, 202, "{pending:?}");
    assert_eq!(pending.json(), json!({ "pending": { "after_ms": 250 }, "receipt": null }));
    server.faults.release_appends();
    let held = server.reserve("ann", "click", 1).await;
    assert_eq!(held.status, 201);
    assert_eq!(held.json()["held"]["reservation"], 1, "the first try was carried out");
}

#[tokio::test]
async fn orders_come_in_pages() {
    let server = TestServer::start().await;
    server.go_live().await;
    for number in 1..=5 {
        let buyer = format!("b{number}");
        assert_eq!(server.reserve(&buyer, "click", 1).await.status, 201);
        let confirm = path(&format!("reservations/{number}/confirm"));
        assert_eq!(server.post(&confirm, &server.viewer(&buyer), "pay", json!({})).await.status, 200);
    }
    let brand = server.brand();
    let (mut seen, mut next) = (Vec::new(), json!(0));
    while let Some(after) = next.as_u64() {
        let page = server.get(&path(&format!("orders?after={after}&limit=2")), Some(&brand)).await.json();
        seen.extend(page["orders"].as_array().expect("orders").iter().map(|order| order["order"].clone()));
        next = page["next"].clone();
    }
    assert_eq!(seen, [1, 2, 3, 4, 5]);
    let one = server.get(&path("orders?limit=2"), Some(&server.viewer("b4"))).await.json();
    assert_eq!(one["orders"].as_array().map(Vec::len), Some(1));
    let host = server.token(TokenRole::Host, "host", Some(SHOW), None);
    server.get(&path("orders"), Some(&host)).await.is_problem(403, "role_forbidden");
}
