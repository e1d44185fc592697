//! Journals that can't be, of who waits, of draws, of bundles and of units sold elsewhere.

use dropcast_domain::{
    ids::{ReservationId, WaiterId},
    inventory::StockError,
    show::{
        BUNDLE_LINES_MAX, Digest, DropItem, DropPhase, Entry, Fact, Fairness, FoldError, KeptPromise, QUANTITY_MAX,
        Waitlist,
    },
    time::Timestamp,
};

use crate::fixture::*;

const SEED: Digest = Digest([7; 32]);

/// Three tees and two caps, of which the drop *night* may sell one. Ann holds the first tee, bob was offered the second
/// and third, cem waits for two more, dee left. Lots are to be drawn in *noon*, which takes eli's entry; *dusk* is
/// bound to nothing, *dawn* to a seed.
fn stage() -> Stage {
    let mut plan = plan();
    plan.products[0].variants[0].units = 3;
    plan.drops[0].waitlist = Waitlist::Ask;
    for name in ["noon", "dusk", "dawn"] {
        let mut drawn = drop_plan(name, "cap");
        drawn.fairness = Fairness::Draw { entry_ms: 10_000 };
        plan.drops.push(drawn);
    }
    let mut stage = Stage::selling_as(plan);
    for name in ["noon", "dawn"] {
        stage.ask(&system(), commit_draw(name, Digest::of(&SEED.0))).unwrap();
    }
    stage.ask(&host(), open("noon")).unwrap();
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    stage.ask(&viewer("bob"), join("night", "tee", 2)).unwrap();
    stage.ask(&viewer("cem"), join("night", "tee", 2)).unwrap();
    stage.ask(&viewer("dee"), join("night", "tee", 1)).unwrap();
    stage.ask(&viewer("dee"), leave(3)).unwrap();
    stage.ask(&viewer("eli"), reserve("noon", "cap", 1)).unwrap();
    assert_eq!(stage.stock("tee"), "3 = 0 + 1 + 0 + 2 offered");
    stage
}

#[track_caller]
fn are_refused(stage: &Stage, rows: impl IntoIterator<Item = (Fact, FoldError)>) {
    for (fact, error) in rows {
        let entry = Entry { at: stage.now, cause: None, facts: vec![fact] };
        assert_eq!(stage.show.clone().fold(&entry), Err(error), "{entry:?}");
    }
}

/// The stage when a tee is free, as in the middle of an entry.
fn with_a_free_tee() -> Stage {
    let mut stage = stage();
    let fact = Fact::ReservationReleased { reservation: ReservationId(1) };
    stage.show.fold(&Entry { at: stage.now, cause: None, facts: vec![fact] }).unwrap();
    stage
}

fn in_phase(drop: &str, phase: DropPhase) -> FoldError {
    FoldError::DropPhase { drop: drop_id(drop), phase }
}

fn joined(waiter: u64, name: &str, drop: &str, sku_name: &str, quantity: u32) -> Fact {
    let (waiter, viewer) = (WaiterId(waiter), somebody(name));
    Fact::WaitlistJoined { waiter, viewer, drop: drop_id(drop), sku: sku(sku_name), quantity }
}

fn offered(reservation: u64, waiter: u64, name: &str, drop: &str, sku_name: &str, quantity: u32) -> Fact {
    Fact::ReservationOffered {
        reservation: ReservationId(reservation),
        waiter: WaiterId(waiter),
        viewer: somebody(name),
        drop: drop_id(drop),
        sku: sku(sku_name),
        quantity,
        unit_price_minor: 2_500,
        expires_at: Timestamp(BEGIN_MS + 1),
    }
}

fn bundle_line(reservation: u64, sku_name: &str, quantity: u32) -> Fact {
    let reservation = ReservationId(reservation);
    Fact::BundleLineHeld { reservation, sku: sku(sku_name), quantity, unit_price_minor: 800 }
}

fn drawn(drop: &str, seed: Digest) -> Fact {
    Fact::LotsDrawn { drop: drop_id(drop), seed, digest: Digest([42; 32]) }
}

#[test]
fn nobody_stands_where_they_can_not() {
    let waiter = |number| FoldError::Waiter(WaiterId(number));
    let rows = [
        (joined(4, "fay", "night", "tee", 1), FoldError::Number { expected: 5, found: 4 }),
        (joined(5, "fay", "none", "tee", 1), FoldError::DropUnknown(drop_id("none"))),
        (joined(5, "fay", "dusk", "cap", 1), in_phase("dusk", DropPhase::Planned)),
        (joined(5, "fay", "night", "none", 1), FoldError::SkuUnknown(sku("none"))),
        (joined(5, "fay", "night", "tee", 0), FoldError::LimitExceeded(drop_id("night"))),
        (joined(5, "fay", "night", "tee", 3), FoldError::LimitExceeded(drop_id("night"))),
        (joined(5, "ann", "night", "tee", 2), FoldError::LimitExceeded(drop_id("night"))),
        (joined(5, "cem", "night", "tee", 1), FoldError::LimitExceeded(drop_id("night"))),
        (joined(5, "eli", "noon", "cap", 1), waiter(5)),
        (Fact::WaitlistLeft { waiter: WaiterId(0) }, waiter(0)),
        (Fact::WaitlistLeft { waiter: WaiterId(1) }, waiter(1)),
        (Fact::WaitlistLeft { waiter: WaiterId(3) }, waiter(3)),
        (Fact::WaitlistLeft { waiter: WaiterId(u64::MAX) }, waiter(u64::MAX)),
    ];
    are_refused(&stage(), rows);
    let mut late = stage();
    late.now = late.now.after_ms(10_000);
    are_refused(&late, [(joined(5, "fay", "noon", "cap", 1), FoldError::Draw(drop_id("noon")))]);
    let mut ended = stage();
    ended.ask(&host(), dropcast_domain::show::Command::End).unwrap();
    let error = FoldError::Show(dropcast_domain::show::ShowPhase::Ended);
    are_refused(&ended, [(joined(5, "fay", "night", "tee", 1), error)]);
}

