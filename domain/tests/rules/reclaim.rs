//! Promises of a lost history: kept while units last, recorded as broken otherwise, and never both.

use dropcast_domain::{
    ids::{Key, ReservationId},
    show::{Command, Outcome, PRICE_MINOR_MAX, Promise, QUANTITY_MAX, Refusal, Show},
    time::Timestamp,
};

use crate::fixture::*;

const HELD: &str = "#1: 1 tee@2000 held for ann in night until 120000";

#[test]
fn a_lost_hold_is_held_anew_at_its_price_and_its_key_stands_for_it() {
    let mut stage = Stage::selling();
    let hold = || reclaim(promise("ann", 1, lost_hold("r")));
    stage.accepts(&system(), hold(), &["lost #7 of ann kept as #1: r holds", HELD]);
    assert_eq!(stage.stock("tee"), "5 = 4 + 1 + 0");
    let asked_again = stage.ask_as(&viewer("ann"), Some("r"), 1, reserve("night", "tee", 1));
    assert_eq!(asked_again, Ok((vec![], Outcome::Reservation(ReservationId(1)))));
    let otherwise = stage.ask_as(&viewer("ann"), Some("r"), 2, reserve("night", "tee", 2));
    assert_eq!(otherwise, Err(Refusal::KeyConflict));
    stage.accepts(&viewer("ann"), confirm(1), &["#1 sold", "order 1: #1 for 2000"]);
    stage.accepts(&system(), hold(), &[]);
    assert_eq!((stage.show.kept_promise_count(), stage.show.broken_promise_count()), (1, 0));
}

#[test]
fn a_lost_purchase_is_bought_anew_and_both_keys_stand_for_it() {
    let mut stage = Stage::selling();
    let facts = ["lost #7 of ann kept as #1: r holds c buys as 1", HELD, "#1 sold", "order 1: #1 for 2000"];
    stage.accepts(&system(), reclaim(promise("ann", 1, lost_purchase("r", "c"))), &facts);
    assert_eq!(stage.stock("tee"), "5 = 4 + 0 + 1");
    let bought = stage.ask_as(&viewer("ann"), Some("c"), 1, confirm(7));
    assert_eq!(bought.map(|(_, outcome)| outcome), Ok(Outcome::Order(dropcast_domain::ids::OrderId(1))));
    stage.accepts(&system(), reclaim(promise("ann", 1, lost_purchase("r", "c"))), &[]);
}

#[test]
fn a_key_that_is_said_to_have_held_and_bought_has_held() {
    let mut stage = Stage::selling();
    let facts = ["lost #7 of ann kept as #1: k holds", HELD];
    stage.accepts(&system(), reclaim(promise("ann", 1, lost_purchase("k", "k"))), &facts);
    stage.accepts(&system(), reclaim(promise("ann", 1, lost_purchase("k", "k"))), &[]);
}

#[test]
fn a_lost_sale_sells_the_reservation_that_is_still_held() {
    let mut stage = Stage::selling();
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    let sale = || reclaim(Promise { lost: ReservationId(1), ..promise("ann", 1, lost_sale("c")) });
    let facts = ["lost #1 of ann kept as #1: c buys as 1", "#1 sold", "order 1: #1 for 2500"];
    stage.accepts(&system(), sale(), &facts);
    stage.accepts(&system(), sale(), &[]);
    let bought = stage.ask_as(&viewer("ann"), Some("c"), 1, confirm(1));
    assert_eq!(bought.map(|(_, outcome)| outcome), Ok(Outcome::Order(dropcast_domain::ids::OrderId(1))));
}

#[test]
fn a_lost_sale_of_what_ran_out_is_bought_anew() {
    let mut stage = Stage::selling();
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    stage.wait_ms(120_000);
    let sale = Promise { lost: ReservationId(1), ..promise("ann", 1, lost_sale("c")) };
    let held = "#2: 1 tee@2000 held for ann in night until 240000";
    let facts = ["lost #1 of ann kept as #2: c buys as 1", held, "#2 sold", "order 1: #2 for 2000"];
    stage.accepts(&system(), reclaim(sale), &facts);
}

#[test]
fn what_its_viewer_bought_or_gave_back_here_needs_nothing() {
    let mut stage = Stage::selling();
    for _ in 0..2 {
        stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    }
    stage.ask(&viewer("ann"), confirm(1)).unwrap();
    stage.ask(&viewer("ann"), release(2)).unwrap();
    for lost in [1, 2] {
        let sale = Promise { lost: ReservationId(lost), ..promise("ann", 1, lost_sale("c")) };
        stage.accepts(&system(), reclaim(sale), &[]);
    }
    // Another's reservation of that number is not the one that was promised.
    let of_bob = Promise { lost: ReservationId(2), ..promise("bob", 1, lost_sale("c")) };
    assert_eq!(stage.ask(&system(), reclaim(of_bob)).unwrap().len(), 4);
}

