//! Who is told what: one's own on all of one's tabs, nobody else's ever, and the numbers to those who run the show.

use serde_json::{Value, json};

use crate::{
    process::Launch,
    shop::{DROP, PRICE_MINOR, SHOW, SKU, Shop, brand_token, host_token, viewer_token},
    socket::Socket,
};

#[tokio::test]
async fn what_is_ones_own_is_told_on_every_tab_and_to_nobody_else() {
    let server = Launch::default().start().await;
    let shop = Shop::of(&server);
    shop.go_live(10, 2).await;
    let ann = viewer_token("ann");
    let (mut first, ..) = Socket::join(&server, Some(&ann), None).await;
    let (mut second, ..) = Socket::join(&server, Some(&ann), None).await;
    let (mut bob, ..) = Socket::join(&server, Some(&viewer_token("bob")), None).await;
    let (mut nobody, ..) = Socket::join(&server, None, None).await;
    // A host by the name of a viewer is another principal.
    let namesake = crate::shop::token(dropcast::api::auth::TokenRole::Host, "ann", Some(SHOW), None, 60);
    let (mut host, ..) = Socket::join(&server, Some(&namesake), None).await;

    let held = first.buy("click", 1).await["held"].clone();
    for tab in [&mut first, &mut second] {
        assert_eq!(tab.wait_for("reservation_changed").await["reservation"], held);
    }
    first.send(&json!({ "confirm": { "key": "pay", "attempt": null, "reservation": held["reservation"] } })).await;
    first.answer("pay").await;
    for tab in [&mut first, &mut second] {
        let sold = tab.wait_for("reservation_changed").await;
        assert_eq!((&sold["reservation"]["state"], &sold["reservation"]["order"]), (&json!("sold"), &json!(1)));
        let paid = |message: &Value| message["order_changed"]["order"]["state"] == "paid";
        tab.wait_until(paid).await;
    }
    for stranger in [&mut bob, &mut nobody, &mut host] {
        // The stock is told to everyone after the sale: whatever was to come before it has come.
        let mut seen = Vec::new();
        let is_newest = |message: &Value| {
            message["stock"]["available"] == 9 || message["numbers_changed"]["numbers"]["units_sold"] == 1
        };
        loop {
            seen.push(stranger.next().await.expect("a message"));
            if seen.last().is_some_and(is_newest) {
                break;
            }
        }
        seen.extend(stranger.sync().await);
        let private = seen.iter().filter(|message| {
            ["reservation_changed", "order_changed", "answer"].iter().any(|kind| message.get(kind).is_some())
        });
        assert_eq!(private.count(), 0, "{seen:?}");
        assert!(!format!("{seen:?}").contains("\"ann\""), "{seen:?}");
    }
}

#[tokio::test]
async fn numbers_and_sales_reach_those_who_run_the_show() {
    let server = Launch::default().start().await;
    let shop = Shop::of(&server);
    shop.go_live(10, 2).await;
    let (mut host, ..) = Socket::join(&server, Some(&host_token()), None).await;
    let (mut brand, ..) = Socket::join(&server, Some(&brand_token()), None).await;
    let (mut ann, ..) = Socket::join(&server, Some(&viewer_token("ann")), None).await;
    let held = ann.buy("click", 2).await["held"].clone();
    ann.send(&json!({ "confirm": { "key": "pay", "attempt": null, "reservation": held["reservation"] } })).await;
    ann.answer("pay").await;
    let sold = |message: &Value| message["numbers_changed"]["numbers"]["orders_paid"] == 1;
    for watcher in [&mut host, &mut brand] {
        let numbers = watcher.wait_until(sold).await["numbers_changed"]["numbers"].clone();
        assert_eq!((&numbers["units_sold"], &numbers["units_held"]), (&json!(2), &json!(0)), "{numbers}");
        assert_eq!(numbers["revenue"], json!({ "amount_minor": 2 * PRICE_MINOR, "currency": "EUR" }));
        assert_eq!(numbers["viewers"], 1, "hosts and brands are no viewers: {numbers}");
    }
    let (mut late, _, snapshot) = Socket::join(&server, Some(&brand_token()), None).await;
    let buckets = snapshot["sales"]["buckets"].as_array().expect("buckets");
    assert_eq!(buckets.iter().map(|bucket| bucket["units"].as_u64().unwrap_or(0)).sum::<u64>(), 2, "{snapshot}");
    late.sync().await;
}

#[tokio::test]
async fn what_was_paid_for_is_in_the_numbers_after_a_restart() {
    let launch = Launch::default();
    let server = launch.start().await;
    Shop::of(&server).go_live(10, 2).await;
    let (mut ann, ..) = Socket::join(&server, Some(&viewer_token("ann")), None).await;
    for (click, pay) in [("c1", Some("p1")), ("c2", None)] {
        let held = ann.buy(click, 1).await["held"].clone();
        let Some(key) = pay else { continue };
        ann.send(&json!({ "confirm": { "key": key, "attempt": null, "reservation": held["reservation"] } })).await;
        ann.wait_until(|message| message["order_changed"]["order"]["state"] == "paid").await;
    }
    server.kill();
    let server = launch.start().await;
    let (_host, _, snapshot) = Socket::join(&server, Some(&host_token()), None).await;
    let numbers = &snapshot["numbers"];
    assert_eq!((&numbers["orders"], &numbers["orders_paid"]), (&json!(1), &json!(1)), "{numbers}");
    assert_eq!((&numbers["held"], &numbers["bought"]), (&json!(1), &json!(1)), "{numbers}");
}

#[tokio::test]
async fn everybody_sees_what_the_host_does_in_order_and_once() {
    let server = Launch::default().start().await;
    let shop = Shop::of(&server);
    shop.plan(10, 2).await;
    let (mut viewer, _, snapshot) = Socket::join(&server, None, None).await;
    assert_eq!(snapshot["public"]["show"]["phase"], "draft");
    let (mut host, ..) = Socket::join(&server, Some(&host_token()), None).await;
    let drop = |kind: &str| json!({ kind: { "key": kind, "attempt": null, "drop": DROP } });
    host.send(&json!({ "start_show": { "key": "start", "attempt": null } })).await;
    for kind in ["open_drop", "pause_drop", "resume_drop"] {
        host.send(&drop(kind)).await;
    }
    let add = json!({ "key": "add", "attempt": null, "drop": DROP, "sku": SKU, "units": 5 });
    host.send(&json!({ "add_units": add })).await;
    host.send(&drop("close_drop")).await;
    host.send(&json!({ "end_show": { "key": "end", "attempt": null } })).await;
    host.answer("end").await;
    let mut phases = Vec::new();
    while phases.last().map(String::as_str) != Some("show ended") {
        let message = viewer.next().await.expect("a message");
        if let Some(phase) = message["drop_changed"]["drop"]["phase"].as_str() {
            phases.push(format!("drop {phase}"));
        } else if let Some(phase) = message["show_changed"]["show"]["phase"].as_str() {
            phases.push(format!("show {phase}"));
        }
    }
    phases.dedup();
    assert_eq!(phases, ["show live", "drop open", "drop paused", "drop open", "drop closed", "show ended"]);
}
