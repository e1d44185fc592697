//! Drops: opened by the host or by the time, paused, extended, closed.

use dropcast_domain::show::{CloseReason, Command, DROP_DURATION_MS_MAX, DropPhase, Refusal, ShowPlan};

use crate::fixture::*;

#[test]
fn a_drop_goes_through_its_phases() {
    let mut stage = Stage::live(plan());
    stage.accepts(&host(), open("night"), &["night open until -"]);
    stage.accepts(&host(), pause("night"), &["night paused"]);
    stage.accepts(&host(), resume("night"), &["night resumed"]);
    stage.accepts(&host(), close("night"), &["night closed: Host"]);
    let closed = stage.show.drop(&drop_id("night")).unwrap().closed().unwrap();
    assert_eq!((closed.at, closed.reason), (stage.now, CloseReason::Host));
}

#[test]
fn a_drop_is_refused_what_its_phase_does_not_allow() {
    let all = [open("night"), schedule("night", None), pause("night"), resume("night"), close("night"), undo("night")];
    let in_phase = |stage: &mut Stage, allowed: &[usize], phase| {
        for (number, command) in all.iter().enumerate().filter(|(number, _)| !allowed.contains(number)) {
            assert_eq!(stage.ask(&host(), command.clone()), Err(Refusal::DropPhase { phase }), "{number}");
        }
        if !matches!(phase, DropPhase::Open | DropPhase::Paused) {
            stage.refuses(&host(), extend("night", 1), Refusal::DropPhase { phase });
        }
    };
    let mut stage = Stage::live(plan());
    in_phase(&mut stage, &[0, 1], DropPhase::Planned);
    stage.ask(&host(), open("night")).unwrap();
    in_phase(&mut stage, &[2, 4, 5], DropPhase::Open);
    stage.ask(&host(), pause("night")).unwrap();
    in_phase(&mut stage, &[3, 4, 5], DropPhase::Paused);
    stage.ask(&host(), close("night")).unwrap();
    in_phase(&mut stage, &[], DropPhase::Closed);
}

#[test]
fn drops_run_in_a_live_show_only() {
    let of_none = [
        schedule("none", None),
        open("none"),
        pause("none"),
        resume("none"),
        extend("none", 1),
        undo("none"),
        close("none"),
    ];
    let mut stage = Stage::draft(plan());
    for command in &of_none[1..] {
        stage.refuses(&host(), command.clone(), Refusal::ShowNotLive);
    }
    stage.refuses(&host(), of_none[0].clone(), Refusal::DropUnknown);
    stage.ask(&host(), Command::Start).unwrap();
    for command in &of_none {
        stage.refuses(&host(), command.clone(), Refusal::DropUnknown);
    }
    stage.ask(&host(), Command::End).unwrap();
    for command in of_none {
        stage.refuses(&host(), command, Refusal::ShowEnded);
    }
}

#[test]
fn a_drop_closes_when_its_time_is_over_paused_or_not() {
    let mut stage = Stage::live(timed(60_000));
    stage.accepts(&host(), open("night"), &["night open until 60000"]);
    stage.ask(&host(), pause("night")).unwrap();
    assert_eq!(stage.wait_ms(59_999), [""; 0]);
    assert_eq!(stage.wait_ms(1), ["night closed: Time"]);
    assert_eq!(stage.show.next_deadline(), None);
}

#[test]
fn an_end_can_be_moved_within_a_week() {
    let mut stage = Stage::selling();
    stage.refuses(&host(), extend("night", 1), Refusal::DropWithoutEnd);
    let mut stage = Stage::selling_as(timed(60_000));
    let max_ms = DROP_DURATION_MS_MAX - 60_000;
    for by_ms in [0, max_ms + 1, u64::MAX] {
        stage.refuses(&host(), extend("night", by_ms), Refusal::DurationInvalid { max_ms });
    }
    stage.accepts(&host(), extend("night", 30_000), &["night extended to 90000"]);
    assert_eq!(stage.wait_ms(60_000), [""; 0], "the first end is not one any more");
    stage.accepts(&host(), extend("night", max_ms - 30_000), &["night extended to 604800000"]);
    stage.refuses(&host(), extend("night", 1), Refusal::DurationInvalid { max_ms: 0 });
}

