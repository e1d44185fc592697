//! Histories in which something can't be true: what is told about each.

use dropcast_proto::v1::{self, DropPhase, RefusalCode, ReservationState, fact::Kind, key_outcome};

use super::story::{DROP, SKU, Story, cause, reserve};
use crate::history::{
    Asked,
    call::{Refusal, Told},
};

/// A story of a drop that is open, with nine units of which a viewer may have three, and what is told about it.
type Row = (fn(&mut Story), &'static str);

fn check(rows: &[Row]) {
    for (tell, violation) in rows {
        let mut story = Story::open(9, 3);
        tell(&mut story);
        assert_eq!(story.check().violations.told, [*violation]);
    }
}

#[test]
fn order() {
    let rows: [Row; 3] = [
        (
            |story| {
                let (first, second) = (story.hold("ann", "a", 1), story.hold("bob", "b", 1));
                story.held("ann", "a", 1, 30..40, first);
                story.held("bob", "b", 1, 10..20, second);
            },
            "bob's b was answered (entry 5) before ann's a was called, which comes first in the journal (entry 4)",
        ),
        (
            |story| {
                // Also where the later one never knew.
                let (_, second) = (story.hold("ann", "a", 1), story.hold("bob", "b", 1));
                story.ask("ann", "a", reserve(1), 21);
                story.held("bob", "b", 1, 10..20, second);
            },
            "bob's b was answered (entry 5) before ann's a was called, which comes first in the journal (entry 4)",
        ),
        (
            |story| {
                story.holds("ann", "a", 1, 30..40);
                story.phase(DropPhase::Paused);
                story.sees(20, DropPhase::Paused);
            },
            "opening was seen paused (entry 5) before ann's a was called, which comes first in the journal (entry 4)",
        ),
    ];
    check(&rows);
}

#[test]
fn acceptances() {
    let rows: [Row; 9] = [
        (
            |story| story.held("ann", "a", 1, 10..20, 1),
            "ann's a was accepted (reservation 1: 1 of scarf held in opening), which the journal does not have",
        ),
        (
            |story| {
                let reservation = story.hold("ann", "a", 1);
                story.held("ann", "a", 1, 10..20, reservation + 1);
            },
            "ann's a was told reservation 2: 1 of scarf held in opening, which is not what entry 4 says",
        ),
        (
            |story| {
                let reservation = story.hold("ann", "a", 1);
                let told = Told::Held { reservation, drop: DROP.into(), lines: vec![(SKU.into(), 2)] };
                story.call("ann", "a", reserve(1), 10..20, told);
            },
            "ann's a was told reservation 1: 2 of scarf held in opening, which is not what entry 4 says",
        ),
        (
            |story| {
                let reservation = story.hold("ann", "a", 1);
                story.held("ann", "a", 2, 10..20, reservation);
            },
            "ann's a was accepted (reservation 1: 2 of scarf held in opening) for something else than entry 4 accepts",
        ),
        (
            |story| {
                let reservation = story.holds("ann", "a", 1, 10..20);
                let order = story.sell("ann", "b", reservation);
                let told = Told::Sold { reservation, order: order + 1 };
                story.call("ann", "b", Asked::Confirm { reservation }, 30..40, told);
            },
            "ann's b was told reservation 1: sold as order 2, which is not what entry 5 says",
        ),
        (
            |story| {
                story.hold("ann", "a", 1);
                story.hold("ann", "a", 1);
                story.ask("ann", "a", reserve(1), 10);
            },
            "entry 5: ann's a was accepted before, by entry 4",
        ),
        (
            |story| {
                story.hold("ann", "a", 1);
            },
            "entry 4 accepts ann's a, which nobody asked",
        ),
        (
            |story| {
                story.hold("ann", "a", 1);
                story.refused("ann", "a", 10, 10..20, Refusal::LimitReached(Some(3)));
            },
            "entry 4 accepts ann's a, which was refused",
        ),
        (
            |story| {
                story.holds("ann", "a", 4, 10..20);
            },
            "entry 4 accepts ann's a, where the rules say limit_reached (3 more)",
        ),
    ];
    check(&rows);
}

#[test]
fn refusals() {
    let rows: [Row; 9] = [
        (
            |story| story.refused("ann", "a", 1, 10..20, Refusal::SoldOut),
            "ann's a was refused (sold_out), which was not so after any of the entries 0 to 3",
        ),
        (
            // It was sold out, and units were added before the call: somebody got one.
            |story| {
                fill(story);
                story.pass(vec![Kind::UnitsAdded(v1::UnitsAdded { sku: SKU.into(), units: 9, planned: false })]);
                story.holds("eve", "e", 1, 30..40);
                story.refused("ann", "a", 1, 41..50, Refusal::SoldOut);
            },
            "ann's a was refused (sold_out), which was not so after any of the entries 8 to 8",
        ),
        (
            // It sold out only by what was called after the answer.
            |story| {
                story.refused("ann", "a", 1, 3..4, Refusal::SoldOut);
                fill(story);
            },
            "ann's a was refused (sold_out), which was not so after any of the entries 0 to 3",
        ),
        (
            |story| {
                fill(story);
                story.refused("ann", "a", 2, 30..40, Refusal::NotEnough(Some(1)));
            },
            "ann's a was refused (not_enough (1 left)), which was not so after any of the entries 6 to 6",
        ),
        (
            |story| {
                story.holds("ann", "a", 2, 10..20);
                story.refused("ann", "b", 2, 30..40, Refusal::LimitReached(Some(0)));
            },
            "ann's b was refused (limit_reached (0 more)), which was not so after any of the entries 4 to 4",
        ),
        (
            |story| {
                story.sees(5, DropPhase::Open);
                story.refused("ann", "a", 1, 10..20, Refusal::DropPhase(DropPhase::Planned));
            },
            "ann's a was refused (drop_phase (planned)), which was not so after any of the entries 3 to 3",
        ),
        (
            |story| {
                let reservation = story.holds("ann", "a", 1, 10..20);
                let told = Told::Refused(Refusal::ReservationState(ReservationState::Expired));
                story.call("ann", "b", Asked::Confirm { reservation }, 30..40, told);
            },
            "ann's b was refused (reservation_state (expired)), which was not so after any of the entries 4 to 4",
        ),
        (
            // An accepted key stays accepted.
            |story| {
                story.holds("ann", "a", 3, 10..20);
                story.refused("ann", "a", 3, 30..40, Refusal::LimitReached(Some(0)));
            },
            "ann's a was refused (limit_reached (0 more)), which was not so after any of the entries 4 to 4",
        ),
        (
            |story| story.refused("ann", "a", 1, 10..20, Refusal::Other(RefusalCode::Full)),
            "ann's a was refused (full), which this check knows nothing about",
        ),
    ];
    check(&rows);
}

#[test]
fn what_the_journal_does_not_say() {
    let rows: [Row; 4] = [
        (
            |story| {
                story.holds("ann", "a", 1, 10..20);
                story.pass(vec![Kind::DropUndone(v1::DropUndone { drop: "opening".into() })]);
            },
            "entry 5: the opening of opening is taken back while it is in use",
        ),
        (|story| story.sees(10, DropPhase::Closed), "opening was seen closed, which it never was"),
        (
            |story| {
                story.pass(vec![Kind::DropPaused(v1::DropPaused { drop: "closing".into() })]);
            },
            "entry 4: the drop closing, which was never planned",
        ),
        (
            |story| {
                let released = Kind::ReservationReleased(v1::ReservationReleased { reservation: 5 });
                story.entry(Some(cause("ann", "a", key_outcome::Kind::Reservation(5))), vec![released]);
                story.ask("ann", "a", Asked::Run, 10);
            },
            "entry 4: reservation 5 was never held",
        ),
    ];
    for (tell, violation) in rows {
        let mut story = Story::open(9, 3);
        tell(&mut story);
        assert_eq!(story.check().violations.told[0], violation);
    }
}

/// Three viewers have everything: entries 4 to 6.
fn fill(story: &mut Story) {
    for viewer in ["bob", "cai", "dov"] {
        story.holds(viewer, "all", 3, 10..20);
    }
}
