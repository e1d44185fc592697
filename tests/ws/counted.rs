//! The audience as it is counted: who watches, where they came from, what they asked for, and what became of it.

use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::{
    process::{Launch, Server},
    shop::{DROP, SHOW, Shop, host_token, viewer_token},
    socket::{Encoding, Socket},
};

async fn hello(server: &Server, token: Option<&str>, source: Option<&str>) -> Socket {
    let mut socket = Socket::open(server, Encoding::Json).await;
    socket.send(&json!({ "hello": { "show": SHOW, "token": token, "cursor": null, "source": source } })).await;
    socket
}

async fn viewer(server: &Server, name: &str, source: Option<&str>) -> Socket {
    let mut socket = hello(server, Some(&viewer_token(name)), source).await;
    socket.expect("welcome").await;
    socket
}

/// The numbers, as soon as these of them are so; they may have been told before.
async fn numbers(server: &Server, expected: Value) -> Value {
    let (mut host, _, snapshot) = Socket::join(server, Some(&host_token()), None).await;
    let mut numbers = snapshot["numbers"].clone();
    let expected = expected.as_object().expect("fields");
    while !expected.iter().all(|(name, value)| numbers[name] == *value) {
        numbers = host.wait_for("numbers_changed").await["numbers"].clone();
    }
    numbers
}

/// What the journal has of each node's count.
async fn counts(shop: &Shop) -> Vec<Value> {
    let facts = shop.journal().await.into_iter().flat_map(|entry| entry["facts"].as_array().expect("facts").clone());
    facts.filter_map(|fact| fact.get("audience_counted").cloned()).collect()
}

/// The newest of the last node that counted, once it is as asked.
async fn newest_count(shop: &Shop, is_wanted: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..2_000 {
        if let Some(count) = counts(shop).await.pop().filter(|count| is_wanted(count)) {
            return count;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the journal never has it: {:?}", counts(shop).await)
}

async fn ask(socket: &mut Socket, kind: &str, key: &str, fields: Value) -> Value {
    let mut command = json!({ "key": key, "attempt": null });
    command.as_object_mut().expect("an object").extend(fields.as_object().expect("fields").clone());
    socket.send(&json!({ kind: command })).await;
    socket.answer(key).await
}

#[tokio::test]
async fn a_source_is_a_name_and_nothing_else() {
    let server = Launch::default().start().await;
    Shop::of(&server).plan(10, 2).await;
    let long = "s".repeat(65);
    for bad in ["", "a site", "<b>", "caf\u{e9}", &long] {
        let mut socket = hello(&server, None, Some(bad)).await;
        let problem = socket.expect("problem").await;
        assert_eq!(problem["code"], "malformed_message", "{bad:?}");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("`source`")), "{problem}");
        // Nobody joined, and one can still say hello as one should.
        socket.send(&json!({ "hello": { "show": SHOW, "token": null, "cursor": null, "source": "a-Z0.9_:" } })).await;
        socket.expect("welcome").await;
    }
    numbers(&server, json!({ "sources": [{ "source": "a-Z0.9_:", "viewers": 5 }], "watched": 5 })).await;
}

