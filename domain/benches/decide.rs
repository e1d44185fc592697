//! How many clicks the rules decide in a second, with nothing around them: `cargo bench -p dropcast-domain`.
//!
//! A click is taken in whole, as a writer does: time passes, the key is looked up, the decision is made, its facts are
//! folded and the entry is kept.

#![expect(clippy::print_stdout, reason = "its output is what it is for")]

use std::time::Instant;

use dropcast_domain::{
    ids::{BrandId, DropId, Key, PrincipalId, ProductId, Sku},
    money::Currency,
    show::{
        Command, DropItem, DropPlan, Entry, Fairness, Fingerprint, HoldRules, Principal, ProductPlan, Request, Role,
        Show, ShowPlan, ShowSettings, VariantPlan, Waitlist,
    },
    text::Text,
    time::Timestamp,
};

const CLICKS: u32 = 200_000;
const ROUNDS: usize = 5;
const NOW: Timestamp = Timestamp(1_000_000);

fn main() {
    let clicks: Vec<Request> = (0..CLICKS).map(click).collect();
    println!("{CLICKS} clicks, each of its own viewer with its own key; median of {ROUNDS} rounds");
    report("accepted", &clicks, CLICKS);
    report("sold out", &clicks, 500);
}

fn report(what: &str, clicks: &[Request], units: u32) {
    let mut per_second: Vec<u64> = (0..ROUNDS).map(|_| round(clicks, units)).collect();
    per_second.sort_unstable();
    println!("{what} ({units} units): {} decisions a second", per_second[ROUNDS / 2]);
}

/// Decisions a second, of one rush on fresh stock.
fn round(clicks: &[Request], units: u32) -> u64 {
    let mut show = selling(units);
    let mut entries: Vec<Entry> = Vec::with_capacity(clicks.len());
    let begin = Instant::now();
    let held = clicks.iter().filter(|click| show.handle(NOW, click, &mut entries).is_ok()).count();
    let elapsed_ns = begin.elapsed().as_nanos();
    assert_eq!(held, units as usize);
    u64::try_from(u128::from(CLICKS) * 1_000_000_000 / elapsed_ns).unwrap()
}

fn click(number: u32) -> Request {
    Request {
        principal: Principal { role: Role::Viewer, id: PrincipalId::new(&format!("viewer-{number:08}")).unwrap() },
        key: Some(Key::new(&format!("{number:08x}-0000-4000-8000-{number:012x}")).unwrap()),
        fingerprint: Fingerprint::default(),
        command: Command::Reserve { drop: drop_id(), sku: sku(), quantity: 1, with: Vec::new() },
    }
}

fn selling(units: u32) -> Show {
    let mut show = Show::default();
    let brand = Principal { role: Role::Brand, id: PrincipalId::new("acme").unwrap() };
    let commands = [Command::Plan(Box::new(plan(units))), Command::Start, Command::OpenDrop { drop: drop_id() }];
    for (number, command) in commands.into_iter().enumerate() {
        let key = Some(Key::new(&format!("run-{number}")).unwrap());
        let request = Request { principal: brand.clone(), key, fingerprint: Fingerprint::default(), command };
        show.handle(NOW, &request, &mut Vec::new()).unwrap();
    }
    show
}

fn plan(units: u32) -> ShowPlan {
    ShowPlan {
        settings: ShowSettings {
            brand: BrandId::new("acme").unwrap(),
            title: Text::default(),
            description: Text::default(),
            host_name: String::new(),
            picture: String::new(),
            video: String::new(),
            currency: Currency::new("EUR").unwrap(),
            starts_at: None,
            hold_ttl_ms: 120_000,
            watch_without_token: true,
            return_policy: Text::default(),
            delivery: Text::default(),
            hold_rules: HoldRules::default(),
        },
        products: vec![ProductPlan {
            product: ProductId::new("tee").unwrap(),
            title: Text::default(),
            description: Text::default(),
            picture: String::new(),
            variants: vec![VariantPlan { sku: sku(), title: Text::default(), list_price_minor: 2_500, units }],
        }],
        drops: vec![DropPlan {
            drop: drop_id(),
            title: Text::default(),
            items: vec![DropItem { sku: sku(), price_minor: None, cap: None }],
            limit_per_viewer: 1,
            hold_ttl_ms: None,
            opens_at: None,
            duration_ms: None,
            close_when_sold_out: false,
            shared_cap: None,
            fairness: Fairness::FirstCome,
            waitlist: Waitlist::Off,
            offer_ttl_ms: None,
        }],
    }
}

fn drop_id() -> DropId {
    DropId::new("night").unwrap()
}

fn sku() -> Sku {
    Sku::new("tee-black-m").unwrap()
}
