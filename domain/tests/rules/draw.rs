//! Draws: bound to a seed before they open, entered once, and served in an order that anyone can compute.

use dropcast_domain::{
    ids::WaiterId,
    inventory::WaiterState,
    show::{Command, Digest, DrawStage, DropPhase, Fairness, Lots, Refusal, ShowPlan, Waitlist},
    time::Timestamp,
};
use sha2::{Digest as _, Sha256};

use crate::fixture::*;

const SEED: Digest = Digest([7; 32]);
const DIGEST: Digest = Digest([42; 32]);
const ENTRY_MS: u64 = 10_000;

/// So many tees, for which lots are drawn among those who click within ten seconds.
fn drawn(tees: u32) -> ShowPlan {
    let mut plan = plan();
    plan.products[0].variants[0].units = tees;
    plan.drops[0].fairness = Fairness::Draw { entry_ms: ENTRY_MS };
    plan
}

/// The drop is open and takes entries.
fn entering(plan: ShowPlan) -> Stage {
    let mut stage = Stage::live(plan);
    stage.accepts(&system(), commit_draw("night", commitment()), &["night bound"]);
    stage.ask(&host(), open("night")).unwrap();
    stage
}

fn enter(stage: &mut Stage, names: &[&str]) {
    for name in names {
        stage.ask(&viewer(name), reserve("night", "tee", 1)).unwrap();
    }
}

/// SHA-256 of the seed, without the rules' help.
fn commitment() -> Digest {
    Digest(Sha256::digest(SEED.0).into())
}

/// The names in the order of their lots, without the rules' help.
fn in_order<'a>(names: &[&'a str], seed: Digest, digest: Digest) -> Vec<&'a str> {
    let lot = |name: &str| {
        let ticket: [u8; 32] = Sha256::digest(name.as_bytes()).into();
        let lot: [u8; 32] = Sha256::digest([seed.0, digest.0, ticket].concat()).into();
        lot
    };
    let mut names = names.to_vec();
    names.sort_by_key(|name| lot(name));
    names
}

/// Who was offered something, in the order of the reservations.
fn served(stage: &Stage) -> Vec<&str> {
    stage.show.reservations().map(|reservation| reservation.viewer.as_str()).collect()
}

#[test]
fn a_draw_opens_only_when_it_is_bound() {
    let mut stage = Stage::live(drawn(1));
    stage.refuses(&host(), open("night"), Refusal::DrawUncommitted);
    assert_eq!(stage.show.unbound_draw().map(|drop| drop.plan().drop.as_str()), Some("night"));
    stage.accepts(&system(), commit_draw("night", commitment()), &["night bound"]);
    assert!(stage.show.unbound_draw().is_none());
    stage.accepts(&system(), commit_draw("night", commitment()), &[]);
    assert_eq!(stage.show.drop(&drop_id("night")).unwrap().commitment(), Some(commitment()));
    stage.accepts(&host(), open("night"), &["night open until -"]);
}

#[test]
fn a_scheduled_draw_waits_until_it_is_bound_and_then_has_all_its_time() {
    let mut plan = drawn(1);
    (plan.drops[0].opens_at, plan.drops[0].duration_ms) = (Some(Timestamp(BEGIN_MS + 100)), Some(20_000));
    let mut stage = Stage::live(plan.clone());
    assert_eq!(stage.wait_ms(5_000), [""; 0]);
    stage.accepts(&system(), commit_draw("night", commitment()), &["night bound", "night open until 25000"]);
    let mut stage = Stage::live(plan);
    stage.accepts(&system(), commit_draw("night", commitment()), &["night bound"]);
    assert_eq!(stage.wait_ms(100), ["night open until 20100"], "the moment that was announced stands");
}

#[test]
fn a_draw_that_opens_late_has_all_its_time() {
    let mut plan = drawn(1);
    (plan.drops[0].opens_at, plan.drops[0].duration_ms) = (Some(Timestamp(BEGIN_MS + 100)), Some(20_000));
    let mut stage = Stage::draft(plan);
    stage.ask(&system(), commit_draw("night", commitment())).unwrap();
    stage.ask(&host(), Command::Start).unwrap();
    assert_eq!(stage.wait_ms(50_000), ["night open until 70000"]);
    enter(&mut stage, &["ann"]);
    stage.now = stage.now.after_ms(ENTRY_MS);
    stage.ask(&system(), draw_lots("night", SEED, DIGEST)).unwrap();
    assert_eq!(served(&stage), ["ann"]);
}