#[test]
fn a_scheduled_drop_opens_by_itself() {
    let mut stage = Stage::live(timed(60_000));
    stage.refuses(&host(), schedule("night", Some(BEGIN_MS)), Refusal::MomentPassed);
    stage.accepts(&host(), schedule("night", Some(BEGIN_MS + 10)), &["night opens at 10"]);
    stage.accepts(&host(), schedule("night", None), &["night opens at -"]);
    assert_eq!(stage.wait_ms(10), [""; 0], "it was taken back");
    stage.accepts(&host(), schedule("night", Some(BEGIN_MS + 30)), &["night opens at 30"]);
    assert_eq!(stage.wait_ms(25), ["night open until 60030"], "its end counts from the moment that was announced");
}

#[test]
fn a_schedule_that_passed_before_the_start_opens_with_it() {
    let mut stage = Stage::draft(scheduled(10, Some(60_000)));
    assert_eq!(stage.show.next_deadline(), None, "nothing opens by itself in a draft");
    assert_eq!(stage.wait_ms(100_000), [""; 0]);
    stage.accepts(&host(), Command::Start, &["started", "night open until 160000"]);
}

#[test]
fn a_drop_whose_time_passed_unseen_opens_and_closes() {
    let mut stage = Stage::live(scheduled(10, Some(1_000)));
    assert_eq!(stage.wait_ms(5_000), ["night open until 1010", "night closed: Time"]);
}

#[test]
fn what_time_brings_comes_in_the_order_of_its_deadlines() {
    let mut plan = scheduled(2_000, Some(3_000));
    plan.drops.push(drop_plan("noon", "tee"));
    plan.drops[1].hold_ttl_ms = Some(4_000);
    plan.drops.push(drop_plan("dawn", "tee"));
    plan.drops[2].opens_at = Some(dropcast_domain::time::Timestamp(BEGIN_MS + 5_000));
    let mut stage = Stage::live(plan);
    stage.ask(&host(), open("noon")).unwrap();
    stage.ask(&viewer("ann"), reserve("noon", "tee", 1)).unwrap();
    stage.wait_ms(1_000);
    stage.ask(&viewer("bob"), reserve("noon", "tee", 1)).unwrap();
    let expected = ["night open until 5000", "#1 expired", "night closed: Time", "#2 expired", "dawn open until -"];
    assert_eq!(stage.wait_ms(60_000), expected, "at 2,000, 4,000 and three at 5,000");
}

#[test]
fn a_drop_closes_with_the_sale_of_its_last_unit() {
    let mut plan = plan();
    plan.drops[0].close_when_sold_out = true;
    plan.products[0].variants[0].units = 2;
    let mut stage = Stage::selling_as(plan);
    stage.ask(&viewer("ann"), reserve("night", "tee", 2)).unwrap();
    stage.ask(&viewer("bob"), reserve("night", "cap", 1)).unwrap();
    stage.accepts(&viewer("ann"), confirm(1), &["#1 sold", "order 1: #1 for 5000"]);
    stage.accepts(&viewer("bob"), confirm(2), &["#2 sold", "order 2: #2 for 800", "night closed: SoldOut"]);
    assert_eq!(stage.stock("cap"), "2 = 1 + 0 + 1", "its cap is sold");
}

#[test]
fn a_last_unit_sold_in_one_drop_closes_another() {
    let mut plan = plan();
    plan.products[0].variants[0].units = 2;
    plan.drops = ["night", "noon", "dawn"].map(|name| drop_plan(name, "tee")).into();
    plan.drops[1].close_when_sold_out = true;
    plan.drops[2].close_when_sold_out = true;
    let mut stage = Stage::selling_as(plan);
    stage.ask(&host(), open("noon")).unwrap();
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    stage.ask(&viewer("bob"), reserve("noon", "tee", 1)).unwrap();
    stage.accepts(&viewer("bob"), confirm(2), &["#2 sold", "order 1: #2 for 2500"]);
    let sold = ["#1 sold", "order 2: #1 for 2500", "noon closed: SoldOut"];
    stage.accepts(&viewer("ann"), confirm(1), &sold);
}

/// The plan with a drop that stays open so long.
fn timed(duration_ms: u64) -> ShowPlan {
    let mut plan = plan();
    plan.drops[0].duration_ms = Some(duration_ms);
    plan
}

/// The plan with a drop that opens by itself.
fn scheduled(after_ms: u64, duration_ms: Option<u64>) -> ShowPlan {
    let mut plan = plan();
    plan.drops[0].opens_at = Some(dropcast_domain::time::Timestamp(BEGIN_MS + after_ms));
    plan.drops[0].duration_ms = duration_ms;
    plan
}
