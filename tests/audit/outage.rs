//! Outages of the journal move deadlines: what runs out then runs out later, and no sooner.

use std::collections::BTreeSet;

use dropcast::audit::ViolationCode;
use dropcast_proto::v1::{self, fact::Kind};

use crate::{audit, codes, promises::by_system, script::*};

/// The clean show, in which what bob holds outlives an outage of 30 s.
pub(crate) fn with_outage() -> Script {
    let mut script = clean();
    script.insert_after("cy buys", [extended(30_000)]);
    let step = script.step("inserted");
    (step.name, step.cause) = ("outage", Some(by_system()));
    step.at_ms += 30_000;
    script.step("blue expires").at_ms += 30_000;
    script
}

fn extended(by_ms: u64) -> Kind {
    Kind::HoldsExtended(v1::HoldsExtended { by_ms })
}

/// The show with an outage, with one thing wrong about it.
pub(crate) fn tamper(script: &mut Script, code: ViolationCode) {
    match code {
        ViolationCode::ExtensionTooLong => script.step("outage").at_ms -= 1,
        ViolationCode::ExtensionCause => script.step("outage").cause = None,
        other => panic!("nothing tampers for {other}"),
    }
}

#[test]
fn what_an_outage_extends_adds_up() {
    assert_eq!(audit(&with_outage().seal()).violations, []);
}

#[test]
fn nothing_runs_out_before_its_new_deadline_or_is_sold_after_it() {
    let mut script = with_outage();
    script.step("blue expires").at_ms -= 1;
    assert_eq!(codes(&audit(&script.seal())), BTreeSet::from([ViolationCode::ExpiredEarly]));

    let mut script = with_outage();
    *script.fact("blue expires") = released(3);
    assert_eq!(codes(&audit(&script.seal())), BTreeSet::from([ViolationCode::DeadlinePassed]));
    script.step("blue expires").at_ms -= 1;
    assert_eq!(audit(&script.seal()).violations, []);
}

#[test]
fn an_extension_by_nothing_or_by_what_did_not_go_by_is_found() {
    for by_ms in [0, 30_001, u64::MAX] {
        let mut script = with_outage();
        *script.fact("outage") = extended(by_ms);
        assert!(codes(&audit(&script.seal())).contains(&ViolationCode::ExtensionTooLong), "{by_ms}");
    }
}

#[test]
fn only_the_system_extends() {
    let mut script = with_outage();
    script.step("outage").cause.as_mut().unwrap().role = v1::Role::Brand.into();
    assert_eq!(codes(&audit(&script.seal())), BTreeSet::from([ViolationCode::ExtensionCause]));
}
