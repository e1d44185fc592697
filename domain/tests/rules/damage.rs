//! Facts at random, as no show would make them: each is refused or leaves a whole show, and none makes a panic.

use dropcast_domain::{
    audience::AudienceCount,
    ids::{OrderId, ProductId, ReservationId, Sku, WaiterId},
    show::{
        BrokenPromise, CloseReason, Digest, DropItem, DropPlan, Entry, Fact, Fairness, KeptPromise, KeptSale, Product,
        ShowPlan, Variant, Violation, Waitlist,
    },
    time::Timestamp,
};
use proptest::{collection::vec, option, prelude::*, sample::select};

use crate::fixture::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn no_fact_breaks_a_show(facts in vec((fact(), 0u64..3), 1..60)) {
        let mut stage = Stage::selling_as(lined());
        for (fact, after_ms) in facts {
            let mut after = stage.show.clone();
            let entry = Entry { at: stage.now.after_ms(after_ms), cause: None, facts: vec![fact] };
            if after.fold(&entry).is_ok() {
                // What comes free is offered by facts of its own.
                let checked = after.check_invariants();
                prop_assert!(matches!(checked, Ok(()) | Err(Violation::Offer)), "{:?} after {:?}", checked, entry);
                (stage.show, stage.now) = (after, entry.at);
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
        (reservation(), sku_name(), units(), number()).prop_map(|(reservation, sku, quantity, unit_price_minor)| {
            Fact::BundleLineHeld { reservation, sku, quantity, unit_price_minor }
        }),
        reservation().prop_map(|reservation| Fact::ReservationRevoked { reservation }),
        (reservation(), moment()).prop_map(|(reservation, expires_at)| Fact::HoldExtended { reservation, expires_at }),
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
        drop().prop_map(|drop| Fact::DropUndone { drop }),
        drop().prop_map(|drop| Fact::DropClosed { drop, reason: CloseReason::Host }),
        (drop(), sku_name(), units()).prop_map(|(drop, sku, units)| Fact::CapRaised { drop, sku, units }),
        (drop(), units()).prop_map(|(drop, units)| Fact::SharedCapRaised { drop, units }),
    ];
    let name = || select(vec!["ann", "bob"]).prop_map(somebody);
    let waiter = move || number().prop_map(WaiterId);
    let seed = || prop_oneof![4 => Just(SEED), 1 => Just(Digest([8; 32]))];
    let waiting = prop_oneof![
        4 => (waiter(), name(), drop(), sku_name(), units()).prop_map(|(waiter, viewer, drop, sku, quantity)| {
            Fact::WaitlistJoined { waiter, viewer, drop, sku, quantity }
        }),
        1 => waiter().prop_map(|waiter| Fact::WaitlistLeft { waiter }),
        3 => ((reservation(), waiter(), name()), (drop(), sku_name(), units()), moment()).prop_map(
            |((reservation, waiter, viewer), (drop, sku, quantity), expires_at)| {
                let unit_price_minor = 7;
                Fact::ReservationOffered {
                    reservation,
                    waiter,
                    viewer,
                    drop,
                    sku,
                    quantity,
                    unit_price_minor,
                    expires_at,
                }
            }
        ),
        2 => (drop(), seed())
            .prop_map(|(drop, seed)| Fact::DrawCommitted { drop, commitment: Digest::of(&seed.0) }),
        2 => (drop(), seed()).prop_map(|(drop, seed)| Fact::LotsDrawn { drop, seed, digest: SEED }),
    ];
    let counted = (name(), units(), number()).prop_map(|(node, viewers, watched)| Fact::AudienceCounted {
        node,
        count: Box::new(AudienceCount { viewers, watched, ..AudienceCount::default() }),
    });
    let outages = (0u64..3).prop_map(|by_ms| Fact::HoldsExtended { by_ms });
    let planning = prop_oneof![
        Just(Fact::ShowPlanned(Box::new(settings()))),
        (product(), vec(sku_name(), 0..3), units()).prop_map(|(product, skus, place)| listed(product, skus, place)),
        product().prop_map(|product| Fact::ProductUnlisted { product }),
        (sku_name(), units(), any::<bool>()).prop_map(|(sku, units, planned)| Fact::UnitsAdded { sku, units, planned }),
        (sku_name(), units()).prop_map(|(sku, units)| Fact::UnitsWithdrawn { sku, units }),
        (sku_name(), units()).prop_map(|(sku, units)| Fact::UnitsSoldElsewhere { sku, units }),
        (sku_name(), units()).prop_map(|(sku, units)| Fact::ShortfallRecorded { sku, units }),
        (
            drop(),
            vec((sku_name(), option::of(units())), 0..3),
            option::of(moment()),
            option::of(units()),
            any::<bool>()
        )
            .prop_map(|(drop, items, opens_at, shared_cap, draws)| {
                let fairness = if draws { Fairness::Draw { entry_ms: 2 } } else { Fairness::FirstCome };
                planned(DropPlan { shared_cap, fairness, opens_at, ..drop_plan(drop.as_str(), "tee") }, items)
            }),
        drop().prop_map(|drop| Fact::DropUnplanned { drop }),
    ];
    prop_oneof![4 => buying, 4 => running, 4 => planning, 4 => waiting, 1 => promises(), 1 => outages, 1 => counted]
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

fn listed(product: ProductId, skus: Vec<Sku>, place: u32) -> Fact {
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

fn planned(drop: DropPlan, items: Vec<(Sku, Option<u32>)>) -> Fact {
    let items = items.into_iter().map(|(sku, cap)| DropItem { sku, price_minor: None, cap }).collect();
    Fact::DropPlanned { plan: Box::new(DropPlan { items, duration_ms: Some(3), ..drop }), place: 0 }
}

const SEED: Digest = Digest([7; 32]);

fn lined() -> ShowPlan {
    let mut plan = plan();
    plan.drops[0].waitlist = Waitlist::Ask;
    plan
}