#[test]
fn nothing_is_offered_but_to_who_waits_for_it() {
    let waiter = |number| FoldError::Waiter(WaiterId(number));
    let rows = [
        (offered(3, 0, "cem", "night", "tee", 1), waiter(0)),
        (offered(3, 9, "cem", "night", "tee", 1), waiter(9)),
        (offered(3, 1, "bob", "night", "tee", 1), waiter(1)),
        (offered(3, 3, "dee", "night", "tee", 1), waiter(3)),
        (offered(3, 4, "eli", "noon", "cap", 1), waiter(4)),
        (offered(3, 2, "bob", "night", "tee", 1), waiter(2)),
        (offered(3, 2, "cem", "noon", "tee", 1), waiter(2)),
        (offered(3, 2, "cem", "night", "cap", 1), waiter(2)),
        (offered(3, 2, "cem", "night", "tee", 3), waiter(2)),
        (offered(3, 2, "cem", "night", "tee", 0), FoldError::Reservation(ReservationId(3))),
        (offered(4, 2, "cem", "night", "tee", 1), FoldError::Number { expected: 3, found: 4 }),
        (offered(3, 2, "cem", "night", "tee", 2), FoldError::Stock { sku: sku("tee"), problem: StockError::NotFree }),
    ];
    are_refused(&with_a_free_tee(), rows);
    let mut paused = stage();
    paused.ask(&host(), pause("night")).unwrap();
    paused.ask(&viewer("ann"), release(1)).unwrap();
    are_refused(&paused, [(offered(3, 2, "cem", "night", "tee", 1), in_phase("night", DropPhase::Paused))]);
}

#[test]
fn what_is_held_to_keep_a_promise_is_offered_to_nobody() {
    let mut stage = with_a_free_tee();
    let kept = KeptPromise {
        viewer: somebody("ann"),
        lost: ReservationId(7),
        reservation: ReservationId(3),
        reserve: Some(used("r")),
        sale: None,
    };
    let entry = Entry { at: stage.now, cause: None, facts: vec![Fact::PromiseKept(Box::new(kept))] };
    stage.show.fold(&entry).unwrap();
    assert_eq!(stage.wait_ms(0), [""; 0]);
    are_refused(&stage, [(offered(3, 2, "cem", "night", "tee", 1), FoldError::Reservation(ReservationId(3)))]);
}

#[test]
fn a_reservation_is_extended_once_and_to_a_later_moment() {
    let extended = |reservation, at| Fact::HoldExtended {
        reservation: ReservationId(reservation),
        expires_at: Timestamp(BEGIN_MS + at),
    };
    let unknown = |number| FoldError::Reservation(ReservationId(number));
    let mut stage = stage();
    are_refused(
        &stage,
        [(extended(0, 200_000), unknown(0)), (extended(9, 200_000), unknown(9)), (extended(1, 119_999), unknown(1))],
    );
    let longer = Entry { at: stage.now, cause: None, facts: vec![extended(1, 200_000)] };
    stage.show.fold(&longer).unwrap();
    are_refused(&stage, [(extended(1, 300_000), unknown(1))]);
    stage.ask(&viewer("ann"), release(1)).unwrap();
    are_refused(&stage, [(extended(1, 300_000), unknown(1))]);
    let revoked = Fact::ReservationRevoked { reservation: ReservationId(1) };
    are_refused(&stage, [(revoked, unknown(1))]);
}

