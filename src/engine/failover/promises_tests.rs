//! What lost entries promised: as long as it was, as much, and to whom.

use dropcast_domain::{
    ids::{BrandId, DropId, OrderId, ProductId, Sku, WaiterId},
    money::Currency,
    show::{
        Cause, DropItem, DropPlan, Fairness, HoldRules, KeyBinding, Outcome, ProductPlan, ShowPlan, ShowSettings,
        VariantPlan, Waitlist,
    },
    text::Text,
    time::Timestamp,
};

use super::*;
use crate::journal::Position;

fn viewer(name: &str) -> Principal {
    Principal { role: Role::Viewer, id: PrincipalId::new(name).unwrap() }
}

fn sku(name: &str) -> Sku {
    Sku::new(name).unwrap()
}

fn night() -> DropId {
    DropId::new("night").unwrap()
}

fn held(name: &str) -> Fact {
    Fact::ReservationHeld {
        reservation: ReservationId(1),
        viewer: viewer(name).id,
        drop: night(),
        sku: sku("tee"),
        quantity: 1,
        unit_price_minor: 2_500,
        expires_at: Timestamp(120_000),
    }
}

/// An entry that somebody caused under this key.
fn entry(at: u64, name: &str, key: &str, outcome: Outcome, facts: Vec<Fact>) -> Entry {
    let binding = KeyBinding { key: Key::new(key).unwrap(), fingerprint: Fingerprint::default(), outcome };
    Entry { at: Timestamp(at), cause: Some(Cause { principal: viewer(name), binding: Some(binding) }), facts }
}

fn hold(name: &str, more: Vec<Fact>) -> Entry {
    let facts = std::iter::once(held(name)).chain(more).collect();
    entry(1, name, "click", Outcome::Reservation(ReservationId(1)), facts)
}

fn sale(name: &str) -> Entry {
    let reservation = ReservationId(1);
    let placed = Fact::OrderPlaced { order: OrderId(1), reservation, total_minor: 2_500 };
    entry(2, name, "buy", Outcome::Order(OrderId(1)), vec![Fact::ReservationSold { reservation }, placed])
}

/// What these entries promised, where the history that goes on is this.
fn promised(show: &Show, lost: Vec<Entry>) -> Vec<Promise> {
    let mut position = Position::default();
    let raw = |entry: Entry| {
        let raw = RawEntry::following(&position, entry.at.0, codec::BodyWriter::default().write(&entry));
        position = raw.position();
        raw
    };
    let lost: Vec<_> = lost.into_iter().map(raw).collect();
    let promise = |request: Request| match request.command {
        Command::Reclaim(promise) => *promise,
        other => panic!("not reclaimed: {other:?}"),
    };
    reclaims(show, lost.iter()).into_iter().map(promise).collect()
}

#[test]
fn what_was_held_longer_is_promised_for_longer() {
    let longer = Entry { at: Timestamp(40_000), cause: None, facts: vec![Fact::HoldsExtended { by_ms: 30_000 }] };
    let promises = promised(&Show::default(), vec![hold("ada", Vec::new()), longer]);
    let until: Vec<_> = promises.iter().map(|promise| promise.expires_at).collect();
    assert_eq!(until, [Timestamp(150_000)]);
}

#[test]
fn a_bundle_is_promised_whole() {
    let reservation = ReservationId(1);
    let line = |name: &str| BundleLine { sku: sku(name), quantity: 2, unit_price_minor: 900 };
    let held = ["cap", "scarf"].map(|name| {
        let BundleLine { sku, quantity, unit_price_minor } = line(name);
        Fact::BundleLineHeld { reservation, sku, quantity, unit_price_minor }
    });
    let extended = Fact::HoldExtended { reservation, expires_at: Timestamp(130_000) };
    let more_time = entry(2, "ada", "more", Outcome::Reservation(reservation), vec![extended]);
    let promises = promised(&Show::default(), vec![hold("ada", held.to_vec()), more_time]);
    let [promise] = &promises[..] else { panic!("one promise: {promises:?}") };
    assert_eq!(promise.with, ["cap", "scarf"].map(line));
    assert_eq!(promise.expires_at, Timestamp(130_000));
}

#[test]
fn an_offer_is_promised_once_it_is_bought() {
    let offer = Fact::ReservationOffered {
        reservation: ReservationId(1),
        waiter: WaiterId(1),
        viewer: viewer("bob").id,
        drop: night(),
        sku: sku("tee"),
        quantity: 1,
        unit_price_minor: 2_500,
        expires_at: Timestamp(120_000),
    };
    let offered = Entry { at: Timestamp(1), cause: None, facts: vec![offer] };
    assert_eq!(promised(&Show::default(), vec![offered.clone()]), []);
    let promises = promised(&Show::default(), vec![offered, sale("bob")]);
    let [promise] = &promises[..] else { panic!("one promise: {promises:?}") };
    assert_eq!((promise.viewer.as_str(), promise.quantity), ("bob", 1));
    let Promised::Bought { confirm, .. } = &promise.promised else { panic!("it was bought: {promise:?}") };
    assert_eq!(confirm.key, Key::new("buy").unwrap());
}

#[test]
fn a_lost_sale_is_never_made_of_what_another_viewer_holds() {
    // Where the history goes on, number 1 is what ada holds.
    let show = selling_to("ada");
    assert_eq!(promised(&show, vec![sale("bob")]), []);
    let promises = promised(&show, vec![sale("ada")]);
    let [Promise { promised: Promised::Confirmed { .. }, .. }] = &promises[..] else { panic!("hers: {promises:?}") };
}

/// A show in which somebody holds a unit.
fn selling_to(name: &str) -> Show {
    let mut show = Show::default();
    let brand = Principal { role: Role::Brand, id: PrincipalId::new("acme").unwrap() };
    let hold = Command::Reserve { drop: night(), sku: sku("tee"), quantity: 1, with: Vec::new() };
    let commands = [
        (brand.clone(), Command::Plan(Box::new(plan()))),
        (brand.clone(), Command::Start),
        (brand, Command::OpenDrop { drop: night() }),
        (viewer(name), hold),
    ];
    for (number, (principal, command)) in commands.into_iter().enumerate() {
        let key = Some(Key::new(&format!("key-{number}")).unwrap());
        let request = Request { principal, key, fingerprint: Fingerprint::default(), command };
        show.handle(Timestamp(1), &request, &mut Vec::new()).unwrap();
    }
    show
}

fn plan() -> ShowPlan {
    let variant = VariantPlan { sku: sku("tee"), title: Text::default(), list_price_minor: 2_500, units: 1 };
    let title = Text([("en".to_owned(), "Autumn".to_owned())].into());
    ShowPlan {
        settings: ShowSettings {
            brand: BrandId::new("acme").unwrap(),
            title: title.clone(),
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
            title: title.clone(),
            description: Text::default(),
            picture: String::new(),
            variants: vec![variant],
        }],
        drops: vec![DropPlan {
            drop: night(),
            title,
            items: vec![DropItem { sku: sku("tee"), price_minor: None, cap: None }],
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
