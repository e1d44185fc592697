//! Lines, draws, bundles, hold rules and shortfalls: what is wrong with one is found and named.

use std::collections::BTreeSet;

use dropcast::{
    audit::{AuditTotals, ViolationCode},
    journal::Digest,
};
use dropcast_proto::v1::{self, JournalEntry, fact::Kind};
use sha2::{Digest as _, Sha256};

use crate::{audit, codes, lottery::*, script::*};

fn drawn() -> Script {
    let mut script = lottery();
    draw(&mut script, None);
    script
}

/// What a change of the show makes of it, drawn anew.
fn found(change: impl FnOnce(&mut Script)) -> BTreeSet<ViolationCode> {
    let mut script = lottery();
    change(&mut script);
    draw(&mut script, None);
    codes(&audit(&script.seal()))
}

#[test]
fn a_show_with_a_line_and_a_draw_adds_up() {
    let entries = drawn().seal();
    let report = audit(&entries);
    assert_eq!(report.violations, []);
    let totals = |sku: &str| report.skus.iter().find(|found| found.sku == sku).unwrap().totals;
    let red = AuditTotals {
        allotment: 2,
        sold: 2,
        released: 1,
        revoked: 1,
        sold_elsewhere: 1,
        revenue_minor: 8_000,
        ..AuditTotals::default()
    };
    assert_eq!(totals("red"), red);
    assert_eq!(totals("hat"), AuditTotals { allotment: 3, offered: 3, ..AuditTotals::default() });
    assert_eq!((report.totals.offered, report.totals.sold_elsewhere, report.totals.expired), (3, 1, 2));

    let hex = |bytes: &[u8]| Digest(bytes.try_into().unwrap()).to_string();
    let place = entries.iter().position(|entry| matches!(entry.facts[0].kind, Some(Kind::LotsDrawn(_)))).unwrap();
    let [draw] = report.draws.as_slice() else { panic!("one draw: {:?}", report.draws) };
    assert_eq!((draw.drop.as_str(), draw.entrants, draw.drawn), ("finale", 3, true));
    assert_eq!(draw.commitment, hex(&Sha256::digest(SEED)));
    assert_eq!((draw.seed.clone(), draw.digest.clone()), (Some(hex(&SEED)), Some(hex(&entries[place - 1].digest))));

    let draw = &audit(&entries[..place]).draws[0];
    assert_eq!((draw.entrants, draw.drawn, &draw.seed, &draw.digest), (3, false, &None, &None));
}

/// The show with a line and a draw, with one thing wrong about it; `None` for what is wrong with other shows.
pub(crate) fn tampered(code: ViolationCode) -> Option<Vec<JournalEntry>> {
    let mut script = lottery();
    let is_known = tamper_holds(&mut script, code) || tamper_line(&mut script, code) || tamper_draw(&mut script, code);
    let digest = (code == ViolationCode::DrawDigest).then(Digest::default);
    draw(&mut script, digest);
    is_known.then(|| script.seal())
}

fn tamper_holds(script: &mut Script, code: ViolationCode) -> bool {
    let rules = |script: &mut Script, change: fn(&mut v1::HoldRules)| {
        let Kind::ShowPlanned(settings) = script.fact("plan") else { panic!("a plan begins with its settings") };
        change(settings.hold_rules.as_mut().unwrap());
    };
    match code {
        ViolationCode::SharedCapExceeded => {
            script.step("more units").facts.remove(1);
        }
        ViolationCode::ShowLimitExceeded => rules(script, |rules| rules.limit_per_viewer = Some(1)),
        ViolationCode::OpenHoldsExceeded => rules(script, |rules| rules.open_holds_per_viewer = Some(1)),
        ViolationCode::CoolDownIgnored => *script.fact("ann holds") = held(6, "flo", "blue", 1, 5_000, 139),
        ViolationCode::BundleBroken => script.insert_after("bob holds", [line(2, "blue", 1, 5_000)]),
        ViolationCode::ExtendedTwice => script.insert_after("ann needs time", [extended(1, 183)]),
        ViolationCode::ShortfallDiffers => *script.fact("sold elsewhere") = shortfall("red", 2),
        ViolationCode::RevokedOtherwise => {
            script.step("sold elsewhere").facts.insert(2, fact(revoked(5)));
            script.remove("flo forgets");
        }
        _ => return false,
    }
    true
}

