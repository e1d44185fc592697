//! A show with one SKU and one drop, and who clicks in it.

use dropcast_domain::{
    ids::{BrandId, DropId, Key, PrincipalId, ProductId, Sku},
    money::Currency,
    show::{
        Command, DropItem, DropPlan, Fingerprint, Principal, ProductPlan, Request, Role, ShowPlan, ShowSettings,
        VariantPlan,
    },
    text::Text,
};

/// How many units one viewer may have; the rules allow no more.
pub(crate) const LIMIT: u32 = 100;
const UNITS: u32 = 10_000_000;

/// What somebody asks.
pub(crate) fn request(role: Role, who: &str, key: &str, command: Command) -> Request {
    let principal = Principal { role, id: PrincipalId::new(who).expect("a name") };
    Request { principal, key: Key::new(key).ok(), fingerprint: Fingerprint::default(), command }
}

/// Everything has one name.
pub(crate) fn name<T, E: std::fmt::Debug>(new: impl FnOnce(&str) -> Result<T, E>) -> T {
    new("bench").expect("a name")
}

/// What puts the show on sale, under which keys.
pub(crate) fn opening() -> [Request; 3] {
    [
        ("plan", Command::Plan(Box::new(plan()))),
        ("start", Command::Start),
        ("open", Command::OpenDrop { drop: name(DropId::new) }),
    ]
    .map(|(key, command)| request(Role::Brand, "bench", key, command))
}

/// One unit.
pub(crate) fn reserve() -> Command {
    Command::Reserve { drop: name(DropId::new), sku: name(Sku::new), quantity: 1, with: Vec::new() }
}

fn plan() -> ShowPlan {
    let variant = VariantPlan { sku: name(Sku::new), title: Text::default(), list_price_minor: 2_500, units: UNITS };
    let product = ProductPlan {
        product: name(ProductId::new),
        title: text(),
        description: Text::default(),
        picture: String::new(),
        variants: vec![variant],
    };
    let drop = DropPlan {
        drop: name(DropId::new),
        title: text(),
        items: vec![DropItem { sku: name(Sku::new), price_minor: None, cap: None }],
        limit_per_viewer: LIMIT,
        hold_ttl_ms: None,
        opens_at: None,
        duration_ms: None,
        close_when_sold_out: false,
        shared_cap: None,
        fairness: dropcast_domain::show::Fairness::FirstCome,
        waitlist: dropcast_domain::show::Waitlist::Off,
        offer_ttl_ms: None,
    };
    let settings = ShowSettings {
        brand: name(BrandId::new),
        title: text(),
        description: Text::default(),
        host_name: "Bench".into(),
        picture: String::new(),
        video: String::new(),
        currency: Currency::new("EUR").expect("a currency"),
        starts_at: None,
        hold_ttl_ms: 600_000,
        watch_without_token: true,
        return_policy: Text::default(),
        delivery: Text::default(),
        hold_rules: dropcast_domain::show::HoldRules::default(),
    };
    ShowPlan { settings, products: vec![product], drops: vec![drop] }
}

fn text() -> Text {
    Text([("en".to_owned(), "Bench".to_owned())].into())
}
