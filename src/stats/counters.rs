//! What is counted of one show: sums of durable facts, and the audience, as this node counts its own part now and as the
//! journal has the others'.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use dropcast_domain::{
    audience::{Audience, AudienceCount, BUCKET_MS, BUCKETS_MAX, SOURCES_MAX},
    ids::Sku,
    inventory::{Elsewhere, Stock},
    money::Currency,
    time::Timestamp,
};
use dropcast_proto::v1;

use super::Crowd;
use crate::codec;

/// What a show sold, and how much was asked of it.
#[derive(Debug, Default)]
pub struct ShowStats {
    crowd: Arc<Crowd>,
    sums: Mutex<Sums>,
}

/// Sums of durable facts. Replaced or changed whole, under one lock.
#[derive(Debug, Default)]
struct Sums {
    facts: FactSums,
    /// What all nodes told of the audience, as durable facts have it.
    audience: Arc<Audience>,
    buckets: BTreeMap<u64, Bucket>,
    viewers_peak: u32,
    shown: Option<Shown>,
}

/// What facts add up to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct FactSums {
    pub(super) currency: Option<Currency>,
    pub(super) orders: u64,
    pub(super) orders_paid: u64,
    pub(super) revenue_minor: u64,
    pub(super) skus: Vec<SkuSums>,
    /// Promises of lost histories that could not be kept.
    pub(super) promises_broken: u64,
    /// Different viewers who ever got something held or offered, and who bought.
    pub(super) held: u64,
    pub(super) bought: u64,
}

/// The same of one SKU.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SkuSums {
    pub(super) sku: Sku,
    pub(super) stock: Stock,
    pub(super) elsewhere: Elsewhere,
    /// How many wait for it.
    pub(super) waiting: u32,
    pub(super) revenue_minor: u64,
}

/// What happened in one stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Bucket {
    pub(super) units: u64,
    pub(super) orders: u64,
    pub(super) revenue_minor: u64,
    pub(super) viewers: u32,
}

/// What was last told, so that only changes are.
#[derive(Debug, PartialEq, Clone)]
struct Shown {
    numbers: (FactSums, AudienceCount, u32),
    bucket: (u64, Bucket),
    viewers: u32,
}

/// What changed since it was last told, as it is now: what is told of one look belongs together.
#[derive(Debug, Default, PartialEq)]
pub struct Changes {
    /// How many watch.
    pub viewers: Option<u32>,
    /// The numbers.
    pub numbers: Option<v1::Numbers>,
    /// The newest bucket.
    pub bucket: Option<v1::SalesBucket>,
}

impl ShowStats {
    /// This node's part of the audience.
    pub fn crowd(&self) -> &Arc<Crowd> {
        &self.crowd
    }

    /// How many watch now on all nodes, if so many do on this one.
    pub fn viewers(&self, viewers_here: u32, now: Timestamp) -> u32 {
        self.lock().audience.viewers(Some(self.crowd.node()), now).saturating_add(viewers_here)
    }

    /// The numbers, with so many viewers on this node.
    pub fn numbers(&self, viewers_here: u32, now: Timestamp) -> v1::Numbers {
        let sums = self.lock();
        sums.numbers(&sums.audience(&self.crowd, viewers_here, now))
    }

    /// Sales and viewers over time.
    pub fn sales(&self) -> v1::Sales {
        let sums = self.lock();
        let buckets = sums.buckets.iter().map(|(start, bucket)| view(&sums.facts, *start, *bucket)).collect();
        v1::Sales { bucket_ms: BUCKET_MS, buckets }
    }

    /// Notes how many watch now, and says what changed since the last look.
    pub fn look(&self, viewers_here: u32, now: Timestamp) -> Changes {
        let mut sums = self.lock();
        let audience = sums.audience(&self.crowd, viewers_here, now);
        let viewers = audience.viewers;
        sums.viewers_peak = sums.viewers_peak.max(viewers);
        let start = bucket_start(now);
        let bucket = sums.bucket(start);
        bucket.viewers = bucket.viewers.max(viewers);
        let bucket = *bucket;
        let numbers = (sums.facts.clone(), audience, sums.viewers_peak);
        let shown = Shown { numbers, bucket: (start, bucket), viewers };
        let before = sums.shown.replace(shown.clone());
        let told = |same: fn(&Shown, &Shown) -> bool| before.as_ref().is_some_and(|before| same(before, &shown));
        Changes {
            viewers: (!told(|a, b| a.viewers == b.viewers)).then_some(viewers),
            numbers: (!told(|a, b| a.numbers == b.numbers)).then(|| sums.numbers(&shown.numbers.1)),
            bucket: (!told(|a, b| a.bucket == b.bucket)).then(|| view(&sums.facts, start, bucket)),
        }
    }

    /// Takes over what facts add up to now, and adds to the buckets.
    pub(super) fn publish(&self, facts: FactSums, audience: Option<Arc<Audience>>, added: &BTreeMap<u64, Bucket>) {
        let mut sums = self.lock();
        sums.add(facts, added);
        if let Some(audience) = audience {
            // Several counts may have come at once: all stretches from the newest that was known on.
            let known = sums.audience.buckets().next_back().map(|(start, _)| start);
            sums.watch(audience.buckets().rev().take_while(|(start, _)| Some(*start) >= known));
            sums.take_audience(audience);
        }
    }

