//! What keeps viewers from hoarding: limits over the show, open holds, one extension, and a rest.

use dropcast_domain::show::{CoolDown, HoldRules, Refusal, ReservationState, ShowPlan, Waitlist};

use crate::fixture::*;

/// The plan with these rules, twenty tees, and a second drop that sells them.
fn ruled(hold_rules: HoldRules) -> ShowPlan {
    let mut plan = plan();
    plan.settings.hold_rules = hold_rules;
    plan.products[0].variants[0].units = 20;
    plan.drops.push(drop_plan("noon", "tee"));
    plan
}

fn selling(hold_rules: HoldRules) -> Stage {
    let mut stage = Stage::selling_as(ruled(hold_rules));
    stage.ask(&host(), open("noon")).unwrap();
    stage
}

fn extending() -> Stage {
    selling(HoldRules { payment_extension_ms: 60_000, ..HoldRules::default() })
}

fn resting(lapses_allowed: u32) -> Stage {
    let cool_down = Some(CoolDown { lapses_allowed, for_ms: 50_000 });
    selling(HoldRules { cool_down, ..HoldRules::default() })
}

#[test]
fn a_hold_is_extended_once_while_its_viewer_pays() {
    let mut stage = extending();
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    stage.wait_ms(119_999);
    for reservation in [0, 2, u64::MAX] {
        stage.refuses(&viewer("ann"), extend_hold(reservation), Refusal::ReservationUnknown);
    }
    stage.refuses(&viewer("bob"), extend_hold(1), Refusal::ReservationUnknown);
    stage.accepts(&viewer("ann"), extend_hold(1), &["#1 until 180000"]);
    stage.refuses(&viewer("ann"), extend_hold(1), Refusal::ExtensionOver);
    assert_eq!(stage.wait_ms(60_000), [""; 0]);
    stage.accepts(&viewer("ann"), confirm(1), &["#1 sold", "order 1: #1 for 2500"]);
    let sold = Refusal::ReservationState { state: ReservationState::Sold };
    stage.refuses(&viewer("ann"), extend_hold(1), sold);
}

#[test]
fn an_extended_hold_runs_out_at_its_new_end() {
    let mut stage = extending();
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    stage.ask(&viewer("ann"), extend_hold(1)).unwrap();
    stage.ask(&host(), close("night")).unwrap();
    assert_eq!(stage.wait_ms(179_999), [""; 0]);
    assert_eq!(stage.wait_ms(1), ["#1 expired"]);
    let expired = Refusal::ReservationState { state: ReservationState::Expired };
    stage.refuses(&viewer("ann"), extend_hold(1), expired);
}

#[test]
fn an_offer_is_extended_as_a_hold_is() {
    let mut plan = ruled(HoldRules { payment_extension_ms: 60_000, ..HoldRules::default() });
    plan.products[0].variants[0].units = 1;
    plan.drops[0].waitlist = Waitlist::Ask;
    let mut stage = Stage::selling_as(plan);
    stage.ask(&viewer("ann"), join("night", "tee", 1)).unwrap();
    stage.accepts(&viewer("ann"), extend_hold(1), &["#1 until 180000"]);
    stage.refuses(&viewer("ann"), extend_hold(1), Refusal::ExtensionOver);
}

#[test]
fn a_show_without_extensions_extends_nothing() {
    let mut stage = Stage::selling();
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    stage.refuses(&viewer("ann"), extend_hold(1), Refusal::ExtensionOver);
}

#[test]
fn a_viewer_has_so_many_open_holds_in_the_show() {
    let limit = 2;
    let mut stage = selling(HoldRules { open_holds_per_viewer: Some(limit), ..HoldRules::default() });
    let ann = viewer("ann");
    stage.ask(&ann, reserve("night", "tee", 1)).unwrap();
    stage.ask(&ann, reserve_with("night", "tee", 1, &[])).unwrap();
    for command in [reserve("noon", "tee", 1), reserve("night", "tee", 1)] {
        stage.refuses(&ann, command, Refusal::OpenHoldsReached { limit });
    }
    stage.ask(&ann, confirm(1)).unwrap();
    stage.ask(&ann, reserve("noon", "tee", 1)).unwrap();
    stage.refuses(&ann, reserve("noon", "tee", 1), Refusal::OpenHoldsReached { limit });
    stage.ask(&ann, release(2)).unwrap();
    stage.ask(&ann, reserve("noon", "tee", 1)).unwrap();
    stage.wait_ms(120_000);
    stage.ask(&ann, reserve("night", "tee", 1)).unwrap();
}

