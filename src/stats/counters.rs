//! What is counted of one show: durable sums from facts, and demand as this node saw it.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use dropcast_domain::{
    ids::Sku,
    inventory::{Elsewhere, Stock},
    money::Currency,
    time::Timestamp,
};
use dropcast_proto::v1;

/// The length of a bucket of sales over time.
pub(super) const BUCKET_MS: u64 = 10_000;
/// The most buckets kept: ten hours. The oldest make room.
const BUCKETS_MAX: usize = 3_600;

/// What a show sold, and how much was asked of it.
#[derive(Debug, Default)]
pub struct ShowStats {
    clicks: AtomicU64,
    refused: AtomicU64,
    sums: Mutex<Sums>,
}

/// Sums of durable facts. Replaced or changed whole, under one lock.
#[derive(Debug, Default)]
struct Sums {
    facts: FactSums,
    buckets: BTreeMap<u64, Bucket>,
    viewers: u32,
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
    numbers: (FactSums, u64, u64, u32, u32),
    bucket: (u64, Bucket),
    viewers: u32,
}

/// What changed since it was last told.
#[derive(Debug, Default, PartialEq)]
pub struct Changes {
    /// How many watch.
    pub viewers: bool,
    /// The numbers.
    pub numbers: bool,
    /// The newest bucket, if it changed.
    pub bucket: Option<v1::SalesBucket>,
}

impl ShowStats {
    /// The numbers, with so many viewers on this node.
    pub fn numbers(&self, viewers: u32) -> v1::Numbers {
        let sums = self.lock();
        let facts = &sums.facts;
        let money = |amount_minor| facts.currency.map(|currency| money(currency, amount_minor));
        let total = |units: fn(&Stock) -> u32| facts.skus.iter().map(|sku| u64::from(units(&sku.stock))).sum();
        v1::Numbers {
            viewers,
            viewers_peak: sums.viewers_peak.max(viewers),
            clicks: self.clicks.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
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
        }
    }

    /// Sales and viewers over time.
    pub fn sales(&self) -> v1::Sales {
        let sums = self.lock();
        let buckets = sums.buckets.iter().map(|(start, bucket)| view(&sums.facts, *start, *bucket)).collect();
        v1::Sales { bucket_ms: BUCKET_MS, buckets }
    }

    /// Notes how many watch now, and says what changed since the last look.
    pub fn look(&self, viewers: u32, now: Timestamp) -> Changes {
        let mut sums = self.lock();
        sums.viewers = viewers;
        sums.viewers_peak = sums.viewers_peak.max(viewers);
        let start = bucket_start(now);
        let bucket = sums.bucket(start);
        bucket.viewers = bucket.viewers.max(viewers);
        let bucket = *bucket;
        let demand = (self.clicks.load(Ordering::Relaxed), self.refused.load(Ordering::Relaxed));
        let shown = Shown {
            numbers: (sums.facts.clone(), demand.0, demand.1, viewers, sums.viewers_peak),
            bucket: (start, bucket),
            viewers,
        };
        let before = sums.shown.replace(shown.clone());
        let told = |same: fn(&Shown, &Shown) -> bool| before.as_ref().is_some_and(|before| same(before, &shown));
        Changes {
            viewers: !told(|a, b| a.viewers == b.viewers),
            numbers: !told(|a, b| a.numbers == b.numbers),
            bucket: (!told(|a, b| a.bucket == b.bucket)).then(|| view(&sums.facts, start, bucket)),
        }
    }

    /// A viewer asked for units.
    pub(super) fn clicked(&self, refused: bool) {
        self.clicks.fetch_add(1, Ordering::Relaxed);
        if refused {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Takes over what facts add up to now, and adds to the buckets.
    pub(super) fn publish(&self, facts: FactSums, added: &BTreeMap<u64, Bucket>) {
        self.lock().add(facts, added);
    }

    /// Starts again from a loaded show. How many watched when is kept.
    pub(super) fn load(&self, facts: FactSums, sold: &BTreeMap<u64, Bucket>) {
        let mut sums = self.lock();
        for bucket in sums.buckets.values_mut() {
            *bucket = Bucket { viewers: bucket.viewers, ..Bucket::default() };
        }
        sums.add(facts, sold);
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
