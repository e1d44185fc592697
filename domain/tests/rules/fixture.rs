//! A stage to play scenes on: a small show, people who ask things of it, and facts as short lines of text.

use dropcast_domain::{
    ids::{BrandId, DropId, Key, PrincipalId, ProductId, Sku},
    money::Currency,
    show::{
        Command, DropItem, DropPlan, Entry, Fairness, Fingerprint, HOLD_TTL_MS_DEFAULT, HoldRules, Outcome, Principal,
        ProductPlan, Refusal, Request, Role, Show, ShowPlan, ShowSettings, VariantPlan, Waitlist,
    },
    text::Text,
    time::Timestamp,
};

use crate::line::line;
pub(crate) use crate::{commands::*, promised::*};

/// The moment at which every stage begins.
pub(crate) const BEGIN_MS: u64 = 1_000_000;

/// A show, the time, and the keys used so far.
pub(crate) struct Stage {
    pub(crate) show: Show,
    pub(crate) now: Timestamp,
    pub(crate) entries: Vec<Entry>,
    keys: u64,
}

impl Stage {
    /// An empty journal.
    pub(crate) fn empty() -> Self {
        Self { show: Show::default(), now: Timestamp(BEGIN_MS), entries: Vec::new(), keys: 0 }
    }

    /// A planned show.
    pub(crate) fn draft(plan: ShowPlan) -> Self {
        let mut stage = Self::empty();
        stage.ask(&brand(), plan_of(plan)).unwrap();
        stage
    }

    /// A show on air.
    pub(crate) fn live(plan: ShowPlan) -> Self {
        let mut stage = Self::draft(plan);
        stage.ask(&host(), Command::Start).unwrap();
        stage
    }

    /// A show on air whose only drop, `night`, is open.
    pub(crate) fn selling() -> Self {
        Self::selling_as(plan())
    }

    /// The same with another plan.
    pub(crate) fn selling_as(plan: ShowPlan) -> Self {
        let mut stage = Self::live(plan);
        stage.ask(&host(), open("night")).unwrap();
        stage
    }

    /// Lets time pass; returns what it made true.
    pub(crate) fn wait_ms(&mut self, ms: u64) -> Vec<String> {
        self.now = self.now.after_ms(ms);
        let mut entries = Vec::new();
        self.show.pass(self.now, &mut entries);
        self.keep(entries)
    }

    /// Asks under a fresh key; returns every fact that it made true.
    pub(crate) fn ask(&mut self, who: &Principal, command: Command) -> Result<Vec<String>, Refusal> {
        self.keys += 1;
        let key = format!("key-{}", self.keys);
        self.ask_as(who, Some(&key), 0, command).map(|(facts, _)| facts)
    }

    /// Asks under this key and with this content.
    pub(crate) fn ask_as(
        &mut self,
        who: &Principal,
        key: Option<&str>,
        content: u8,
        command: Command,
    ) -> Result<(Vec<String>, Outcome), Refusal> {
        let key = key.map(|key| Key::new(key).unwrap());
        let request = Request { principal: who.clone(), key, fingerprint: Fingerprint([content; 16]), command };
        let mut entries = Vec::new();
        let answer = self.show.handle(self.now, &request, &mut entries);
        let facts = self.keep(entries);
        answer.map(|outcome| (facts, outcome))
    }

    /// The command is accepted with exactly these facts.
    #[track_caller]
    pub(crate) fn accepts(&mut self, who: &Principal, command: Command, facts: &[&str]) {
        let what = format!("{command:?}");
        assert_eq!(self.ask(who, command).as_deref(), Ok(facts.map_owned().as_slice()), "{what}");
    }

    /// The command is refused so, and nothing becomes true.
    #[track_caller]
    pub(crate) fn refuses(&mut self, who: &Principal, command: Command, refusal: Refusal) {
        let (what, before) = (format!("{command:?}"), self.entries.len());
        assert_eq!(self.ask(who, command), Err(refusal), "{what}");
        assert_eq!(self.entries.len(), before, "{what}");
    }

    /// Asks as [`Stage::ask`] does, many times and so without checking all that must be true after each.
    pub(crate) fn ask_unchecked(&mut self, who: &Principal, command: Command) {
        self.keys += 1;
        let key = Key::new(&format!("key-{}", self.keys)).ok();
        let request = Request { principal: who.clone(), key, fingerprint: Fingerprint::default(), command };
        self.show.handle(self.now, &request, &mut Vec::new()).unwrap();
    }

