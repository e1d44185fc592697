//! Draws over HTTP: everybody can check them, and nobody learns a name.

use std::collections::BTreeMap;

use dropcast::engine::Answer;
use dropcast_domain::{
    ids::{DropId, Key, PrincipalId, Sku},
    show::{Command, Digest, Fingerprint, Principal, Request, Role},
};
use dropcast_proto::json::{from_hexadecimal, to_hexadecimal};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{
    common::{BRAND, SHOW, TestServer, eventually, show_file, show_id},
    waitlist::path,
};

const DRAW: &str = "/v1/shows/spring/drops/opening/draw";
/// How many enter the large draw: as many as one show is made for.
const MANY: u32 = 15_000;

/// Ten red scarves, one a viewer, drawn for in the first half minute.
fn with_draw() -> Value {
    let mut file = show_file();
    file["drops"][0]["limit_per_viewer"] = json!(1);
    file["drops"][0]["draw"] = json!({ "entry_ms": 30_000 });
    file
}

/// Plans and starts the show, waits until the draw is bound, and opens the drop.
async fn open(server: &TestServer) {
    assert_eq!(server.put_show(SHOW, &server.brand(), &with_draw()).await.status, 200);
    eventually("the draw is bound", async || draw(server, "").await["commitment"].is_string()).await;
    for step in ["start", "drops/opening/open"] {
        let done = server.post(&path(step), &server.host(), &step.replace('/', "-"), json!({})).await;
        assert_eq!(done.status, 200, "{done:?}");
    }
}

