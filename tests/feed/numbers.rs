//! The brand's numbers: who gets them, and that they add up.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use dropcast::{
    codec::decode_entry,
    feed::{Audience, Encoding, publish_latest_values},
    journal::Journal as _,
};
use dropcast_domain::{
    ids::{DropId, PrincipalId, ReservationId, WaiterId},
    show::Fact,
};
use dropcast_proto::v1::{self, server_message::Kind};

use crate::{
    house::{Guest, House},
    joining::end,
    script::{Script, on_sale},
};

/// What facts add up to.
#[derive(Clone, Debug, Default, PartialEq)]
struct Sums {
    held: u64,
    offered: u64,
    sold: u64,
    orders: u64,
    revenue: u64,
    broken: u64,
    waiting: u64,
    elsewhere: u64,
    short: u64,
    /// Different viewers for whom something was ever kept, and who bought.
    held_by: u64,
    bought_by: u64,
    /// Those who watched on another node.
    watched: u64,
}

/// Adds up, from the journal's facts and nothing else.
#[derive(Default)]
struct Books {
    sums: Sums,
    /// Units of every reservation, and whether they are offered.
    units: BTreeMap<ReservationId, (u64, bool)>,
    /// The drops in which somebody waits.
    waiters: BTreeMap<WaiterId, DropId>,
    /// Whose each reservation is, and who bought.
    viewers: BTreeMap<ReservationId, PrincipalId>,
    buyers: BTreeSet<PrincipalId>,
}

impl Books {
    fn fact(&mut self, fact: Fact) {
        match &fact {
            Fact::ReservationHeld { reservation, viewer, .. }
            | Fact::ReservationOffered { reservation, viewer, .. } => {
                self.viewers.insert(*reservation, viewer.clone());
            }
            Fact::OrderPlaced { reservation, .. } => {
                self.buyers.insert(self.viewers[reservation].clone());
            }
            Fact::AudienceCounted { count, .. } => self.sums.watched = count.watched,
            _ => {}
        }
        self.sums.held_by = self.viewers.values().collect::<BTreeSet<_>>().len() as u64;
        self.sums.bought_by = self.buyers.len() as u64;
        match fact {
            Fact::ReservationHeld { reservation, quantity, .. }
            | Fact::BundleLineHeld { reservation, quantity, .. } => {
                self.keep(reservation, quantity, false);
            }
            Fact::ReservationOffered { reservation, waiter, quantity, .. } => {
                self.keep(reservation, quantity, true);
                self.waiters.remove(&waiter);
            }
            Fact::ReservationSold { reservation } => self.sums.sold += self.end(reservation),
            Fact::ReservationReleased { reservation }
            | Fact::ReservationExpired { reservation }
            | Fact::ReservationRevoked { reservation } => {
                self.end(reservation);
            }
            Fact::WaitlistJoined { waiter, drop, .. } => {
                self.waiters.insert(waiter, drop);
            }
            Fact::WaitlistLeft { waiter } => {
                self.waiters.remove(&waiter);
            }
            Fact::DropClosed { drop, .. } | Fact::DropUndone { drop } => self.waiters.retain(|_, of| *of != drop),
            Fact::UnitsSoldElsewhere { units, .. } => self.sums.elsewhere += u64::from(units),
            Fact::ShortfallRecorded { units, .. } => self.sums.short += u64::from(units),
            Fact::OrderPlaced { total_minor, .. } => {
                self.sums.orders += 1;
                self.sums.revenue += total_minor;
            }
            Fact::PromiseBroken(_) => self.sums.broken += 1,
            _ => {}
        }
        self.sums.waiting = self.waiters.len() as u64;
    }

    fn keep(&mut self, reservation: ReservationId, quantity: u32, is_offered: bool) {
        let units = self.units.entry(reservation).or_insert((0, is_offered));
        units.0 += u64::from(quantity);
        *self.kept(is_offered) += u64::from(quantity);
    }

    /// The units that it kept.
    fn end(&mut self, reservation: ReservationId) -> u64 {
        let (units, is_offered) = self.units[&reservation];
        *self.kept(is_offered) -= units;
        units
    }

    fn kept(&mut self, is_offered: bool) -> &mut u64 {
        if is_offered { &mut self.sums.offered } else { &mut self.sums.held }
    }
}

async fn added_up(house: &House) -> Sums {
    let mut books = Books::default();
    for raw in house.journal.read("show", 1, usize::MAX).await.unwrap() {
        decode_entry(&raw).unwrap().facts.into_iter().for_each(|fact| books.fact(fact));
    }
    books.sums
}

fn summary(numbers: &v1::Numbers) -> Sums {
    Sums {
        held: numbers.units_held,
        offered: numbers.units_offered,
        sold: numbers.units_sold,
        orders: numbers.orders,
        revenue: numbers.revenue.as_ref().map_or(0, |money| money.amount_minor),
        broken: numbers.promises_broken,
        waiting: numbers.waiting,
        elsewhere: numbers.units_sold_elsewhere,
        short: numbers.units_short,
        held_by: numbers.held,
        bought_by: numbers.bought,
        watched: numbers.watched,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_numbers_are_the_facts_added_up() {
    let mut seen = Sums::default();
    for seed in 1..=16 {
        let house = House::new();
        on_sale(&house).await;
        let mut script = Script::new(seed);
        for _ in 0..40 {
            script.step(&house).await;
        }
        house.rest().await;
        let expected = added_up(&house).await;
        assert!(expected.sold > 0, "something was sold");
        seen.broken += expected.broken;
        seen.waiting += expected.waiting;
        seen.elsewhere += expected.elsewhere;
        seen.short += expected.short;
        seen.watched += expected.watched;
        let numbers = house.numbers();
        assert_eq!(summary(&numbers), expected, "seed {seed}");
        let sales = house.feed().stats().sales();
        let sum = |of: fn(&v1::SalesBucket) -> u64| sales.buckets.iter().map(of).sum::<u64>();
        assert_eq!(sum(|bucket| bucket.units), expected.sold);
        assert_eq!(sum(|bucket| bucket.orders), expected.orders);
        assert_eq!(sum(|bucket| bucket.revenue.as_ref().unwrap().amount_minor), expected.revenue);
        let by_sku = |of: fn(&v1::SkuNumbers) -> u32| numbers.skus.iter().map(|sku| u64::from(of(sku))).sum::<u64>();
        assert_eq!(by_sku(|sku| sku.sold), expected.sold);
        assert_eq!(by_sku(|sku| sku.offered), expected.offered);
        assert_eq!(by_sku(|sku| sku.waiting), expected.waiting);
        assert_eq!(by_sku(|sku| sku.sold_elsewhere), expected.elsewhere);
        // The same after a restart, from the snapshot and from the facts.
        let folded = house.restarted();
        folded.show().await;
        assert_eq!(summary(&folded.numbers()), expected);
        assert_eq!(folded.feed().stats().sales(), sales);
    }
    let Sums { broken, waiting, elsewhere, short, watched, .. } = seen;
    let all = [broken, waiting, elsewhere, short, watched];
    assert!(!all.contains(&0), "everything was seen: {seen:?}");
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