#[test]
fn a_commitment_is_refused_for_the_first_reason_that_applies() {
    let mut plan = drawn(1);
    plan.drops.push(drop_plan("noon", "tee"));
    let mut stage = Stage::draft(plan);
    for who in [viewer("ann"), host(), brand()] {
        stage.refuses(&who, commit_draw("night", commitment()), Refusal::RoleForbidden);
        stage.refuses(&who, draw_lots("night", SEED, DIGEST), Refusal::RoleForbidden);
    }
    stage.refuses(&system(), commit_draw("none", commitment()), Refusal::DropUnknown);
    stage.refuses(&system(), commit_draw("noon", commitment()), Refusal::DrawNotDue);
    stage.accepts(&system(), commit_draw("night", Digest([1; 32])), &["night bound"]);
    stage.accepts(&system(), commit_draw("night", commitment()), &["night bound"]);
    stage.ask(&host(), Command::Start).unwrap();
    stage.ask(&host(), open("night")).unwrap();
    let open = Refusal::DropPhase { phase: DropPhase::Open };
    stage.refuses(&system(), commit_draw("night", Digest([2; 32])), open);
}

#[test]
fn no_key_is_needed_to_bind_and_to_draw() {
    let mut stage = Stage::live(drawn(1));
    assert!(stage.ask_as(&system(), None, 0, commit_draw("night", commitment())).is_ok());
    stage.ask(&host(), open("night")).unwrap();
    stage.wait_ms(ENTRY_MS);
    assert!(stage.ask_as(&system(), None, 0, draw_lots("night", SEED, DIGEST)).is_ok());
}

#[test]
fn a_click_enters_once_while_entries_are_taken() {
    let mut stage = entering(drawn(1));
    let ann = viewer("ann");
    assert_eq!(stage.show.drop(&drop_id("night")).unwrap().draw_stage(stage.now), DrawStage::Entries);
    stage.refuses(&ann, reserve_with("night", "tee", 1, &[("cap", 1)]), Refusal::BundleInvalid { max: 1 });
    stage.refuses(&ann, reserve("night", "tee", 3), Refusal::LimitReached { limit: 2, remaining: 2 });
    stage.accepts(&ann, reserve("night", "tee", 2), &["waiter 1: ann for 2 tee in night"]);
    for again in [reserve("night", "tee", 1), join("night", "cap", 1), reserve("night", "tee", 9)] {
        stage.refuses(&ann, again, Refusal::AlreadyWaiting { waiter: WaiterId(1) });
    }
    stage.accepts(&viewer("bob"), join("night", "tee", 1), &["waiter 2: bob for 1 tee in night"]);
    assert_eq!(stage.show.waiting(&sku("tee")), 2);
    assert_eq!(stage.show.waiter(WaiterId(1)).unwrap().place, None);
    assert_eq!((stage.show.ahead_of(WaiterId(1)), stage.stock("tee")), (None, "1 = 1 + 0 + 0".into()));
    stage.accepts(&ann, leave(1), &["waiter 1 left"]);
    assert_eq!(stage.show.waiting(&sku("tee")), 1);
    stage.accepts(&ann, reserve("night", "tee", 1), &["waiter 3: ann for 1 tee in night"]);
    stage.now = stage.now.after_ms(ENTRY_MS - 1);
    stage.ask(&viewer("cem"), reserve("night", "tee", 1)).unwrap();
    stage.now = stage.now.after_ms(1);
    for late in [reserve("night", "tee", 1), join("night", "tee", 1)] {
        stage.refuses(&viewer("dee"), late, Refusal::DrawPending);
    }
}

