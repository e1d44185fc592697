//! Who may ask what, and repeated keys.

use dropcast_domain::{
    audience::AudienceCount,
    ids::ReservationId,
    show::{Command, Digest, Outcome, Principal, Refusal},
};

use crate::fixture::*;

#[test]
fn each_command_is_for_its_roles() {
    let outsider = Principal { id: somebody("zenith"), ..brand() };
    let of_host = [
        Command::Start,
        Command::End,
        open("night"),
        schedule("night", None),
        pause("night"),
        resume("night"),
        extend("night", 1),
        undo("night"),
        close("night"),
        add_units(None, "tee", 1),
    ];
    let of_viewer =
        [reserve("night", "tee", 1), join("night", "tee", 1), leave(1), extend_hold(1), confirm(1), release(1)];
    let of_system = [
        settle(1),
        extend_holds(1),
        commit_draw("night", Digest::default()),
        draw_lots("night", Digest::default(), Digest::default()),
        count("n-1", &AudienceCount::default()),
        reclaim(promise("ann", 1, lost_hold("r"))),
    ];
    let of_brand = [plan_of(plan()), withdraw("tee", 1, true)];
    let mut stage = Stage::draft(plan());
    for command in of_host {
        stage.refuses(&viewer("ann"), command.clone(), Refusal::RoleForbidden);
        stage.refuses(&system(), command.clone(), Refusal::RoleForbidden);
        stage.refuses(&outsider, command.clone(), Refusal::NotYourShow);
        Stage::empty().refuses(&host(), command, Refusal::ShowUnknown);
    }
    for command in of_viewer {
        for who in [host(), brand(), system()] {
            stage.refuses(&who, command.clone(), Refusal::RoleForbidden);
        }
        Stage::empty().refuses(&viewer("ann"), command, Refusal::ShowUnknown);
    }
    for who in [viewer("ann"), host(), brand()] {
        for command in of_system.clone() {
            stage.refuses(&who, command, Refusal::RoleForbidden);
        }
    }
    for command in of_brand {
        for who in [viewer("ann"), host(), system()] {
            stage.refuses(&who, command.clone(), Refusal::RoleForbidden);
        }
        stage.refuses(&outsider, command, Refusal::NotYourShow);
    }
    Stage::empty().refuses(&outsider, plan_of(plan()), Refusal::NotYourShow);
}

#[test]
fn a_brand_may_do_what_a_host_may() {
    let mut stage = Stage::draft(plan());
    stage.accepts(&brand(), Command::Start, &["started"]);
    stage.accepts(&brand(), open("night"), &["night open until -"]);
}

#[test]
fn a_repeated_key_is_answered_as_the_first_time() {
    let mut stage = Stage::selling();
    let (ann, key) = (viewer("ann"), Some("click-1"));
    let (facts, outcome) = stage.ask_as(&ann, key, 7, reserve("night", "tee", 2)).unwrap();
    assert_eq!((facts.len(), outcome), (1, Outcome::Reservation(ReservationId(1))));
    let entries = stage.entries.len();

    // Even when it could not be accepted any more.
    stage.ask(&host(), close("night")).unwrap();
    assert_eq!(stage.ask_as(&ann, key, 7, reserve("night", "tee", 2)), Ok((vec![], outcome)));
    assert_eq!(stage.ask_as(&ann, key, 8, reserve("night", "tee", 1)), Err(Refusal::KeyConflict));
    assert_eq!(stage.entries.len(), entries + 1);

    // Another's key of the same name is another key.
    let closed = stage.ask_as(&viewer("bob"), key, 8, reserve("night", "tee", 1));
    assert!(matches!(closed, Err(Refusal::DropPhase { .. })));
}

#[test]
fn a_refusal_binds_no_key() {
    let mut stage = Stage::live(plan());
    let (ann, key) = (viewer("ann"), Some("click-1"));
    assert!(stage.ask_as(&ann, key, 7, reserve("night", "tee", 1)).is_err());
    stage.ask(&host(), open("night")).unwrap();
    assert!(stage.ask_as(&ann, key, 8, reserve("night", "tee", 2)).is_ok(), "with other content, too");
}

#[test]
fn only_what_is_idempotent_by_itself_needs_no_key() {
    let mut stage = Stage::empty();
    assert_eq!(stage.ask_as(&brand(), None, 0, plan_of(plan())).unwrap().1, Outcome::Done);
    assert_eq!(stage.ask_as(&system(), None, 0, extend_holds(1)), Ok((vec![], Outcome::Done)));
    let without = |stage: &mut Stage, who, command| stage.ask_as(&who, None, 0, command).unwrap_err();
    assert_eq!(without(&mut stage, host(), Command::Start), Refusal::KeyMissing);
    assert_eq!(without(&mut stage, viewer("ann"), reserve("night", "tee", 1)), Refusal::KeyMissing);
    assert_eq!(without(&mut stage, viewer("ann"), join("night", "tee", 1)), Refusal::KeyMissing);
    assert_eq!(without(&mut stage, brand(), withdraw("tee", 1, false)), Refusal::KeyMissing);
    assert_eq!(without(&mut stage, system(), settle(1)), Refusal::KeyMissing);
}

#[test]
fn a_plan_may_have_a_key() {
    let mut stage = Stage::empty();
    let first = stage.ask_as(&brand(), Some("plan-1"), 1, plan_of(plan())).unwrap();
    assert_eq!(first.1, Outcome::Done);
    let mut other = plan();
    other.drops.clear();
    assert_eq!(stage.ask_as(&brand(), Some("plan-1"), 2, plan_of(other)), Err(Refusal::KeyConflict));
    assert_eq!(stage.ask_as(&brand(), Some("plan-1"), 1, plan_of(plan())), Ok((vec![], Outcome::Done)));
}