fn tamper_line(script: &mut Script, code: ViolationCode) -> bool {
    match code {
        ViolationCode::WaiterNumber => *script.fact("gil enters") = joined(7, "gil", "finale", "hat", 1),
        ViolationCode::WaiterUnknown => script.insert_after("eve leaves", [left(9)]),
        ViolationCode::WaiterOver => script.insert_after("eve leaves", [left(3)]),
        ViolationCode::WaitsTwice => *script.fact("eve waits") = joined(3, "di", "opening", "red", 1),
        ViolationCode::WaitlistClosed => {
            let off = v1::DropPlanned { waitlist: v1::Waitlist::Off.into(), ..opening() };
            script.insert_after("plan", [Kind::DropPlanned(off)]);
        }
        ViolationCode::LineSkipped => {
            script.step("bob releases").facts[1] = fact(offered(3, 2, "di", 8));
            script.step("more units").facts[2] = fact(offered(4, 1, "cy", 12));
        }
        ViolationCode::LineJumped => {
            script.step("bob releases").facts[1] = fact(held(3, "hal", "red", 1, 4_000, 8));
            script.step("more units").facts[2] = fact(offered(4, 1, "cy", 12));
        }
        ViolationCode::OfferDiffers => script.step("more units").facts[2] = fact(offered(4, 2, "hal", 12)),
        ViolationCode::UnitsNotOffered => {
            script.step("more units").facts.pop();
            script.insert_after("more units", [offered(4, 2, "di", 12)]);
        }
        _ => return false,
    }
    true
}

fn tamper_draw(script: &mut Script, code: ViolationCode) -> bool {
    match code {
        ViolationCode::DrawUncommitted => {
            script.remove("bind");
            script.remove("draw");
        }
        ViolationCode::DrawNotDue => script.step("bind").facts.push(fact(committed("opening", SEED))),
        ViolationCode::DrawCause => script.step("bind").cause = None,
        ViolationCode::SeedDiffers => *script.fact("bind") = committed("finale", [8; 32]),
        ViolationCode::HeldBeforeDraw => script.insert_after("ann enters", [hat("hal", 141)]),
        ViolationCode::DrawDigest => {}
        _ => return false,
    }
    true
}

/// A click in the drop that draws.
fn hat(viewer: &str, seconds: u64) -> Kind {
    let Kind::ReservationHeld(held) = held(7, viewer, "hat", 1, 5_000, seconds) else { panic!("it is held") };
    Kind::ReservationHeld(v1::ReservationHeld { drop: "finale".into(), ..held })
}

#[test]
fn who_won_is_recomputed() {
    let script = drawn();
    let place = script.0.iter().position(|step| step.name == "draw").unwrap();
    // Reservations keep their numbers; who gets them changes.
    let mut swapped = script.clone();
    let facts = &mut swapped.0[place].facts;
    let winners: Vec<_> = facts[1..3].iter().map(|fact| fact.kind.clone().unwrap()).collect();
    let [Kind::ReservationOffered(one), Kind::ReservationOffered(other)] = winners.as_slice() else {
        panic!("two at least are served: {winners:?}")
    };
    let reservation = |offered: &v1::ReservationOffered, reservation| {
        fact(Kind::ReservationOffered(v1::ReservationOffered { reservation, ..offered.clone() }))
    };
    (facts[1], facts[2]) = (reservation(other, one.reservation), reservation(one, other.reservation));
    assert!(codes(&audit(&swapped.seal())).contains(&ViolationCode::LineSkipped));
}

