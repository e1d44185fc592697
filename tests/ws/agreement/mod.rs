//! At rest, everybody's numbers agree: what viewers see, what host and brand watch, what the audit adds up, and what all
//! clients together were told.
//!
//! What becomes of units in another way (an offer, a return) is a state of a reservation in the ledger and a field of an
//! account, and each source says where it has it.

mod account;
mod buyer;
mod ledger;
mod show;

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::{Duration, Instant, sleep},
};

use self::{
    account::{Accounts, count, of_audit, of_numbers, text},
    buyer::Buyer,
    ledger::Ledger,
    show::{EVENING, EVENING_CAP, FLASH, HAT, PLANNED},
};
use crate::{
    process::{Launch, PATIENCE, Server, run},
    shop::{DROP, SHOW, SKU, Shop, brand_token, host_token, viewer_token},
    socket::Socket,
};

/// More than there are units for, so that some are refused.
const BUYERS: usize = 24;
/// Units that the host adds: scarves for everybody, and hats under the cap of the evening.
const ADDED: [(&str, Option<&str>, u64); 2] = [(SKU, None, 5), (HAT, Some(EVENING), 4)];

#[tokio::test]
async fn everybodys_numbers_agree_at_rest() {
    let server = Launch::default().start().await;
    let shop = Shop::of(&server);
    open(&shop).await;
    let told = be_busy(&server).await;
    let numbers = when_paid(&shop).await;

    let expected = told.accounts(&PLANNED);
    let (_host, _, of_host) = Socket::join(&server, Some(&host_token()), None).await;
    let (_brand, _, of_brand) = Socket::join(&server, Some(&brand_token()), None).await;
    for (who, numbers) in [("host", &of_host["numbers"]), ("brand", &of_brand["numbers"]), ("HTTP", &numbers)] {
        assert_eq!(of_numbers(numbers), expected, "{who}");
        assert_eq!(count(&numbers["orders"]), told.count("sold"), "{who}");
        assert_eq!(count(&numbers["clicks"]), told.clicks, "{who}");
        assert_eq!(count(&numbers["refused"]), told.refused.values().sum::<u64>(), "{who}");
    }
    check_sales(&of_brand["sales"], &expected, &told);
    check_orders(&shop, &expected, &told).await;
    check_audit(&server, &expected, &told).await;
    check_stock(&server, &told, &expected).await;
    check_own(&server, &told).await;
}

async fn open(shop: &Shop) {
    let path = format!("/v1/shows/{SHOW}");
    let planned = shop.request(Method::PUT, &path, Some(&brand_token()), Some(&show::plan())).await;
    assert_eq!(planned.status, 200, "{planned:?}");
    shop.run("start", "start").await;
    for drop in [DROP, FLASH, EVENING] {
        shop.run(&format!("drops/{drop}/open"), &format!("open-{drop}")).await;
    }
}

/// Lets everybody at it until nothing moves any more; what all were told. There is something of everything in it, in
/// whichever order people come: they want more scarves than there are, and no part of them can take all of anything.
async fn be_busy(server: &Server) -> Ledger {
    let (visited, visits) = mpsc::unbounded_channel();
    let (announce, closed) = watch::channel(false);
    let mut buyers = JoinSet::new();
    for number in 0..BUYERS {
        let (socket, ..) = Socket::join(server, Some(&viewer_token(&viewer(number))), None).await;
        buyers.spawn(Buyer::new(socket, number).be_busy(visited.clone(), closed.clone()));
    }
    let (host, ..) = Socket::join(server, Some(&host_token()), None).await;
    let of_host = run_the_show(host, visits, announce).await;
    let told = buyers.join_all().await.into_iter().fold(of_host, Ledger::and);
    for state in ["held", "sold", "released", "expired"] {
        assert!(told.count(state) > 0, "nothing is {state}: {told:?}");
    }
    let refused = |code: &str| told.refused.get(code).copied().unwrap_or_default();
    assert!(refused("sold_out") + refused("not_enough") > 0, "{:?}", told.refused);
    assert!(refused("drop_phase") >= BUYERS as u64, "{:?}", told.refused);
    told
}

/// Adds units while people click, and closes a drop in the middle of them.
async fn run_the_show(
    mut host: Socket,
    mut visits: mpsc::UnboundedReceiver<()>,
    announce: watch::Sender<bool>,
) -> Ledger {
    let mut told = Ledger::default();
    for (sku, drop, units) in ADDED {
        let key = format!("add-{sku}");
        let add = json!({ "key": key, "attempt": null, "drop": drop, "sku": sku, "units": units });
        host.send(&json!({ "add_units": add })).await;
        assert!(host.answer(&key).await["done"].is_object());
        told.added.insert(sku.to_owned(), units);
    }
    for _ in 0..BUYERS / 2 {
        visits.recv().await.expect("people who visit");
    }
    host.send(&json!({ "close_drop": { "key": "close", "attempt": null, "drop": EVENING } })).await;
    assert!(host.answer("close").await["done"].is_object());
    announce.send_replace(true);
    told
}

