//! Bundles: several SKUs in one reservation, all or nothing.

use dropcast_domain::{
    ids::ReservationId,
    show::{BUNDLE_LINES_MAX, DropItem, QUANTITY_MAX, Refusal, ShowPlan, Waitlist},
};

use crate::fixture::*;

/// Two tees and a cap in one drop, five units a viewer.
fn bundled_plan() -> ShowPlan {
    let mut plan = plan();
    plan.drops[0].limit_per_viewer = 5;
    plan.products[0].variants[0].units = 2;
    plan
}

fn pair() -> dropcast_domain::show::Command {
    reserve_with("night", "tee", 1, &[("cap", 1)])
}

const HELD: [&str; 2] = ["#1: 1 tee@2500 held for ann in night until 120000", "#1: with 1 cap@800"];

/// A drop of more SKUs than fit in a bundle.
fn wide() -> ShowPlan {
    let names: Vec<_> = (0..=BUNDLE_LINES_MAX).map(|number| format!("tee-{number}")).collect();
    let variants: Vec<_> = names.iter().map(|name| (name.as_str(), 2_500, 200)).collect();
    let mut plan = plan();
    plan.products = vec![product("tee", &variants)];
    plan.drops[0].limit_per_viewer = QUANTITY_MAX;
    plan.drops[0].items = names.iter().map(|name| DropItem { sku: sku(name), price_minor: None, cap: None }).collect();
    plan
}

/// Other SKUs of [`wide`], one unit each.
fn others(count: usize) -> Vec<(String, u32)> {
    (1..=count).map(|number| (format!("tee-{number}"), 1)).collect()
}

fn wide_bundle(count: usize, quantity: u32) -> dropcast_domain::show::Command {
    let others = others(count);
    let others: Vec<_> = others.iter().map(|(name, quantity)| (name.as_str(), *quantity)).collect();
    reserve_with("night", "tee-0", quantity, &others)
}

#[test]
fn a_bundle_is_held_and_bought_as_one() {
    let mut stage = Stage::selling_as(bundled_plan());
    stage.accepts_at_once(&viewer("ann"), pair(), &HELD);
    assert_eq!([stage.stock("tee"), stage.stock("cap")], ["2 = 1 + 1 + 0", "2 = 1 + 1 + 0"]);
    let held = stage.show.reservation(ReservationId(1)).unwrap();
    assert_eq!((held.units(), held.total_minor()), (2, 3_300));
    stage.accepts(&viewer("ann"), confirm(1), &["#1 sold", "order 1: #1 for 3300"]);
    assert_eq!([stage.stock("tee"), stage.stock("cap")], ["2 = 1 + 0 + 1", "2 = 1 + 0 + 1"]);
    assert_eq!(stage.show.orders().next().unwrap().total_minor, 3_300);
}

#[test]
fn a_bundle_comes_back_as_a_whole() {
    for by_time in [false, true] {
        let mut stage = Stage::selling_as(bundled_plan());
        stage.ask(&viewer("ann"), pair()).unwrap();
        if by_time {
            assert_eq!(stage.wait_ms(120_000), ["#1 expired"]);
        } else {
            stage.accepts(&viewer("ann"), release(1), &["#1 released"]);
        }
        assert_eq!([stage.stock("tee"), stage.stock("cap")], ["2 = 2 + 0 + 0", "2 = 2 + 0 + 0"]);
        assert_eq!(stage.show.remaining_limit(&drop_id("night"), &somebody("ann")), Some(5));
        stage.ask(&viewer("bob"), pair()).unwrap();
    }
}

#[test]
fn a_bundle_that_lacks_anything_holds_nothing() {
    let mut stage = Stage::selling_as(bundled_plan());
    let ann = viewer("ann");
    stage.refuses(&ann, reserve_with("night", "tee", 3, &[("cap", 1)]), Refusal::NotEnough { available: 2 });
    stage.refuses(&ann, reserve_with("night", "cap", 2, &[("tee", 1)]), Refusal::NotEnough { available: 1 });
    stage.ask(&viewer("bob"), reserve("night", "cap", 1)).unwrap();
    for bundle in [pair(), reserve_with("night", "cap", 1, &[("tee", 1)])] {
        stage.refuses(&ann, bundle, Refusal::SoldOut);
    }
    stage.refuses(&ann, reserve_with("night", "tee", 3, &[("cap", 1)]), Refusal::SoldOut);
    assert_eq!([stage.stock("tee"), stage.stock("cap")], ["2 = 2 + 0 + 0", "2 = 1 + 1 + 0"]);
}

#[test]
fn all_units_of_a_bundle_count_towards_the_limit() {
    let mut plan = bundled_plan();
    plan.drops[0].limit_per_viewer = 1;
    let mut stage = Stage::selling_as(plan);
    stage.refuses(&viewer("ann"), pair(), Refusal::LimitReached { limit: 1, remaining: 1 });
    let mut stage = Stage::selling_as(bundled_plan());
    stage.ask(&viewer("ann"), pair()).unwrap();
    assert_eq!(stage.show.remaining_limit(&drop_id("night"), &somebody("ann")), Some(3));
    stage.ask(&viewer("ann"), confirm(1)).unwrap();
    assert_eq!(stage.show.remaining_limit(&drop_id("night"), &somebody("ann")), Some(3));
}