async fn draw(server: &TestServer, query: &str) -> Value {
    let reply = server.get(&format!("{DRAW}{query}"), None).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

fn sha256(parts: &[&[u8]]) -> Vec<u8> {
    parts.iter().fold(Sha256::new(), Sha256::chain_update).finalize().to_vec()
}

fn bytes(hexadecimal: &Value) -> Vec<u8> {
    from_hexadecimal(hexadecimal.as_str().expect("a text")).expect("hexadecimal digits")
}

/// Checks a draw as anybody can who has nothing but these answers: the tickets in the order of their lots.
fn checked(draw: &Value, entrants: &[Value]) -> Vec<String> {
    let (seed, digest) = (bytes(&draw["seed"]), bytes(&draw["digest"]));
    assert_eq!(to_hexadecimal(&sha256(&[&seed])), draw["commitment"], "it is the seed that was committed to");
    let lots: Vec<_> = entrants.iter().map(|entrant| sha256(&[&seed, &digest, &bytes(&entrant["ticket"])])).collect();
    assert!(lots.is_sorted(), "the order is that of the lots");
    let places: Vec<_> = entrants.iter().filter_map(|entrant| entrant["place"].as_u64()).collect();
    assert!(places.iter().copied().eq(1..=entrants.len() as u64), "{places:?}");
    let text = |entrant: &Value| entrant["ticket"].as_str().expect("a text").to_owned();
    entrants.iter().map(text).collect()
}

#[tokio::test]
async fn a_draw_can_be_checked_from_its_commitment_to_its_last_place() {
    let server = TestServer::start().await;
    open(&server).await;
    let before = draw(&server, "").await;
    let committed = before["commitment"].clone();
    assert_eq!((&before["fairness"], &before["entry_ms"]), (&json!("draw"), &json!(30_000)));
    assert_eq!(before["entries_close_at"], "2026-05-01T18:00:30.000Z");

    let names: Vec<String> = (1..=13).map(|number| format!("v{number}")).collect();
    for name in &names {
        let entered = server.reserve(name, "click", 1).await;
        assert_eq!((entered.status.as_u16(), &entered.json()["waiter"]["place"]), (201, &Value::Null), "{entered:?}");
    }
    let left = server.post(&path("waitlist/13/leave"), &server.viewer("v13"), "leave", json!({})).await;
    assert_eq!(left.status, 200);
    let during = draw(&server, "").await;
    let hidden = ["seed", "digest", "drawn_at", "next"].map(|field| during[field].clone());
    assert_eq!(hidden, [Value::Null, Value::Null, Value::Null, Value::Null]);
    assert_eq!((&during["entrant_count"], &during["entrants"]), (&json!(12), &json!([])));

    server.clock.advance_ms(30_000);
    eventually("the lots are drawn", async || draw(&server, "").await["drawn_at"].is_string()).await;
    let drawn = draw(&server, "").await;
    assert_eq!((&drawn["commitment"], &drawn["entrant_count"]), (&committed, &json!(12)));
    let entrants = drawn["entrants"].as_array().expect("entrants");
    let tickets = checked(&drawn, entrants);
    let own: BTreeMap<String, &String> =
        names.iter().map(|name| (to_hexadecimal(&sha256(&[name.as_bytes()])), name)).collect();
    assert!(!tickets.contains(&to_hexadecimal(&sha256(&[b"v13"]))), "who left before is in no draw");
    for (place, ticket) in tickets.iter().enumerate() {
        let reservations = crate::waitlist::own(&server, own[ticket]).await;
        assert_eq!(entrants[place]["offered"], place < 10);
        assert_eq!(reservations.first().map(|each| &each["state"]), (place < 10).then_some(&json!("offered")));
    }
    // Whoever comes after it stands behind it, and is no lot of it.
    let late = server.reserve("late", "click", 1).await;
    late.is_problem(409, "sold_out");
    let whole = drawn.to_string();
    assert!(names.iter().all(|name| !whole.contains(&format!("\"{name}\""))), "{whole}");
}

#[tokio::test]
async fn a_draw_is_read_in_pages_and_by_who_may_watch() {
    let server = TestServer::start().await;
    let mut file = with_draw();
    file["watch_without_token"] = json!(false);
    assert_eq!(server.put_show(SHOW, &server.brand(), &file).await.status, 200);
    server.get(DRAW, None).await.is_problem(401, "token_missing");
    assert_eq!(server.get(DRAW, Some(&server.viewer("ann"))).await.status, 200);
    let stranger = server.token(dropcast::api::auth::TokenRole::Viewer, "ann", Some("another"), None);
    server.get(DRAW, Some(&stranger)).await.is_problem(403, "token_for_another_show");
    let get = async |rest: &str| server.get(&format!("/v1/shows/{rest}"), Some(&server.viewer("ann"))).await;
    get("spring/drops/none/draw").await.is_problem(404, "drop_unknown");
    for query in ["limit=0", "limit=10001"] {
        let refused = get(&format!("spring/drops/opening/draw?{query}")).await;
        assert_eq!(refused.is_problem(400, "parameter_invalid")["field"], "limit");
    }

    let server = TestServer::start().await;
    server.plan().await;
    let without = draw(&server, "").await;
    assert_eq!((&without["fairness"], &without["commitment"]), (&json!("first_come"), &Value::Null));
    assert_eq!((&without["entrant_count"], &without["entrants"]), (&json!(0), &json!([])));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draw_of_many_thousands_can_be_read_to_its_end() {
    let server = TestServer::start().await;
    open(&server).await;
    let handle = server.state.engine.open(&show_id(SHOW)).await.expect("the show");
    let (drop, sku) = (DropId::new("opening").expect("a name"), Sku::new("scarf-red").expect("a name"));
    // Over the engine, which is where clicks of many nodes come together.
    for number in 0..MANY {
        let command = Command::Reserve { drop: drop.clone(), sku: sku.clone(), quantity: 1, with: Vec::new() };
        let request = Request {
            principal: principal(Role::Viewer, &format!("viewer-{number}")),
            key: Key::new("click").ok(),
            fingerprint: Fingerprint::default(),
            command,
        };
        if number % 500 == 499 {
            assert!(matches!(handle.ask_and_wait(request).await, Answer::Accepted(_)));
        } else {
            handle.ask(request, Box::new(|answer| assert!(matches!(answer, Answer::Accepted(_)), "{answer:?}")));
        }
    }
    assert_eq!(draw(&server, "").await["entrant_count"], MANY);
    server.clock.advance_ms(30_000);
    eventually("the lots are drawn", async || draw(&server, "?limit=1").await["drawn_at"].is_string()).await;
    let (mut entrants, mut next, mut pages) = (Vec::new(), json!(0), 0);
    while let Some(after) = next.as_u64() {
        let page = draw(&server, &format!("?after={after}&limit=10000")).await;
        entrants.extend(page["entrants"].as_array().expect("entrants").iter().cloned());
        (next, pages) = (page["next"].clone(), pages + 1);
    }
    assert_eq!((entrants.len(), pages), (MANY as usize, 2));
    checked(&draw(&server, "?limit=1").await, &entrants);
}

#[tokio::test]
async fn a_draw_that_is_not_bound_does_not_open_and_one_that_is_not_drawn_takes_nobody_more() {
    let server = TestServer::without_seeds().await;
    assert_eq!(server.put_show(SHOW, &server.brand(), &with_draw()).await.status, 200);
    let host = server.host();
    server.post(&path("start"), &host, "start", json!({})).await;
    server.post(&path("drops/opening/open"), &host, "open", json!({})).await.is_problem(409, "draw_uncommitted");

    let handle = server.state.engine.open(&show_id(SHOW)).await.expect("the show");
    let drop = || DropId::new("opening").expect("a name");
    let commit = Command::CommitDraw { drop: drop(), commitment: Digest::of(&[7; 32]) };
    assert!(matches!(handle.ask_and_wait(as_system(commit)).await, Answer::Accepted(_)));
    assert_eq!(server.post(&path("drops/opening/open"), &host, "open", json!({})).await.status, 200);
    let with = json!([{ "sku": "scarf-blue", "quantity": 1 }]);
    let bundle = json!({ "drop": "opening", "sku": "scarf-red", "quantity": 1, "with": with });
    let refused = server.post(&path("reservations"), &server.viewer("ann"), "a", bundle).await;
    assert_eq!(refused.is_problem(422, "bundle_invalid")["limit"], 1);
    assert_eq!(server.reserve("ann", "b", 1).await.status, 201);
    let early = Command::DrawLots { drop: drop(), seed: Digest([7; 32]), digest: Digest::default() };
    let refused = handle.ask_and_wait(as_system(early)).await;
    assert!(matches!(&refused, Answer::Refused(refusal) if refusal.to_string().contains("no draw")), "{refused:?}");
    server.clock.advance_ms(30_000);
    server.reserve("bob", "c", 1).await.is_problem(409, "draw_pending");
    let foreign = Command::DrawLots { drop: drop(), seed: Digest([8; 32]), digest: Digest::default() };
    let refused = handle.ask_and_wait(as_system(foreign)).await;
    assert!(matches!(&refused, Answer::Refused(refusal) if refusal.to_string().contains("seed")), "{refused:?}");
}

fn principal(role: Role, name: &str) -> Principal {
    Principal { role, id: PrincipalId::new(name).expect("a name") }
}

fn as_system(command: Command) -> Request {
    Request { principal: principal(Role::System, BRAND), key: None, fingerprint: Fingerprint::default(), command }
}