#[tokio::test]
async fn viewers_are_counted_on_their_way_to_a_purchase() {
    let server = Launch::default().start().await;
    let shop = Shop::of(&server);
    shop.plan(3, 2).await;
    shop.run("start", "start").await;
    let mut ann = viewer(&server, "ann", Some("blog")).await;
    let tab = viewer(&server, "ann", Some("news")).await;
    let mut bob = viewer(&server, "bob", Some("blog")).await;
    let mut nobody = hello(&server, None, None).await;
    nobody.expect("welcome").await;
    let sources = json!([{ "source": "blog", "viewers": 2 }]);
    let before = json!({ "viewers": 4, "watched": 3, "saw": 0, "clicked": 0, "clicks": 0, "sources": sources });
    numbers(&server, before).await;

    // A viewer counts once, and not as one who saw something while nothing was open.
    drop(tab);
    numbers(&server, json!({ "viewers": 3, "watched": 3, "saw": 0 })).await;
    shop.run(&format!("drops/{DROP}/open"), "open").await;
    numbers(&server, json!({ "saw": 3 })).await;
    let mut dan = viewer(&server, "dan", Some("news")).await;
    numbers(&server, json!({ "viewers": 4, "viewers_peak": 4, "watched": 4, "saw": 4 })).await;

    assert!(ann.buy("a1", 2).await.get("held").is_some());
    assert_eq!(bob.buy("b1", 2).await["refused"]["code"], "not_enough");
    assert_eq!(ann.buy("a2", 1).await["refused"]["code"], "limit_reached");
    assert_eq!(dan.buy("d1", 0).await["refused"]["code"], "quantity_invalid");
    let held = bob.buy("b2", 1).await["held"]["reservation"].clone();
    assert!(ask(&mut bob, "confirm", "b3", json!({ "reservation": held })).await.get("sold").is_some());
    assert_eq!(dan.buy("d2", 1).await["refused"]["code"], "sold_out");
    shop.run(&format!("drops/{DROP}/pause"), "pause").await;
    assert_eq!(dan.buy("d3", 1).await["refused"]["code"], "drop_phase");
    // One who asks over HTTP asks, but watches nothing.
    shop.reserve("eve", "e1", 1).await.is_problem(409, "drop_phase");
    // A host can't have anything, and counts as nobody.
    let (mut host, ..) = Socket::join(&server, Some(&host_token()), None).await;
    assert_eq!(host.buy("h1", 1).await["refused"]["code"], "role_forbidden");

    let turned_away = json!({ "sold_out": 2, "limited": 1, "closed": 2, "other": 1, "units": 3 });
    let all = json!({
        "viewers": 4, "watched": 4, "saw": 4, "clicked": 4, "clicks": 8, "refused": 6, "held": 2, "bought": 1,
        "turned_away": turned_away,
        "sources": [{ "source": "blog", "viewers": 2 }, { "source": "news", "viewers": 1 }],
    });
    numbers(&server, all.clone()).await;
    let count = newest_count(&shop, |count| count["clicks"] == 8).await;
    for name in ["viewers", "watched", "saw", "clicked", "turned_away"] {
        assert_eq!(count[name], all[name], "{name}: {count}");
    }

    for socket in [ann, bob, nobody, dan] {
        drop(socket);
    }
    numbers(&server, json!({ "viewers": 0, "viewers_peak": 4, "watched": 4 })).await;
    newest_count(&shop, |count| count["viewers"] == 0).await;
}

#[tokio::test]
async fn what_was_counted_outlives_the_server_and_counts_once() {
    let launch = Launch::default();
    let server = launch.start().await;
    let shop = Shop::of(&server);
    shop.go_live(3, 2).await;
    let mut ann = viewer(&server, "ann", Some("blog")).await;
    ann.buy("a1", 1).await;
    let told = newest_count(&shop, |count| count["clicks"] == 1).await;
    // Before it stops it says that nobody watches here any more.
    server.signal(Signal::TERM);
    assert!(server.ended().await.success());
    let server = launch.start().await;
    let shop = Shop::of(&server);
    let counted = counts(&shop).await;
    let last = counted.last().expect("a count");
    assert_eq!((&last["node"], &last["viewers"], &last["clicks"]), (&told["node"], &json!(0), &json!(1)), "{last}");
    let so_far =
        json!({ "viewers": 0, "viewers_peak": 1, "watched": 1, "saw": 1, "clicked": 1, "clicks": 1, "held": 1 });
    numbers(&server, so_far).await;

    // From now on it counts under another name, beside what was counted before.
    let mut bob = viewer(&server, "bob", Some("blog")).await;
    bob.buy("b1", 1).await;
    let all =
        json!({ "viewers": 1, "watched": 2, "clicks": 2, "held": 2, "sources": [{ "source": "blog", "viewers": 2 }] });
    numbers(&server, all.clone()).await;
    let newer = newest_count(&shop, |count| count["clicks"] == 1 && count["node"] != told["node"]).await;
    assert_eq!(newer["watched"], 1, "{newer}");

    // What a server that is killed had told is there still.
    server.kill();
    let server = launch.start().await;
    numbers(&server, json!({ "watched": 2, "clicks": 2, "bought": 0 })).await;
}