#[test]
fn whoever_asked_again_was_served_and_only_the_sale_is_left() {
    let mut stage = Stage::selling();
    stage.ask_as(&viewer("ann"), Some("r"), 1, reserve("night", "tee", 1)).unwrap();
    stage.accepts(&system(), reclaim(promise("ann", 1, lost_hold("r"))), &[]);
    let facts = ["lost #7 of ann kept as #1: c buys as 1", "#1 sold", "order 1: #1 for 2500"];
    stage.accepts(&system(), reclaim(promise("ann", 1, lost_purchase("r", "c"))), &facts);
    // A key of the sale that stands for something here leaves only the hold.
    let facts = ["lost #7 of ann kept as #2: r2 holds", "#2: 1 tee@2000 held for ann in night until 120000"];
    stage.accepts(&system(), reclaim(promise("ann", 1, lost_purchase("r2", "c"))), &facts);
}

#[test]
fn a_promise_is_kept_whatever_the_phase() {
    let hold = |stage: &mut Stage| stage.ask(&system(), reclaim(promise("ann", 1, lost_hold("r")))).unwrap();
    let kept = ["lost #7 of ann kept as #1: r holds", HELD];
    assert_eq!(hold(&mut Stage::draft(plan())), kept);
    assert_eq!(hold(&mut Stage::live(plan())), kept);
    for end in [pause("night"), close("night"), Command::End] {
        let mut stage = Stage::selling();
        stage.ask(&host(), end).unwrap();
        assert_eq!(hold(&mut stage), kept);
        stage.accepts(&viewer("ann"), confirm(1), &["#1 sold", "order 1: #1 for 2000"]);
    }
}

#[test]
fn a_drop_in_which_a_promise_was_kept_stays_as_it_is() {
    let mut stage = Stage::live(plan());
    stage.ask(&system(), reclaim(promise("ann", 1, lost_hold("r")))).unwrap();
    stage.wait_ms(120_000);
    let mut without = plan();
    without.drops.clear();
    let refusal = stage.ask(&brand(), plan_of(without)).unwrap_err();
    assert_eq!(refusal.to_string(), "drops: \"night\" can't be left out: a promise was kept in it");
    let mut other = plan();
    other.drops[0].limit_per_viewer = 1;
    let refusal = stage.ask(&brand(), plan_of(other)).unwrap_err();
    let fixed = "can't be changed any more: a promise was kept in the drop; only its title and its place can change";
    assert_eq!(refusal.to_string(), format!("drops[0].limit_per_viewer: {fixed}"));
    stage.accepts(&host(), open("night"), &["night open until -"]);
}

#[test]
fn the_longer_deadline_counts() {
    let mut stage = Stage::selling();
    let later = Timestamp(BEGIN_MS + 130_000);
    let facts = stage.ask(&system(), reclaim(Promise { expires_at: later, ..promise("ann", 1, lost_hold("r")) }));
    assert_eq!(facts.unwrap()[1], "#1: 1 tee@2000 held for ann in night until 130000");
    let never = Timestamp(u64::MAX);
    stage.ask(&system(), reclaim(Promise { expires_at: never, ..promise("bob", 1, lost_hold("r")) })).unwrap();
    assert_eq!(stage.show.reservation(ReservationId(2)).unwrap().expires_at, Timestamp::MAX);
}

#[test]
fn the_last_units_close_the_drops_that_sold_them() {
    let mut plan = plan();
    plan.products[0].variants[0].units = 1;
    plan.drops = vec![drop_plan("night", "tee"), drop_plan("noon", "tee")];
    plan.drops.iter_mut().for_each(|drop| drop.close_when_sold_out = true);
    let mut stage = Stage::selling_as(plan);
    stage.ask(&host(), open("noon")).unwrap();
    let facts = stage.ask(&system(), reclaim(promise("ann", 1, lost_purchase("r", "c")))).unwrap();
    assert_eq!(facts[4..], ["night closed: SoldOut", "noon closed: SoldOut"]);
}

#[test]
fn a_cap_that_a_promise_uses_up_closes_its_drop_alone() {
    let mut plan = plan();
    plan.drops = vec![drop_plan("night", "tee"), drop_plan("noon", "tee")];
    plan.drops.iter_mut().for_each(|drop| drop.close_when_sold_out = true);
    plan.drops[0].items[0].cap = Some(1);
    let mut stage = Stage::selling_as(plan);
    stage.ask(&host(), open("noon")).unwrap();
    let facts = stage.ask(&system(), reclaim(promise("ann", 1, lost_purchase("r", "c")))).unwrap();
    assert_eq!(facts[4..], ["night closed: SoldOut"]);
}

