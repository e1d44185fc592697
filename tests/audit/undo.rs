//! Openings that are taken back, and counts of the audience.

use std::collections::BTreeSet;

use dropcast::audit::{AuditAudience, ViolationCode};
use dropcast_proto::v1::{self, Cause, Role, fact::Kind, key_outcome};

use crate::{
    audit, codes,
    script::{BEGIN_MS, Script, Step, cause, clean, closed, fact, held, opened, released},
};

/// Ann and bob hold something in a drop that was opened by mistake, and two nodes count who watches.
fn taken_back() -> Script {
    let mut script = clean();
    script.0.truncate(5);
    let mut step = |name, seconds: u64, cause, facts: Vec<Kind>| {
        let facts = facts.into_iter().map(fact).collect();
        script.0.push(Step { name, at_ms: BEGIN_MS + seconds * 1_000, cause, facts });
    };
    let host = |key| Some(cause(Role::Host, "noor", key, key_outcome::Kind::Done(v1::DoneOutcome {})));
    step("count", 4, Some(node()), vec![counted("n-1", 10)]);
    step("other count", 4, Some(node()), vec![counted("n-2", 5)]);
    step("take back", 11, host("undo"), vec![revoked(1), revoked(2), undone("opening")]);
    step("count again", 12, Some(node()), vec![counted("n-1", 11)]);
    step("open again", 20, host("open-2"), vec![Kind::DropOpened(opened(60))]);
    step("time is over", 60, None, vec![closed(v1::CloseReason::Time)]);
    script
}

fn node() -> Cause {
    Cause { role: Role::System.into(), principal: "n-1".into(), binding: None }
}

fn revoked(reservation: u64) -> Kind {
    Kind::ReservationRevoked(v1::ReservationRevoked { reservation })
}

fn undone(drop: &str) -> Kind {
    Kind::DropUndone(v1::DropUndone { drop: drop.into() })
}

/// A count of which everything is so many.
fn counted(node: &str, number: u64) -> Kind {
    let (watched, saw, clicked, clicks) = (number, number, number, number);
    let [sold_out, limited, closed, other, units] = [number; 5];
    Kind::AudienceCounted(v1::AudienceCounted {
        node: node.into(),
        viewers: 7,
        watched,
        saw,
        clicked,
        clicks,
        turned_away: Some(v1::TurnedAway { sold_out, limited, closed, other, units }),
        sources: vec![v1::SourceCount { source: "blog".into(), viewers: number }],
    })
}

/// What is found when one thing is changed.
fn found(change: impl FnOnce(&mut Script)) -> BTreeSet<ViolationCode> {
    let mut script = taken_back();
    change(&mut script);
    codes(&audit(&script.seal()))
}

/// The journal with one thing wrong.
pub(crate) fn tamper(code: ViolationCode) -> Script {
    let mut script = taken_back();
    match code {
        ViolationCode::UndoneInUse => script.step("take back").at_ms = BEGIN_MS + 12_000,
        ViolationCode::AudienceShrank => *script.fact("count again") = counted("n-1", 9),
        ViolationCode::AudienceCause => script.step("other count").cause = None,
        other => panic!("nothing tampers for {other}"),
    }
    script
}

#[test]
fn an_opening_that_is_taken_back_adds_up() {
    let report = audit(&taken_back().seal());
    assert_eq!(report.violations, []);
    assert_eq!((report.totals.revoked, report.totals.held), (3, 0));
    let all = 11 + 5;
    let expected = AuditAudience { watched: all, saw: all, clicked: all, clicks: all, turned_away: 4 * all };
    assert_eq!(report.audience, expected);
}

#[test]
fn what_is_kept_in_it_is_revoked_before_and_nothing_else() {
    let undone_in_use = BTreeSet::from([ViolationCode::UndoneInUse]);
    let keeps = |script: &mut Script| {
        script.step("take back").facts.remove(0);
        script.step("open again").facts.push(fact(released(1)));
    };
    assert_eq!(found(keeps), undone_in_use);
    let is_late = |script: &mut Script| script.step("take back").facts.swap(1, 2);
    assert!(found(is_late).contains(&ViolationCode::UndoneInUse));

    // Revoked for no reason, and revoked in another drop.
    let without = |script: &mut Script| {
        script.step("take back").facts.pop();
        script.remove("open again");
    };
    assert_eq!(found(without), BTreeSet::from([ViolationCode::RevokedOtherwise]));
    let elsewhere = |script: &mut Script| {
        let Kind::ReservationHeld(held) = held(3, "cy", "red", 1, 4_000, 4) else { unreachable!("it is held") };
        let finale = v1::DropOpened { drop: "finale".into(), closes_at: None };
        let of_finale = Kind::ReservationHeld(v1::ReservationHeld { drop: "finale".into(), ..held });
        script.insert_after("other count", [Kind::DropOpened(finale), of_finale]);
        script.step("take back").facts.insert(0, fact(revoked(3)));
    };
    assert_eq!(found(elsewhere), BTreeSet::from([ViolationCode::RevokedOtherwise]));
}

#[test]
fn only_what_is_open_can_be_taken_back_and_it_stays_as_it_was_planned() {
    let twice = |script: &mut Script| script.insert_after("take back", [undone("opening")]);
    assert_eq!(found(twice), BTreeSet::from([ViolationCode::DropPhase]));
    let unplanned = |script: &mut Script| {
        let gone = v1::DropUnplanned { drop: "opening".into() };
        script.insert_after("take back", [Kind::DropUnplanned(gone)]);
        script.remove("open again");
        script.remove("time is over");
    };
    assert_eq!(found(unplanned), BTreeSet::from([ViolationCode::DropChanged]));
    let changed = |script: &mut Script| {
        let changed = v1::DropPlanned { limit_per_viewer: 9, ..crate::script::drop("opening") };
        script.insert_after("take back", [Kind::DropPlanned(changed)]);
    };
    assert_eq!(found(changed), BTreeSet::from([ViolationCode::DropChanged]));
}

#[test]
fn every_number_of_a_node_only_grows_but_for_who_watches_now() {
    let shrink: [fn(&mut v1::AudienceCounted); 11] = [
        |count| count.watched -= 2,
        |count| count.saw -= 2,
        |count| count.clicked -= 2,
        |count| count.clicks -= 2,
        |count| count.turned_away.as_mut().unwrap().sold_out -= 2,
        |count| count.turned_away.as_mut().unwrap().limited -= 2,
        |count| count.turned_away.as_mut().unwrap().closed -= 2,
        |count| count.turned_away.as_mut().unwrap().other -= 2,
        |count| count.turned_away.as_mut().unwrap().units -= 2,
        |count| count.sources.clear(),
        |count| count.turned_away = None,
    ];
    for (number, shrink) in shrink.iter().enumerate() {
        let wrong = found(|script| {
            let Kind::AudienceCounted(count) = script.fact("count again") else { panic!("it counts") };
            shrink(count);
        });
        assert_eq!(wrong, BTreeSet::from([ViolationCode::AudienceShrank]), "{number}");
    }
    let fewer = found(|script| {
        let Kind::AudienceCounted(count) = script.fact("count again") else { panic!("it counts") };
        count.viewers = 0;
    });
    assert_eq!(fewer, BTreeSet::new());
}
