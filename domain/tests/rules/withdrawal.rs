//! Units that were sold elsewhere: taken out where they are free, and by force out of what is offered and held.

use dropcast_domain::{
    ids::ReservationId,
    inventory::Elsewhere,
    show::{PlanProblem, Refusal, ReservationState, SHORTFALL_HOLDS_MAX, ShowPlan, UNITS_MAX, Waitlist},
};

use crate::fixture::*;

/// Five tees, with a line, whatever a viewer's limit.
fn lined() -> ShowPlan {
    let mut plan = plan();
    plan.drops[0].waitlist = Waitlist::Ask;
    plan.drops[0].limit_per_viewer = 5;
    plan
}

fn state(stage: &Stage, reservation: u64) -> ReservationState {
    stage.show.reservation(ReservationId(reservation)).unwrap().state
}

#[test]
fn what_is_free_is_taken_out() {
    let mut stage = Stage::selling();
    for who in [viewer("ann"), host(), system()] {
        stage.refuses(&who, withdraw("tee", 1, false), Refusal::RoleForbidden);
    }
    stage.refuses(&brand(), withdraw("none", 0, false), Refusal::SkuUnknown);
    for units in [0, UNITS_MAX + 1, u32::MAX] {
        stage.refuses(&brand(), withdraw("tee", units, true), Refusal::QuantityInvalid { max: UNITS_MAX });
    }
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    stage.refuses(&brand(), withdraw("tee", 5, false), Refusal::NotEnough { available: 4 });
    stage.accepts(&brand(), withdraw("tee", 4, false), &["4 tee sold elsewhere"]);
    assert_eq!(stage.stock("tee"), "1 = 0 + 1 + 0");
    stage.refuses(&brand(), withdraw("tee", 1, false), Refusal::NotEnough { available: 0 });
}

#[test]
fn force_takes_what_is_free_first_and_never_what_is_sold() {
    let mut stage = Stage::selling();
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    stage.ask(&viewer("bob"), reserve("night", "tee", 2)).unwrap();
    stage.ask(&viewer("bob"), confirm(2)).unwrap();
    stage.accepts(&brand(), withdraw("tee", 2, true), &["2 tee sold elsewhere"]);
    stage.refuses(&brand(), withdraw("tee", 2, true), Refusal::NotEnough { available: 1 });
    let facts = ["1 tee missing", "#1 revoked", "1 tee sold elsewhere"];
    stage.accepts_at_once(&brand(), withdraw("tee", 1, true), &facts);
    assert_eq!(stage.stock("tee"), "2 = 0 + 0 + 2");
    assert_eq!(stage.show.elsewhere(&sku("tee")), Elsewhere { sold: 3, short: 1 });
    let revoked = Refusal::ReservationState { state: ReservationState::Revoked };
    stage.refuses(&viewer("ann"), confirm(1), revoked.clone());
    stage.refuses(&viewer("ann"), release(1), revoked.clone());
    stage.refuses(&viewer("ann"), extend_hold(1), revoked);
    assert_eq!(stage.show.remaining_limit(&drop_id("night"), &somebody("ann")), Some(2));
    assert_eq!(stage.wait_ms(120_000), [""; 0], "it does not run out any more");
}

#[test]
fn offers_are_revoked_before_holds_and_the_newest_first() {
    let mut stage = Stage::selling_as(lined());
    for who in ["ann", "bob"] {
        stage.ask(&viewer(who), reserve("night", "tee", 1)).unwrap();
    }
    for who in ["cem", "dee"] {
        stage.ask(&viewer(who), join("night", "tee", 1)).unwrap();
    }
    stage.ask(&viewer("eli"), reserve("night", "tee", 1)).unwrap();
    assert_eq!(stage.stock("tee"), "5 = 0 + 3 + 0 + 2 offered");
    let facts = ["4 tee missing", "#4 revoked", "#3 revoked", "#5 revoked", "#2 revoked", "4 tee sold elsewhere"];
    stage.accepts_at_once(&brand(), withdraw("tee", 4, true), &facts);
    assert_eq!((stage.stock("tee"), state(&stage, 1)), ("1 = 0 + 1 + 0".into(), ReservationState::Held));
}

#[test]
fn what_a_revoked_reservation_held_beyond_is_offered_or_free() {
    let mut stage = Stage::selling_as(lined());
    stage.ask(&viewer("ann"), reserve("night", "tee", 2)).unwrap();
    stage.ask(&viewer("bob"), reserve("night", "tee", 3)).unwrap();
    let facts = ["1 tee missing", "#2 revoked", "1 tee sold elsewhere"];
    stage.accepts(&brand(), withdraw("tee", 1, true), &facts);
    assert_eq!(stage.stock("tee"), "4 = 2 + 2 + 0");
    stage.ask(&viewer("bob"), reserve("night", "tee", 2)).unwrap();
    stage.ask(&viewer("cem"), join("night", "tee", 3)).unwrap();
    let facts = [
        "1 tee missing",
        "#3 revoked",
        "1 tee sold elsewhere",
        "#4: 1 tee@2500 offered to cem (waiter 1) in night until 120000",
    ];
    stage.accepts_at_once(&brand(), withdraw("tee", 1, true), &facts);
}