#[test]
fn lots_are_drawn_once_and_when_the_entries_are_closed() {
    assert_eq!(
        found(|script| script.step("draw").at_ms -= 1),
        BTreeSet::from([ViolationCode::DrawNotDue, ViolationCode::DeadlineDiffers,])
    );
    let mut script = drawn();
    let again = script.step("draw").clone();
    let Some(Kind::LotsDrawn(lots)) = again.facts[0].kind.clone() else { panic!("lots are drawn") };
    let place = script.0.iter().position(|step| step.name == "draw").unwrap();
    let digest = Script(script.0[..=place].to_vec()).seal().last().unwrap().digest.clone();
    let facts = vec![fact(Kind::LotsDrawn(v1::LotsDrawn { digest, ..lots }))];
    script.0.insert(place + 1, Step { name: "again", facts, ..again });
    assert_eq!(codes(&audit(&script.seal())), BTreeSet::from([ViolationCode::DrawNotDue]));
}

#[test]
fn a_draw_takes_entries_until_its_own_moment() {
    assert_eq!(found(|script| script.step("gil enters").at_ms = BEGIN_MS + 149_999), BTreeSet::new());
    let late = found(|script| script.step("gil enters").at_ms = BEGIN_MS + 150_000);
    assert_eq!(late, BTreeSet::from([ViolationCode::WaitlistClosed]));
}

#[test]
fn an_offer_runs_as_long_as_its_drop_says() {
    let mut script = drawn();
    script.step("bob releases").facts[1] = fact(offered(3, 1, "cy", 9));
    draw(&mut script, None);
    assert_eq!(codes(&audit(&script.seal())), BTreeSet::from([ViolationCode::DeadlineDiffers]));
    assert_eq!(
        found(|script| *script.fact("ann needs time") = extended(1, 154)),
        BTreeSet::from([ViolationCode::DeadlineDiffers])
    );
}

#[test]
fn who_waits_in_another_drop_comes_before_a_click() {
    // Somebody waits for red in the opening; the encore sells it, too.
    let encore = v1::DropPlanned { drop: "encore".into(), shared_cap: None, ..opening() };
    let clicked = |quantity| {
        let Kind::ReservationHeld(held) = held(3, "hal", "red", quantity, 4_000, 8) else { panic!("it is held") };
        fact(Kind::ReservationHeld(v1::ReservationHeld { drop: "encore".into(), ..held }))
    };
    let jumped = found(|script| {
        script.insert_after("plan", [Kind::DropPlanned(encore.clone())]);
        script.insert_after("open", [opens("encore")]);
        script.step("bob releases").facts[1] = clicked(1);
        script.step("more units").facts[2] = fact(offered(4, 1, "cy", 12));
    });
    assert_eq!(jumped, BTreeSet::from([ViolationCode::LineJumped]));
    let unserved = found(|script| {
        script.insert_after("plan", [Kind::DropPlanned(encore)]);
        script.insert_after("open", [opens("encore")]);
        // The same after the line was left out.
        let click = clicked(1);
        script.step("bob releases").facts.pop();
        script.insert_after("bob releases", [click.kind.unwrap()]);
        script.step("more units").facts[2] = fact(offered(4, 1, "cy", 12));
    });
    assert_eq!(unserved, BTreeSet::from([ViolationCode::LineJumped, ViolationCode::UnitsNotOffered]));
}

#[test]
fn a_shortfall_takes_the_newest_offer_first_and_no_more_than_it_must() {
    // ann and bob hold all there are.
    let by_shortfall = |revocations: &[u64]| {
        let facts: Vec<_> = [shortfall("red", 1)].into_iter().chain(revocations.iter().copied().map(revoked)).collect();
        found(|script| {
            script.insert_after("bob holds", facts.into_iter().chain([elsewhere("red", 1)]));
            script.0.truncate(7);
        })
    };
    assert_eq!(by_shortfall(&[2]), BTreeSet::new());
    for wrong in [&[1][..], &[2, 1], &[]] {
        assert!(by_shortfall(wrong).contains(&ViolationCode::RevokedOtherwise), "{wrong:?}");
    }
    let without = found(|script| *script.fact("sold elsewhere") = elsewhere("blue", 0));
    assert!(without.contains(&ViolationCode::RevokedOtherwise), "{without:?}");
}

