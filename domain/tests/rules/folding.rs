//! Journals that can't be: each is refused with what is wrong, and none makes the fold panic.

use dropcast_domain::{
    ids::{BrandId, OrderId, ReservationId},
    inventory::StockError,
    show::{
        BrokenPromise, Cause, CloseReason, DropPhase, Entry, Fact, Fingerprint, FoldError, KeptPromise, KeptSale,
        KeyBinding, Outcome, Product, Promise, Show, ShowPhase,
    },
    time::Timestamp,
};

use crate::fixture::*;

#[test]
fn a_fact_that_contradicts_the_state_is_refused() {
    let (night, tee) = (|| drop_id("night"), || sku("tee"));
    let in_phase = |drop, phase| FoldError::DropPhase { drop, phase };
    let moved = |problem| FoldError::Stock { sku: tee(), problem };
    let rows = vec![
        (Fact::ShowPlanned(Box::new(of_another_brand())), FoldError::BrandFixed(BrandId::new("acme").unwrap())),
        (Fact::ShowStarted, FoldError::Show(ShowPhase::Live)),
        (Fact::ShowEnded, in_phase(night(), DropPhase::Open)),
        (Fact::ProductListed(Box::new(taking("tee"))), FoldError::SkuTaken(tee())),
        (Fact::ProductUnlisted { product: product_id("none") }, FoldError::ProductUnknown(product_id("none"))),
        (Fact::ProductUnlisted { product: product_id("tee") }, FoldError::SkuInUse(tee())),
        (Fact::UnitsAdded { sku: sku("none"), units: 1, planned: true }, FoldError::SkuUnknown(sku("none"))),
        (Fact::UnitsAdded { sku: tee(), units: u32::MAX, planned: false }, moved(StockError::TooMany)),
        (Fact::UnitsWithdrawn { sku: tee(), units: 4 }, moved(StockError::NotFree)),
        (Fact::DropPlanned { plan: Box::new(drop_plan("noon", "none")), place: 1 }, FoldError::SkuUnknown(sku("none"))),
        (Fact::DropPlanned { plan: Box::new(drop_plan("night", "cap")), place: 0 }, FoldError::DropFixed(night())),
        (Fact::DropUnplanned { drop: night() }, in_phase(night(), DropPhase::Open)),
        (Fact::DropUnplanned { drop: drop_id("none") }, FoldError::DropUnknown(drop_id("none"))),
        (Fact::DropScheduled { drop: night(), opens_at: None }, in_phase(night(), DropPhase::Open)),
        (Fact::DropOpened { drop: night(), closes_at: None }, in_phase(night(), DropPhase::Open)),
        (Fact::DropResumed { drop: night() }, in_phase(night(), DropPhase::Open)),
        (Fact::DropPaused { drop: drop_id("dawn") }, in_phase(drop_id("dawn"), DropPhase::Planned)),
        (
            Fact::DropExtended { drop: drop_id("dawn"), closes_at: Timestamp(1) },
            in_phase(drop_id("dawn"), DropPhase::Planned),
        ),
        (
            Fact::DropClosed { drop: drop_id("dawn"), reason: CloseReason::Time },
            in_phase(drop_id("dawn"), DropPhase::Planned),
        ),
        (Fact::CapRaised { drop: night(), sku: sku("none"), units: 1 }, FoldError::SkuUnknown(sku("none"))),
        (held(4, "night", "tee", 1), FoldError::Number { expected: 3, found: 4 }),
        (held(3, "dawn", "tee", 1), in_phase(drop_id("dawn"), DropPhase::Planned)),
        (held(3, "night", "none", 1), FoldError::SkuUnknown(sku("none"))),
        (held(3, "night", "tee", 0), FoldError::Reservation(ReservationId(3))),
        (held(3, "night", "cap", 2), FoldError::CapExceeded { drop: night(), sku: sku("cap") }),
        (held(3, "night", "tee", 3), FoldError::LimitExceeded(night())),
        (Fact::ReservationSold { reservation: ReservationId(2) }, FoldError::Reservation(ReservationId(2))),
        (Fact::ReservationReleased { reservation: ReservationId(0) }, FoldError::Reservation(ReservationId(0))),
        (
            Fact::ReservationExpired { reservation: ReservationId(u64::MAX) },
            FoldError::Reservation(ReservationId(u64::MAX)),
        ),
        (ordered(2, 1, 2_500), FoldError::Reservation(ReservationId(1))),
        (ordered(3, 2, 2_500), FoldError::Number { expected: 2, found: 3 }),
        (ordered(2, 2, 2_500), FoldError::Reservation(ReservationId(2))),
        (Fact::OrderPaid { order: OrderId(2), payment: somebody("pay") }, FoldError::Order(OrderId(2))),
        (kept(3, None, None), FoldError::Promise(ReservationId(7))),
        (kept(3, Some("broken"), None), FoldError::Promise(ReservationId(7))),
        (kept(3, Some("key-4"), None), FoldError::KeyBoundTwice { key: used("key-4").key }),
        (kept(3, None, Some(3)), FoldError::Number { expected: 2, found: 3 }),
        (kept(1, Some("r"), Some(2)), FoldError::Reservation(ReservationId(1))),
        (kept(1, Some("r"), None), FoldError::Reservation(ReservationId(1))),
        (kept(2, None, Some(2)), FoldError::Reservation(ReservationId(2))),
        (kept(4, Some("r"), None), FoldError::Reservation(ReservationId(4))),
        (broken("broken"), FoldError::Promise(ReservationId(7))),
        (broken("key-4"), FoldError::Promise(ReservationId(7))),
    ];
    let stage = with_a_hold_and_an_order();
    for (fact, error) in rows {
        let entry = Entry { at: stage.now, cause: None, facts: vec![fact] };
        assert_eq!(stage.show.clone().fold(&entry), Err(error), "{entry:?}");
    }
}