#[test]
fn a_bundle_is_revoked_as_a_whole() {
    let mut stage = Stage::selling_as(lined());
    stage.ask(&viewer("ann"), reserve("night", "tee", 3)).unwrap();
    stage.ask(&viewer("bob"), reserve_with("night", "cap", 1, &[("tee", 2)])).unwrap();
    stage.ask(&viewer("cem"), join("night", "cap", 1)).unwrap();
    let facts = [
        "1 tee missing",
        "#2 revoked",
        "1 tee sold elsewhere",
        "#3: 1 cap@800 offered to cem (waiter 1) in night until 120000",
    ];
    stage.accepts_at_once(&brand(), withdraw("tee", 1, true), &facts);
    assert_eq!(stage.stock("tee"), "4 = 1 + 3 + 0");
}

#[test]
fn a_shortfall_revokes_so_many_reservations_at_once() {
    let mut plan = lined();
    let units = u32::try_from(SHORTFALL_HOLDS_MAX + 1).unwrap();
    plan.products[0].variants[0].units = units;
    let mut stage = Stage::selling_as(plan);
    for number in 0..units {
        stage.ask(&viewer(&format!("viewer-{number}")), reserve("night", "tee", 1)).unwrap();
    }
    let full = Refusal::Full { bound: "SHORTFALL_HOLDS_MAX".into() };
    stage.refuses(&brand(), withdraw("tee", units, true), full);
    assert_eq!(stage.ask(&brand(), withdraw("tee", units - 1, true)).unwrap().len(), SHORTFALL_HOLDS_MAX + 2);
    assert_eq!(stage.stock("tee"), "1 = 0 + 1 + 0");
    stage.ask(&brand(), withdraw("tee", 1, true)).unwrap();
}

#[test]
fn no_plan_brings_back_what_was_sold_elsewhere() {
    let mut stage = Stage::selling();
    stage.ask(&host(), add_units(None, "tee", 1)).unwrap();
    stage.ask(&brand(), withdraw("tee", 2, false)).unwrap();
    stage.accepts(&brand(), plan_of(plan()), &[]);
    assert_eq!(stage.stock("tee"), "4 = 4 + 0 + 0");
    let mut wanted = plan();
    wanted.products[0].variants[0].units = 6;
    stage.accepts(&brand(), plan_of(wanted.clone()), &["1 tee planned"]);
    assert_eq!(stage.stock("tee"), "5 = 5 + 0 + 0");
    stage.ask(&viewer("ann"), reserve("night", "tee", 2)).unwrap();
    // Two held, two sold elsewhere, one on top of the plan's.
    wanted.products[0].variants[0].units = 2;
    let (at, problem) = ("products[0].variants[0].units".to_owned(), PlanProblem::BelowCommitted { committed: 4 });
    stage.refuses(&brand(), plan_of(wanted.clone()), Refusal::PlanInvalid { at, problem });
    wanted.products[0].variants[0].units = 3;
    stage.accepts(&brand(), plan_of(wanted), &["3 tee withdrawn"]);
    assert_eq!(stage.stock("tee"), "2 = 0 + 2 + 0");
    stage.ask(&viewer("ann"), confirm(1)).unwrap();
}

#[test]
fn a_withdrawal_closes_no_drop_and_needs_no_live_show() {
    let mut closing = plan();
    closing.drops[0].close_when_sold_out = true;
    closing.drops[0].items.pop();
    let mut stage = Stage::draft(closing.clone());
    stage.accepts(&brand(), withdraw("tee", 1, false), &["1 tee sold elsewhere"]);
    let mut stage = Stage::selling_as(closing);
    stage.accepts(&brand(), withdraw("tee", 5, false), &["5 tee sold elsewhere"]);
    stage.refuses(&viewer("ann"), reserve("night", "tee", 1), Refusal::SoldOut);
    stage.ask(&host(), dropcast_domain::show::Command::End).unwrap();
    stage.accepts(&brand(), withdraw("cap", 1, false), &["1 cap sold elsewhere"]);
}

#[test]
fn a_sku_that_leaves_the_catalogue_takes_what_was_sold_elsewhere_along() {
    let mut stage = Stage::draft(plan());
    stage.ask(&host(), add_units(None, "cap", 3)).unwrap();
    stage.ask(&brand(), withdraw("cap", 4, false)).unwrap();
    let mut without = plan();
    without.products.pop();
    without.drops[0].items.pop();
    let facts = ["night left out", "1 cap withdrawn", "unlisted cap", "night at 0"];
    stage.accepts(&brand(), plan_of(without), &facts);
    stage.accepts(&brand(), plan_of(plan()), &["listed cap at 1: cap@1000", "2 cap planned", "night at 0"]);
}

#[test]
fn what_was_sold_elsewhere_counts_towards_the_most_units() {
    let mut stage = Stage::selling();
    stage.ask(&host(), add_units(None, "tee", UNITS_MAX - 5)).unwrap();
    stage.ask(&brand(), withdraw("tee", UNITS_MAX, false)).unwrap();
    stage.refuses(&host(), add_units(None, "tee", 1), Refusal::Full { bound: "UNITS_MAX".into() });
}