#[tokio::test]
async fn a_show_that_nobody_watches_is_put_away_with_all_that_was_counted_and_not_woken() {
    let mut server = Launch::default().env("ENGINE__IDLE_AFTER_MS", "20").start().await;
    let shop = Shop::of(&server);
    shop.go_live(3, 2).await;
    server.wait_for_log("show put away").await;
    let loads = |server: &Server| server.log().matches("show loaded").count();
    let puts = |server: &Server| server.log().matches("show put away").count();
    let mut ann = viewer(&server, "ann", Some("blog")).await;
    ann.buy("a1", 1).await;
    // What is logged comes later than what it tells of.
    until(|| loads(&server) > puts(&server)).await;
    let before = loads(&server);
    drop(ann);
    until(|| puts(&server) == before).await;
    // Longer than it takes to look for something to tell.
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    assert_eq!(loads(&server), before, "nobody needs it");
    let counted = counts(&shop).await;
    let last = counted.last().expect("a count");
    assert_eq!((&last["viewers"], &last["watched"], &last["clicks"]), (&json!(0), &json!(1), &json!(1)), "{last}");
    numbers(&server, json!({ "watched": 1, "clicks": 1, "clicked": 1, "held": 1 })).await;
}

#[tokio::test]
async fn whoever_held_or_waited_is_told_when_an_opening_is_taken_back() {
    let server = Launch::default().start().await;
    let shop = Shop::of(&server);
    let path = format!("/v1/shows/{SHOW}");
    let mut file = crate::shop::plan(1, 1);
    file["drops"][0]["waitlist"] = json!("automatic");
    let brand = crate::shop::brand_token();
    let planned = shop.request(reqwest::Method::PUT, &path, Some(&brand), Some(&file)).await;
    assert_eq!(planned.status, 200, "{planned:?}");
    shop.run("start", "start").await;
    shop.run(&format!("drops/{DROP}/open"), "open").await;
    let mut ann = viewer(&server, "ann", None).await;
    let snapshot = ann.expect("snapshot").await;
    let drop = &snapshot["public"]["drops"][0];
    assert!(drop["opened_at"].as_str() < drop["undo_until"].as_str(), "{drop}");
    let mut bob = viewer(&server, "bob", None).await;
    ann.buy("a1", 1).await;
    assert!(bob.buy("b1", 1).await.get("waiter").is_some());

    let (mut host, ..) = Socket::join(&server, Some(&host_token()), None).await;
    let undo = json!({ "drop": DROP });
    assert_eq!(ask(&mut ann, "undo_drop", "u0", undo.clone()).await["refused"]["code"], "role_forbidden");
    assert_eq!(ask(&mut host, "undo_drop", "u1", undo.clone()).await, json!({ "done": {} }));
    assert_eq!(ask(&mut host, "undo_drop", "u2", undo.clone()).await["refused"]["drop_phase"], "planned");

    let is_planned = |message: &Value| message["drop_changed"]["drop"]["phase"] == "planned";
    let told = ann.wait_until(is_planned).await["drop_changed"]["drop"].clone();
    assert_eq!((&told["opened_at"], &told["undo_until"]), (&Value::Null, &Value::Null));
    let revoked = |message: &Value| message["reservation_changed"]["reservation"]["state"] == "revoked";
    ann.wait_until(revoked).await;
    bob.wait_until(|message| message["waiter_changed"]["waiter"]["state"] == "closed").await;

    // Sold once it is opened again, it can't be taken back.
    ask(&mut host, "open_drop", "o2", undo.clone()).await;
    let held = ann.buy("a2", 1).await["held"]["reservation"].clone();
    ask(&mut ann, "confirm", "a3", json!({ "reservation": held })).await;
    assert_eq!(ask(&mut host, "undo_drop", "u3", undo).await["refused"]["code"], "undo_over");
}

async fn until(is_so: impl Fn() -> bool) {
    for _ in 0..2_000 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never came to be");
}
