//! Taking an opening back: how long, what becomes of what was kept and of who waited, and what stays.

use dropcast_domain::{
    ids::WaiterId,
    inventory::WaiterState,
    show::{
        Command, Digest, DropPhase, Entry, Fact, Fairness, FoldError, Refusal, ReservationState, ShowPlan,
        UNDO_HOLDS_MAX, UNDO_MS, Waitlist,
    },
    time::Timestamp,
};

use crate::{
    fixture::*,
    waitlist::{lined, state, waiting},
};

#[test]
fn an_opening_is_taken_back_for_ten_seconds() {
    let mut stage = Stage::selling();
    stage.wait_ms(UNDO_MS - 1);
    stage.accepts_at_once(&host(), undo("night"), &["night taken back"]);
    let night = stage.show.drop(&drop_id("night")).unwrap();
    assert_eq!((night.phase(), night.opened_at(), night.closes_at()), (DropPhase::Planned, None, None));
    assert_eq!((night.opens_at(), night.undo_until()), (None, None));
    stage.refuses(&viewer("ann"), reserve("night", "tee", 1), Refusal::DropPhase { phase: DropPhase::Planned });

    let mut stage = Stage::selling();
    let until = stage.show.drop(&drop_id("night")).unwrap().undo_until().unwrap();
    assert_eq!(until, stage.now.after_ms(10_000));
    stage.wait_ms(UNDO_MS);
    stage.refuses(&host(), undo("night"), Refusal::UndoOver);
}

/// A clock that is behind counts as standing still: time of the show decides, whatever the clock says.
#[test]
fn a_clock_that_steps_back_gives_no_more_time() {
    let mut stage = Stage::selling();
    stage.wait_ms(UNDO_MS);
    stage.ask(&host(), pause("night")).unwrap();
    stage.now = Timestamp(stage.now.0 - UNDO_MS);
    stage.refuses(&host(), undo("night"), Refusal::UndoOver);
}

#[test]
fn a_paused_drop_is_taken_back_too_and_the_time_counts_from_its_opening() {
    let mut stage = Stage::selling();
    stage.ask(&host(), pause("night")).unwrap();
    stage.wait_ms(UNDO_MS - 1);
    stage.accepts(&brand(), undo("night"), &["night taken back"]);

    let mut stage = Stage::selling();
    stage.wait_ms(UNDO_MS - 1);
    stage.ask(&host(), pause("night")).unwrap();
    stage.wait_ms(1);
    stage.ask(&host(), resume("night")).unwrap();
    stage.refuses(&host(), undo("night"), Refusal::UndoOver);
}

#[test]
fn what_is_held_is_revoked_first_the_oldest_before_the_others() {
    let mut stage = Stage::selling();
    stage.ask(&viewer("ann"), reserve("night", "tee", 2)).unwrap();
    stage.ask(&viewer("bob"), reserve_with("night", "tee", 1, &[("cap", 1)])).unwrap();
    stage.accepts_at_once(&host(), undo("night"), &["#1 revoked", "#2 revoked", "night taken back"]);
    assert_eq!((stage.stock("tee"), stage.stock("cap")), ("5 = 5 + 0 + 0".to_owned(), "2 = 2 + 0 + 0".to_owned()));
    let revoked = Refusal::ReservationState { state: ReservationState::Revoked };
    stage.refuses(&viewer("ann"), confirm(1), revoked);
    assert_eq!(stage.show.remaining_limit(&drop_id("night"), &somebody("ann")), Some(2));
    assert_eq!(stage.wait_ms(u64::MAX / 2), [""; 0], "no deadline is left of it");
}

/// Whoever lost a hold to it has done nothing wrong: it is no lapse.
#[test]
fn what_is_taken_back_makes_nobody_rest() {
    let mut plan = plan();
    plan.settings.hold_rules.cool_down = Some(dropcast_domain::show::CoolDown { lapses_allowed: 0, for_ms: 60_000 });
    let mut stage = Stage::selling_as(plan);
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    stage.ask(&host(), undo("night")).unwrap();
    stage.ask(&host(), open("night")).unwrap();
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
}

/// At one moment time comes first: what ran out is expired, and a drop that closed is not open any more.
#[test]
fn what_is_due_at_that_moment_comes_before() {
    let mut plan = plan();
    plan.drops[0].hold_ttl_ms = Some(5_000);
    let mut stage = Stage::selling_as(plan.clone());
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    stage.now = stage.now.after_ms(5_000);
    stage.accepts(&host(), undo("night"), &["#1 expired", "night taken back"]);

    plan.drops[0].duration_ms = Some(5_000);
    let mut stage = Stage::selling_as(plan);
    stage.now = stage.now.after_ms(5_000);
    let closed = stage.ask(&host(), undo("night"));
    assert_eq!(closed, Err(Refusal::DropPhase { phase: DropPhase::Closed }));
}

