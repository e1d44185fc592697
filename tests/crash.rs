//! The real server, killed in the middle of a rush, again and again: what was acknowledged is there, and nothing twice.
#![cfg(target_os = "linux")]

#[path = "common/process.rs"]
mod process;
#[path = "common/rush.rs"]
mod rush;
#[path = "common/shop.rs"]
mod shop;
#[path = "common/socket.rs"]
mod socket;

use rustix::process::Signal;
use serde_json::Value;

use crate::{
    process::{Ended, Launch, run},
    rush::{Rush, Told},
    shop::{SHOW, Shop, brand_token},
};

const VIEWERS: usize = 8;
/// After how many acknowledged clicks the server is killed, in turn: in the first batches, and well into the rush.
const KILLED_AFTER: [usize; 8] = [1, 30, 80, 10, 150, 2, 60, 5];
/// Enough for all rounds, whatever was under way when they ended.
const UNITS: u32 = 5_000;
/// The most that a drop gives one viewer.
const LIMIT: u32 = 100;

#[tokio::test]
async fn what_was_acknowledged_before_a_kill_is_there_and_nothing_is_held_twice() {
    let launch = Launch::default();
    let mut server = launch.start().await;
    Shop::of(&server).go_live(UNITS, LIMIT).await;
    let mut told = Told::default();
    for (round, killed_after) in KILLED_AFTER.into_iter().enumerate() {
        let rush = Rush::start(&server, VIEWERS, round).await;
        rush.acknowledged(killed_after).await;
        server.kill();
        told = told.and(rush.told().await);
        server = launch.start().await;
        told.check(&Shop::of(&server).journal().await);
    }
    assert!(told.held.len() >= KILLED_AFTER.iter().sum() && !told.open.is_empty());
    let shop = Shop::of(&server);
    told.ask_again(&shop).await;
    told.check(&shop.journal().await);
    let late = sell_out(&shop).await;
    assert_eq!(told.held.len() as u64 + late, u64::from(UNITS), "one reservation per key, and not one unit too many");

    let online = run(&["audit", SHOW, "--url", &server.url("")], &[("DROPCAST_TOKEN", &brand_token())]).await;
    let numbers = report(&online);
    assert_eq!((&numbers["totals"]["free"], &numbers["totals"]["held"]), (&0.into(), &UNITS.into()), "{numbers}");
    server.signal(Signal::TERM);
    assert_eq!(server.ended().await.code(), Some(0));
    let data_dir = launch.data_dir().to_str().expect("UTF-8");
    let offline = run(&["audit", SHOW, "--data-dir", data_dir], &[]).await;
    assert_eq!(sold(report(&offline)), sold(numbers));
}

/// Buys whatever is left; how many units that was.
async fn sell_out(shop: &Shop) -> u64 {
    let state = shop.get(&format!("/v1/shows/{SHOW}"), None).await.json();
    let free = state["public"]["drops"][0]["items"][0]["available"].as_u64().expect("a number");
    let mut left = u32::try_from(free).expect("no more than there were");
    for number in 0.. {
        let reply = shop.reserve(&format!("late-{number}"), "click", left.clamp(1, LIMIT)).await;
        if left == 0 {
            reply.is_problem(409, "sold_out");
            break;
        }
        assert_eq!(reply.status, 201, "{reply:?}");
        left -= left.min(LIMIT);
    }
    free
}

/// A report without what the last count of the audience, which may come with the stop, changes.
fn sold(mut report: Value) -> Value {
    let fields = report.as_object_mut().expect("an object");
    for field in ["audience", "entries", "last_digest"] {
        assert!(fields.remove(field).is_some(), "{field}");
    }
    report
}

fn report(audit: &Ended) -> Value {
    assert_eq!(audit.code, Some(0), "{audit:?}");
    serde_json::from_str(&audit.stdout).expect("JSON")
}
