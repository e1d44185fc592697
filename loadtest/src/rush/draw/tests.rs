//! A draw that is right, and what is told about each thing that is wrong.

use dropcast_proto::v1::{self, EntryBody, Fact, JournalEntry};
use sha2::{Digest as _, Sha256};

use super::*;

const SEED: [u8; 32] = [7; 32];
const BEFORE: [u8; 32] = [9; 32];

/// The facts of a draw for which three enter, who want one unit, two and one; each with its moment.
fn draw() -> Vec<(u64, Kind)> {
    let drop = || DROP.to_owned();
    let planned = v1::DropPlanned { drop: drop(), draw_entry_ms: Some(100), ..Default::default() };
    let commitment = Sha256::digest(SEED).to_vec();
    let mut facts = vec![
        (1, Kind::DropPlanned(planned)),
        (2, Kind::DrawCommitted(v1::DrawCommitted { drop: drop(), commitment })),
        (1_000, Kind::DropOpened(v1::DropOpened { drop: drop(), closes_at: None })),
    ];
    for (waiter, quantity) in [(1, 1), (2, 2), (3, 1)] {
        let viewer = format!("viewer-{waiter}");
        let joined = v1::WaitlistJoined { waiter, viewer, drop: drop(), sku: "sku".to_owned(), quantity };
        facts.push((1_099, Kind::WaitlistJoined(joined)));
    }
    let drawn = v1::LotsDrawn { drop: drop(), seed: SEED.to_vec(), digest: BEFORE.to_vec() };
    facts.push((1_100, Kind::LotsDrawn(drawn)));
    facts
}

fn offered(waiter: u64, quantity: u32) -> (u64, Kind) {
    (
        1_100,
        Kind::ReservationOffered(v1::ReservationOffered {
            waiter,
            quantity,
            reservation: waiter,
            ..Default::default()
        }),
    )
}

/// What is told about these facts, one after the other.
fn told(facts: &[(u64, Kind)], units: u32) -> Vec<String> {
    let (mut draw, mut states) = (Draw::default(), States::default());
    let mut told = Vec::new();
    for (seq, (decided_at, kind)) in (1..).zip(facts) {
        let entry = JournalEntry { seq, decided_at: *decided_at, ..Default::default() };
        states.add(seq, &EntryBody { cause: None, facts: vec![Fact { kind: Some(kind.clone()) }] });
        told.extend(draw.add(&entry, BEFORE, kind));
    }
    told.extend(draw.wrong_first_offers(&states, units));
    told
}

/// The waiters and what they want, the lowest lot first.
fn by_lot() -> Vec<(u64, u32)> {
    let mut order = vec![(1, 1), (2, 2), (3, 1)];
    order.sort_by_key(|(waiter, _)| lots::lot(&SEED, &BEFORE, &format!("viewer-{waiter}")));
    order
}

#[test]
fn the_lowest_lots_are_offered_what_there_is() {
    let mut facts = draw();
    let order = by_lot();
    // One unit less than they want: whoever is last gets what is left, if anything.
    let mut units = 3;
    for (waiter, quantity) in order {
        let quantity = quantity.min(units);
        units -= quantity;
        facts.extend((quantity > 0).then(|| offered(waiter, quantity)));
    }
    assert_eq!(told(&facts, 3), [""; 0]);
    // What comes later is not of the draw.
    facts.push((1_200, Kind::ShowEnded(v1::ShowEnded {})));
    facts.push(offered(9, 1));
    assert_eq!(told(&facts, 3), [""; 0]);
}

#[test]
fn others_than_the_lowest_lots_are_told() {
    let mut facts = draw();
    let order = by_lot();
    facts.extend(order.iter().rev().map(|(waiter, quantity)| offered(*waiter, *quantity)));
    let (first, last) = (order[0], order[2]);
    let wrong = format!(
        "offer 1 of the draw was {} to waiter {}, where {} to waiter {} was due",
        last.1, last.0, first.1, first.0
    );
    assert_eq!(told(&facts, 9), [wrong]);
    facts.truncate(7);
    let none = format!("offer 1 of the draw was nothing, where {} to waiter {} was due", first.1, first.0);
    assert_eq!(told(&facts, 9), [none]);
}

#[test]
fn who_left_draws_no_lot() {
    let mut facts = draw();
    let (last, order) = (by_lot()[0].0, by_lot()[1..].to_vec());
    facts.insert(6, (1_099, Kind::WaitlistLeft(v1::WaitlistLeft { waiter: last })));
    facts.extend(order.iter().map(|(waiter, quantity)| offered(*waiter, *quantity)));
    assert_eq!(told(&facts, 9), [""; 0]);
}

#[test]
fn time_and_digest_are_held_against_the_journal() {
    let changed = |change: fn(&mut Vec<(u64, Kind)>)| {
        let mut facts = draw();
        change(&mut facts);
        told(&facts, 0)
    };
    assert_eq!(changed(|_| {}), [""; 0]);
    assert_eq!(changed(|facts| facts[5].0 = 1_100), ["entry 6 lets viewer-3 enter a draw that is closed"]);
    assert_eq!(changed(|facts| facts[6].0 = 1_099), ["entry 7 draws lots before the entries closed"]);
    let other_digest = |facts: &mut Vec<(u64, Kind)>| {
        if let Kind::LotsDrawn(drawn) = &mut facts[6].1 {
            drawn.digest = vec![1; 32];
        }
    };
    assert_eq!(changed(other_digest), ["entry 7 draws lots with another digest than that of the entry before"]);
    let other_seed = |facts: &mut Vec<(u64, Kind)>| {
        if let Kind::LotsDrawn(drawn) = &mut facts[6].1 {
            drawn.seed = vec![1; 32];
        }
    };
    assert_eq!(changed(other_seed), ["entry 7 draws lots with another seed than it was bound to"]);
}
