//! Waiting in line over HTTP.

use serde_json::{Value, json};

use crate::common::{SHOW, TestServer, eventually, show_file};

pub(crate) fn path(rest: &str) -> String {
    format!("/v1/shows/{SHOW}/{rest}")
}

/// Two red scarves, one a viewer, and a line for them; five blue ones.
fn with_line(waitlist: &str) -> Value {
    let mut file = show_file();
    file["products"][0]["variants"][0]["units"] = json!(2);
    file["drops"][0]["limit_per_viewer"] = json!(1);
    file["drops"][0]["waitlist"] = json!(waitlist);
    file["drops"][0]["offer_ttl_ms"] = json!(30_000);
    file
}

async fn join(server: &TestServer, viewer: &str, key: &str, quantity: u32) -> crate::common::Reply {
    let body = json!({ "drop": "opening", "sku": "scarf-red", "quantity": quantity });
    server.post(&path("waitlist"), &server.viewer(viewer), key, body).await
}

/// Somebody's own reservations, newest last.
pub(crate) async fn own(server: &TestServer, viewer: &str) -> Vec<Value> {
    let reply = server.get(&path("reservations"), Some(&server.viewer(viewer))).await.json();
    reply["reservations"].as_array().expect("reservations").clone()
}

async fn places(server: &TestServer, viewer: &str) -> Value {
    server.get(&path("waitlist"), Some(&server.viewer(viewer))).await.json()["waiters"].clone()
}

/// Units that anybody may have, and who waits for them: of the red scarf, from the show.
async fn line(server: &TestServer) -> [Value; 3] {
    let show = server.get(&format!("/v1/shows/{SHOW}"), None).await.json();
    let item = &show["public"]["drops"][0]["items"][0];
    ["available", "waiting", "next_place"].map(|field| item[field].clone())
}

#[tokio::test]
async fn a_place_in_line_is_taken_served_and_left() {
    let server = TestServer::start().await;
    server.go_live_with(&with_line("ask")).await;
    for buyer in ["b1", "b2"] {
        assert_eq!(server.reserve(buyer, "click", 1).await.status, 201);
    }
    server.reserve("ann", "click", 1).await.is_problem(409, "sold_out");

    let joined = join(&server, "ann", "wait", 1).await;
    assert_eq!(joined.status, 201, "{joined:?}");
    let waiter = json!({
        "waiter": 1, "drop": "opening", "sku": "scarf-red", "quantity": 1, "state": "waiting",
        "joined_at": "2026-05-01T18:00:00.000Z", "place": 1, "ahead": 0, "reservation": null,
    });
    assert_eq!(joined.json()["waiter"], waiter);
    assert!(joined.json()["receipt"].is_string());
    assert_eq!(join(&server, "ann", "wait", 1).await.json(), joined.json(), "the same key, the same place");
    join(&server, "ann", "wait", 2).await.is_problem(409, "key_conflict");
    assert_eq!(join(&server, "cas", "wait", 1).await.json()["waiter"]["ahead"], 1);
    assert_eq!(join(&server, "dee", "wait", 1).await.json()["waiter"]["place"], 3);
    assert_eq!(places(&server, "ann").await, json!([waiter]));
    assert_eq!(places(&server, "b1").await, json!([]));
    assert_eq!(line(&server).await, [json!(0), json!(3), json!(1)]);

    let leave = path("waitlist/2/leave");
    let left = server.post(&leave, &server.viewer("cas"), "leave", json!({})).await;
    assert_eq!((left.status.as_u16(), &left.json()["waiter"]["state"]), (200, &json!("left")));
    assert_eq!(places(&server, "cas").await, json!([]));
    server.post(&leave, &server.viewer("cas"), "again", json!({})).await.is_problem(409, "waiter_over");
    server.post(&leave, &server.viewer("ann"), "other", json!({})).await.is_problem(404, "waiter_unknown");

    let back = server.post(&path("reservations/1/release"), &server.viewer("b1"), "back", json!({})).await;
    assert_eq!(back.status, 200);
    let offered = own(&server, "ann").await;
    assert_eq!((offered.len(), &offered[0]["state"]), (1, &json!("offered")), "in the same entry");
    assert_eq!(offered[0]["expires_at"], "2026-05-01T18:00:30.000Z");
    assert_eq!(places(&server, "ann").await, json!([]));
    assert_eq!(line(&server).await, [json!(0), json!(1), json!(3)]);
    let outcome = server.get(&path("outcomes/wait"), Some(&server.viewer("ann"))).await.json();
    assert_eq!((&outcome["waiter"]["state"], &outcome["waiter"]["reservation"]), (&json!("offered"), &json!(3)));
    let sold = server.post(&path("reservations/3/confirm"), &server.viewer("ann"), "pay", json!({})).await;
    assert_eq!(sold.json()["sold"]["reservation"]["state"], "sold");
}