/// The brand's numbers, once every order is paid.
async fn when_paid(shop: &Shop) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let reply = shop.get(&format!("/v1/shows/{SHOW}/numbers"), Some(&brand_token())).await.json();
        let numbers = &reply["numbers"];
        if numbers["orders_paid"] == numbers["orders"] {
            return numbers.clone();
        }
        assert!(Instant::now() < deadline, "{numbers}");
        sleep(Duration::from_millis(5)).await;
    }
}

/// What was sold over time is what was sold.
fn check_sales(sales: &Value, expected: &Accounts, told: &Ledger) {
    let buckets = sales["buckets"].as_array().expect("buckets");
    let sum = |of: fn(&Value) -> &Value| buckets.iter().map(|bucket| count(of(bucket))).sum::<u64>();
    assert_eq!(sum(|bucket| &bucket["units"]), expected.values().map(|account| account.sold).sum::<u64>());
    assert_eq!(sum(|bucket| &bucket["orders"]), told.count("sold"));
    assert_eq!(sum(|bucket| &bucket["revenue"]["amount_minor"]), revenue_minor(expected));
}

/// The list of orders has every sale, once.
async fn check_orders(shop: &Shop, expected: &Accounts, told: &Ledger) {
    let listed = shop.get(&format!("/v1/shows/{SHOW}/orders?limit=1000"), Some(&brand_token())).await.json();
    let orders = listed["orders"].as_array().expect("orders");
    let total = orders.iter().map(|order| count(&order["total"]["amount_minor"])).sum::<u64>();
    assert_eq!((orders.len() as u64, total), (told.count("sold"), revenue_minor(expected)), "{listed}");
}

/// `dropcast audit` adds up to the same, and finds nothing wrong.
async fn check_audit(server: &Server, expected: &Accounts, told: &Ledger) {
    let audited = run(&["audit", SHOW, "--url", &server.url("")], &[("DROPCAST_TOKEN", &brand_token())]).await;
    assert_eq!(audited.code, Some(0), "{audited:?}");
    let report: Value = serde_json::from_str(&audited.stdout).expect("JSON");
    assert_eq!(of_audit(&report), *expected, "{report}");
    for state in ["released", "expired"] {
        let units: u64 = expected.keys().map(|sku| told.units(state, sku, None)).sum();
        assert_eq!(report["totals"][state], units, "{state}: {report}");
    }
    let sold = told.count("sold");
    let orders = json!({ "placed": sold, "paid": sold, "revenue_minor": revenue_minor(expected) });
    assert_eq!(report["orders"], orders, "{report}");
}

/// Who joins now sees what is left, in every drop.
async fn check_stock(server: &Server, told: &Ledger, expected: &Accounts) {
    let taken_in = |drop: &str, sku: &str| told.units("held", sku, Some(drop)) + told.units("sold", sku, Some(drop));
    let cap = EVENING_CAP + ADDED[1].2;
    let left: BTreeMap<_, _> = [
        ((DROP, SKU), expected[SKU].free),
        ((FLASH, HAT), expected[HAT].free),
        ((EVENING, HAT), expected[HAT].free.min(cap - taken_in(EVENING, HAT))),
        ((EVENING, SKU), expected[SKU].free),
    ]
    .map(|((drop, sku), left)| ((drop.to_owned(), sku.to_owned()), left))
    .into();

    let (mut viewer, _, snapshot) = Socket::join(server, None, None).await;
    let mut seen = BTreeMap::new();
    for drop in snapshot["public"]["drops"].as_array().expect("drops") {
        for item in drop["items"].as_array().expect("items") {
            seen.insert((text(&drop["drop"]), text(&item["sku"])), count(&item["available"]));
        }
    }
    // A snapshot that many share may be some milliseconds old; what changed since follows it.
    let deadline = Instant::now() + PATIENCE;
    while seen != left {
        assert!(Instant::now() < deadline, "{seen:?} is seen, and {left:?} is left");
        let stock = viewer.wait_for("stock").await;
        seen.insert((text(&stock["drop"]), text(&stock["sku"])), count(&stock["available"]));
    }
}

/// Everybody who comes back finds what they were told.
async fn check_own(server: &Server, told: &Ledger) {
    let mut found = Ledger::default();
    for number in 0..BUYERS {
        let (_socket, _, snapshot) = Socket::join(server, Some(&viewer_token(&viewer(number))), None).await;
        for reservation in snapshot["reservations"].as_array().expect("reservations") {
            found.reservation(reservation);
        }
    }
    assert_eq!(found.reservations, told.reservations);
}

fn revenue_minor(accounts: &Accounts) -> u64 {
    accounts.values().map(|account| account.revenue_minor).sum()
}

fn viewer(number: usize) -> String {
    format!("v{number}")
}