#[test]
fn a_bundle_has_its_bounds() {
    let mut stage = Stage::selling_as(wide());
    let ann = viewer("ann");
    let invalid = Refusal::BundleInvalid { max: BUNDLE_LINES_MAX };
    stage.refuses(&ann, reserve_with("night", "tee-0", 1, &[("none", 0)]), Refusal::SkuUnknown);
    let most = Refusal::QuantityInvalid { max: QUANTITY_MAX };
    stage.refuses(&ann, reserve_with("night", "tee-0", 1, &[("tee-1", 0)]), most.clone());
    stage.refuses(&ann, reserve_with("night", "tee-0", 0, &[("tee-0", 1)]), most.clone());
    stage.refuses(&ann, reserve_with("night", "tee-0", u32::MAX, &[("tee-1", u32::MAX)]), most.clone());
    stage.refuses(&ann, wide_bundle(BUNDLE_LINES_MAX, QUANTITY_MAX), most.clone());
    stage.refuses(&ann, wide_bundle(BUNDLE_LINES_MAX, 1), invalid.clone());
    for twice in [&[("tee-0", 1)][..], &[("tee-1", 1), ("tee-1", 2)], &[("tee-1", 1), ("tee-2", 1), ("tee-1", 1)]] {
        stage.refuses(&ann, reserve_with("night", "tee-0", 1, twice), invalid.clone());
    }
    let units = QUANTITY_MAX - u32::try_from(BUNDLE_LINES_MAX - 1).unwrap();
    stage.refuses(&ann, wide_bundle(BUNDLE_LINES_MAX - 1, units + 1), most);
    assert_eq!(stage.ask(&ann, wide_bundle(BUNDLE_LINES_MAX - 1, units)).unwrap().len(), BUNDLE_LINES_MAX);
    stage.ask(&ann, confirm(1)).unwrap();
    assert_eq!(stage.show.order(dropcast_domain::ids::OrderId(1)).unwrap().total_minor, 2_500 * 100);
}

#[test]
fn a_bundle_is_not_waited_for() {
    let mut plan = bundled_plan();
    plan.drops[0].waitlist = Waitlist::Automatic;
    let mut stage = Stage::selling_as(plan);
    stage.ask(&viewer("bob"), reserve("night", "cap", 1)).unwrap();
    stage.refuses(&viewer("ann"), pair(), Refusal::SoldOut);
}

#[test]
fn what_a_bundle_held_is_offered_to_who_waits_for_it() {
    let mut plan = bundled_plan();
    plan.drops[0].waitlist = Waitlist::Ask;
    let mut stage = Stage::selling_as(plan);
    stage.ask(&viewer("ann"), reserve_with("night", "tee", 2, &[("cap", 1)])).unwrap();
    stage.ask(&viewer("bob"), join("night", "cap", 1)).unwrap();
    stage.ask(&viewer("cem"), join("night", "tee", 1)).unwrap();
    let facts = [
        "#1 released",
        "#2: 1 cap@800 offered to bob (waiter 1) in night until 120000",
        "#3: 1 tee@2500 offered to cem (waiter 2) in night until 120000",
    ];
    stage.accepts_at_once(&viewer("ann"), release(1), &facts);
    assert_eq!(stage.show.available(&drop_id("night"), &sku("tee")), 1);
}

#[test]
fn the_sale_of_a_bundle_closes_every_drop_that_it_sells_out() {
    let mut plan = bundled_plan();
    plan.products[0].variants[0].units = 1;
    plan.products[1].variants[0].units = 1;
    plan.drops.extend(["noon", "dawn", "dusk"].map(|name| drop_plan(name, if name == "noon" { "tee" } else { "cap" })));
    plan.drops.iter_mut().for_each(|drop| drop.close_when_sold_out = drop.drop != drop_id("dusk"));
    let mut stage = Stage::selling_as(plan);
    for name in ["noon", "dawn", "dusk"] {
        stage.ask(&host(), open(name)).unwrap();
    }
    stage.ask(&viewer("ann"), pair()).unwrap();
    let closed = ["night closed: SoldOut", "noon closed: SoldOut", "dawn closed: SoldOut"];
    let facts = [&["#1 sold", "order 1: #1 for 3300"][..], &closed].concat();
    stage.accepts(&viewer("ann"), confirm(1), &facts);
}

#[test]
fn the_sale_of_a_bundle_leaves_a_drop_open_that_has_something_else() {
    let mut plan = bundled_plan();
    plan.drops[0].close_when_sold_out = true;
    let mut stage = Stage::selling_as(plan);
    stage.ask(&viewer("ann"), pair()).unwrap();
    stage.ask(&viewer("bob"), reserve("night", "tee", 1)).unwrap();
    stage.accepts(&viewer("ann"), confirm(1), &["#1 sold", "order 1: #1 for 3300"]);
    stage.accepts(&viewer("bob"), confirm(2), &["#2 sold", "order 2: #2 for 2500", "night closed: SoldOut"]);
}

/// What had nothing left before the sale, and did not close for it, does not close for the end of another SKU.
#[test]
fn a_sale_closes_no_drop_in_which_it_ended_nothing() {
    let mut plan = bundled_plan();
    plan.products.push(product("hat", &[("hat", 500, 1)]));
    plan.products[0].variants[0].units = 1;
    let mut noon = drop_plan("noon", "cap");
    noon.items[0].cap = Some(1);
    noon.items.push(DropItem { sku: sku("hat"), price_minor: None, cap: None });
    noon.close_when_sold_out = true;
    plan.drops.push(noon);
    let mut stage = Stage::selling_as(plan);
    stage.ask(&host(), open("noon")).unwrap();
    stage.ask(&viewer("bob"), reserve("noon", "cap", 1)).unwrap();
    stage.ask(&viewer("bob"), confirm(1)).unwrap();
    stage.ask(&brand(), withdraw("hat", 1, false)).unwrap();
    stage.ask(&host(), add_units(None, "cap", 5)).unwrap();
    stage.ask(&viewer("ann"), pair()).unwrap();
    stage.accepts(&viewer("ann"), confirm(2), &["#2 sold", "order 2: #2 for 3300"]);
}