#[test]
fn lots_are_drawn_when_entries_are_over_with_the_seed_that_was_committed_to() {
    let mut stage = entering(drawn(1));
    let due = (Timestamp(BEGIN_MS + ENTRY_MS), drop_id("night"));
    let next = |stage: &Stage| stage.show.pending_draws().next().map(|(at, drop)| (at, drop.plan().drop.clone()));
    assert_eq!(next(&stage), Some(due));
    enter(&mut stage, &["ann"]);
    stage.now = stage.now.after_ms(ENTRY_MS - 1);
    stage.refuses(&system(), draw_lots("none", SEED, DIGEST), Refusal::DropUnknown);
    stage.refuses(&system(), draw_lots("night", SEED, DIGEST), Refusal::DrawNotDue);
    stage.now = stage.now.after_ms(1);
    assert_eq!(stage.wait_ms(0), [""; 0], "time alone draws nothing");
    stage.refuses(&system(), draw_lots("night", Digest([8; 32]), DIGEST), Refusal::SeedForeign);
    let offered = "#1: 1 tee@2500 offered to ann (waiter 1) in night until 130000";
    stage.accepts_at_once(&system(), draw_lots("night", SEED, DIGEST), &["night drawn", offered]);
    assert_eq!(next(&stage), None);
    let lots = stage.show.drop(&drop_id("night")).unwrap().lots();
    assert_eq!(lots, Some(Lots { at: stage.now, seed: SEED, digest: DIGEST }));
    stage.refuses(&system(), draw_lots("night", SEED, DIGEST), Refusal::DrawNotDue);
    let mut undrawn = Stage::selling();
    undrawn.refuses(&system(), draw_lots("night", SEED, DIGEST), Refusal::DrawNotDue);
}

