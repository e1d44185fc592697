//! A line and a draw over real sockets: who is told what, and what nobody sees.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{
    process::{Launch, Server},
    shop::{DROP, SHOW, SKU, Shop, brand_token, host_token, plan, viewer_token},
    socket::{Encoding, Socket},
};

/// A show on sale whose one drop has these fields besides.
async fn on_sale(units: u32, fields: Value) -> (Server, Shop) {
    let server = Launch::default().start().await;
    let shop = Shop::of(&server);
    planned(&shop, units, fields).await;
    shop.run("start", "start").await;
    shop.run(&format!("drops/{DROP}/open"), "open").await;
    (server, shop)
}

async fn planned(shop: &Shop, units: u32, fields: Value) {
    let mut file = plan(units, 2);
    for (name, value) in fields.as_object().expect("fields") {
        file["drops"][0][name] = value.clone();
    }
    file["hold_rules"] = json!({ "payment_extension_ms": 60_000 });
    let path = format!("/v1/shows/{SHOW}");
    let planned = shop.request(reqwest::Method::PUT, &path, Some(&brand_token()), Some(&file)).await;
    assert_eq!(planned.status, 200, "{planned:?}");
}

async fn viewer(server: &Server, name: &str) -> Socket {
    Socket::join(server, Some(&viewer_token(name)), None).await.0
}

/// Sends a command, and waits for its outcome.
async fn ask(socket: &mut Socket, kind: &str, key: &str, fields: Value) -> Value {
    let mut command = json!({ "key": key, "attempt": null });
    command.as_object_mut().expect("an object").extend(fields.as_object().expect("fields").clone());
    socket.send(&json!({ kind: command })).await;
    socket.answer(key).await
}

async fn join(socket: &mut Socket, key: &str) -> Value {
    ask(socket, "join_waitlist", key, json!({ "drop": DROP, "sku": SKU, "quantity": 1 })).await
}

/// The next reservation of one's own that is in this state.
async fn told(socket: &mut Socket, state: &str) -> Value {
    let is_it = |message: &Value| message["reservation_changed"]["reservation"]["state"] == state;
    socket.wait_until(is_it).await["reservation_changed"]["reservation"].clone()
}

/// The next place of one's own that is in this state.
async fn told_place(socket: &mut Socket, state: &str) -> Value {
    let is_it = |message: &Value| message["waiter_changed"]["waiter"]["state"] == state;
    socket.wait_until(is_it).await["waiter_changed"]["waiter"].clone()
}

/// What a message says is available of the SKU, if it says so.
fn available(message: &Value) -> Option<&Value> {
    let of_drop = message["drop_changed"]["drop"]["items"].get(0);
    of_drop.map(|item| &item["available"]).or_else(|| message["stock"].get("available"))
}

