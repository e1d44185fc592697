//! The brand's numbers: who gets them, and that they add up.

use std::sync::Arc;

use dropcast::{
    codec::decode_entry,
    feed::{Audience, Encoding, publish_latest_values},
    journal::Journal as _,
};
use dropcast_domain::show::Fact;
use dropcast_proto::v1::{self, server_message::Kind};

use crate::{
    house::{Guest, House},
    joining::end,
    script::{Script, on_sale},
};

/// Units held and sold, orders, revenue and broken promises, added up from the journal's facts and nothing else.
async fn added_up(house: &House) -> (u64, u64, u64, u64, u64) {
    let (mut held, mut sold, mut orders, mut revenue, mut broken) = (0, 0, 0, 0, 0);
    let mut quantities = std::collections::BTreeMap::new();
    for raw in house.journal.read("show", 1, usize::MAX).await.unwrap() {
        for fact in decode_entry(&raw).unwrap().facts {
            match fact {
                Fact::ReservationHeld { reservation, quantity, .. } => {
                    quantities.insert(reservation, u64::from(quantity));
                    held += u64::from(quantity);
                }
                Fact::ReservationSold { reservation } => {
                    held -= quantities[&reservation];
                    sold += quantities[&reservation];
                }
                Fact::ReservationReleased { reservation } | Fact::ReservationExpired { reservation } => {
                    held -= quantities[&reservation];
                }
                Fact::OrderPlaced { total_minor, .. } => {
                    orders += 1;
                    revenue += total_minor;
                }
                Fact::PromiseBroken(_) => broken += 1,
                _ => {}
            }
        }
    }
    (held, sold, orders, revenue, broken)
}

fn summary(numbers: &v1::Numbers) -> (u64, u64, u64, u64, u64) {
    let revenue = numbers.revenue.as_ref().map_or(0, |money| money.amount_minor);
    (numbers.units_held, numbers.units_sold, numbers.orders, revenue, numbers.promises_broken)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_numbers_are_the_facts_added_up() {
    let mut broken = 0;
    for seed in 1..=10 {
        let house = House::new();
        on_sale(&house).await;
        let mut script = Script::new(seed);
        for _ in 0..40 {
            script.step(&house).await;
        }
        house.rest().await;
        let expected = added_up(&house).await;
        assert!(expected.1 > 0, "something was sold");
        broken += expected.4;
        let numbers = house.feed().stats().numbers(0);
        assert_eq!(summary(&numbers), expected, "seed {seed}");
        let sales = house.feed().stats().sales();
        let sum = |of: fn(&v1::SalesBucket) -> u64| sales.buckets.iter().map(of).sum::<u64>();
        assert_eq!(sum(|bucket| bucket.units), expected.1);
        assert_eq!(sum(|bucket| bucket.orders), expected.2);
        assert_eq!(sum(|bucket| bucket.revenue.as_ref().unwrap().amount_minor), expected.3);
        let by_sku: u64 = numbers.skus.iter().map(|sku| u64::from(sku.sold)).sum();
        assert_eq!(by_sku, expected.1);
        // The same after a restart, from the snapshot and from the facts.
        let folded = house.restarted();
        folded.show().await;
        assert_eq!(summary(&folded.feed().stats().numbers(0)), expected);
        assert_eq!(folded.feed().stats().sales(), sales);
    }
    assert!(broken > 0, "promises were broken");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hosts_and_brands_are_told_numbers_and_viewers_never() {
    let house = House::new();
    on_sale(&house).await;
    let clock = Arc::clone(&house.clock) as _;
    let ticker = tokio::spawn(publish_latest_values(Arc::clone(&house.feeds), clock));
    let mut host = house.join(&Guest::staff(Audience::Host, Encoding::Json)).await;
    let mut brand = house.join(&Guest::staff(Audience::Brand, Encoding::Proto)).await;
    let mut viewer = house.join(&Guest::viewer("ada", Encoding::Json)).await;
    let mut script = Script::new(3);
    for _ in 0..40 {
        script.step(&house).await;
    }
    house.rest().await;
    let expected = added_up(&house).await;
    for watcher in [&mut host, &mut brand] {
        loop {
            if let Kind::NumbersChanged(changed) = watcher.next()
                && summary(changed.numbers.as_ref().unwrap()) == expected
            {
                break;
            }
        }
    }
    while !brand.received.iter().any(|kind| matches!(kind, Kind::SalesChanged(_))) {
        brand.next();
    }
    end(&house, "the end").await;
    for watcher in [&mut host, &mut viewer] {
        watcher.until("the end", |picture| picture.title() == Some("the end"));
        assert!(!watcher.received.iter().any(|kind| matches!(kind, Kind::SalesChanged(_))));
    }
    assert!(!viewer.received.iter().any(|kind| matches!(kind, Kind::NumbersChanged(_))));
    let snapshots = [&host, &brand, &viewer].map(|watcher| match &watcher.received[1] {
        Kind::Snapshot(snapshot) => (snapshot.numbers.is_some(), snapshot.sales.is_some()),
        other => panic!("not a snapshot: {other:?}"),
    });
    assert_eq!(snapshots, [(true, false), (true, true), (false, false)]);
    ticker.abort();
}