    /// `allotment = free + held + sold`, and what is offered, as a line.
    pub(crate) fn stock(&self, sku_name: &str) -> String {
        let stock = self.show.stock(&sku(sku_name)).unwrap();
        let offered = if stock.offered > 0 { format!(" + {} offered", stock.offered) } else { String::new() };
        format!("{} = {} + {} + {}{offered}", stock.allotment, stock.free, stock.held, stock.sold)
    }

    /// Asks as [`Stage::ask`] does; what follows is one entry.
    #[track_caller]
    pub(crate) fn accepts_at_once(&mut self, who: &Principal, command: Command, facts: &[&str]) {
        let before = self.entries.len();
        self.accepts(who, command, facts);
        assert_eq!(self.entries.len(), before + 1);
    }

    #[track_caller]
    fn keep(&mut self, entries: Vec<Entry>) -> Vec<String> {
        assert_eq!(self.show.check_invariants(), Ok(()));
        let facts = entries.iter().flat_map(|entry| &entry.facts).map(line).collect();
        self.entries.extend(entries);
        facts
    }
}

trait MapOwned {
    fn map_owned(&self) -> Vec<String>;
}

impl MapOwned for [&str] {
    fn map_owned(&self) -> Vec<String> {
        self.iter().map(|&text| text.to_owned()).collect()
    }
}

/// Five tees (25.00) and two caps (10.00, in the drop 8.00, of which one may be sold); one drop, two units a viewer.
pub(crate) fn plan() -> ShowPlan {
    ShowPlan {
        settings: settings(),
        products: vec![product("tee", &[("tee", 2_500, 5)]), product("cap", &[("cap", 1_000, 2)])],
        drops: vec![DropPlan {
            items: vec![
                DropItem { sku: sku("tee"), price_minor: None, cap: None },
                DropItem { sku: sku("cap"), price_minor: Some(800), cap: Some(1) },
            ],
            ..drop_plan("night", "tee")
        }],
    }
}

pub(crate) fn settings() -> ShowSettings {
    ShowSettings {
        brand: BrandId::new("acme").unwrap(),
        title: text("Autumn"),
        description: Text::default(),
        host_name: "Noor".into(),
        picture: String::new(),
        video: String::new(),
        currency: Currency::new("EUR").unwrap(),
        starts_at: None,
        hold_ttl_ms: HOLD_TTL_MS_DEFAULT,
        watch_without_token: true,
        return_policy: Text::default(),
        delivery: Text::default(),
        hold_rules: HoldRules::default(),
    }
}

/// A product with variants of a SKU, a list price in minor units, and units.
pub(crate) fn product(name: &str, variants: &[(&str, u64, u32)]) -> ProductPlan {
    let variant = |&(name, list_price_minor, units): &(&str, u64, u32)| VariantPlan {
        sku: sku(name),
        title: Text::default(),
        list_price_minor,
        units,
    };
    ProductPlan {
        product: ProductId::new(name).unwrap(),
        title: text(name),
        description: Text::default(),
        picture: String::new(),
        variants: variants.iter().map(variant).collect(),
    }
}

/// A drop of one SKU at its list price.
pub(crate) fn drop_plan(name: &str, sku_name: &str) -> DropPlan {
    DropPlan {
        drop: drop_id(name),
        title: text(name),
        items: vec![DropItem { sku: sku(sku_name), price_minor: None, cap: None }],
        limit_per_viewer: 2,
        hold_ttl_ms: None,
        opens_at: None,
        duration_ms: None,
        close_when_sold_out: false,
        shared_cap: None,
        fairness: Fairness::FirstCome,
        waitlist: Waitlist::Off,
        offer_ttl_ms: None,
    }
}

pub(crate) fn text(english: &str) -> Text {
    Text([("en".to_owned(), english.to_owned())].into())
}

pub(crate) fn sku(name: &str) -> Sku {
    Sku::new(name).unwrap()
}

pub(crate) fn drop_id(name: &str) -> DropId {
    DropId::new(name).unwrap()
}

pub(crate) fn somebody(name: &str) -> PrincipalId {
    PrincipalId::new(name).unwrap()
}

pub(crate) fn brand() -> Principal {
    Principal { role: Role::Brand, id: somebody("acme") }
}

pub(crate) fn host() -> Principal {
    Principal { role: Role::Host, id: somebody("noor") }
}

pub(crate) fn system() -> Principal {
    Principal { role: Role::System, id: somebody("payments") }
}

pub(crate) fn viewer(name: &str) -> Principal {
    Principal { role: Role::Viewer, id: somebody(name) }
}