#[tokio::test]
async fn what_comes_back_goes_to_the_next_in_line_and_nobody_sees_it_in_between() {
    let (server, shop) = on_sale(1, json!({ "waitlist": "automatic", "offer_ttl_ms": 1_000 })).await;
    let mut bob = viewer(&server, "bob").await;
    assert_eq!(bob.buy("b1", 1).await["held"]["reservation"], 1);
    let (mut watcher, ..) = Socket::join(&server, None, None).await;
    let (mut ann, mut cas) = (viewer(&server, "ann").await, viewer(&server, "cas").await);
    let first = ann.buy("a1", 1).await["waiter"].clone();
    assert_eq!((&first["state"], &first["place"], &first["ahead"]), (&json!("waiting"), &json!(1), &json!(0)));
    let second = join(&mut cas, "c1").await["waiter"].clone();
    assert_eq!((&second["place"], &second["ahead"]), (&json!(2), &json!(1)));
    assert_eq!(join(&mut cas, "c2").await["refused"]["waiter"], second["waiter"], "one place in each drop");

    // Another device of the same viewer has it in its snapshot.
    let (_other, _, snapshot) = Socket::join(&server, Some(&viewer_token("cas")), None).await;
    assert_eq!(snapshot["waiters"], json!([second]));

    let back = ask(&mut bob, "release", "b2", json!({ "reservation": 1 })).await;
    assert_eq!(back["released"]["state"], "released");
    let place = told_place(&mut ann, "offered").await;
    assert_eq!((&place["waiter"], &place["reservation"]), (&first["waiter"], &json!(2)));
    assert_eq!(told(&mut ann, "offered").await["reservation"], 2);
    // She lets it run out: it goes on.
    assert_eq!(told(&mut ann, "expired").await["reservation"], 2);
    let offered = told(&mut cas, "offered").await;
    let bought = ask(&mut cas, "confirm", "c3", json!({ "reservation": offered["reservation"] })).await;
    assert_eq!(bought["sold"]["reservation"]["state"], "sold");

    // Whoever only watches saw the line move on, and never a unit.
    let mut seen = Vec::new();
    loop {
        let message = watcher.next().await.unwrap_or_else(|closed| panic!("closed instead: {closed:?}"));
        let line = (message["stock"]["waiting"].clone(), message["stock"]["next_place"].clone());
        seen.extend(available(&message).cloned());
        if line == (json!(0), Value::Null) {
            break;
        }
    }
    assert!(seen.iter().all(|available| *available == 0), "{seen:?}");

    let late = viewer(&server, "dee").await.buy("d1", 1).await;
    assert_eq!(late["waiter"]["place"], 3);
    let mut dee = viewer(&server, "dee").await;
    shop.run(&format!("drops/{DROP}/close"), "close").await;
    assert_eq!(told_place(&mut dee, "closed").await["waiter"], late["waiter"]["waiter"]);
}

#[tokio::test]
async fn who_leaves_the_line_makes_room_for_who_stands_behind() {
    let (server, _shop) = on_sale(1, json!({ "waitlist": "ask" })).await;
    let mut bob = Socket::open(&server, Encoding::Proto).await;
    bob.send(&json!({ "hello": { "show": SHOW, "token": viewer_token("bob"), "cursor": null } })).await;
    bob.wait_for("snapshot").await;
    assert_eq!(bob.buy("b1", 1).await["held"]["reservation"], 1);
    let (mut ann, mut cas) = (viewer(&server, "ann").await, viewer(&server, "cas").await);
    assert_eq!(ann.buy("a1", 1).await["refused"]["code"], "sold_out", "who wants to wait says so");
    assert_eq!(join(&mut ann, "a2").await["waiter"]["place"], 1);
    assert_eq!(join(&mut cas, "c1").await["waiter"]["place"], 2);
    let left = ask(&mut ann, "leave_waitlist", "a3", json!({ "waiter": 1 })).await;
    assert_eq!(left["waiter"]["state"], "left");
    let again = ask(&mut ann, "leave_waitlist", "a4", json!({ "waiter": 1 })).await;
    assert_eq!(again["refused"]["code"], "waiter_over");
    let others = ask(&mut ann, "leave_waitlist", "a5", json!({ "waiter": 2 })).await;
    assert_eq!(others["refused"]["code"], "waiter_unknown");
    ask(&mut bob, "release", "b2", json!({ "reservation": 1 })).await;
    assert_eq!(told(&mut cas, "offered").await["quantity"], 1);
}

#[tokio::test]
async fn a_hold_is_extended_and_a_shortfall_revokes_it() {
    let (server, _shop) = on_sale(2, json!({})).await;
    let mut ann = viewer(&server, "ann").await;
    let (mut brand, _, numbers) = Socket::join(&server, Some(&brand_token()), None).await;
    assert_eq!(numbers["numbers"]["units_short"], 0);
    let held = ann.buy("a1", 2).await["held"].clone();
    let longer = ask(&mut ann, "extend_hold", "a2", json!({ "reservation": 1 })).await["held"].clone();
    assert_eq!(longer["extended"], true);
    assert!(longer["expires_at"].as_str() > held["expires_at"].as_str());
    let again = ask(&mut ann, "extend_hold", "a3", json!({ "reservation": 1 })).await;
    assert_eq!(again["refused"]["code"], "extension_over");

    let withdraw = |force: bool| json!({ "sku": SKU, "units": 1, "force": force });
    let refused = ask(&mut brand, "withdraw_units", "w1", withdraw(false)).await;
    assert_eq!(refused["refused"]["code"], "not_enough");
    assert_eq!(ask(&mut brand, "withdraw_units", "w2", withdraw(true)).await, json!({ "done": {} }));
    assert_eq!(told(&mut ann, "revoked").await["reservation"], 1);
    brand.wait_until(|message| message["numbers_changed"]["numbers"]["units_short"] == 1).await;
    let late = ask(&mut ann, "confirm", "a4", json!({ "reservation": 1 })).await;
    assert_eq!(late["refused"]["reservation_state"], "revoked");
    let (mut host, ..) = Socket::join(&server, Some(&host_token()), None).await;
    let refused = ask(&mut host, "withdraw_units", "w3", withdraw(false)).await;
    assert_eq!(refused["refused"]["code"], "role_forbidden", "the brand's stock is the brand's");
}

