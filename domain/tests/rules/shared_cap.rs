//! A cap that the SKUs of a drop share.

use dropcast_domain::show::{DropItem, Refusal, ShowPlan, Waitlist};

use crate::fixture::*;

/// Tees and caps, of which the drop may sell two together.
fn pooled() -> ShowPlan {
    let mut plan = plan();
    plan.drops[0].items[1] = DropItem { cap: None, ..plan.drops[0].items[1].clone() };
    plan.drops[0].shared_cap = Some(2);
    plan
}

fn available(stage: &Stage) -> [u32; 2] {
    ["tee", "cap"].map(|name| stage.show.available(&drop_id("night"), &sku(name)))
}

#[test]
fn what_is_taken_of_one_is_missing_to_all() {
    let mut stage = Stage::selling_as(pooled());
    assert_eq!(available(&stage), [2, 2]);
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    assert_eq!(available(&stage), [1, 1]);
    stage.refuses(&viewer("bob"), reserve("night", "cap", 2), Refusal::NotEnough { available: 1 });
    stage.ask(&viewer("bob"), reserve("night", "cap", 1)).unwrap();
    stage.refuses(&viewer("cem"), reserve("night", "tee", 1), Refusal::SoldOut);
    stage.ask(&viewer("bob"), confirm(2)).unwrap();
    stage.ask(&viewer("ann"), release(1)).unwrap();
    assert_eq!(available(&stage), [1, 1], "what is sold counts for good");
    assert_eq!(stage.show.drop(&drop_id("night")).unwrap().shared_cap(), Some(2));
}

#[test]
fn a_bundle_fits_as_a_whole_or_not() {
    let mut stage = Stage::selling_as(pooled());
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    let bundle = reserve_with("night", "tee", 1, &[("cap", 1)]);
    stage.refuses(&viewer("bob"), bundle.clone(), Refusal::NotEnough { available: 1 });
    stage.ask(&viewer("ann"), release(1)).unwrap();
    assert!(stage.ask(&viewer("bob"), bundle).is_ok());
    assert_eq!(available(&stage), [0, 0]);
}

#[test]
fn added_units_raise_it_along() {
    let mut stage = Stage::selling_as(pooled());
    let facts = ["3 tee added", "night sells 3 more in all"];
    stage.accepts(&host(), add_units(Some("night"), "tee", 3), &facts);
    assert_eq!(available(&stage), [5, 2]);
    assert_eq!(stage.show.drop(&drop_id("night")).unwrap().shared_cap(), Some(5));
    stage.accepts(&host(), add_units(None, "tee", 3), &["3 tee added"]);
    assert_eq!(available(&stage), [5, 2]);

    let mut both = pooled();
    both.drops[0].items[1].cap = Some(1);
    let facts = ["1 cap added", "night sells 1 cap more", "night sells 1 more in all"];
    Stage::selling_as(both).accepts(&host(), add_units(Some("night"), "cap", 1), &facts);
}

#[test]
fn a_raise_outlives_a_changed_plan() {
    let mut stage = Stage::draft(pooled());
    stage.ask(&host(), add_units(Some("night"), "tee", 1)).unwrap();
    let mut wanted = pooled();
    wanted.drops[0].shared_cap = Some(4);
    stage.accepts(&brand(), plan_of(wanted), &["night at 0"]);
    assert_eq!(stage.show.drop(&drop_id("night")).unwrap().shared_cap(), Some(5));
}

#[test]
fn what_it_frees_is_offered_to_who_waits_for_another_sku() {
    let mut plan = pooled();
    plan.drops[0].waitlist = Waitlist::Ask;
    let mut stage = Stage::selling_as(plan);
    stage.ask(&viewer("ann"), reserve("night", "tee", 2)).unwrap();
    stage.ask(&viewer("bob"), join("night", "cap", 1)).unwrap();
    stage.ask(&viewer("cem"), join("night", "tee", 2)).unwrap();
    let facts = [
        "#1 released",
        "#2: 1 cap@800 offered to bob (waiter 1) in night until 120000",
        "#3: 1 tee@2500 offered to cem (waiter 2) in night until 120000",
    ];
    stage.accepts_at_once(&viewer("ann"), release(1), &facts);
    assert_eq!(available(&stage), [0, 0]);
    stage.ask(&viewer("dee"), join("night", "tee", 1)).unwrap();
    let facts =
        ["1 cap added", "night sells 1 more in all", "#4: 1 tee@2500 offered to dee (waiter 3) in night until 120000"];
    stage.accepts_at_once(&host(), add_units(Some("night"), "cap", 1), &facts);
}

#[test]
fn a_drop_whose_shared_cap_is_sold_closes() {
    let mut plan = pooled();
    plan.drops[0].close_when_sold_out = true;
    let mut stage = Stage::selling_as(plan);
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    stage.ask(&viewer("bob"), reserve("night", "cap", 1)).unwrap();
    stage.accepts(&viewer("ann"), confirm(1), &["#1 sold", "order 1: #1 for 2500"]);
    stage.accepts(&viewer("bob"), confirm(2), &["#2 sold", "order 2: #2 for 800", "night closed: SoldOut"]);
}