    /// Starts again from a loaded show.
    pub(super) fn load(&self, facts: FactSums, audience: Arc<Audience>, sold: &BTreeMap<u64, Bucket>) {
        let mut sums = self.lock();
        for bucket in sums.buckets.values_mut() {
            *bucket = Bucket { viewers: bucket.viewers, ..Bucket::default() };
        }
        sums.add(facts, sold);
        sums.watch(audience.buckets());
        sums.take_audience(audience);
    }

    fn lock(&self) -> MutexGuard<'_, Sums> {
        // Sums are changed by assignments that can't panic half-way.
        self.sums.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sums {
    fn add(&mut self, facts: FactSums, added: &BTreeMap<u64, Bucket>) {
        self.facts = facts;
        for (start, more) in added {
            let bucket = self.bucket(*start);
            bucket.units += more.units;
            bucket.orders += more.orders;
            bucket.revenue_minor += more.revenue_minor;
        }
    }

    fn numbers(&self, audience: &AudienceCount) -> v1::Numbers {
        let facts = &self.facts;
        let money = |amount_minor| facts.currency.map(|currency| money(currency, amount_minor));
        let total = |units: fn(&Stock) -> u32| facts.skus.iter().map(|sku| u64::from(units(&sku.stock))).sum();
        v1::Numbers {
            viewers: audience.viewers,
            viewers_peak: self.viewers_peak.max(audience.viewers),
            clicks: audience.clicks,
            refused: audience.turned_away.total(),
            units_allotted: total(|stock| stock.allotment),
            units_held: total(|stock| stock.held),
            units_sold: total(|stock| stock.sold),
            orders: facts.orders,
            orders_paid: facts.orders_paid,
            revenue: money(facts.revenue_minor),
            skus: facts
                .skus
                .iter()
                .map(|sku| v1::SkuNumbers {
                    sku: sku.sku.to_string(),
                    allotted: sku.stock.allotment,
                    free: sku.stock.free,
                    held: sku.stock.held,
                    sold: sku.stock.sold,
                    revenue: money(sku.revenue_minor),
                    offered: sku.stock.offered,
                    waiting: sku.waiting,
                    sold_elsewhere: sku.elsewhere.sold,
                })
                .collect(),
            promises_broken: facts.promises_broken,
            units_offered: total(|stock| stock.offered),
            waiting: facts.skus.iter().map(|sku| u64::from(sku.waiting)).sum(),
            units_sold_elsewhere: facts.skus.iter().map(|sku| u64::from(sku.elsewhere.sold)).sum(),
            units_short: facts.skus.iter().map(|sku| u64::from(sku.elsewhere.short)).sum(),
            watched: audience.watched,
            saw: audience.saw,
            clicked: audience.clicked,
            held: facts.held,
            bought: facts.bought,
            turned_away: Some(codec::turned_away_view(&audience.turned_away)),
            sources: most_first(codec::source_counts(&audience.sources)),
        }
    }

    /// How many watch now, and all that was counted of them.
    fn audience(&self, crowd: &Crowd, viewers_here: u32, now: Timestamp) -> AudienceCount {
        let mut sum = self.audience.without(Some(crowd.node()), now);
        let in_journal = || self.audience.of(crowd.node()).cloned().unwrap_or_default();
        let here = if crowd.is_over() { in_journal() } else { crowd.count() };
        sum.add(&AudienceCount { viewers: viewers_here, ..here });
        sum
    }

    fn take_audience(&mut self, audience: Arc<Audience>) {
        self.viewers_peak = self.viewers_peak.max(audience.peak());
        self.audience = audience;
    }

    /// So many watched in these stretches, at most.
    fn watch(&mut self, buckets: impl IntoIterator<Item = (Timestamp, u32)>) {
        for (start, viewers) in buckets {
            let bucket = self.bucket(start.0);
            bucket.viewers = bucket.viewers.max(viewers);
        }
    }

    fn bucket(&mut self, start: u64) -> &mut Bucket {
        if self.buckets.len() >= BUCKETS_MAX && !self.buckets.contains_key(&start) {
            self.buckets.pop_first();
        }
        self.buckets.entry(start).or_default()
    }
}

/// The start of the bucket that a moment falls into.
pub(super) fn bucket_start(at: Timestamp) -> u64 {
    at.0 - at.0 % BUCKET_MS
}

/// As many sources as one node tells apart, of those of all nodes: most first, then by name.
fn most_first(mut sources: Vec<v1::SourceCount>) -> Vec<v1::SourceCount> {
    sources.sort_by_key(|source| std::cmp::Reverse(source.viewers));
    sources.truncate(SOURCES_MAX);
    sources
}

fn view(facts: &FactSums, starts_at: u64, bucket: Bucket) -> v1::SalesBucket {
    v1::SalesBucket {
        starts_at,
        units: bucket.units,
        orders: bucket.orders,
        revenue: facts.currency.map(|currency| money(currency, bucket.revenue_minor)),
        viewers: bucket.viewers,
    }
}

fn money(currency: Currency, amount_minor: u64) -> v1::Money {
    v1::Money { amount_minor, currency: currency.to_string() }
}

#[cfg(test)]
#[path = "counters_tests.rs"]
mod tests;
