//! Offers: what comes free goes to who stands first, in the entry that freed it, and to nobody else.

use dropcast_domain::{
    ids::ReservationId,
    inventory::WaiterState,
    show::{DropItem, ENTRY_FACTS_MAX, Refusal, ReservationState, Show, Waitlist},
};

use crate::{
    fixture::*,
    waitlist::{lined, state, waiting, waiting_for},
};

const TO_BOB: &str = "#2: 1 tee@2500 offered to bob (waiter 1) in night until 30000";

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

    // Whoever follows entry by entry never sees anything free that is kept for somebody, and goes on from there.
    let (before_it, rest) = stage.entries.split_at(before);
    let mut follower = Show::default();
    for entry in before_it {
        follower.fold(entry).unwrap();
    }
    for (number, entry) in rest.iter().enumerate() {
        follower.fold(entry).unwrap();
        assert_eq!(follower.available(&drop_id("night"), &sku("tee")), 0);
        let mut read: Show = postcard::from_bytes(&postcard::to_stdvec(&follower).unwrap()).unwrap();
        assert_eq!(read, follower);
        let left = &rest[number + 1..];
        assert_eq!(read.next_deadline() == Some(stage.now), !left.is_empty(), "what is left is due at once");
        let mut entries = Vec::new();
        read.pass(stage.now, &mut entries);
        assert_eq!(entries, left);
    }
    assert_eq!(follower, stage.show);
}

#[test]
fn what_came_free_while_nobody_looked_is_offered_before_what_came_later() {
    let mut plan = lined(Waitlist::Ask, 2);
    plan.drops[0].duration_ms = Some(121_000);
    let mut stage = Stage::selling_as(plan);
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    stage.wait_ms(1_000);
    stage.ask(&viewer("dee"), reserve("night", "tee", 1)).unwrap();
    stage.ask(&viewer("bob"), join("night", "tee", 2)).unwrap();
    stage.ask(&viewer("cem"), join("night", "tee", 1)).unwrap();
    // At 120 s and, all at one moment, at 121 s.
    let facts = [
        "#1 expired",
        "#3: 1 tee@2500 offered to bob (waiter 1) in night until 230000",
        "night closed: Time",
        "#2 expired",
    ];
    assert_eq!(stage.wait_ms(199_000), facts);
    assert_eq!(state(&stage, 2), WaiterState::Closed);
}
