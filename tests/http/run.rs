//! Running a show over HTTP.

use serde_json::{Value, json};

use crate::common::{SHOW, TestServer, show_file};

fn path(rest: &str) -> String {
    format!("/v1/shows/{SHOW}/{rest}")
}

async fn drop_of(server: &TestServer) -> Value {
    server.get(&format!("/v1/shows/{SHOW}"), None).await.json()["public"]["drops"][0].clone()
}

#[tokio::test]
async fn a_drop_goes_through_its_phases() {
    let server = TestServer::start().await;
    server.plan().await;
    let host = server.host();
    let steps = [
        ("start", json!({}), "planned"),
        ("drops/opening/schedule", json!({ "opens_at": "2026-05-01T18:30:00Z" }), "planned"),
        ("drops/opening/schedule", json!({ "opens_at": null }), "planned"),
        ("drops/opening/open", json!({}), "open"),
        ("drops/opening/pause", json!({}), "paused"),
        ("drops/opening/resume", json!({}), "open"),
        ("drops/opening/extend", json!({ "by_ms": 60_000 }), "open"),
        ("units", json!({ "sku": "scarf-red", "units": 7 }), "open"),
        ("units", json!({ "sku": "scarf-red", "units": 1, "drop": "opening" }), "open"),
        ("drops/opening/close", json!({}), "closed"),
        ("end", json!({}), "closed"),
    ];
    for (number, (step, body, phase)) in steps.into_iter().enumerate() {
        let done = server.post(&path(step), &host, &format!("key-{number}"), body).await;
        assert_eq!((done.status.as_u16(), &done.json()["done"]), (200, &json!({})), "{step}: {done:?}");
        assert_eq!(drop_of(&server).await["phase"], phase, "{step}");
    }
    let drop = drop_of(&server).await;
    assert_eq!(drop["closes_at"], "2026-05-01T18:11:00.000Z", "ten minutes and the one that was added");
    assert_eq!(drop["items"][0]["available"], 18);
    let show = server.get(&format!("/v1/shows/{SHOW}"), None).await.json()["public"]["show"].clone();
    assert_eq!(show["phase"], "ended");
}

#[tokio::test]
async fn a_scheduled_drop_opens_by_itself() {
    let server = TestServer::start().await;
    server.plan().await;
    let host = server.host();
    server.post(&path("start"), &host, "start", json!({})).await;
    let opens_at = json!({ "opens_at": "2026-05-01T20:00:01+02:00" });
    let done = server.post(&path("drops/opening/schedule"), &host, "schedule", opens_at).await;
    assert_eq!(done.status, 200, "{done:?}");
    server.clock.advance_ms(1_000);
    crate::common::eventually("the drop is open", async || drop_of(&server).await["phase"] == "open").await;
}

#[tokio::test]
async fn what_can_not_be_done_now_is_refused() {
    let server = TestServer::start().await;
    server.plan().await;
    let host = server.host();
    let post = async |rest: &str, key: &str, body: Value| server.post(&path(rest), &host, key, body).await;
    post("drops/opening/open", "a", json!({})).await.is_problem(409, "show_not_live");
    post("start", "b", json!({})).await;
    post("start", "c", json!({})).await.is_problem(409, "show_already_live");
    post("drops/nothing/open", "d", json!({})).await.is_problem(404, "drop_unknown");
    let wrong_phase = post("drops/opening/pause", "e", json!({})).await.is_problem(409, "drop_phase");
    assert_eq!(wrong_phase["drop_phase"], "planned");
    let gone_by = json!({ "opens_at": "2026-05-01T17:00:00Z" });
    post("drops/opening/schedule", "f", gone_by).await.is_problem(422, "moment_passed");
    post("drops/opening/open", "g", json!({})).await;
    post("drops/opening/extend", "h", json!({ "by_ms": 0 })).await.is_problem(422, "duration_invalid");
    post("units", "i", json!({ "sku": "hat", "units": 1 })).await.is_problem(404, "sku_unknown");
    post("units", "j", json!({ "sku": "scarf-red", "units": 0 })).await.is_problem(422, "quantity_invalid");
    post("end", "k", json!({})).await;
    post("start", "l", json!({})).await.is_problem(409, "show_ended");
}

#[tokio::test]
async fn a_plan_may_change_until_it_is_sold_from() {
    let server = TestServer::start().await;
    server.plan().await;
    let brand = server.brand();
    let again = server.put_show(SHOW, &brand, &show_file()).await;
    assert_eq!(again.status, 200);
    let tail = server.state.engine.journal().tail(SHOW).await.expect("a tail");
    assert_eq!(tail.seq, 1, "the same plan again changes nothing");

    let mut more = show_file();
    more["products"][0]["variants"][0]["units"] = json!(12);
    let changed = server.put_show(SHOW, &brand, &more).await.json();
    assert_eq!(changed["drops"][0]["items"][0]["available"], 12);

    let mut without_end = show_file();
    without_end["drops"][0]["duration_ms"] = json!(null);
    assert_eq!(server.put_show(SHOW, &brand, &without_end).await.status, 200);
    let host = server.host();
    server.post(&path("start"), &host, "a", json!({})).await;
    server.post(&path("drops/opening/open"), &host, "b", json!({})).await;
    let extended = server.post(&path("drops/opening/extend"), &host, "c", json!({ "by_ms": 1_000 })).await;
    extended.is_problem(409, "drop_without_end");
    assert_eq!(server.reserve("ann", "click", 2).await.status, 201);
    let mut less = without_end.clone();
    less["products"][0]["variants"][0]["units"] = json!(1);
    let refused = server.put_show(SHOW, &brand, &less).await.is_problem(422, "plan_invalid");
    assert_eq!(refused["field"], "products[0].variants[0].units");
}

#[tokio::test]
async fn an_opening_is_taken_back_for_ten_seconds() {
    let server = TestServer::start().await;
    server.go_live().await;
    let host = server.host();
    let undo = async |key: &str| server.post(&path("drops/opening/undo"), &host, key, json!({})).await;
    let open = async |key: &str| server.post(&path("drops/opening/open"), &host, key, json!({})).await;
    assert_eq!(drop_of(&server).await["undo_until"], "2026-05-01T18:00:10.000Z");
    server.reserve("ann", "click", 2).await;
    let viewer = server.viewer("ann");
    server.post(&path("drops/opening/undo"), &viewer, "no", json!({})).await.is_problem(403, "role_forbidden");
    server.clock.advance_ms(9_999);
    let done = undo("undo-1").await;
    assert_eq!((done.status.as_u16(), &done.json()["done"]), (200, &json!({})), "{done:?}");
    let drop = drop_of(&server).await;
    assert_eq!(
        (&drop["phase"], &drop["opened_at"], &drop["undo_until"]),
        (&json!("planned"), &Value::Null, &Value::Null)
    );
    assert_eq!(drop["items"][0]["available"], 10, "what was held is free again");
    undo("undo-2").await.is_problem(409, "drop_phase");

    open("open-2").await;
    // Asked again under its key, it is not done again.
    assert_eq!(undo("undo-1").await.status, 200);
    assert_eq!(drop_of(&server).await["phase"], "open");
    server.clock.advance_ms(10_000);
    undo("undo-3").await.is_problem(409, "undo_over");
}
