//! Waiting in line: who joins, in which order units are offered, and what ends a wait.

use dropcast_domain::{
    ids::{ReservationId, WaiterId},
    inventory::WaiterState,
    show::{
        Command, DropItem, DropPhase, ENTRY_FACTS_MAX, QUANTITY_MAX, Refusal, ReservationState, ShowPlan, Waitlist,
    },
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
fn waiting() -> Stage {
    waiting_for(lined(Waitlist::Ask, 1))
}

fn waiting_for(plan: ShowPlan) -> Stage {
    let mut stage = Stage::selling_as(plan);
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    stage.accepts_at_once(&viewer("bob"), join("night", "tee", 1), &["waiter 1: bob for 1 tee in night"]);
    stage.accepts_at_once(&viewer("cem"), join("night", "tee", 1), &["waiter 2: cem for 1 tee in night"]);
    stage
}

fn state(stage: &Stage, waiter: u64) -> WaiterState {
    stage.show.waiter(WaiterId(waiter)).unwrap().state
}

const TO_BOB: &str = "#2: 1 tee@2500 offered to bob (waiter 1) in night until 30000";

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
fn what_is_free_is_offered_to_who_joins_at_once() {
    let mut stage = Stage::selling_as(lined(Waitlist::Ask, 1));
    let facts = ["waiter 1: bob for 2 tee in night", "#1: 1 tee@2500 offered to bob (waiter 1) in night until 30000"];
    stage.accepts_at_once(&viewer("bob"), join("night", "tee", 2), &facts);
    assert_eq!(stage.stock("tee"), "1 = 0 + 0 + 0 + 1 offered");
    assert_eq!(state(&stage, 1), WaiterState::Offered(ReservationId(1)));
    assert_eq!(stage.show.reservation(ReservationId(1)).unwrap().state, ReservationState::Offered);
}

#[test]
fn what_comes_free_is_offered_in_the_same_entry_to_who_stands_first() {
    let mut stage = waiting();
    stage.accepts_at_once(&viewer("ann"), release(1), &["#1 released", TO_BOB]);
    assert_eq!(stage.stock("tee"), "1 = 0 + 0 + 0 + 1 offered");
    stage.accepts_at_once(
        &viewer("bob"),
        release(2),
        &["#2 released", "#3: 1 tee@2500 offered to cem (waiter 2) in night until 30000"],
    );

    let mut stage = waiting();
    stage.accepts_at_once(
        &host(),
        add_units(None, "tee", 2),
        &["2 tee added", TO_BOB, "#3: 1 tee@2500 offered to cem (waiter 2) in night until 30000"],
    );

    let mut stage = waiting();
    let before = stage.entries.len();
    let expired = ["#1 expired", "#2: 1 tee@2500 offered to bob (waiter 1) in night until 150000"];
    assert_eq!(stage.wait_ms(120_000), expired);
    assert_eq!(stage.entries.len(), before + 1);

    let mut stage = waiting();
    let brought = ["1 tee missing", "#1 revoked", "1 tee sold elsewhere"];
    stage.accepts_at_once(&brand(), withdraw("tee", 1, true), &brought);
    stage.accepts_at_once(&host(), add_units(None, "tee", 1), &["1 tee added", TO_BOB]);

    let mut wanted = lined(Waitlist::Ask, 1);
    wanted.products[0].variants[0].units = 2;
    let mut stage = waiting();
    stage.accepts_at_once(&brand(), plan_of(wanted), &["1 tee planned", TO_BOB]);
}

#[test]
fn a_raised_cap_is_offered_to_who_waits() {
    let mut plan = lined(Waitlist::Ask, 5);
    plan.drops[0].items[0].cap = Some(1);
    let mut stage = waiting_for(plan);
    assert_eq!(stage.stock("tee"), "5 = 4 + 1 + 0");
    let facts = ["1 tee added", "night sells 1 tee more", TO_BOB];
    stage.accepts_at_once(&host(), add_units(Some("night"), "tee", 1), &facts);
    stage.accepts(&host(), add_units(None, "tee", 1), &["1 tee added"]);
}

#[test]
fn a_paused_line_is_served_when_it_goes_on() {
    let mut stage = waiting();
    stage.ask(&host(), pause("night")).unwrap();
    stage.accepts(&viewer("ann"), release(1), &["#1 released"]);
    assert_eq!(stage.stock("tee"), "1 = 1 + 0 + 0");
    assert_eq!(stage.show.available(&drop_id("night"), &sku("tee")), 0, "it is kept for who waits");
    assert_eq!(stage.wait_ms(0), [""; 0]);
    stage.accepts_at_once(&host(), resume("night"), &["night resumed", TO_BOB]);
}

#[test]
fn an_offer_is_of_what_there_is_and_ends_the_wait() {
    let mut stage = Stage::selling_as(lined(Waitlist::Ask, 2));
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    stage.ask(&viewer("dee"), reserve("night", "tee", 1)).unwrap();
    stage.ask(&viewer("bob"), join("night", "tee", 2)).unwrap();
    let offered = "#3: 1 tee@2500 offered to bob (waiter 1) in night until 30000";
    stage.accepts(&viewer("ann"), release(1), &["#1 released", offered]);
    assert_eq!(state(&stage, 1), WaiterState::Offered(ReservationId(3)));
    assert_eq!(stage.show.remaining_limit(&drop_id("night"), &somebody("bob")), Some(1));
    stage.accepts(&viewer("dee"), release(2), &["#2 released"]);
    assert_eq!(stage.stock("tee"), "2 = 1 + 0 + 0 + 1 offered");
}

#[test]
fn an_offer_runs_out_by_itself_and_goes_on_to_the_next() {
    let mut stage = waiting();
    stage.ask(&viewer("ann"), release(1)).unwrap();
    assert_eq!(stage.wait_ms(29_999), [""; 0]);
    let next = ["#2 expired", "#3: 1 tee@2500 offered to cem (waiter 2) in night until 60000"];
    assert_eq!(stage.wait_ms(1), next);
    stage.refuses(&viewer("bob"), confirm(2), Refusal::ReservationState { state: ReservationState::Expired });
    assert_eq!(stage.wait_ms(30_000), ["#3 expired"]);
    assert_eq!(stage.stock("tee"), "1 = 1 + 0 + 0");
    stage.ask(&viewer("dee"), reserve("night", "tee", 1)).unwrap();
}

#[test]
fn an_offer_is_bought_as_a_hold_is() {
    let mut stage = waiting();
    stage.ask(&viewer("ann"), release(1)).unwrap();
    stage.refuses(&viewer("cem"), confirm(2), Refusal::ReservationUnknown);
    stage.refuses(&viewer("bob"), extend_hold(2), Refusal::ExtensionOver);
    stage.accepts(&viewer("bob"), confirm(2), &["#2 sold", "order 1: #2 for 2500"]);
    assert_eq!(stage.stock("tee"), "1 = 0 + 0 + 1");
    let sold = Refusal::ReservationState { state: ReservationState::Sold };
    stage.refuses(&viewer("bob"), release(2), sold);
}

#[test]
fn an_offer_lasts_as_long_as_a_hold_where_the_drop_says_nothing_else() {
    let mut plan = lined(Waitlist::Ask, 1);
    (plan.drops[0].offer_ttl_ms, plan.drops[0].hold_ttl_ms) = (None, Some(7_000));
    let mut stage = waiting_for(plan);
    let offered = "#2: 1 tee@2500 offered to bob (waiter 1) in night until 7000";
    stage.accepts(&viewer("ann"), release(1), &["#1 released", offered]);
}

#[test]
fn what_comes_free_is_nobody_elses_also_in_a_drop_that_shares_it() {
    let mut plan = lined(Waitlist::Ask, 1);
    let mut noon = drop_plan("noon", "tee");
    noon.waitlist = Waitlist::Automatic;
    plan.drops.push(noon);
    let mut stage = Stage::selling_as(plan);
    stage.ask(&host(), open("noon")).unwrap();
    stage.ask(&viewer("ann"), reserve("noon", "tee", 1)).unwrap();
    stage.accepts(&viewer("dee"), reserve("noon", "tee", 1), &["waiter 1: dee for 1 tee in noon"]);
    stage.ask(&viewer("bob"), join("night", "tee", 1)).unwrap();
    let to_dee = "#2: 1 tee@2500 offered to dee (waiter 1) in noon until 120000";
    stage.accepts_at_once(&viewer("ann"), release(1), &["#1 released", to_dee]);
    let to_bob = "#3: 1 tee@2500 offered to bob (waiter 2) in night until 30000";
    stage.accepts_at_once(&viewer("dee"), release(2), &["#2 released", to_bob]);
    assert_eq!(stage.show.available(&drop_id("noon"), &sku("tee")), 0);
}

#[test]
fn a_paused_line_keeps_nothing_from_another_drop() {
    let mut plan = lined(Waitlist::Ask, 1);
    plan.drops.push(drop_plan("noon", "tee"));
    let mut stage = waiting_for(plan);
    stage.ask(&host(), open("noon")).unwrap();
    stage.ask(&host(), pause("night")).unwrap();
    stage.ask(&viewer("ann"), release(1)).unwrap();
    stage.accepts(&viewer("dee"), reserve("noon", "tee", 1), &["#2: 1 tee@2500 held for dee in noon until 120000"]);
    stage.accepts(&host(), resume("night"), &["night resumed"]);
}

#[test]
fn who_waits_for_something_else_is_not_in_the_way() {
    let mut plan = lined(Waitlist::Ask, 1);
    plan.drops[0].items[1] = DropItem { cap: None, ..plan.drops[0].items[1].clone() };
    let mut stage = waiting_for(plan);
    stage.accepts(&viewer("dee"), reserve("night", "cap", 2), &["#2: 2 cap@800 held for dee in night until 120000"]);
    stage.accepts(&viewer("eli"), join("night", "cap", 1), &["waiter 3: eli for 1 cap in night"]);
    let offered = "#3: 1 cap@800 offered to eli (waiter 3) in night until 30000";
    stage.accepts(&viewer("dee"), release(2), &["#2 released", offered]);
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

#[test]
fn a_long_row_of_offers_falls_into_several_entries_and_nobody_slips_in() {
    let mut stage = waiting();
    let waiters = ENTRY_FACTS_MAX * 2;
    for number in 2..waiters {
        stage.ask(&viewer(&format!("viewer-{number}")), join("night", "tee", 1)).unwrap();
    }
    let before = stage.entries.len();
    let mut facts = vec![format!("{waiters} tee added")];
    let name = |number: usize| match number {
        0 => "bob".to_owned(),
        1 => "cem".to_owned(),
        number => format!("viewer-{number}"),
    };
    facts.extend((0..waiters).map(|number| {
        let (reservation, waiter) = (number + 2, number + 1);
        format!("#{reservation}: 1 tee@2500 offered to {} (waiter {waiter}) in night until 30000", name(number))
    }));
    let units = u32::try_from(waiters).unwrap();
    assert_eq!(stage.ask(&host(), add_units(None, "tee", units)), Ok(facts));
    let lengths: Vec<_> = stage.entries[before..].iter().map(|entry| entry.facts.len()).collect();
    assert_eq!(lengths, [ENTRY_FACTS_MAX, ENTRY_FACTS_MAX, 1]);
    let causes: Vec<_> = stage.entries[before..].iter().map(|entry| entry.cause.is_some()).collect();
    assert_eq!(causes, [true, false, false]);
    stage.refuses(&viewer("zoe"), reserve("night", "tee", 1), Refusal::SoldOut);

    // Whoever follows entry by entry never sees anything free that is kept for somebody.
    let (rest, added) = (&stage.entries[before..], &stage.entries[..before]);
    let mut follower = dropcast_domain::show::Show::default();
    added.iter().for_each(|entry| follower.fold(entry).unwrap());
    for entry in rest {
        follower.fold(entry).unwrap();
        assert_eq!(follower.available(&drop_id("night"), &sku("tee")), 0);
        let read: dropcast_domain::show::Show = postcard::from_bytes(&postcard::to_stdvec(&follower).unwrap()).unwrap();
        assert_eq!(read, follower);
    }
    assert_eq!(follower, stage.show);
}