#[tokio::test]
async fn a_bundle_is_held_over_the_socket() {
    let server = Launch::default().start().await;
    let shop = Shop::of(&server);
    let mut file = plan(2, 4);
    let hat = json!({ "sku": "hat", "title": { "en": "Hat" }, "list_price_minor": 1_000, "units": 1 });
    file["products"][0]["variants"].as_array_mut().expect("variants").push(hat);
    file["drops"][0]["items"].as_array_mut().expect("items").push(json!({ "sku": "hat" }));
    let path = format!("/v1/shows/{SHOW}");
    shop.request(reqwest::Method::PUT, &path, Some(&brand_token()), Some(&file)).await;
    shop.run("start", "start").await;
    shop.run(&format!("drops/{DROP}/open"), "open").await;
    let mut ann = viewer(&server, "ann").await;
    let with = json!([{ "sku": "hat", "quantity": 1 }]);
    let bundle = |quantity: u32| json!({ "drop": DROP, "sku": SKU, "quantity": quantity, "with": with });
    let held = ask(&mut ann, "reserve", "a1", bundle(1)).await["held"].clone();
    assert_eq!((&held["with"][0]["sku"], &held["total"]["amount_minor"]), (&json!("hat"), &json!(1_999 + 1_000)));
    assert_eq!(ask(&mut ann, "reserve", "a1", bundle(1)).await["held"], held, "the same key");
    assert_eq!(ask(&mut ann, "reserve", "a1", bundle(2)).await["refused"]["code"], "key_conflict");
    let mut bob = viewer(&server, "bob").await;
    assert_eq!(ask(&mut bob, "reserve", "b1", bundle(1)).await["refused"]["code"], "sold_out", "there is one hat");
}

#[tokio::test]
async fn joining_a_line_counts_as_a_click() {
    let launch = Launch::default().env("LIMITS__PER_TOKEN_PER_SECOND", "1").env("LIMITS__PER_TOKEN_BURST", "5");
    let server = launch.start().await;
    Shop::of(&server).go_live(1, 1).await;
    let mut ann = viewer(&server, "ann").await;
    for number in 0..20 {
        let join = json!({ "key": format!("k{number}"), "attempt": null, "drop": DROP, "sku": SKU, "quantity": 1 });
        ann.send(&json!({ "join_waitlist": join })).await;
    }
    let (mut refused, mut limited) = (0, 0);
    for _ in 0..20 {
        let outcome = ann.wait_for("answer").await["outcome"].clone();
        refused += usize::from(outcome["refused"]["code"] == "waitlist_off");
        limited += usize::from(outcome["retry"]["reason"] == "rate_limited");
    }
    assert!(refused + limited == 20 && refused >= 5 && limited > 0, "{refused} refused, {limited} limited");
}

/// Entrants of the draw below, two of whom get something.
const ENTRANTS: [&str; 5] = ["ann", "bob", "cas", "dee", "eve"];

fn sha256(parts: &[&[u8]]) -> Vec<u8> {
    parts.iter().fold(Sha256::new(), Sha256::chain_update).finalize().to_vec()
}