#[test]
fn what_sold_something_is_not_taken_back() {
    let mut stage = Stage::selling();
    for who in ["ann", "bob"] {
        stage.ask(&viewer(who), reserve("night", "tee", 1)).unwrap();
    }
    stage.ask(&viewer("ann"), confirm(1)).unwrap();
    stage.refuses(&host(), undo("night"), Refusal::UndoOver);
    assert_eq!(stage.stock("tee"), "5 = 3 + 1 + 1");
}

#[test]
fn whoever_waits_waits_no_more_and_is_offered_nothing() {
    let mut stage = waiting();
    stage.accepts_at_once(&host(), undo("night"), &["#1 revoked", "night taken back"]);
    assert_eq!([state(&stage, 1), state(&stage, 2)], [WaiterState::Closed; 2]);
    stage.refuses(&viewer("bob"), leave(1), Refusal::WaiterOver);
    stage.accepts(&host(), open("night"), &["night open until -"]);
    stage.ask(&viewer("cem"), reserve("night", "tee", 1)).unwrap();
    // Whoever waited before may wait again, behind every place that there was.
    stage.accepts(&viewer("bob"), join("night", "tee", 1), &["waiter 3: bob for 1 tee in night"]);
    assert_eq!(stage.show.waiter(WaiterId(3)).unwrap().place, Some(3));
}

#[test]
fn an_offer_is_revoked_as_well() {
    let mut stage = waiting();
    stage.ask(&viewer("ann"), release(1)).unwrap();
    stage.accepts_at_once(&host(), undo("night"), &["#2 revoked", "night taken back"]);
    assert_eq!(stage.stock("tee"), "1 = 1 + 0 + 0");
}

/// What it frees belongs to who waits for the same units elsewhere, in the same entry.
#[test]
fn what_comes_free_is_offered_in_other_drops_after_it() {
    let mut plan = lined(Waitlist::Ask, 1);
    let noon = dropcast_domain::show::DropPlan { drop: drop_id("noon"), ..plan.drops[0].clone() };
    plan.drops.push(noon);
    let mut stage = Stage::selling_as(plan);
    stage.ask(&host(), open("noon")).unwrap();
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    stage.ask(&viewer("bob"), join("night", "tee", 1)).unwrap();
    stage.ask(&viewer("cem"), join("noon", "tee", 1)).unwrap();
    let facts = ["#1 revoked", "night taken back", "#2: 1 tee@2500 offered to cem (waiter 2) in noon until 30000"];
    stage.accepts_at_once(&host(), undo("night"), &facts);
}

#[test]
fn a_draw_is_taken_back_before_its_lots_and_stays_bound() {
    let (seed, digest) = (Digest([7; 32]), Digest([42; 32]));
    let mut plan = plan();
    plan.drops[0].fairness = Fairness::Draw { entry_ms: 5_000 };
    let mut stage = Stage::live(plan);
    stage.ask(&system(), commit_draw("night", Digest::of(&seed.0))).unwrap();
    stage.ask(&host(), open("night")).unwrap();
    for who in ["ann", "bob"] {
        stage.ask(&viewer(who), reserve("night", "tee", 1)).unwrap();
    }
    stage.accepts_at_once(&host(), undo("night"), &["night taken back"]);
    assert_eq!([state(&stage, 1), state(&stage, 2)], [WaiterState::Closed; 2]);
    let night = stage.show.drop(&drop_id("night")).unwrap();
    assert_eq!(night.commitment(), Some(Digest::of(&seed.0)));
    assert_eq!(stage.show.pending_draws().count(), 0);

    // Its second opening takes entries anew, and only those take part.
    stage.ask(&host(), open("night")).unwrap();
    stage.ask(&viewer("bob"), reserve("night", "tee", 1)).unwrap();
    stage.wait_ms(5_000);
    stage.ask(&system(), draw_lots("night", seed, digest)).unwrap();
    assert_eq!(stage.show.reservations().map(|held| held.viewer.as_str()).collect::<Vec<_>>(), ["bob"]);
    stage.refuses(&host(), undo("night"), Refusal::UndoOver);
}

