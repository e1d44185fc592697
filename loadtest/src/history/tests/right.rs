//! Histories in which every answer can be true.

use dropcast_proto::v1::{self, DropPhase, ReservationState, fact::Kind};

use super::story::{DROP, SKU, Story, reserve};
use crate::history::{
    Asked,
    call::{Refusal, Told},
};

/// How many answers were checked, of a story in which nothing is wrong.
fn checked(story: &Story) -> u64 {
    let verdict = story.check();
    assert_eq!(verdict.violations.told, [""; 0]);
    assert_eq!(verdict.violations.count, 0);
    verdict.checked
}

#[test]
fn calls_that_overlap_may_come_in_either_order() {
    let mut story = Story::open(9, 3);
    let (first, second) = (story.hold("ann", "a", 1), story.hold("bob", "b", 1));
    story.held("ann", "a", 1, 20..30, first);
    story.held("bob", "b", 1, 10..25, second);
    story.sees(5, DropPhase::Open);
    assert_eq!(checked(&story), 2);
}

#[test]
fn a_call_without_an_answer_is_in_the_journal_or_not() {
    let mut story = Story::open(9, 3);
    story.hold("ann", "a", 1);
    story.ask("ann", "a", reserve(1), 10);
    story.ask("bob", "b", reserve(1), 10);
    // Called before the first was, and after.
    story.holds("cai", "c", 1, 5..40);
    assert_eq!(checked(&story), 1);
}

#[test]
fn a_key_may_be_asked_again() {
    let mut story = Story::open(1, 3);
    let reservation = story.hold("ann", "a", 1);
    // Lost, then accepted, then told once more.
    story.ask("ann", "a", reserve(1), 10);
    story.held("ann", "a", 1, 20..30, reservation);
    story.held("ann", "a", 1, 40..50, reservation);
    // Refused first, accepted when there was something again.
    story.refused("bob", "b", 1, 20..30, Refusal::SoldOut);
    story.release("ann", "r", reservation);
    let release = Asked::Release { reservation };
    story.call("ann", "r", release, 60..70, Told::Released { reservation });
    story.holds("bob", "b", 1, 80..90);
    assert_eq!(checked(&story), 5);
}

#[test]
fn a_refusal_needs_one_state_between_call_and_answer() {
    let mut story = Story::open(1, 3);
    let reservation = story.holds("ann", "a", 1, 10..20);
    story.release("ann", "r", reservation);
    story.call("ann", "r", Asked::Release { reservation }, 30..40, Told::Released { reservation });
    // It was sold out from somewhere after 10 to somewhere before 40: these touch it from either side.
    story.refused("bob", "b", 1, 5..11, Refusal::SoldOut);
    story.refused("cai", "c", 1, 39..60, Refusal::SoldOut);
    story.refused("dov", "d", 1, 25..26, Refusal::SoldOut);
    assert_eq!(checked(&story), 5);
}

#[test]
fn what_is_left_and_what_a_viewer_may_have_is_told_in_numbers() {
    let mut story = Story::open(5, 3);
    story.holds("ann", "a", 2, 10..20);
    story.refused("ann", "b", 2, 30..40, Refusal::LimitReached(Some(1)));
    story.holds("bob", "c", 2, 50..60);
    story.refused("cai", "d", 2, 70..80, Refusal::NotEnough(Some(1)));
    story.refused("ann", "e", 3, 70..80, Refusal::LimitReached(Some(1)));
    assert_eq!(checked(&story), 5);
}

#[test]
fn a_cap_sells_out_before_the_allotment_and_can_be_raised() {
    let mut story = Story::planned(9, 9);
    story.plan(9, v1::PlannedItem { sku: SKU.into(), cap: Some(2), ..Default::default() });
    story.phase(DropPhase::Open);
    story.holds("ann", "a", 2, 10..20);
    story.refused("bob", "b", 1, 30..40, Refusal::SoldOut);
    story.pass(vec![Kind::CapRaised(v1::CapRaised { drop: DROP.into(), sku: SKU.into(), units: 1 })]);
    story.holds("bob", "c", 1, 50..60);
    assert_eq!(checked(&story), 3);
}