#[test]
fn what_is_not_left_is_a_broken_promise() {
    let mut sold_out = plan();
    sold_out.products[0].variants[0].units = 1;
    let mut capped = plan();
    capped.drops[0].items[0].cap = Some(1);
    for plan in [sold_out, capped] {
        let mut stage = Stage::selling_as(plan);
        stage.ask(&viewer("bob"), reserve("night", "tee", 1)).unwrap();
        let broken = "lost #7 broken: 1 tee@2000 of ann in night, held by r";
        stage.accepts(&system(), reclaim(promise("ann", 1, lost_hold("r"))), &[broken]);
    }
    let mut limited = Stage::selling();
    limited.ask(&viewer("ann"), reserve("night", "tee", 2)).unwrap();
    let broken = "lost #7 broken: 1 tee@2000 of ann in night, bought by r";
    limited.accepts(&system(), reclaim(promise("ann", 1, lost_purchase("r", "c"))), &[broken]);
}

#[test]
fn what_this_history_does_not_know_is_a_broken_promise() {
    let mut stage = Stage::selling();
    let unknown_drop = Promise { drop: drop_id("dawn"), ..promise("ann", 1, lost_hold("r1")) };
    let broken = ["lost #7 broken: 1 tee@2000 of ann in dawn, held by r1"];
    stage.accepts(&system(), reclaim(unknown_drop), &broken);
    let unknown_sku = Promise { sku: sku("hat"), ..promise("ann", 1, lost_hold("r2")) };
    let broken = ["lost #7 broken: 1 hat@2000 of ann in night, held by r2"];
    stage.accepts(&system(), reclaim(unknown_sku), &broken);
}

#[test]
fn a_broken_promise_stays_broken_and_is_told_once() {
    let mut stage = Stage::selling();
    stage.ask(&viewer("ann"), reserve("night", "tee", 2)).unwrap();
    let hold = || reclaim(promise("ann", 1, lost_hold("r")));
    assert_eq!(stage.ask(&system(), hold()).unwrap().len(), 1);
    stage.accepts(&system(), hold(), &[]);
    stage.ask(&viewer("ann"), release(1)).unwrap();
    stage.accepts(&system(), hold(), &[]);
    let told: Vec<_> = stage.show.broken_promises_of(&somebody("ann")).collect();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].0, &told[0].1.key, told[0].1.sold), (stage.now, &Key::new("r").unwrap(), false));
    assert_eq!(stage.show.broken_promises_of(&somebody("bob")).count(), 0);
    // The key binds nothing: the viewer may click again with it.
    assert!(stage.ask_as(&viewer("ann"), Some("r"), 1, reserve("night", "tee", 1)).is_ok());
    stage.accepts(&system(), hold(), &[]);
    assert_eq!((stage.show.kept_promise_count(), stage.show.broken_promise_count()), (0, 1));
}

#[test]
fn a_repeated_system_key_is_answered_as_the_first_time() {
    let mut stage = Stage::selling();
    let hold = || reclaim(promise("ann", 1, lost_hold("r")));
    let first = stage.ask_as(&system(), Some("fork-7"), 3, hold()).unwrap();
    assert_eq!((first.0.len(), first.1), (2, Outcome::Reservation(ReservationId(1))));
    assert_eq!(stage.ask_as(&system(), Some("fork-7"), 3, hold()), Ok((vec![], first.1)));
}

#[test]
fn only_the_system_reclaims_and_only_what_can_have_been_promised() {
    let hold = || promise("ann", 1, lost_hold("r"));
    let mut stage = Stage::selling();
    for who in [viewer("ann"), host(), brand()] {
        stage.refuses(&who, reclaim(hold()), Refusal::RoleForbidden);
    }
    Stage::empty().refuses(&system(), reclaim(hold()), Refusal::ShowUnknown);
    let invalid = Refusal::QuantityInvalid { max: QUANTITY_MAX };
    for quantity in [0, QUANTITY_MAX + 1, u32::MAX] {
        stage.refuses(&system(), reclaim(Promise { quantity, ..hold() }), invalid.clone());
    }
    let dear = Promise { unit_price_minor: PRICE_MINOR_MAX + 1, ..hold() };
    stage.refuses(&system(), reclaim(dear), invalid);
}

#[test]
fn a_snapshot_keeps_what_became_of_promises() {
    let mut stage = Stage::selling();
    stage.ask(&system(), reclaim(promise("ann", 2, lost_hold("r1")))).unwrap();
    stage.ask(&system(), reclaim(promise("ann", 1, lost_hold("r2")))).unwrap();
    let bytes = postcard::to_stdvec(&stage.show).unwrap();
    let read: Show = postcard::from_bytes(&bytes).unwrap();
    assert_eq!(read, stage.show);
    assert_eq!((read.kept_promise_count(), read.broken_promises().count()), (1, 1));
}
