//! Facts at random, as no show would make them: each is refused or leaves a whole show, and none makes a panic.

use dropcast_domain::{
    ids::{OrderId, ProductId, ReservationId},
    show::{BrokenPromise, CloseReason, DropItem, DropPlan, Entry, Fact, KeptPromise, KeptSale, Product, Variant},
    time::Timestamp,
};
use proptest::{collection::vec, option, prelude::*, sample::select};

use crate::fixture::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn no_fact_breaks_a_show(facts in vec(fact(), 1..60)) {
        let mut stage = Stage::selling();
        for fact in facts {
            let mut after = stage.show.clone();
            let entry = Entry { at: stage.now, cause: None, facts: vec![fact] };
            if after.fold(&entry).is_ok() {
                prop_assert_eq!(after.check_invariants(), Ok(()), "{:?}", entry);
                stage.show = after;
            }
        }
        stage.wait_ms(u64::MAX);
    }
}

fn fact() -> impl Strategy<Value = Fact> {
    let number = || prop_oneof![8 => 1u64..5, 1 => Just(0), 1 => Just(u64::MAX)];
    let units = || prop_oneof![8 => 0u32..4, 1 => Just(u32::MAX)];
    let sku_name = || select(vec!["tee", "cap", "hat"]).prop_map(sku);
    let drop = || select(vec!["night", "noon"]).prop_map(drop_id);
    let product = || select(vec!["tee", "cap", "hat"]).prop_map(|name| ProductId::new(name).unwrap());
    let moment = || prop_oneof![4 => BEGIN_MS..BEGIN_MS + 9, 1 => Just(u64::MAX)].prop_map(Timestamp);
    let reservation = move || number().prop_map(ReservationId);
    let buying = prop_oneof![
        (reservation(), drop(), sku_name(), units(), number(), moment()).prop_map(
            |(reservation, drop, sku, quantity, unit_price_minor, expires_at)| {
                let viewer = somebody("ann");
                Fact::ReservationHeld { reservation, viewer, drop, sku, quantity, unit_price_minor, expires_at }
            }
        ),
        reservation().prop_map(|reservation| Fact::ReservationSold { reservation }),
        reservation().prop_map(|reservation| Fact::ReservationReleased { reservation }),
        reservation().prop_map(|reservation| Fact::ReservationExpired { reservation }),
        (number().prop_map(OrderId), reservation(), number())
            .prop_map(|(order, reservation, total_minor)| Fact::OrderPlaced { order, reservation, total_minor }),
        number().prop_map(|order| Fact::OrderPaid { order: OrderId(order), payment: somebody("pay") }),
    ];
    let running = prop_oneof![
        Just(Fact::ShowStarted),
        Just(Fact::ShowEnded),
        (drop(), option::of(moment())).prop_map(|(drop, opens_at)| Fact::DropScheduled { drop, opens_at }),
        (drop(), option::of(moment())).prop_map(|(drop, closes_at)| Fact::DropOpened { drop, closes_at }),
        drop().prop_map(|drop| Fact::DropPaused { drop }),
        drop().prop_map(|drop| Fact::DropResumed { drop }),
        (drop(), moment()).prop_map(|(drop, closes_at)| Fact::DropExtended { drop, closes_at }),
        drop().prop_map(|drop| Fact::DropClosed { drop, reason: CloseReason::Host }),
        (drop(), sku_name(), units()).prop_map(|(drop, sku, units)| Fact::CapRaised { drop, sku, units }),
    ];
    let outages = (0u64..3).prop_map(|by_ms| Fact::HoldsExtended { by_ms });
    let planning = prop_oneof![
        Just(Fact::ShowPlanned(Box::new(settings()))),
        (product(), vec(sku_name(), 0..3), units()).prop_map(|(product, skus, place)| listed(product, skus, place)),
        product().prop_map(|product| Fact::ProductUnlisted { product }),
        (sku_name(), units(), any::<bool>()).prop_map(|(sku, units, planned)| Fact::UnitsAdded { sku, units, planned }),
        (sku_name(), units()).prop_map(|(sku, units)| Fact::UnitsWithdrawn { sku, units }),
        (drop(), vec((sku_name(), option::of(units())), 0..3), units(), option::of(moment()))
            .prop_map(|(drop, items, place, opens_at)| planned(drop, items, place, opens_at)),
        drop().prop_map(|drop| Fact::DropUnplanned { drop }),
    ];
    prop_oneof![4 => buying, 4 => running, 4 => planning, 1 => promises(), 1 => outages]
}

fn promises() -> impl Strategy<Value = Fact> {
    let number = || prop_oneof![8 => 1u64..5, 1 => Just(0), 1 => Just(u64::MAX)];
    let key = || select(vec!["r1", "r2", "c1", "c2"]).prop_map(used);
    let sale = (number(), key()).prop_map(|(order, confirm)| KeptSale { order: OrderId(order), confirm });
    let kept = (number(), option::of(key()), option::of(sale)).prop_map(|(reservation, reserve, sale)| {
        let (viewer, lost, reservation) = (somebody("ann"), ReservationId(7), ReservationId(reservation));
        Fact::PromiseKept(Box::new(KeptPromise { viewer, lost, reservation, reserve, sale }))
    });
    let broken = (key(), any::<bool>()).prop_map(|(used, sold)| {
        Fact::PromiseBroken(Box::new(BrokenPromise {
            viewer: somebody("ann"),
            drop: drop_id("night"),
            sku: sku("tee"),
            quantity: 1,
            unit_price_minor: 1,
            with: Vec::new(),
            lost: ReservationId(7),
            sold,
            key: used.key,
        }))
    });
    prop_oneof![2 => kept, 1 => broken]
}

fn listed(product: ProductId, skus: Vec<dropcast_domain::ids::Sku>, place: u32) -> Fact {
    let variant = |sku| Variant { sku, title: text(""), list_price_minor: 7 };
    Fact::ProductListed(Box::new(Product {
        product,
        place,
        title: text(""),
        description: text(""),
        picture: String::new(),
        variants: skus.into_iter().map(variant).collect(),
    }))
}

fn planned(
    drop: dropcast_domain::ids::DropId,
    items: Vec<(dropcast_domain::ids::Sku, Option<u32>)>,
    place: u32,
    opens_at: Option<Timestamp>,
) -> Fact {
    let items = items.into_iter().map(|(sku, cap)| DropItem { sku, price_minor: None, cap }).collect();
    let plan = DropPlan { drop, items, opens_at, duration_ms: Some(3), ..drop_plan("night", "tee") };
    Fact::DropPlanned { plan: Box::new(plan), place }
}
