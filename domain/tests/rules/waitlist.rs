//! Waiting in line: who joins, what counts, and what ends a wait.

use dropcast_domain::{
    ids::WaiterId,
    inventory::WaiterState,
    show::{Command, DropPhase, QUANTITY_MAX, Refusal, ShowPlan, Waitlist},
};

use crate::fixture::*;

/// Tees in one drop with a line, whose offers last half a minute.
pub(crate) fn lined(waitlist: Waitlist, tees: u32) -> ShowPlan {
    let mut plan = plan();
    plan.products[0].variants[0].units = tees;
    plan.drops[0].waitlist = waitlist;
    plan.drops[0].offer_ttl_ms = Some(30_000);
    plan
}

/// Ann holds the only tee; bob and then cem wait for one.
pub(crate) fn waiting() -> Stage {
    waiting_for(lined(Waitlist::Ask, 1))
}

pub(crate) fn waiting_for(plan: ShowPlan) -> Stage {
    let mut stage = Stage::selling_as(plan);
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    stage.accepts_at_once(&viewer("bob"), join("night", "tee", 1), &["waiter 1: bob for 1 tee in night"]);
    stage.accepts_at_once(&viewer("cem"), join("night", "tee", 1), &["waiter 2: cem for 1 tee in night"]);
    stage
}

pub(crate) fn state(stage: &Stage, waiter: u64) -> WaiterState {
    stage.show.waiter(WaiterId(waiter)).unwrap().state
}

#[test]
fn what_is_sold_out_is_waited_for_as_the_drop_says() {
    let bob = viewer("bob");
    let sold_out = |waitlist| {
        let mut stage = Stage::selling_as(lined(waitlist, 1));
        stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
        stage
    };
    let mut stage = sold_out(Waitlist::Off);
    stage.refuses(&bob, reserve("night", "tee", 1), Refusal::SoldOut);
    stage.refuses(&bob, join("night", "tee", 1), Refusal::WaitlistOff);
    let mut stage = sold_out(Waitlist::Ask);
    stage.refuses(&bob, reserve("night", "tee", 1), Refusal::SoldOut);
    stage.accepts(&bob, join("night", "tee", 1), &["waiter 1: bob for 1 tee in night"]);
    let mut stage = sold_out(Waitlist::Automatic);
    stage.accepts(&bob, reserve("night", "tee", 1), &["waiter 1: bob for 1 tee in night"]);
    stage.accepts(&viewer("cem"), join("night", "tee", 1), &["waiter 2: cem for 1 tee in night"]);
}

#[test]
fn one_press_joins_only_where_all_is_gone() {
    let mut stage = Stage::selling_as(lined(Waitlist::Automatic, 1));
    stage.refuses(&viewer("ann"), reserve("night", "tee", 2), Refusal::NotEnough { available: 1 });
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    stage.refuses(&viewer("bob"), reserve_with("night", "tee", 1, &[("cap", 1)]), Refusal::SoldOut);
    stage.ask(&viewer("bob"), reserve("night", "tee", 1)).unwrap();
    let waiter = WaiterId(1);
    stage.refuses(&viewer("bob"), reserve("night", "tee", 1), Refusal::AlreadyWaiting { waiter });
    stage.refuses(&viewer("bob"), reserve("night", "tee", 2), Refusal::LimitReached { limit: 2, remaining: 1 });
}

#[test]
fn a_join_is_refused_for_the_first_reason_that_applies() {
    let bob = viewer("bob");
    Stage::draft(lined(Waitlist::Ask, 1)).refuses(&bob, join("none", "none", 0), Refusal::ShowNotLive);
    let mut stage = Stage::live(lined(Waitlist::Ask, 1));
    stage.refuses(&bob, join("none", "none", 0), Refusal::DropUnknown);
    stage.refuses(&bob, join("night", "none", 0), Refusal::DropPhase { phase: DropPhase::Planned });
    stage.ask(&host(), open("night")).unwrap();
    stage.refuses(&bob, join("night", "none", 0), Refusal::SkuUnknown);
    for quantity in [0, QUANTITY_MAX + 1, u32::MAX] {
        stage.refuses(&bob, join("night", "tee", quantity), Refusal::QuantityInvalid { max: QUANTITY_MAX });
    }
    stage.refuses(&bob, join("night", "tee", 3), Refusal::LimitReached { limit: 2, remaining: 2 });
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    stage.ask(&bob, join("night", "tee", 1)).unwrap();
    for (sku_name, quantity) in [("tee", 1), ("tee", 3), ("cap", 1)] {
        let already = Refusal::AlreadyWaiting { waiter: WaiterId(1) };
        stage.refuses(&bob, join("night", sku_name, quantity), already);
    }
    stage.ask(&host(), pause("night")).unwrap();
    stage.refuses(&bob, join("night", "tee", 1), Refusal::DropPhase { phase: DropPhase::Paused });
    let mut off = Stage::selling_as(lined(Waitlist::Off, 1));
    off.refuses(&bob, join("night", "tee", 3), Refusal::WaitlistOff);
}

