//! What a lost history acknowledged: kept once and with units, or broken, which is no violation.

use std::collections::BTreeSet;

use dropcast::audit::{AuditPromises, ViolationCode};
use dropcast_proto::v1::{self, fact::Kind};

use crate::{audit, codes, script::*};

#[test]
fn promises_of_a_lost_history_are_added_up() {
    let report = audit(&with_promises().seal());
    assert_eq!(report.violations, []);
    assert_eq!((report.promises.kept, report.promises.broken), (3, 1));
    assert_eq!((report.orders.placed, report.orders.revenue_minor), (4, 23_000));
    assert_eq!((report.totals.sold, report.totals.held), (6, 0));
    assert_eq!(audit(&clean().seal()).promises, AuditPromises::default());
}

/// The show with promises, with one thing wrong about them.
pub(crate) fn tamper(script: &mut Script, code: ViolationCode) {
    match code {
        ViolationCode::PromiseTwice => {
            *script.fact("ed gets what he held") = kept(6, "ed", Some("d1"), None);
            let Kind::PromiseKept(kept) = script.fact("di gets what she bought") else { panic!("it is kept") };
            kept.viewer = "ed".into();
            let Some(Kind::ReservationHeld(held)) = &mut script.step("di gets what she bought").facts[1].kind else {
                panic!("it is held")
            };
            held.viewer = "ed".into();
        }
        ViolationCode::PromiseWithoutUnits => {
            *script.fact("ed gets what he held") = kept(6, "di", Some("e1"), None);
        }
        ViolationCode::PromiseCause => script.step("flo gets nothing").cause = None,
        other => panic!("nothing tampers for {other}"),
    }
}

#[test]
fn a_promise_is_kept_or_broken_once() {
    let again: [&[Kind]; 5] = [
        &[kept(7, "flo", Some("f1"), None), held(7, "flo", "red", 1, 4_000, 188)],
        &[kept(7, "di", Some("d1"), None), held(7, "di", "red", 1, 4_000, 188)],
        &[kept(7, "di", None, None), held(7, "di", "red", 1, 4_000, 188)],
        &[broken("flo", "f1")],
        &[broken("di", "d1")],
    ];
    for facts in again {
        let mut script = with_promises();
        script.insert_after("flo gets nothing", facts.iter().cloned());
        script.step("inserted").cause = Some(by_system());
        assert_eq!(codes(&audit(&script.seal())), BTreeSet::from([ViolationCode::PromiseTwice]), "{facts:?}");
    }
}

#[test]
fn a_promise_is_kept_by_units_of_its_viewer_in_the_same_entry() {
    let without: [&[Kind]; 5] = [
        &[kept(7, "flo", Some("f2"), None)],
        &[kept(1, "ann", Some("a9"), None)],
        &[kept(1, "ann", None, Some((1, "a9")))],
        &[kept(7, "flo", Some("f2"), Some((5, "f3"))), held(7, "flo", "red", 1, 4_000, 188)],
        &[kept(7, "flo", Some("f2"), None), held(7, "gil", "red", 1, 4_000, 188)],
    ];
    for facts in without {
        let mut script = with_promises();
        script.insert_after("flo gets nothing", facts.iter().cloned());
        script.step("inserted").cause = Some(by_system());
        assert_eq!(codes(&audit(&script.seal())), BTreeSet::from([ViolationCode::PromiseWithoutUnits]), "{facts:?}");
    }
}

#[test]
fn a_promise_is_kept_within_stock_cap_limit_and_time() {
    let beyond: [(&[Kind], ViolationCode); 5] = [
        (
            &[
                kept(7, "gil", Some("g"), None),
                held(7, "gil", "red", 2, 4_000, 188),
                kept(8, "hal", Some("h"), None),
                held(8, "hal", "red", 1, 4_000, 188),
            ],
            ViolationCode::CapExceeded,
        ),
        (&[kept(7, "ann", Some("g"), None), held(7, "ann", "red", 1, 4_000, 188)], ViolationCode::LimitExceeded),
        (&[kept(7, "gil", Some("g"), None), held(7, "gil", "blue", 2, 4_000, 188)], ViolationCode::Oversold),
        (&[kept(7, "gil", Some("g"), None), held(7, "gil", "red", 1, 4_000, 187)], ViolationCode::DeadlineDiffers),
        (&[kept(7, "bob", Some("b1"), None), held(7, "bob", "red", 1, 4_000, 188)], ViolationCode::KeyBoundTwice),
    ];
    for (facts, code) in beyond {
        let mut script = with_promises();
        script.insert_after("flo gets nothing", facts.iter().cloned());
        script.step("inserted").cause = Some(by_system());
        assert_eq!(codes(&audit(&script.seal())), BTreeSet::from([code]), "{facts:?}");
    }
}

pub(crate) fn by_system() -> v1::Cause {
    v1::Cause { role: v1::Role::System.into(), principal: "healing".into(), binding: None }
}