#[test]
fn what_is_offered_is_revoked_before_what_is_held() {
    let by_shortfall = |revocation| {
        found(|script| {
            let more = v1::UnitsAdded { sku: "red".into(), units: 1, planned: false };
            let cap = v1::CapRaised { drop: "opening".into(), sku: "red".into(), units: 1 };
            let held = [Kind::UnitsAdded(more), Kind::CapRaised(cap), held(5, "gil", "red", 1, 4_000, 12)];
            let missing = [shortfall("red", 1), revoked(revocation), elsewhere("red", 1)];
            script.insert_after("more units", held.into_iter().chain(missing));
            let place = script.0.iter().position(|step| step.name == "inserted").unwrap();
            script.0.truncate(place + 1);
        })
    };
    assert_eq!(by_shortfall(4), BTreeSet::new());
    assert_eq!(by_shortfall(5), BTreeSet::from([ViolationCode::RevokedOtherwise]));
}

/// One entry of 256 facts, and one of the offers that it had no room for.
#[test]
fn offers_that_an_entry_has_no_room_for_come_before_anything_else() {
    let mut script = lottery();
    script.0.truncate(4);
    let raised = v1::CapRaised { drop: "opening".into(), sku: "red".into(), units: 300 };
    let shared = v1::SharedCapRaised { drop: "opening".into(), units: 300 };
    script.insert_after("open", [Kind::CapRaised(raised), Kind::SharedCapRaised(shared), elsewhere("red", 2)]);
    script.0.last_mut().unwrap().name = "raise";
    let name = |number: u64| format!("viewer-{number}");
    script.insert_after("raise", (1..=300).map(|number| joined(number, &name(number), "opening", "red", 1)));
    script.0.last_mut().unwrap().name = "join";
    let more = Kind::UnitsAdded(v1::UnitsAdded { sku: "red".into(), units: 300, planned: false });
    let mut facts = std::iter::once(more).chain((1..=300).map(|number| offered(number, number, &name(number), 2)));
    script.insert_after("join", facts.by_ref().take(256));
    script.0.last_mut().unwrap().name = "offer";
    assert_eq!(audit(&script.seal()).violations, []);
    script.insert_after("offer", facts);
    assert_eq!(audit(&script.seal()).violations, []);
    script.insert_after("offer", [Kind::DropPaused(v1::DropPaused { drop: "opening".into() })]);
    assert!(codes(&audit(&script.seal())).contains(&ViolationCode::UnitsNotOffered));
}

#[test]
fn a_bundle_is_held_in_one_piece() {
    let second = |second: Kind| found(|script| script.step("ann holds two").facts[1] = fact(second));
    assert!(second(line(1, "red", 1, 4_000)).contains(&ViolationCode::BundleBroken));
    assert!(second(line(2, "blue", 1, 5_000)).contains(&ViolationCode::BundleBroken));
    assert!(second(line(1, "hat", 1, 5_000)).contains(&ViolationCode::SkuNotInDrop));
    assert!(second(line(1, "blue", 1, 4_999)).contains(&ViolationCode::PriceDiffers));
    assert!(second(line(1, "blue", 4, 5_000)).contains(&ViolationCode::Oversold));
    let total = found(|script| script.step("ann buys").facts[1] = fact(placed(2, 1, 4_000)));
    assert_eq!(total, BTreeSet::from([ViolationCode::TotalDiffers]));
}

#[test]
fn only_a_key_of_a_place_that_is_stands_for_one() {
    let bound = |waiter| {
        found(|script| {
            let outcome = v1::KeyOutcome { kind: Some(v1::key_outcome::Kind::Waiter(waiter)) };
            let binding = v1::KeyBinding { key: "w".into(), fingerprint: vec![7; 16], outcome: Some(outcome) };
            let (role, principal) = (v1::Role::Viewer.into(), "cy".into());
            script.step("cy waits").cause = Some(v1::Cause { role, principal, binding: Some(binding) });
        })
    };
    assert_eq!(bound(1), BTreeSet::new());
    assert_eq!(bound(2), BTreeSet::from([ViolationCode::KeyOutcome]));
}