#[test]
fn a_drop_refuses_in_every_phase_but_one() {
    let mut story = Story::planned(9, 3);
    let planned = Refusal::DropPhase(DropPhase::Planned);
    story.refused("ann", "a", 1, 0..1, planned);
    story.phase(DropPhase::Open);
    story.holds("ann", "b", 1, 10..20);
    story.phase(DropPhase::Paused);
    story.refused("ann", "c", 1, 30..40, Refusal::DropPhase(DropPhase::Paused));
    story.pass(vec![Kind::DropResumed(v1::DropResumed { drop: DROP.into() })]);
    story.holds("ann", "d", 1, 50..60);
    story.phase(DropPhase::Closed);
    story.refused("ann", "e", 1, 70..80, Refusal::DropPhase(DropPhase::Closed));
    story.pass(vec![Kind::ShowEnded(v1::ShowEnded {})]);
    story.refused("ann", "f", 1, 90..99, Refusal::ShowEnded);
    assert_eq!(checked(&story), 6);
}

#[test]
fn a_drop_that_was_taken_back_is_planned_and_can_be_opened_again() {
    let mut story = Story::open(1, 1);
    let reservation = story.holds("ann", "a", 1, 10..20);
    let revoked = Kind::ReservationRevoked(v1::ReservationRevoked { reservation });
    story.pass(vec![revoked, Kind::DropUndone(v1::DropUndone { drop: DROP.into() })]);
    story.refused("bob", "b", 1, 30..40, Refusal::DropPhase(DropPhase::Planned));
    let over = Told::Refused(Refusal::ReservationState(ReservationState::Revoked));
    story.call("ann", "c", Asked::Confirm { reservation }, 30..40, over);
    story.pass(vec![Kind::AudienceCounted(v1::AudienceCounted::default())]);
    story.phase(DropPhase::Open);
    story.holds("ann", "d", 1, 50..60);
    assert_eq!(checked(&story), 4);
}

#[test]
fn what_makes_no_sense_is_refused_whenever_it_is_asked() {
    let mut story = Story::open(9, 3);
    let told = Told::Refused;
    let asked =
        |drop: &str, sku: &str, quantity| Asked::Reserve { drop: drop.into(), lines: vec![(sku.into(), quantity)] };
    story.call("ann", "a", asked("closing", SKU, 1), 10..20, told(Refusal::DropUnknown));
    story.call("ann", "b", asked(DROP, "sock", 1), 10..20, told(Refusal::SkuUnknown));
    story.call("ann", "c", asked(DROP, SKU, 0), 10..20, told(Refusal::QuantityInvalid));
    story.call("ann", "d", Asked::Confirm { reservation: 1 }, 10..20, told(Refusal::ReservationUnknown));
    assert_eq!(checked(&story), 4);
}

#[test]
fn what_is_held_is_bought_once_and_by_its_viewer() {
    let mut story = Story::open(9, 3);
    let (own, other) = (story.holds("ann", "a", 1, 10..20), story.holds("bob", "b", 1, 10..20));
    let order = story.sell("ann", "c", own);
    story.call("ann", "c", Asked::Confirm { reservation: own }, 30..40, Told::Sold { reservation: own, order });
    let sold = Told::Refused(Refusal::ReservationState(ReservationState::Sold));
    story.call("ann", "d", Asked::Release { reservation: own }, 35..60, sold.clone());
    let unknown = Told::Refused(Refusal::ReservationUnknown);
    story.call("ann", "e", Asked::Confirm { reservation: other }, 50..60, unknown);
    let conflict = Told::Refused(Refusal::KeyConflict);
    story.call("ann", "c", Asked::Confirm { reservation: other }, 50..60, conflict);
    story.pass(vec![Kind::ReservationExpired(v1::ReservationExpired { reservation: other })]);
    let expired = Told::Refused(Refusal::ReservationState(ReservationState::Expired));
    story.call("bob", "f", Asked::Confirm { reservation: other }, 70..80, expired);
    assert_eq!(checked(&story), 7);
}

#[test]
fn of_a_lost_history_only_acceptances_are_checked() {
    let mut story = Story::open(2, 3);
    story.holds("ann", "a", 2, 50..60);
    // Bob was told reservation 7 in a history that is lost, and his key stands for another here.
    let reserve = v1::UsedKey { key: "b".into(), fingerprint: vec![0; 16] };
    let kept = v1::PromiseKept { viewer: "bob".into(), lost: 7, reservation: 1, reserve: Some(reserve), sale: None };
    story.pass(vec![Kind::PromiseKept(kept)]);
    story.held("bob", "b", 1, 10..20, 7);
    story.held("bob", "b", 2, 70..80, 1);
    let broken = v1::PromiseBroken { viewer: "cai".into(), lost: 8, key: "c".into(), ..Default::default() };
    story.pass(vec![Kind::PromiseBroken(broken)]);
    story.held("cai", "c", 1, 10..20, 8);
    story.refused("dov", "d", 1, 15..25, Refusal::SoldOut);
    assert_eq!(checked(&story), 4);
}