#[test]
fn the_lowest_lot_is_served_first() {
    let names: Vec<String> = (0..40).map(|number| format!("viewer-{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for (seed, digest) in [(SEED, DIGEST), (SEED, Digest([43; 32]))] {
        let mut stage = entering(drawn(25));
        enter(&mut stage, &names);
        stage.now = stage.now.after_ms(ENTRY_MS);
        stage.ask(&system(), draw_lots("night", seed, digest)).unwrap();
        let order = in_order(&names, seed, digest);
        assert_eq!(served(&stage), order[..25]);
        let mut waiting: Vec<_> = stage.show.waiters().filter(|waiter| waiter.state == WaiterState::Waiting).collect();
        waiting.sort_by_key(|waiter| waiter.place);
        let places: Vec<_> = waiting.iter().map(|waiter| (waiter.place, waiter.viewer.as_str())).collect();
        let expected: Vec<_> = (26..).map(Some).zip(order[25..].iter().copied()).collect();
        assert_eq!(places, expected);
    }
    let of = |digest| in_order(&names, SEED, digest);
    assert_ne!(of(DIGEST), of(Digest([43; 32])), "who knows the seed does not know the order");
}

#[test]
fn who_clicks_after_the_draw_comes_after_all_who_entered() {
    let names = ["ann", "bob", "cem"];
    let order = in_order(&names, SEED, DIGEST);
    let mut plan = drawn(1);
    plan.drops[0].waitlist = Waitlist::Automatic;
    let mut stage = entering(plan);
    enter(&mut stage, &names);
    stage.now = stage.now.after_ms(ENTRY_MS);
    stage.ask(&system(), draw_lots("night", SEED, DIGEST)).unwrap();
    stage.accepts(&viewer("dee"), reserve("night", "tee", 1), &["waiter 4: dee for 1 tee in night"]);
    for number in 1..=3 {
        let name = served(&stage).last().copied().unwrap().to_owned();
        stage.ask(&viewer(&name), release(number)).unwrap();
    }
    assert_eq!(served(&stage), [order, vec!["dee"]].concat());
}

#[test]
fn what_the_draw_leaves_goes_to_who_clicks_first() {
    let mut stage = entering(drawn(3));
    enter(&mut stage, &["ann", "bob"]);
    stage.now = stage.now.after_ms(ENTRY_MS);
    stage.ask(&system(), draw_lots("night", SEED, DIGEST)).unwrap();
    stage.accepts(&viewer("cem"), reserve("night", "tee", 1), &["#3: 1 tee@2500 held for cem in night until 130000"]);
    stage.refuses(&viewer("dee"), reserve("night", "tee", 1), Refusal::SoldOut);
    stage.refuses(&viewer("dee"), join("night", "tee", 1), Refusal::WaitlistOff);
}

#[test]
fn a_paused_draw_is_drawn_and_served_when_it_goes_on() {
    let mut stage = entering(drawn(1));
    enter(&mut stage, &["ann"]);
    stage.ask(&host(), pause("night")).unwrap();
    stage.now = stage.now.after_ms(ENTRY_MS);
    stage.accepts(&system(), draw_lots("night", SEED, DIGEST), &["night drawn"]);
    let offered = "#1: 1 tee@2500 offered to ann (waiter 1) in night until 130000";
    stage.accepts(&host(), resume("night"), &["night resumed", offered]);
}

#[test]
fn a_drop_whose_time_is_over_stays_open_until_its_lots_are_drawn() {
    let mut plan = drawn(1);
    plan.drops[0].duration_ms = Some(ENTRY_MS + 1);
    let mut stage = entering(plan);
    enter(&mut stage, &["ann"]);
    assert_eq!(stage.wait_ms(ENTRY_MS + 500), [""; 0]);
    stage.refuses(&viewer("bob"), reserve("night", "tee", 1), Refusal::DrawPending);
    let offered = "#1: 1 tee@2500 offered to ann (waiter 1) in night until 130500";
    stage.accepts(&system(), draw_lots("night", SEED, DIGEST), &["night drawn", offered, "night closed: Time"]);
    stage.accepts(&viewer("ann"), confirm(1), &["#1 sold", "order 1: #1 for 2500"]);
}

#[test]
fn a_draw_whose_drop_closes_first_gives_nobody_anything() {
    let mut stage = entering(drawn(1));
    enter(&mut stage, &["ann", "bob"]);
    stage.accepts(&host(), close("night"), &["night closed: Host"]);
    stage.now = stage.now.after_ms(ENTRY_MS);
    let closed = Refusal::DropPhase { phase: DropPhase::Closed };
    stage.refuses(&system(), draw_lots("night", SEED, DIGEST), closed);
    assert!(stage.show.waiters().all(|waiter| waiter.state == WaiterState::Closed));
    assert!(stage.show.pending_draws().next().is_none());
    assert_eq!((stage.show.reservation_count(), stage.stock("tee")), (0, "1 = 1 + 0 + 0".into()));
}

#[test]
fn entrants_of_several_skus_stand_in_one_row() {
    let names = ["ann", "bob", "cem", "dee", "eli"];
    let mut plan = drawn(5);
    plan.drops[0].items[1].cap = None;
    plan.drops[0].shared_cap = Some(3);
    let mut stage = entering(plan);
    for (number, name) in names.iter().enumerate() {
        stage.ask(&viewer(name), reserve("night", ["tee", "cap"][number % 2], 1)).unwrap();
    }
    stage.now = stage.now.after_ms(ENTRY_MS);
    stage.ask(&system(), draw_lots("night", SEED, DIGEST)).unwrap();
    assert_eq!(served(&stage), in_order(&names, SEED, DIGEST)[..3]);
}

#[test]
fn a_promise_is_kept_while_a_draw_takes_entries() {
    let mut stage = entering(drawn(1));
    enter(&mut stage, &["bob"]);
    stage.ask(&system(), reclaim(promise("ann", 1, lost_hold("r")))).unwrap();
    stage.now = stage.now.after_ms(ENTRY_MS);
    stage.accepts(&system(), draw_lots("night", SEED, DIGEST), &["night drawn"]);
    assert_eq!(served(&stage), ["ann"]);
}

#[test]
fn a_drop_that_is_planned_anew_is_bound_anew() {
    let mut stage = Stage::draft(drawn(1));
    stage.ask(&system(), commit_draw("night", commitment())).unwrap();
    let mut without = drawn(1);
    without.drops.clear();
    stage.ask(&brand(), plan_of(without)).unwrap();
    assert!(stage.show.unbound_draw().is_none());
    stage.ask(&brand(), plan_of(drawn(1))).unwrap();
    assert!(stage.show.unbound_draw().is_some());
    stage.ask(&host(), Command::Start).unwrap();
    stage.refuses(&host(), open("night"), Refusal::DrawUncommitted);
}
