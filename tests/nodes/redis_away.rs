//! Redis is away for some seconds, dead or frozen: what was held when that began is held that much longer.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{
    house::House,
    process::PATIENCE,
    redis_server::RedisServer,
    shop::{SHOW, Shop, brand_token, viewer_token},
    stage::turn,
};

/// Longer than the shortest outage that counts.
const AWAY: Duration = Duration::from_secs(4);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_redis_extends_what_is_held() {
    let _turn = turn().await;
    let mut redis = RedisServer::start();
    let (house, reservation) = with_a_hold(&redis).await;
    let began = Instant::now();
    redis.kill();
    tokio::time::sleep(AWAY).await;
    redis.run();
    is_held_longer(&house, &reservation, began).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_redis_extends_what_is_held() {
    let _turn = turn().await;
    let redis = RedisServer::start();
    let (house, reservation) = with_a_hold(&redis).await;
    let began = Instant::now();
    redis.freeze();
    tokio::time::sleep(AWAY).await;
    redis.thaw();
    is_held_longer(&house, &reservation, began).await;
}

/// Two nodes that both have the show, and something held in it.
async fn with_a_hold(redis: &RedisServer) -> (House, Value) {
    let house = House::open(&redis.url(), 2, &[]).await;
    house.go_live(10).await;
    let held = house.shop(1).reserve("ada", "click", 1).await;
    assert_eq!(held.status, 201, "{held:?}");
    (house, held.json()["held"].clone())
}

/// Whichever node has the show afterwards says in the journal by how much, and the deadline has moved by that. The hold
/// can still be bought.
async fn is_held_longer(house: &House, reservation: &Value, began: Instant) {
    let number = reservation["reservation"].as_u64().expect("a number");
    let shop = house.shop(0);
    let extended_ms = until_extended(&shop).await;
    let past = u64::try_from(began.elapsed().as_millis()).expect("a short time");
    assert!((2_000..=past).contains(&extended_ms), "{extended_ms} of {past} ms");

    let (before, after) = (moment(&reservation["expires_at"]), until_moved(&shop, reservation).await);
    let journal = extensions(&shop).await.expect("a journal that answers");
    // A busy machine may have made more than one of it meanwhile, and one more since the look at the hold.
    assert!((extended_ms..=journal).contains(&(after - before)), "from {before} to {after}, {journal} in the journal");

    let path = format!("/v1/shows/{SHOW}/reservations/{number}/confirm");
    let deadline = Instant::now() + PATIENCE;
    loop {
        let bought = shop.post(&path, &viewer_token("ada"), "buy", &json!({})).await;
        match bought.status.as_u16() {
            201 | 200 => break,
            202 | 503 => assert!(Instant::now() < deadline, "{bought:?}"),
            _ => panic!("{bought:?}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(house.audit(0).await, house.audit(1).await, "all nodes tell the same");
    let counted = house.counted("dropcast_holds_extended_total").await;
    assert!(counted >= 1, "{counted}");
}

/// The new deadline of what is held, as soon as this node knows it.
async fn until_moved(shop: &Shop, reservation: &Value) -> u64 {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let reply = shop.get(&format!("/v1/shows/{SHOW}/reservations"), Some(&viewer_token("ada"))).await;
        if reply.status == 200 {
            let own = &reply.json()["reservations"][0];
            assert_eq!(
                (&own["reservation"], &own["state"]),
                (&reservation["reservation"], &json!("held")),
                "{reply:?}"
            );
            if own["expires_at"] != reservation["expires_at"] {
                return moment(&own["expires_at"]);
            }
        }
        assert!(Instant::now() < deadline, "the deadline stays: {reply:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn until_extended(shop: &Shop) -> u64 {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match extensions(shop).await {
            Some(sum @ 1..) => return sum,
            _ => assert!(Instant::now() < deadline, "nothing was extended"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// By how much holds were extended in all; nothing while the journal can't be asked.
async fn extensions(shop: &Shop) -> Option<u64> {
    let page = shop.get(&format!("/v1/shows/{SHOW}/journal?from=1&limit=500"), Some(&brand_token())).await;
    let entries = (page.status == 200).then(|| page.text.lines().map(str::to_owned).collect::<Vec<_>>())?;
    let entries = entries.iter().map(|line| serde_json::from_str::<Value>(line).expect("an entry"));
    let facts: Vec<Value> = entries.flat_map(|entry| entry["facts"].as_array().cloned().unwrap_or_default()).collect();
    Some(facts.iter().filter_map(|fact| fact["holds_extended"]["by_ms"].as_u64()).sum())
}

/// A moment of the protocol in milliseconds.
fn moment(value: &Value) -> u64 {
    let at: jiff::Timestamp = value.as_str().expect("a moment").parse().expect("RFC 3339");
    u64::try_from(at.as_millisecond()).expect("after 1970")
}
