//! What every scenario begins and ends with.

use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{
    books::{Books, LATE},
    crowd::Crowd,
    house::{House, LIMIT},
    process::PATIENCE,
    shop::{SHOW, Shop},
    told::Told,
};

/// Enough for every scenario that is not about selling out.
pub(crate) const UNITS: u32 = 4_000;

/// How many scenarios run at once, so that two cores are enough for their processes.
static TURNS: Semaphore = Semaphore::const_new(2);

/// Waits until it is this scenario's turn, which lasts as long as what is returned.
pub(crate) async fn turn() -> SemaphorePermit<'static> {
    TURNS.acquire().await.expect("nobody closes it")
}

/// The end of a scenario: the viewers leave, what is left is sold, and everything is added up.
pub(crate) async fn close(name: &str, faults: usize, house: &House, crowd: Crowd, units: u32) -> Books {
    let told = crowd.leave().await;
    assert!(told.strange.is_empty(), "{:?}", told.strange);
    let node = house.nodes() - 1;
    let shop = house.shop(node);
    sell_out(&shop).await;
    let books = settled(&shop, &told).await;
    books.check_told(&told);
    assert_eq!(books.units, u64::from(units), "every unit is held once");
    let report = same_report(house).await;
    let totals = &report["totals"];
    assert_eq!((&totals["free"], &totals["held"]), (&0.into(), &units.into()), "{report}");
    let promises = &report["promises"];
    assert_eq!(promises, &serde_json::json!({ "kept": books.kept(), "broken": books.broken() }), "{report}");
    say(name, faults, &told, &books, units);
    books
}

/// What all nodes tell, once it is the same: what they counted last of the audience comes a moment later.
async fn same_report(house: &House) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let report = house.audit(0).await;
        let mut is_same = true;
        for other in 1..house.nodes() {
            is_same &= house.audit(other).await == report;
        }
        if is_same {
            return report;
        }
        assert!(Instant::now() < deadline, "the nodes never tell the same: {report}");
    }
}

/// The line with which a scenario ends.
#[allow(clippy::print_stderr, reason = "whoever runs the tests wants the figures")]
pub(crate) fn say(name: &str, faults: usize, told: &Told, books: &Books, units: u32) {
    eprintln!(
        "{name}: clicks {}, acknowledged {}, refused {}, unanswered {}, put off {}, nobody there {}, connections lost {:?}, faults {faults}, \
         kept {}, broken {}, oversold {}, lost {}",
        told.clicks(),
        told.held.len(),
        told.refused.len(),
        told.open.len(),
        told.again,
        told.unreachable,
        told.lost,
        books.kept(),
        books.broken(),
        books.units.saturating_sub(units.into()),
        books.missing(told).len(),
    );
}

/// Waits until everything that was acknowledged is accounted for: a node that comes back may have something to reclaim.
async fn settled(shop: &Shop, told: &Told) -> Books {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let books = Books::of(&shop.journal().await);
        let missing = books.missing(told);
        if missing.is_empty() {
            return books;
        }
        assert!(Instant::now() < deadline, "acknowledged, and not accounted for: {missing:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Buys whatever is left, as much at once as one viewer may.
async fn sell_out(shop: &Shop) {
    let deadline = Instant::now() + PATIENCE;
    let mut viewer = 0;
    while Instant::now() < deadline {
        let available = available(&shop.get(&format!("/v1/shows/{SHOW}"), None).await.json());
        let quantity = available.clamp(1, LIMIT);
        let reply = shop.reserve(&format!("{LATE}{viewer}"), "click", quantity).await;
        match reply.status.as_u16() {
            201 => viewer += 1,
            409 if quantity == 1 => return drop(reply.is_problem(409, "sold_out")),
            202 | 409 | 503 => tokio::time::sleep(Duration::from_millis(20)).await,
            _ => panic!("{reply:?}"),
        }
    }
    panic!("what is left can't be sold");
}

fn available(show: &Value) -> u32 {
    let available = show["public"]["drops"][0]["items"][0]["available"].as_u64();
    u32::try_from(available.expect("a number")).expect("no more than there were")
}