#[test]
fn units_that_are_not_there_are_not_held() {
    let mut stage = Stage::selling();
    for who in ["ann", "bob"] {
        stage.ask(&viewer(who), reserve("night", "tee", 2)).unwrap();
    }
    let problem = StockError::NotFree;
    let error = FoldError::Stock { sku: sku("tee"), problem };
    assert_eq!(stage.show.fold(&entry(stage.now, held(3, "night", "tee", 2))), Err(error));
}

#[test]
fn a_total_that_is_not_the_price_is_refused() {
    let mut stage = Stage::selling();
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    stage.show.fold(&entry(stage.now, Fact::ReservationSold { reservation: ReservationId(1) })).unwrap();
    let wrong = entry(stage.now, ordered(1, 1, 2_499));
    assert_eq!(stage.show.fold(&wrong), Err(FoldError::Order(OrderId(1))));
}

#[test]
fn nothing_happens_to_a_show_that_was_never_planned() {
    let started = entry(Timestamp(1), Fact::ShowStarted);
    assert_eq!(Show::default().fold(&started), Err(FoldError::Show(ShowPhase::Draft)));
}

#[test]
fn an_entry_is_refused_for_itself() {
    let stage = with_a_hold_and_an_order();
    let mut show = stage.show.clone();
    let empty = Entry { at: stage.now, cause: None, facts: vec![] };
    assert_eq!(show.fold(&empty), Err(FoldError::NoFacts));

    let early = entry(Timestamp(stage.now.0 - 1), Fact::DropPaused { drop: drop_id("night") });
    assert_eq!(show.fold(&early), Err(FoldError::TimeBackwards { at: early.at, last: stage.now }));

    let repeated = stage.entries.last().unwrap().cause.clone().unwrap();
    let key = repeated.binding.as_ref().unwrap().key.clone();
    let mut twice = entry(stage.now, Fact::DropPaused { drop: drop_id("night") });
    twice.cause = Some(Cause {
        principal: repeated.principal,
        binding: Some(KeyBinding { key: key.clone(), fingerprint: Fingerprint::default(), outcome: Outcome::Done }),
    });
    assert_eq!(show.fold(&twice), Err(FoldError::KeyBoundTwice { key }));
}