#[test]
fn a_bundle_grows_only_where_it_can() {
    let mut plan = plan();
    plan.drops[0].limit_per_viewer = 4;
    plan.products[0].variants[0].units = 50;
    let mut stage = Stage::selling_as(plan.clone());
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    stage.ask(&viewer("bob"), reserve("night", "tee", 1)).unwrap();
    let no = |number| FoldError::Reservation(ReservationId(number));
    let rows = [
        (bundle_line(1, "cap", 1), no(1)),
        (bundle_line(0, "cap", 1), no(0)),
        (bundle_line(3, "cap", 1), no(3)),
        (bundle_line(2, "tee", 1), no(2)),
        (bundle_line(2, "cap", 0), no(2)),
        (bundle_line(2, "none", 1), FoldError::SkuUnknown(sku("none"))),
        (bundle_line(2, "cap", 2), FoldError::CapExceeded { drop: drop_id("night"), sku: sku("cap") }),
    ];
    are_refused(&stage, rows);
    let mut twice = stage.show.clone();
    let entry = Entry { at: stage.now, cause: None, facts: vec![bundle_line(2, "cap", 1)] };
    twice.fold(&entry).unwrap();
    assert_eq!(twice.fold(&entry), Err(no(2)));
    stage.ask(&viewer("bob"), confirm(2)).unwrap();
    are_refused(&stage, [(bundle_line(2, "cap", 1), no(2))]);

    plan.drops[0].items[1].cap = None;
    let mut stage = Stage::selling_as(plan);
    stage.ask(&viewer("bob"), reserve("night", "tee", 3)).unwrap();
    are_refused(&stage, [(bundle_line(1, "cap", 2), FoldError::LimitExceeded(drop_id("night")))]);
}

#[test]
fn a_bundle_has_so_many_skus() {
    let names: Vec<_> = (0..=BUNDLE_LINES_MAX).map(|number| format!("tee-{number}")).collect();
    let variants: Vec<_> = names.iter().map(|name| (name.as_str(), 1, 1)).collect();
    let mut wide = plan();
    wide.products = vec![product("tee", &variants)];
    let item = |name: &String| DropItem { sku: sku(name), price_minor: None, cap: None };
    wide.drops[0].items = names.iter().map(item).collect();
    wide.drops[0].limit_per_viewer = QUANTITY_MAX;
    let mut stage = Stage::selling_as(wide);
    stage.ask(&viewer("ann"), reserve("night", "tee-0", 1)).unwrap();
    for name in &names[1..BUNDLE_LINES_MAX] {
        let entry = Entry { at: stage.now, cause: None, facts: vec![bundle_line(1, name, 1)] };
        stage.show.fold(&entry).unwrap();
    }
    let last = bundle_line(1, &names[BUNDLE_LINES_MAX], 1);
    are_refused(&stage, [(last, FoldError::Reservation(ReservationId(1)))]);
}

#[test]
fn a_draw_is_bound_before_it_opens_and_drawn_once_when_it_is_due() {
    let committed = |drop: &str| Fact::DrawCommitted { drop: drop_id(drop), commitment: SEED };
    let draw = |drop: &str| FoldError::Draw(drop_id(drop));
    let mut stage = stage();
    let rows = [
        (committed("none"), FoldError::DropUnknown(drop_id("none"))),
        (committed("night"), in_phase("night", DropPhase::Open)),
        (committed("noon"), in_phase("noon", DropPhase::Open)),
        (Fact::DropOpened { drop: drop_id("dusk"), closes_at: None }, draw("dusk")),
        (drawn("none", SEED), FoldError::DropUnknown(drop_id("none"))),
        (drawn("night", SEED), draw("night")),
        (drawn("dawn", SEED), draw("dawn")),
        (drawn("noon", SEED), draw("noon")),
    ];
    are_refused(&stage, rows);
    stage.now = stage.now.after_ms(10_000);
    are_refused(&stage, [(drawn("noon", Digest([8; 32])), draw("noon"))]);
    stage.show.fold(&Entry { at: stage.now, cause: None, facts: vec![drawn("noon", SEED)] }).unwrap();
    are_refused(&stage, [(drawn("noon", SEED), draw("noon"))]);

    are_refused(&Stage::draft(plan()), [(committed("night"), draw("night"))]);
}

#[test]
fn caps_are_raised_and_units_withdrawn_where_they_are() {
    let mut stage = stage();
    let shared = |drop: &str, units| Fact::SharedCapRaised { drop: drop_id(drop), units };
    let elsewhere = |name: &str, units| Fact::UnitsSoldElsewhere { sku: sku(name), units };
    let rows = [
        (shared("none", 1), FoldError::DropUnknown(drop_id("none"))),
        (elsewhere("none", 1), FoldError::SkuUnknown(sku("none"))),
        (elsewhere("tee", 1), FoldError::Stock { sku: sku("tee"), problem: StockError::NotFree }),
        (Fact::ShortfallRecorded { sku: sku("none"), units: 1 }, FoldError::SkuUnknown(sku("none"))),
    ];
    are_refused(&stage, rows);
    stage.show.fold(&Entry { at: stage.now, cause: None, facts: vec![shared("night", u32::MAX)] }).unwrap();
    are_refused(&stage, [(shared("night", 1), FoldError::TooMany)]);
    stage.ask(&host(), close("night")).unwrap();
    are_refused(&stage, [(shared("night", 1), in_phase("night", DropPhase::Closed))]);

    let mut pooled = plan();
    pooled.drops[0].shared_cap = Some(1);
    let mut stage = Stage::selling_as(pooled);
    stage.ask(&viewer("ann"), reserve("night", "cap", 1)).unwrap();
    let exceeded = FoldError::CapExceeded { drop: drop_id("night"), sku: sku("tee") };
    are_refused(&stage, [(bundle_line(1, "tee", 1), exceeded)]);
}
