//! A world as its seed makes it: the show, the nodes, the crowd, the faults.

use std::time::Duration;

use dropcast::engine::{EngineConfig, Seeds};
use dropcast_domain::{
    ids::{BrandId, DropId, ProductId, Sku},
    money::Currency,
    show::{
        CoolDown, DropItem, DropPlan, Fairness, HoldRules, ProductPlan, ShowPlan, ShowSettings, VariantPlan, Waitlist,
    },
    text::Text,
};

use crate::{
    faults::{self, Fault},
    link::Weather,
    random::Random,
};

pub(crate) const SHOW: &str = "show";
pub(crate) const BRAND: &str = "acme";
pub(crate) const SKUS: [&str; 3] = ["tee", "cap", "scarf"];
/// Who clicks first is served first.
pub(crate) const NIGHT: &str = "night";
/// The same with a cap.
pub(crate) const LATE: &str = "late";
/// Who finds nothing waits.
pub(crate) const LINE: &str = "line";
/// Lots decide.
pub(crate) const LOTS: &str = "lots";
/// What is sold shares a cap, and who asks for it waits.
pub(crate) const POOL: &str = "pool";
pub(crate) const DROPS: [&str; 5] = [NIGHT, LATE, LINE, LOTS, POOL];

/// How long a node has a show for at a time.
pub(crate) const LEASE_MS: u64 = 2_000;

#[derive(Debug)]
pub(crate) struct Scenario {
    pub(crate) nodes: usize,
    /// By how much each node's clock is usually ahead.
    pub(crate) ahead_ms: Vec<i64>,
    pub(crate) viewers: usize,
    /// How long it is between a viewer's wishes, at most.
    pub(crate) pace_ms_max: u64,
    /// How long a client waits for an answer before it asks again.
    pub(crate) patience_ms: u64,
    pub(crate) units: u32,
    pub(crate) limit_per_viewer: u32,
    pub(crate) hold_ttl_ms: u64,
    /// In half of the worlds nobody waits, and nothing keeps viewers from hoarding: there it gets crowded.
    pub(crate) is_plain: bool,
    pub(crate) hold_rules: HoldRules,
    /// How long the draw takes entries.
    pub(crate) entry_ms: u64,
    pub(crate) offer_ttl_ms: Option<u64>,
    pub(crate) length_ms: u64,
    pub(crate) lease: Duration,
    pub(crate) weather: Weather,
    pub(crate) faults: Vec<(u64, Fault)>,
    pub(crate) engine: EngineConfig,
}

impl Scenario {
    pub(crate) fn of(seed: u64) -> Self {
        let random = &mut Random::of(seed, "scenario");
        let nodes = random.count(2, 3);
        let length_ms = random.between(3_000, 9_000);
        // A stream of its own, so that the rest of a world is the same with and without.
        let rules = &mut Random::of(seed, "rules");
        let is_plain = rules.percent(50);
        Self {
            nodes,
            ahead_ms: (0..nodes).map(|_| i64::try_from(random.below(600)).unwrap() - 300).collect(),
            viewers: random.count(3, 8),
            pace_ms_max: random.between(50, 800),
            patience_ms: if random.percent(50) { random.between(100, 600) } else { 1_800 },
            units: random.units(2, 24),
            limit_per_viewer: random.units(1, 3),
            hold_ttl_ms: if random.percent(50) { random.between(1_000, 5_000) } else { 60_000 },
            is_plain,
            hold_rules: if is_plain { HoldRules::default() } else { hold_rules(rules) },
            entry_ms: rules.between(200, 3_000),
            offer_ttl_ms: rules.percent(50).then(|| rules.between(1_000, 3_000)),
            length_ms,
            lease: Duration::from_millis(LEASE_MS),
            weather: faults::weather(random),
            faults: faults::draw(random, nodes, length_ms),
            engine: engine(random),
        }
    }

