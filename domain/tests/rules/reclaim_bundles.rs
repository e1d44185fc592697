//! Promises of bundles, and promises where units were withdrawn, are waited for or pooled.

use dropcast_domain::{
    ids::ReservationId,
    show::{BUNDLE_LINES_MAX, PRICE_MINOR_MAX, Promise, Promised, QUANTITY_MAX, Refusal, ShowPlan, Waitlist},
};

use crate::fixture::*;

/// A tee at 20.00 and a cap at 7.00.
fn pair(promised: Promised) -> Promise {
    Promise { with: vec![bundled("cap", 1, 700)], ..promise("ann", 1, promised) }
}

fn bundled_plan() -> ShowPlan {
    let mut plan = plan();
    plan.drops[0].limit_per_viewer = 3;
    plan.drops[0].waitlist = Waitlist::Ask;
    plan
}

const HELD: [&str; 2] = ["#1: 1 tee@2000 held for ann in night until 120000", "#1: with 1 cap@700"];
const BROKEN: &str = "lost #7 broken: 1 tee@2000 and 1 cap@700 of ann in night, held by r";

#[test]
fn a_lost_bundle_is_held_anew_as_one() {
    let mut stage = Stage::selling_as(bundled_plan());
    let facts = [&["lost #7 of ann kept as #1: r holds"][..], &HELD].concat();
    stage.accepts_at_once(&system(), reclaim(pair(lost_hold("r"))), &facts);
    assert_eq!([stage.stock("tee"), stage.stock("cap")], ["5 = 4 + 1 + 0", "2 = 1 + 1 + 0"]);
    stage.accepts(&viewer("ann"), confirm(1), &["#1 sold", "order 1: #1 for 2700"]);
    stage.accepts(&system(), reclaim(pair(lost_hold("r"))), &[]);
}

#[test]
fn a_lost_purchase_of_a_bundle_is_bought_anew_whatever_the_phase() {
    for end in [pause("night"), close("night"), dropcast_domain::show::Command::End] {
        let mut stage = Stage::selling_as(bundled_plan());
        stage.ask(&host(), end).unwrap();
        let kept = ["lost #7 of ann kept as #1: r holds c buys as 1"];
        let facts = [&kept[..], &HELD, &["#1 sold", "order 1: #1 for 2700"]].concat();
        stage.accepts(&system(), reclaim(pair(lost_purchase("r", "c"))), &facts);
    }
}

#[test]
fn a_lost_sale_of_a_bundle_sells_what_is_held_here() {
    let mut stage = Stage::selling_as(bundled_plan());
    stage.ask(&viewer("ann"), reserve_with("night", "tee", 1, &[("cap", 1)])).unwrap();
    let sale = Promise { lost: ReservationId(1), ..pair(lost_sale("c")) };
    let facts = ["lost #1 of ann kept as #1: c buys as 1", "#1 sold", "order 1: #1 for 3300"];
    stage.accepts(&system(), reclaim(sale), &facts);
    assert_eq!([stage.stock("tee"), stage.stock("cap")], ["5 = 4 + 0 + 1", "2 = 1 + 0 + 1"]);
}

#[test]
fn a_lost_bundle_is_kept_whole_or_broken() {
    let lost = || reclaim(pair(lost_hold("r")));
    let mut stage = Stage::selling_as(bundled_plan());
    stage.ask(&viewer("bob"), reserve("night", "cap", 1)).unwrap();
    stage.accepts(&system(), lost(), &[BROKEN]);
    stage.accepts(&system(), lost(), &[]);
    assert_eq!(stage.stock("tee"), "5 = 5 + 0 + 0");

    let mut limited = bundled_plan();
    limited.drops[0].limit_per_viewer = 1;
    Stage::selling_as(limited).accepts(&system(), lost(), &[BROKEN]);
    let mut pooled = bundled_plan();
    pooled.drops[0].shared_cap = Some(1);
    Stage::selling_as(pooled).accepts(&system(), lost(), &[BROKEN]);
    let mut without = bundled_plan();
    without.drops[0].items.pop();
    Stage::selling_as(without).accepts(&system(), lost(), &[BROKEN]);
}