fn bytes(hexadecimal: &Value) -> Vec<u8> {
    let text = hexadecimal.as_str().unwrap_or_else(|| panic!("hexadecimal digits expected, not {hexadecimal}"));
    dropcast_proto::json::from_hexadecimal(text).expect("hexadecimal digits")
}

/// The names in the order that the revealed seed and the digest make of them.
fn drawn_order(lots: &Value) -> Vec<&'static str> {
    let (seed, digest) = (bytes(&lots["seed"]), bytes(&lots["digest"]));
    let mut order = ENTRANTS.to_vec();
    order.sort_by_cached_key(|name| sha256(&[&seed, &digest, &sha256(&[name.as_bytes()])]));
    order
}

#[tokio::test]
async fn a_draw_is_committed_entered_drawn_and_checked_over_sockets() {
    let server = Launch::default().start().await;
    let shop = Shop::of(&server);
    planned(&shop, 2, json!({ "limit_per_viewer": 1, "draw": { "entry_ms": 4_000 } })).await;
    shop.run("start", "start").await;
    let (mut watcher, _, snapshot) = Socket::join(&server, None, None).await;
    let mut drop = snapshot["public"]["drops"][0].clone();
    while drop["commitment"].is_null() {
        drop = watcher.wait_for("drop_changed").await["drop"].clone();
    }
    let commitment = drop["commitment"].clone();
    assert_eq!((&drop["phase"], &drop["lots"]), (&json!("planned"), &Value::Null), "before anybody can enter");

    let mut entrants = Vec::new();
    for name in ENTRANTS {
        entrants.push((name, viewer(&server, name).await));
    }
    shop.run(&format!("drops/{DROP}/open"), "open").await;
    for (name, socket) in &mut entrants {
        let entered = socket.buy("click", 1).await;
        assert_eq!((&entered["waiter"]["state"], &entered["waiter"]["place"]), (&json!("waiting"), &Value::Null));
        assert_eq!(socket.buy("twice", 1).await["refused"]["code"], "already_waiting", "{name} enters once");
    }

    let is_drawn = |message: &Value| message["drop_changed"]["drop"]["lots"].is_object();
    let drawn = watcher.wait_until(is_drawn).await["drop_changed"]["drop"].clone();
    assert_eq!(drawn["commitment"], commitment);
    assert_eq!(sha256(&[&bytes(&drawn["lots"]["seed"])]), bytes(&commitment), "it is the seed that was committed to");
    let order = drawn_order(&drawn["lots"]);
    for (name, socket) in &mut entrants {
        let place = order.iter().position(|each| each == name).expect("a place") + 1;
        if place <= 2 {
            assert_eq!(told_place(socket, "offered").await["place"], place, "{order:?}");
            let offered = told(socket, "offered").await["reservation"].clone();
            let bought = ask(socket, "confirm", "pay", json!({ "reservation": offered })).await;
            assert_eq!(bought["sold"]["reservation"]["state"], "sold");
        } else {
            let has_place = |message: &Value| message["waiter_changed"]["waiter"]["place"].is_u64();
            let waiter = socket.wait_until(has_place).await["waiter_changed"]["waiter"].clone();
            assert_eq!((&waiter["place"], &waiter["ahead"]), (&json!(place), &json!(place - 3)), "{order:?}");
        }
    }

    let read = shop.get(&format!("/v1/shows/{SHOW}/drops/{DROP}/draw"), None).await.json();
    assert_eq!((&read["seed"], &read["digest"]), (&drawn["lots"]["seed"], &drawn["lots"]["digest"]));
    let tickets: Vec<_> =
        read["entrants"].as_array().expect("entrants").iter().map(|it| bytes(&it["ticket"])).collect();
    let expected: Vec<_> = order.iter().map(|name| sha256(&[name.as_bytes()])).collect();
    assert_eq!(tickets, expected);
    // The digest is that of the entry before: whoever has the journal can check that, too.
    let journal = shop.journal().await;
    let is_draw = |entry: &Value| entry["facts"].as_array().is_some_and(|facts| facts[0].get("lots_drawn").is_some());
    let drawing = journal.iter().position(is_draw).expect("a draw");
    assert_eq!(journal[drawing - 1]["digest"], read["digest"]);
}