#[test]
fn what_opened_by_itself_does_not_open_by_itself_again() {
    let mut plan = plan();
    plan.drops[0].opens_at = Some(Timestamp(BEGIN_MS + 10));
    plan.drops[0].duration_ms = Some(60_000);
    let mut stage = Stage::live(plan.clone());
    assert_eq!(stage.wait_ms(10), ["night open until 60010"]);
    stage.accepts(&host(), undo("night"), &["night taken back"]);
    assert_eq!(stage.show.next_deadline(), None);
    stage.accepts(&brand(), plan_of(plan), &[]);
    assert_eq!(stage.wait_ms(100_000), [""; 0], "a plan that says nothing new does not open it either");
    let opens_at = stage.now.0 + 10;
    stage.accepts(&host(), schedule("night", Some(opens_at)), &["night opens at 100020"]);
    assert_eq!(stage.wait_ms(10), ["night open until 160020"]);
    stage.accepts(&host(), undo("night"), &["night taken back"]);
}

#[test]
fn units_that_were_added_stay() {
    let mut stage = Stage::selling();
    stage.ask(&host(), add_units(Some("night"), "cap", 1)).unwrap();
    stage.ask(&host(), undo("night")).unwrap();
    stage.ask(&host(), open("night")).unwrap();
    assert_eq!(stage.show.available(&drop_id("night"), &sku("cap")), 2);
}

/// People have seen it: what it sells and how can't be changed behind their backs.
#[test]
fn a_drop_that_was_taken_back_is_fixed() {
    let mut stage = Stage::selling();
    stage.ask(&host(), undo("night")).unwrap();
    let refused = |stage: &mut Stage, wanted: ShowPlan| {
        let refusal = stage.ask(&brand(), plan_of(wanted)).unwrap_err();
        assert!(matches!(refusal, Refusal::PlanInvalid { .. }));
        refusal.to_string()
    };
    let mut dearer = plan();
    dearer.drops[0].items[1].price_minor = Some(900);
    assert!(refused(&mut stage, dearer).contains("the drop was opened"));
    let mut without = plan();
    without.drops.clear();
    assert!(refused(&mut stage, without).contains("it was opened"));
    let mut titled = plan();
    titled.drops[0].title = text("Tonight");
    stage.accepts(&brand(), plan_of(titled), &["night at 0"]);
    let unplanned = Entry { at: stage.now, cause: None, facts: vec![Fact::DropUnplanned { drop: drop_id("night") }] };
    assert_eq!(stage.show.clone().fold(&unplanned), Err(FoldError::DropFixed(drop_id("night"))));
}

/// A promise of a lost history is kept in it all the same; a hold that was kept is revoked with the others.
#[test]
fn kept_promises_are_revoked_and_still_kept_afterwards() {
    let mut stage = Stage::selling();
    stage.ask(&system(), reclaim(promise("ann", 1, lost_hold("r1")))).unwrap();
    stage.accepts(&host(), undo("night"), &["#1 revoked", "night taken back"]);
    stage.ask(&system(), reclaim(promise("bob", 1, lost_hold("r2")))).unwrap();
    assert_eq!(stage.stock("tee"), "5 = 4 + 1 + 0");
    stage.ask(&host(), open("night")).unwrap();
    stage.accepts(&host(), undo("night"), &["#2 revoked", "night taken back"]);
}

#[test]
fn more_than_can_be_revoked_at_once_stays() {
    let mut plan = plan();
    let units = u32::try_from(UNDO_HOLDS_MAX + 1).unwrap();
    plan.products[0].variants[0].units = units;
    let mut stage = Stage::selling_as(plan);
    for number in 0..units {
        stage.ask_unchecked(&viewer(&format!("v{number}")), reserve("night", "tee", 1));
    }
    stage.refuses(&host(), undo("night"), Refusal::Full { bound: "UNDO_HOLDS_MAX".into() });
    stage.ask(&viewer("v0"), release(1)).unwrap();
    assert_eq!(stage.ask(&host(), undo("night")).unwrap().len(), UNDO_HOLDS_MAX + 1);
    assert_eq!(stage.show.stock(&sku("tee")).unwrap().free, units);
}

#[test]
fn it_is_folded_only_where_nothing_is_kept_sold_or_drawn() {
    let undone = |stage: &Stage| {
        let entry = Entry { at: stage.now, cause: None, facts: vec![Fact::DropUndone { drop: drop_id("night") }] };
        stage.show.clone().fold(&entry)
    };
    let in_use = Err(FoldError::UndoneInUse(drop_id("night")));
    let phase = |phase| Err(FoldError::DropPhase { drop: drop_id("night"), phase });
    let mut stage = Stage::selling();
    assert_eq!(undone(&stage), Ok(()));
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    assert_eq!(undone(&stage), in_use);
    stage.ask(&viewer("ann"), confirm(1)).unwrap();
    assert_eq!(undone(&stage), in_use);
    stage.ask(&host(), Command::End).unwrap();
    assert_eq!(undone(&stage), phase(DropPhase::Closed));
    assert_eq!(undone(&Stage::live(plan())), phase(DropPhase::Planned));
}
