//! Outages of the journal: what was held when one began has as much time left when it is over.

use dropcast_domain::{
    ids::ReservationId,
    show::{Command, Entry, Fact, FoldError, HOLD_EXTENSION_MS_MAX, Refusal, ReservationState, Show},
    time::Timestamp,
};

use crate::fixture::*;

const HELD_LONGER: &str = "all held 30000 longer";

/// Ann holds a tee until 120 s, and at 80 s the journal goes away for 30 s.
fn after_an_outage() -> Stage {
    let mut stage = Stage::selling();
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    stage.now = stage.now.after_ms(80_000 + 30_000);
    stage
}

fn deadline(stage: &Stage, reservation: u64) -> u64 {
    stage.show.reservation(ReservationId(reservation)).unwrap().expires_at.0 - BEGIN_MS
}

#[test]
fn a_hold_has_as_much_time_left_as_it_had() {
    let mut stage = after_an_outage();
    stage.accepts(&system(), extend_holds(30_000), &[HELD_LONGER]);
    assert_eq!(deadline(&stage, 1), 150_000);
    assert_eq!(stage.wait_ms(39_999), [""; 0]);
    stage.accepts(&viewer("ann"), confirm(1), &["#1 sold", "order 1: #1 for 2500"]);
}

#[test]
fn what_ran_out_meanwhile_is_still_held() {
    let mut stage = after_an_outage();
    // It would have run out 20 s before the journal was back.
    stage.now = stage.now.after_ms(30_000);
    stage.accepts(&system(), extend_holds(60_000), &["all held 60000 longer"]);
    assert_eq!(deadline(&stage, 1), 180_000);
    assert_eq!(stage.wait_ms(39_999), [""; 0]);
    assert_eq!(stage.wait_ms(1), ["#1 expired"]);
}

#[test]
fn what_had_run_out_before_is_over() {
    let mut stage = after_an_outage();
    stage.now = stage.now.after_ms(40_000);
    // Nothing was written since 120 s, when the hold ran out.
    assert_eq!(stage.ask(&system(), extend_holds(30_000)).as_deref(), Ok(["#1 expired".to_owned()].as_slice()));
    assert_eq!(stage.entries.last().unwrap().at, Timestamp(BEGIN_MS + 120_000));
}

#[test]
fn all_that_is_held_is_extended_by_one_fact_whatever_the_phase() {
    for end in [pause("night"), close("night"), Command::End] {
        let mut stage = Stage::selling();
        for name in ["ann", "bob"] {
            stage.ask(&viewer(name), reserve("night", "tee", 1)).unwrap();
        }
        stage.ask(&viewer("cem"), reserve("night", "cap", 1)).unwrap();
        stage.ask(&viewer("cem"), release(3)).unwrap();
        stage.ask(&host(), end).unwrap();
        stage.now = stage.now.after_ms(30_000);
        stage.accepts(&system(), extend_holds(30_000), &[HELD_LONGER]);
        assert_eq!([1, 2, 3].map(|number| deadline(&stage, number)), [150_000, 150_000, 120_000]);
        assert_eq!(stage.show.holds().map(|hold| hold.id.0).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(stage.show.next_deadline(), Some(Timestamp(BEGIN_MS + 150_000)));
    }
}

#[test]
fn a_drop_closes_when_it_was_to_close() {
    let mut plan = plan();
    plan.drops[0].duration_ms = Some(20_000);
    let mut stage = Stage::selling_as(plan);
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    stage.now = stage.now.after_ms(30_000);
    stage.accepts(&system(), extend_holds(30_000), &[HELD_LONGER, "night closed: Time"]);
}

#[test]
fn no_time_counts_twice() {
    let mut stage = after_an_outage();
    stage.accepts(&system(), extend_holds(30_000), &[HELD_LONGER]);
    stage.accepts(&system(), extend_holds(30_000), &[]);
    stage.now = stage.now.after_ms(7_000);
    stage.accepts(&system(), extend_holds(30_000), &["all held 7000 longer"]);
    // Whatever is written in between says that the journal could be written then.
    stage.now = stage.now.after_ms(1_000);
    stage.ask(&viewer("bob"), reserve("night", "tee", 1)).unwrap();
    stage.now = stage.now.after_ms(3_000);
    stage.accepts(&system(), extend_holds(30_000), &["all held 3000 longer"]);
    assert_eq!((deadline(&stage, 1), deadline(&stage, 2)), (160_000, 241_000));
}

#[test]
fn where_nothing_is_held_nothing_is_extended() {
    let mut stage = Stage::selling();
    stage.now = stage.now.after_ms(30_000);
    stage.accepts(&system(), extend_holds(30_000), &[]);
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    stage.ask(&viewer("ann"), confirm(1)).unwrap();
    stage.now = stage.now.after_ms(30_000);
    stage.accepts(&system(), extend_holds(30_000), &[]);
    assert_eq!(stage.show.reservation(ReservationId(1)).unwrap().state, ReservationState::Sold);
}

#[test]
fn an_extension_has_a_bound() {
    let mut stage = after_an_outage();
    let refusal = Refusal::DurationInvalid { max_ms: HOLD_EXTENSION_MS_MAX };
    for by_ms in [0, HOLD_EXTENSION_MS_MAX + 1, u64::MAX] {
        assert_eq!(stage.ask(&system(), extend_holds(by_ms)), Err(refusal.clone()));
    }
}

#[test]
fn what_was_due_is_done_when_the_extension_is_refused() {
    let mut stage = after_an_outage();
    stage.now = stage.now.after_ms(30_000);
    assert!(stage.ask(&system(), extend_holds(u64::MAX)).is_err());
    assert_eq!(stage.show.reservation(ReservationId(1)).unwrap().state, ReservationState::Expired);
}

#[test]
fn an_extension_that_nothing_explains_is_not_folded() {
    let stage = after_an_outage();
    let extended = |after_ms: u64, by_ms| {
        let at = stage.show.last_at().after_ms(after_ms);
        let mut show = stage.show.clone();
        show.fold(&Entry { at, cause: None, facts: vec![Fact::HoldsExtended { by_ms }] })
    };
    assert_eq!(extended(30_000, 30_000), Ok(()));
    assert_eq!(extended(30_000, 30_001), Err(FoldError::Extension { by_ms: 30_001, since_ms: 30_000 }));
    assert_eq!(extended(30_000, 0), Err(FoldError::Extension { by_ms: 0, since_ms: 30_000 }));
}

#[test]
fn a_snapshot_keeps_the_new_deadlines() {
    let mut stage = after_an_outage();
    stage.ask(&system(), extend_holds(30_000)).unwrap();
    let mut read: Show = postcard::from_bytes(&postcard::to_stdvec(&stage.show).unwrap()).unwrap();
    assert_eq!(read, stage.show);
    let mut entries = Vec::new();
    read.pass(Timestamp(BEGIN_MS + 149_999), &mut entries);
    assert_eq!(entries, []);
}