#[test]
fn a_bundle_that_no_plan_allows_was_promised_by_nobody() {
    let mut stage = Stage::selling_as(bundled_plan());
    let with = |with| reclaim(Promise { with, ..promise("ann", 1, lost_hold("r")) });
    let invalid = Refusal::QuantityInvalid { max: QUANTITY_MAX };
    for line in [("cap", 0, 1), ("cap", QUANTITY_MAX, 1), ("cap", u32::MAX, 1), ("cap", 1, PRICE_MINOR_MAX + 1)] {
        let (name, quantity, price) = line;
        stage.refuses(&system(), with(vec![bundled(name, quantity, price)]), invalid.clone());
    }
    let invalid = Refusal::BundleInvalid { max: BUNDLE_LINES_MAX };
    stage.refuses(&system(), with(vec![bundled("tee", 1, 1)]), invalid.clone());
    stage.refuses(&system(), with(vec![bundled("cap", 1, 1), bundled("cap", 1, 1)]), invalid.clone());
    let many = (0..BUNDLE_LINES_MAX).map(|number| bundled(&format!("tee-{number}"), 1, 1)).collect();
    stage.refuses(&system(), with(many), invalid);
}

#[test]
fn the_sale_of_what_was_revoked_here_is_a_broken_promise() {
    let mut stage = Stage::selling_as(bundled_plan());
    stage.ask_as(&viewer("ann"), Some("r"), 1, reserve("night", "tee", 1)).unwrap();
    stage.ask(&brand(), withdraw("tee", 5, true)).unwrap();
    stage.ask(&host(), add_units(None, "tee", 1)).unwrap();
    let broken = "lost #7 broken: 1 tee@2000 of ann in night, bought by c";
    stage.accepts(&system(), reclaim(promise("ann", 1, lost_purchase("r", "c"))), &[broken]);
    stage.accepts(&system(), reclaim(promise("ann", 1, lost_hold("r"))), &[]);
    assert_eq!(stage.stock("tee"), "1 = 1 + 0 + 0");
}

#[test]
fn the_sale_of_what_is_only_offered_here_is_kept() {
    let mut stage = Stage::selling_as(bundled_plan());
    stage.ask(&viewer("ann"), join("night", "tee", 1)).unwrap();
    let sale = Promise { lost: ReservationId(1), ..promise("ann", 1, lost_sale("c")) };
    let facts = ["lost #1 of ann kept as #1: c buys as 1", "#1 sold", "order 1: #1 for 2500"];
    stage.accepts(&system(), reclaim(sale), &facts);
    assert_eq!(stage.stock("tee"), "5 = 4 + 0 + 1");
}

#[test]
fn a_promise_comes_before_who_waits() {
    let mut plan = bundled_plan();
    plan.products[0].variants[0].units = 1;
    let mut stage = Stage::selling_as(plan);
    stage.ask(&viewer("bob"), reserve("night", "tee", 1)).unwrap();
    stage.ask(&viewer("cem"), join("night", "tee", 1)).unwrap();
    stage.ask(&host(), pause("night")).unwrap();
    stage.ask(&viewer("bob"), release(1)).unwrap();
    let held = "#2: 1 tee@2000 held for ann in night until 120000";
    let facts = ["lost #7 of ann kept as #2: r holds", held];
    stage.accepts(&system(), reclaim(promise("ann", 1, lost_hold("r"))), &facts);
    stage.accepts(&host(), resume("night"), &["night resumed"]);
}

#[test]
fn no_rule_against_hoarding_stands_against_a_promise() {
    let mut plan = bundled_plan();
    plan.settings.hold_rules.limit_per_viewer = Some(1);
    plan.settings.hold_rules.open_holds_per_viewer = Some(1);
    let mut stage = Stage::selling_as(plan);
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    let held = "#2: 1 tee@2000 held for ann in night until 120000";
    let facts = ["lost #7 of ann kept as #2: r holds", held];
    stage.accepts(&system(), reclaim(promise("ann", 1, lost_hold("r"))), &facts);
}