#[test]
fn an_offer_is_an_open_hold_and_who_waits_gets_it_all_the_same() {
    let mut plan = ruled(HoldRules { open_holds_per_viewer: Some(1), ..HoldRules::default() });
    plan.products[0].variants[0].units = 1;
    plan.drops[0].waitlist = Waitlist::Ask;
    plan.drops[0].items[1].cap = None;
    let mut stage = Stage::selling_as(plan);
    stage.ask(&viewer("bob"), reserve("night", "tee", 1)).unwrap();
    stage.ask(&viewer("ann"), join("night", "tee", 1)).unwrap();
    stage.ask(&viewer("ann"), reserve("night", "cap", 1)).unwrap();
    let offered = "#3: 1 tee@2500 offered to ann (waiter 1) in night until 120000";
    stage.accepts(&viewer("bob"), release(1), &["#1 released", offered]);
    stage.ask(&viewer("ann"), release(2)).unwrap();
    stage.refuses(&viewer("ann"), reserve("night", "cap", 1), Refusal::OpenHoldsReached { limit: 1 });
    stage.refuses(&viewer("ann"), join("night", "cap", 1), Refusal::OpenHoldsReached { limit: 1 });
}

#[test]
fn a_viewer_has_so_many_units_in_the_show() {
    let mut plan = ruled(HoldRules { limit_per_viewer: Some(3), ..HoldRules::default() });
    plan.drops[0].waitlist = Waitlist::Ask;
    plan.drops[0].items[1].cap = Some(1);
    let mut stage = Stage::selling_as(plan);
    stage.ask(&host(), open("noon")).unwrap();
    let ann = viewer("ann");
    stage.ask(&viewer("bob"), reserve("night", "cap", 1)).unwrap();
    stage.ask(&ann, reserve("night", "tee", 1)).unwrap();
    stage.ask(&ann, confirm(2)).unwrap();
    stage.ask(&ann, join("night", "cap", 1)).unwrap();
    let left = |remaining| Refusal::ShowLimitReached { limit: 3, remaining };
    stage.refuses(&ann, reserve("noon", "tee", 2), left(1));
    stage.ask(&ann, reserve("noon", "tee", 1)).unwrap();
    stage.refuses(&ann, reserve("noon", "tee", 1), left(0));
    stage.refuses(&ann, reserve("noon", "tee", 2), Refusal::LimitReached { limit: 2, remaining: 1 });
    stage.ask(&ann, leave(1)).unwrap();
    stage.ask(&ann, reserve("noon", "tee", 1)).unwrap();
    stage.ask(&ann, release(3)).unwrap();
    stage.refuses(
        &ann,
        reserve_with("night", "tee", 1, &[("cap", 1)]),
        Refusal::LimitReached { limit: 2, remaining: 1 },
    );
    assert_eq!(stage.show.remaining_limit(&drop_id("noon"), &somebody("ann")), Some(1));
    stage.ask(&ann, reserve("night", "tee", 1)).unwrap();
    stage.refuses(&ann, reserve("noon", "tee", 1), left(0));
}

#[test]
fn who_lets_more_holds_run_out_than_allowed_rests() {
    let mut stage = resting(1);
    let ann = viewer("ann");
    for _ in 0..2 {
        stage.ask(&ann, reserve("night", "tee", 1)).unwrap();
        stage.wait_ms(120_000);
    }
    let until = stage.now.after_ms(50_000);
    stage.refuses(&ann, reserve("night", "tee", 1), Refusal::CoolingDown { until });
    stage.refuses(&ann, reserve("night", "tee", 9), Refusal::CoolingDown { until });
    stage.ask(&viewer("bob"), reserve("night", "tee", 1)).unwrap();
    stage.wait_ms(49_999);
    stage.refuses(&ann, reserve("noon", "tee", 1), Refusal::CoolingDown { until });
    stage.wait_ms(1);
    stage.ask(&ann, reserve("night", "tee", 1)).unwrap();
    // The next one brings the next rest, counted from its deadline and not from when somebody looked.
    stage.wait_ms(130_000);
    let until = stage.now.after_ms(40_000);
    stage.refuses(&ann, reserve("night", "tee", 1), Refusal::CoolingDown { until });
}