#[tokio::test]
async fn an_offer_that_nobody_takes_goes_to_the_next_and_who_is_left_when_the_drop_closes_gets_nothing() {
    let server = TestServer::start().await;
    server.go_live_with(&with_line("automatic")).await;
    for buyer in ["b1", "b2"] {
        assert_eq!(server.reserve(buyer, "click", 1).await.status, 201);
    }
    for (place, viewer) in ["ann", "cas", "dee"].into_iter().enumerate() {
        let waits = server.reserve(viewer, "click", 1).await;
        assert_eq!((waits.status.as_u16(), &waits.json()["waiter"]["place"]), (201, &json!(place + 1)), "{waits:?}");
    }
    server.post(&path("reservations/1/release"), &server.viewer("b1"), "back", json!({})).await;
    assert_eq!(own(&server, "ann").await[0]["state"], "offered");
    server.clock.advance_ms(30_000);
    eventually("it is the next one's", async || own(&server, "cas").await.len() == 1).await;
    assert_eq!(own(&server, "ann").await[0]["state"], "expired");
    // Who declines gives it on, too.
    let declined = server.post(&path("reservations/4/release"), &server.viewer("cas"), "no", json!({})).await;
    assert_eq!(declined.json()["released"]["state"], "released");
    assert_eq!(own(&server, "dee").await[0]["state"], "offered");

    assert_eq!(server.reserve("eve", "click", 1).await.json()["waiter"]["ahead"], 0);
    let closed = server.post(&path("drops/opening/close"), &server.host(), "close", json!({})).await;
    assert_eq!(closed.status, 200);
    assert_eq!(places(&server, "eve").await, json!([]));
    let outcome = server.get(&path("outcomes/click"), Some(&server.viewer("eve"))).await.json();
    assert_eq!(outcome["waiter"]["state"], "closed");
    let bought = server.post(&path("reservations/5/confirm"), &server.viewer("dee"), "pay", json!({})).await;
    assert_eq!(bought.status, 200, "what was offered is promised until its deadline");
}

#[tokio::test]
async fn what_can_not_be_waited_for_is_refused() {
    let server = TestServer::start().await;
    server.go_live_with(&with_line("off")).await;
    join(&server, "ann", "a", 1).await.is_problem(409, "waitlist_off");

    let server = TestServer::start().await;
    server.go_live_with(&with_line("ask")).await;
    for buyer in ["b1", "b2"] {
        assert_eq!(server.reserve(buyer, "click", 1).await.status, 201);
    }
    join(&server, "ann", "a", 0).await.is_problem(422, "quantity_invalid");
    join(&server, "ann", "a", 2).await.is_problem(409, "limit_reached");
    assert_eq!(join(&server, "ann", "a", 1).await.status, 201);
    let again = join(&server, "ann", "b", 1).await.is_problem(409, "already_waiting");
    assert_eq!(again["waiter"], 1);
    let leave = path("waitlist/x/leave");
    let wrong = server.post(&leave, &server.viewer("ann"), "c", json!({})).await.is_problem(422, "name_invalid");
    assert_eq!(wrong["field"], "waiter");
    let body = json!({ "drop": "opening", "sku": "scarf-red", "quantity": 1 });
    for token in [server.host(), server.brand()] {
        server.post(&path("waitlist"), &token, "d", body.clone()).await.is_problem(403, "role_forbidden");
        server.get(&path("waitlist"), Some(&token)).await.is_problem(403, "role_forbidden");
    }
    let without_key = server.request(reqwest::Method::POST, &path("waitlist"), Some(&server.viewer("ann")));
    crate::common::read(without_key.json(&body)).await.is_problem(400, "key_missing");
}
