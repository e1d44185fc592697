//! Draws: what is right, and what is told about each thing that is wrong.

use dropcast_proto::v1::{self, DropPhase, fact::Kind};
use sha2::{Digest as _, Sha256};

use super::story::{DROP, Story};
use crate::history::call::Refusal;

const SEED: [u8; 32] = [7; 32];
const DIGEST: [u8; 32] = [9; 32];

/// One unit that lots are drawn for, bound to a seed: entry 3 binds, entry 4 opens.
fn draw() -> Story {
    let planned = v1::DropPlanned { limit_per_viewer: 1, draw_entry_ms: Some(1_000), ..Default::default() };
    let mut story = Story::planned_as(1, planned);
    story.pass(vec![committed()]);
    story.phase(DropPhase::Open);
    story
}

fn committed() -> Kind {
    Kind::DrawCommitted(v1::DrawCommitted { drop: DROP.into(), commitment: Sha256::digest(SEED).to_vec() })
}

fn drawn(seed: [u8; 32]) -> Kind {
    Kind::LotsDrawn(v1::LotsDrawn { drop: DROP.into(), seed: seed.to_vec(), digest: DIGEST.to_vec() })
}

/// The same names, the lowest lot first.
fn by_lot<'a>(viewers: &[&'a str]) -> Vec<&'a str> {
    let lot = |viewer: &str| Sha256::digest([&SEED[..], &DIGEST, &Sha256::digest(viewer)].concat());
    let mut viewers = viewers.to_vec();
    viewers.sort_by_key(|viewer| lot(viewer));
    viewers
}

fn told(story: &Story) -> Vec<String> {
    story.check().violations.told
}

#[test]
fn places_follow_from_lots_and_not_from_clicks() {
    let names = ["ann", "bob", "cai", "dov", "eve", "fay"];
    let order = by_lot(&names);
    assert_ne!(order, names);
    let mut story = draw();
    let mut waiters = Vec::new();
    for viewer in names {
        waiters.push(story.waits(viewer, "a", 10..20, None));
    }
    story.pass(vec![drawn(SEED)]);
    for (place, viewer) in (1..).zip(order) {
        let waiter = waiters[names.iter().position(|name| *name == viewer).unwrap()];
        if place == 1 {
            story.offer(viewer, waiter, 1);
        }
        story.told_to_wait(viewer, "a", 30..40, waiter, Some(place));
    }
    assert_eq!(told(&story), [""; 0]);
}

#[test]
fn lots_decide_who_is_served() {
    let mut story = draw();
    let (first, last) = match by_lot(&["ann", "bob"])[..] {
        ["ann", _] => (1, 2),
        _ => (2, 1),
    };
    let names = ["ann", "bob"];
    for viewer in names {
        story.waits(viewer, "a", 10..20, None);
    }
    story.refused("ann", "b", 1, 30..40, Refusal::AlreadyWaiting(Some(1)));
    // Between the end of the entries and the draw, of which only the clock tells.
    story.refused("cai", "a", 1, 30..40, Refusal::DrawPending);
    story.pass(vec![drawn(SEED)]);
    let winner = names[usize::from(first == 2)];
    story.offer(winner, first, 1);
    story.told_to_wait(names[usize::from(last == 2)], "a", 50..60, last, Some(2));
    // After it, who clicks on what is gone is refused: this drop has no line for them.
    story.refused("cai", "c", 1, 70..80, Refusal::SoldOut);
    assert_eq!(told(&story), [""; 0]);
    // It was not drawn yet when this was answered.
    story.refused("dov", "d", 1, 5..9, Refusal::SoldOut);
    assert_eq!(told(&story), ["dov's d was refused (sold_out), which was not so after any of the entries 0 to 4"]);
}

/// A story of [`draw`] in which ann and bob entered, entries 5 and 6, and how what is told about it ends.
type Row = (fn(&mut Story), &'static str);

#[test]
fn what_is_wrong_about_a_draw() {
    let rows: [Row; 5] = [
        (
            |story| {
                story.pass(vec![drawn(DIGEST)]);
                let first = if by_lot(&["ann", "bob"])[0] == "ann" { 1 } else { 2 };
                story.offer(["ann", "bob"][usize::from(first == 2)], first, 1);
            },
            "entry 7: lots of opening are drawn with another seed than it was bound to",
        ),
        (
            |story| {
                story.pass(vec![drawn(SEED)]);
                let last = if by_lot(&["ann", "bob"])[0] == "ann" { 2 } else { 1 };
                story.offer(["ann", "bob"][usize::from(last == 2)], last, 1);
            },
            "next in line",
        ),
        (
            |story| {
                story.pass(vec![committed()]);
            },
            "entry 7: the draw of opening is bound to a seed once it was opened",
        ),
        (
            |story| {
                story.refused("cai", "c", 1, 30..40, Refusal::DrawPending);
                story.waits("dov", "d", 35..45, None);
                story.waits("eve", "e", 50..60, None);
            },
            "entry 8 lets eve's e enter a draw that was said to be closed before",
        ),
        (
            |story| {
                story.hold("cai", "c", 1);
                story.held("cai", "c", 1, 30..40, 1);
            },
            "entry 7 gives cai's c at once what others wait for",
        ),
    ];
    for (tell, violation) in rows {
        let mut story = draw();
        for viewer in ["ann", "bob"] {
            story.waits(viewer, "a", 10..20, None);
        }
        tell(&mut story);
        assert!(told(&story)[0].ends_with(violation), "{:?}", told(&story));
    }

    let planned = v1::DropPlanned { limit_per_viewer: 1, draw_entry_ms: Some(1_000), ..Default::default() };
    let story = Story::open_as(1, planned);
    assert_eq!(told(&story), ["entry 3: the drop opening opens before its draw is bound to a seed"]);
    let mut story = Story::open(1, 1);
    story.pass(vec![drawn(SEED)]);
    assert_eq!(told(&story), ["entry 4: lots of opening are drawn where none are to be drawn"]);
}