#[test]
fn what_keeps_a_promise_is_held_for_its_viewer_within_cap_and_limit() {
    let mut stage = with_a_hold_and_an_order();
    stage.ask(&host(), dropcast_domain::show::Command::End).unwrap();
    let folded = |promised_to: &str, held: Fact| {
        let Fact::PromiseKept(mut kept) = kept(3, Some("r"), None) else { unreachable!() };
        kept.viewer = somebody(promised_to);
        let facts = vec![Fact::PromiseKept(kept), held];
        stage.show.clone().fold(&Entry { at: stage.now, cause: None, facts })
    };
    assert_eq!(folded("dee", held(3, "dawn", "tee", 2)), Ok(()));
    assert_eq!(folded("ann", held(3, "dawn", "tee", 2)), Err(FoldError::Reservation(ReservationId(3))));
    assert_eq!(folded("dee", held(3, "none", "tee", 2)), Err(FoldError::DropUnknown(drop_id("none"))));
    assert_eq!(folded("dee", held(3, "dawn", "tee", 3)), Err(FoldError::LimitExceeded(drop_id("dawn"))));
    let capped = FoldError::CapExceeded { drop: drop_id("night"), sku: sku("cap") };
    assert_eq!(folded("dee", held(3, "night", "cap", 2)), Err(capped));
}

/// Reservation 1 is held, reservation 2 was sold as order 1; the drop *dawn* did not open. A promise to ann was broken.
fn with_a_hold_and_an_order() -> Stage {
    let mut plan = plan();
    plan.drops.push(drop_plan("dawn", "tee"));
    let mut stage = Stage::selling_as(plan);
    for who in ["ann", "bob"] {
        stage.ask(&viewer(who), reserve("night", "tee", 1)).unwrap();
    }
    stage.ask(&viewer("bob"), confirm(2)).unwrap();
    let dear = Promise { drop: drop_id("none"), ..promise("ann", 1, lost_hold("broken")) };
    stage.ask(&system(), reclaim(dear)).unwrap();
    stage
}

/// A promise to ann that is kept.
fn kept(reservation: u64, reserve: Option<&str>, order: Option<u64>) -> Fact {
    let sale = order.map(|order| KeptSale { order: OrderId(order), confirm: used("c") });
    let (viewer, lost, reservation) = (somebody("ann"), ReservationId(7), ReservationId(reservation));
    Fact::PromiseKept(Box::new(KeptPromise { viewer, lost, reservation, reserve: reserve.map(used), sale }))
}

fn broken(key: &str) -> Fact {
    Fact::PromiseBroken(Box::new(BrokenPromise {
        viewer: somebody("ann"),
        drop: drop_id("none"),
        sku: sku("none"),
        quantity: 1,
        unit_price_minor: 1,
        with: Vec::new(),
        lost: ReservationId(7),
        sold: false,
        key: used(key).key,
    }))
}

fn entry(at: Timestamp, fact: Fact) -> Entry {
    Entry { at, cause: None, facts: vec![fact] }
}

fn held(reservation: u64, drop: &str, sku_name: &str, quantity: u32) -> Fact {
    Fact::ReservationHeld {
        reservation: ReservationId(reservation),
        viewer: somebody("dee"),
        drop: drop_id(drop),
        sku: sku(sku_name),
        quantity,
        unit_price_minor: 2_500,
        expires_at: Timestamp(BEGIN_MS + 1),
    }
}

fn ordered(order: u64, reservation: u64, total_minor: u64) -> Fact {
    Fact::OrderPlaced { order: OrderId(order), reservation: ReservationId(reservation), total_minor }
}

fn of_another_brand() -> dropcast_domain::show::ShowSettings {
    dropcast_domain::show::ShowSettings { brand: BrandId::new("zenith").unwrap(), ..settings() }
}

fn product_id(name: &str) -> dropcast_domain::ids::ProductId {
    dropcast_domain::ids::ProductId::new(name).unwrap()
}

/// A new product with a SKU that is another's.
fn taking(sku_name: &str) -> Product {
    let variant = dropcast_domain::show::Variant { sku: sku(sku_name), title: text(""), list_price_minor: 1 };
    Product {
        product: product_id("thief"),
        place: 2,
        title: text(""),
        description: text(""),
        picture: String::new(),
        variants: vec![variant],
    }
}