#[test]
fn who_waits_counts_towards_the_limit_until_the_wait_ends() {
    let mut stage = waiting();
    let remaining = |stage: &Stage| stage.show.remaining_limit(&drop_id("night"), &somebody("bob"));
    assert_eq!(remaining(&stage), Some(1));
    let full = Refusal::LimitReached { limit: 2, remaining: 1 };
    stage.refuses(&viewer("bob"), reserve("night", "cap", 2), full);
    stage.ask(&viewer("bob"), reserve("night", "cap", 1)).unwrap();
    assert_eq!(remaining(&stage), Some(0));
    stage.accepts(&viewer("bob"), leave(1), &["waiter 1 left"]);
    assert_eq!(remaining(&stage), Some(1));
    stage.refuses(&viewer("bob"), join("night", "tee", 2), Refusal::LimitReached { limit: 2, remaining: 1 });
}

#[test]
fn a_place_is_left_once_and_by_its_viewer_only() {
    let mut stage = waiting();
    for waiter in [0, 2, 3, u64::MAX] {
        stage.refuses(&viewer("bob"), leave(waiter), Refusal::WaiterUnknown);
    }
    stage.accepts(&viewer("bob"), leave(1), &["waiter 1 left"]);
    stage.refuses(&viewer("bob"), leave(1), Refusal::WaiterOver);
    assert_eq!(state(&stage, 1), WaiterState::Left);
    let to_cem = "#2: 1 tee@2500 offered to cem (waiter 2) in night until 30000";
    stage.accepts(&viewer("ann"), release(1), &["#1 released", to_cem]);
    stage.refuses(&viewer("cem"), leave(2), Refusal::WaiterOver);
    let last = ["waiter 3: bob for 1 tee in night"];
    stage.accepts(&viewer("bob"), join("night", "tee", 1), &last);
}

#[test]
fn a_place_is_left_also_while_the_drop_is_paused() {
    let mut stage = waiting();
    stage.ask(&host(), pause("night")).unwrap();
    stage.accepts(&viewer("bob"), leave(1), &["waiter 1 left"]);
}

#[test]
fn a_drop_that_closes_ends_its_line() {
    let mut timed = lined(Waitlist::Ask, 1);
    timed.drops[0].duration_ms = Some(120_000);
    for end in [Some(close("night")), Some(Command::End), None] {
        let mut stage = waiting_for(timed.clone());
        match end {
            Some(end) => assert!(stage.ask(&host(), end).is_ok()),
            // The hold runs out at the moment at which the drop closes.
            None => assert_eq!(stage.wait_ms(120_000), ["night closed: Time", "#1 expired"]),
        }
        assert_eq!([1, 2].map(|waiter| state(&stage, waiter)), [WaiterState::Closed; 2]);
        stage.refuses(&viewer("bob"), leave(1), Refusal::WaiterOver);
        stage.ask(&viewer("ann"), release(1)).ok();
        assert_eq!(stage.stock("tee"), "1 = 1 + 0 + 0", "nothing is offered any more");
        assert_eq!(stage.show.remaining_limit(&drop_id("night"), &somebody("bob")), Some(2));
    }
}

#[test]
fn the_sale_of_all_there_is_ends_the_line_and_an_offer_outlives_it() {
    let mut plan = lined(Waitlist::Ask, 1);
    plan.drops[0].items.pop();
    plan.drops[0].close_when_sold_out = true;
    let mut stage = waiting_for(plan);
    stage.ask(&viewer("ann"), release(1)).unwrap();
    stage.accepts(&viewer("bob"), confirm(2), &["#2 sold", "order 1: #2 for 2500", "night closed: SoldOut"]);
    assert_eq!(state(&stage, 2), WaiterState::Closed);

    let mut stage = waiting();
    stage.ask(&viewer("ann"), release(1)).unwrap();
    stage.ask(&host(), close("night")).unwrap();
    stage.accepts(&viewer("bob"), confirm(2), &["#2 sold", "order 1: #2 for 2500"]);
}

#[test]
fn a_line_can_be_read() {
    let mut stage = waiting();
    let night = drop_id("night");
    let read = |stage: &Stage| {
        let item = stage.show.drop_items(&night).next().unwrap();
        let ahead = [1, 2, 3].map(|waiter| stage.show.ahead_of(WaiterId(waiter)));
        (item.waiting, item.next_place, ahead)
    };
    assert_eq!(read(&stage), (2, Some(1), [Some(0), Some(1), None]));
    stage.ask(&viewer("ann"), release(1)).unwrap();
    assert_eq!(read(&stage), (1, Some(2), [None, Some(0), None]));
    let of_cem: Vec<_> = stage.show.waiters_of(&somebody("cem")).map(|waiter| (waiter.id.0, waiter.place)).collect();
    assert_eq!(of_cem, [(2, Some(2))]);
    assert_eq!(stage.show.waiters_of(&somebody("bob")).count(), 0);
    let all: Vec<_> = stage.show.waiters().map(|waiter| (waiter.viewer.as_str(), waiter.quantity)).collect();
    assert_eq!((all.as_slice(), stage.show.waiter_count()), ([("bob", 1), ("cem", 1)].as_slice(), 2));
}