    /// How many nodes count their audience: in plain worlds none, since every count renews a lease, and a writer that
    /// slept is to be found out of it.
    pub(crate) fn counters(&self) -> usize {
        if self.is_plain { 0 } else { self.nodes }
    }

    /// What the brand plans.
    pub(crate) fn plan(&self) -> ShowPlan {
        let product = ProductPlan {
            product: ProductId::new("wear").unwrap(),
            title: text("Wear"),
            description: Text::default(),
            picture: String::new(),
            variants: SKUS.iter().map(|name| self.variant(name)).collect(),
        };
        let settings = ShowSettings {
            brand: BrandId::new(BRAND).unwrap(),
            title: text("Autumn"),
            description: Text::default(),
            host_name: "Noor".into(),
            picture: String::new(),
            video: String::new(),
            currency: Currency::new("EUR").unwrap(),
            starts_at: None,
            hold_ttl_ms: self.hold_ttl_ms,
            watch_without_token: true,
            return_policy: Text::default(),
            delivery: Text::default(),
            hold_rules: self.hold_rules.clone(),
        };
        let half = Some(self.units / 2 + 1);
        let [tee, cap, scarf] = SKUS;
        let drops = vec![
            self.drop(NIGHT, None, &[tee, cap]),
            self.drop(LATE, half, &[tee]),
            DropPlan { waitlist: Waitlist::Automatic, ..self.drop(LINE, None, &[cap, scarf]) },
            DropPlan { fairness: Fairness::Draw { entry_ms: self.entry_ms }, ..self.drop(LOTS, half, &[scarf, tee]) },
            DropPlan { waitlist: Waitlist::Ask, shared_cap: half, ..self.drop(POOL, None, &SKUS) },
        ];
        ShowPlan { settings, products: vec![product], drops }
    }

    fn variant(&self, name: &str) -> VariantPlan {
        VariantPlan { sku: Sku::new(name).unwrap(), title: text(name), list_price_minor: 2_500, units: self.units }
    }

    fn drop(&self, name: &str, cap: Option<u32>, skus: &[&str]) -> DropPlan {
        let item = |name: &&str| DropItem { sku: Sku::new(name).unwrap(), price_minor: None, cap };
        DropPlan {
            drop: DropId::new(name).unwrap(),
            title: text(name),
            items: skus.iter().map(item).collect(),
            limit_per_viewer: self.limit_per_viewer,
            hold_ttl_ms: None,
            opens_at: None,
            duration_ms: None,
            close_when_sold_out: false,
            shared_cap: None,
            fairness: Fairness::FirstCome,
            waitlist: Waitlist::Off,
            offer_ttl_ms: self.offer_ttl_ms,
        }
    }
}

/// In most worlds some.
fn hold_rules(random: &mut Random) -> HoldRules {
    HoldRules {
        limit_per_viewer: random.percent(30).then(|| random.units(3, 8)),
        open_holds_per_viewer: random.percent(30).then(|| random.units(1, 3)),
        payment_extension_ms: if random.percent(70) { random.between(500, 5_000) } else { 0 },
        cool_down: random
            .percent(30)
            .then(|| CoolDown { lapses_allowed: random.units(0, 2), for_ms: random.between(500, 4_000) }),
    }
}

/// Small bounds, so that they are met.
fn engine(random: &mut Random) -> EngineConfig {
    EngineConfig {
        mailbox_max: random.count(2, 64),
        batch_max: random.count(1, 16),
        appends_in_flight_max: random.count(1, 4),
        idle_after: Duration::from_millis(random.between(500, 4_000)),
        snapshot_every_entries: random.between(2, 40),
        retry_after_ms: 50,
        seeds: Some(Seeds::new(b"simulation")),
        outage_min: Duration::from_millis(random.between(1, 2_000)),
        outage_extension_max: Duration::from_millis(random.between(0, 20_000)),
        ..EngineConfig::default()
    }
}

fn text(english: &str) -> Text {
    Text([("en".to_owned(), english.to_owned())].into())
}