#[test]
fn the_first_lapse_brings_a_rest_where_none_is_allowed() {
    let mut stage = resting(0);
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    stage.wait_ms(120_000);
    let until = stage.now.after_ms(50_000);
    stage.refuses(&viewer("ann"), reserve("night", "tee", 1), Refusal::CoolingDown { until });
}

#[test]
fn an_offer_that_runs_out_is_a_lapse_and_what_is_given_back_bought_or_revoked_is_none() {
    let mut plan =
        ruled(HoldRules { cool_down: Some(CoolDown { lapses_allowed: 0, for_ms: 50_000 }), ..HoldRules::default() });
    plan.products[0].variants[0].units = 4;
    plan.drops[0].waitlist = Waitlist::Ask;
    let mut stage = Stage::selling_as(plan);
    let ann = viewer("ann");
    stage.ask(&ann, reserve("night", "tee", 1)).unwrap();
    stage.ask(&ann, release(1)).unwrap();
    stage.ask(&ann, reserve("night", "tee", 1)).unwrap();
    stage.ask(&ann, confirm(2)).unwrap();
    stage.ask(&ann, reserve("night", "tee", 1)).unwrap();
    stage.ask(&brand(), withdraw("tee", 3, true)).unwrap();
    assert_eq!(stage.stock("tee"), "1 = 0 + 0 + 1");
    stage.ask(&ann, join("night", "tee", 1)).unwrap();
    stage.ask(&host(), add_units(None, "tee", 1)).unwrap();
    assert_eq!(stage.wait_ms(120_000), ["#4 expired"]);
    let until = stage.now.after_ms(50_000);
    stage.refuses(&ann, reserve("night", "tee", 1), Refusal::CoolingDown { until });
}

#[test]
fn a_rest_is_told_before_open_holds_and_both_before_limits() {
    let mut stage = selling(HoldRules {
        limit_per_viewer: Some(1),
        open_holds_per_viewer: Some(1),
        payment_extension_ms: 0,
        cool_down: Some(CoolDown { lapses_allowed: 0, for_ms: 50_000 }),
    });
    let ann = viewer("ann");
    stage.refuses(&ann, reserve("night", "tee", 2), Refusal::ShowLimitReached { limit: 1, remaining: 1 });
    stage.ask(&ann, reserve("night", "tee", 1)).unwrap();
    stage.refuses(&ann, reserve("night", "tee", 9), Refusal::OpenHoldsReached { limit: 1 });
    stage.wait_ms(120_000);
    let until = stage.now.after_ms(50_000);
    stage.refuses(&ann, reserve("night", "tee", 9), Refusal::CoolingDown { until });
}

#[test]
fn an_outage_extends_offers_too_and_moves_the_lapse() {
    let mut plan =
        ruled(HoldRules { cool_down: Some(CoolDown { lapses_allowed: 0, for_ms: 50_000 }), ..HoldRules::default() });
    plan.products[0].variants[0].units = 2;
    plan.drops[0].waitlist = Waitlist::Ask;
    let mut stage = Stage::selling_as(plan);
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    stage.ask(&viewer("bob"), join("night", "tee", 1)).unwrap();
    stage.now = stage.now.after_ms(30_000);
    stage.accepts(&system(), extend_holds(30_000), &["all held 30000 longer"]);
    assert_eq!(stage.wait_ms(119_999), [""; 0]);
    assert_eq!(stage.wait_ms(1), ["#1 expired", "#2 expired"]);
    let until = stage.now.after_ms(50_000);
    stage.refuses(&viewer("ann"), reserve("night", "tee", 1), Refusal::CoolingDown { until });
}
