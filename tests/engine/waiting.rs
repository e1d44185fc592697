//! Lines: what comes free is offered at once, by whoever writes, and every node lets its viewers join.

use std::{sync::Arc, time::Duration};

use dropcast::{
    codec::decode_entry,
    engine::{Accepted, Answer, EngineConfig, Seeds, ShowHandle},
    journal::{Journal as _, MemoryJournal, Time},
};
use dropcast_domain::{
    ids::ReservationId,
    show::{Command, Fact, Fairness, Refusal, ShowPlan, Waitlist},
};

use crate::fixture::*;

/// A show whose drop is changed so, open.
async fn on_sale(bench: &Bench, units: u32, change: impl FnOnce(&mut ShowPlan)) -> ShowHandle {
    let handle = bench.engine.open_or_create(&show("show")).await.unwrap();
    for request in [plan_of(units, change), brand("start", Command::Start), brand("open", open())] {
        assert_eq!(handle.ask_and_wait(request).await, Answer::Accepted(Accepted::Done));
    }
    handle
}

fn automatic(plan: &mut ShowPlan) {
    plan.drops[0].waitlist = Waitlist::Automatic;
}

fn draws(plan: &mut ShowPlan) {
    plan.drops[0].fairness = Fairness::Draw { entry_ms: 60_000 };
}

fn has_place(answer: &Answer) -> bool {
    matches!(answer, Answer::Accepted(Accepted::Waiter(_)))
}

#[tokio::test]
async fn what_comes_free_is_offered_in_the_same_entry() {
    let bench = Bench::new();
    let handle = on_sale(&bench, 1, automatic).await;
    assert_eq!(held(&handle.ask_and_wait(reserve("ada")).await), 1);
    for viewer in ["bob", "cyd"] {
        assert!(has_place(&handle.ask_and_wait(reserve(viewer)).await));
    }
    let release = viewer("ada", "release", Command::Release { reservation: ReservationId(1) });
    assert!(matches!(handle.ask_and_wait(release).await, Answer::Accepted(Accepted::Released(_))));
    // The offer runs out, and goes to the next in the same way.
    bench.clock.advance_ms(HOLD_MS);
    until("it ran out", || bench.recorder().published().last() == Some(&8)).await;
    let entries = bench.journal.read("show", 7, 10).await.unwrap();
    let facts: Vec<_> = entries.iter().map(|entry| decode_entry(entry).unwrap().facts).collect();
    let [[Fact::ReservationReleased { .. }, first], [Fact::ReservationExpired { .. }, second]] =
        [&facts[0][..], &facts[1][..]]
    else {
        panic!("each in one entry: {facts:?}")
    };
    let offered_to = |fact: &Fact| match fact {
        Fact::ReservationOffered { viewer, .. } => viewer.to_string(),
        other => panic!("no offer: {other:?}"),
    };
    assert_eq!([offered_to(first), offered_to(second)], ["bob", "cyd"]);
    assert!(matches!(handle.ask_and_wait(confirm("cyd", 3)).await, Answer::Accepted(Accepted::Sold(_))));
}

/// Two nodes, by the paused time of the test.
async fn two(units: u32, change: impl FnOnce(&mut ShowPlan)) -> (Bench, ShowHandle, Bench, ShowHandle) {
    let start = tokio::time::Instant::now();
    let time: Time = Arc::new(move || START.0 + u64::try_from(start.elapsed().as_millis()).unwrap());
    let journal = MemoryJournal::new();
    let node = |name: &str| {
        let connected = journal.connect_as(name, Duration::from_secs(2), Arc::clone(&time));
        let seeds = Some(Seeds::new(b"secret"));
        Bench::of(Arc::new(connected), EngineConfig { node: name.to_owned(), seeds, ..EngineConfig::default() })
    };
    let (first, second) = (node("first"), node("second"));
    let writer = on_sale(&first, units, change).await;
    let follower = second.opened().await;
    (first, writer, second, follower)
}

/// How many of a crowd's clicks at a node that follows reach the writer while it can't answer any.
async fn forwarded(units: u32, change: fn(&mut ShowPlan)) -> usize {
    let (first, _writer, _second, follower) = two(units, change).await;
    let decided = first.recorders.counts().decided;
    first.faults.hold_appends();
    let asked: Vec<Asked> = (0..300).map(|each| ask(&follower, reserve(&format!("viewer-{each}")))).collect();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let forwarded = first.recorders.counts().decided - decided;
    first.faults.release_appends();
    for asked in asked {
        asked.answer().await;
    }
    forwarded
}

#[tokio::test(start_paused = true)]
async fn a_crowd_that_takes_places_is_handed_on_at_once() {
    let bounded = forwarded(1, |_| {}).await;
    assert!(bounded < 50, "a few more than there are units: {bounded}");
    assert_eq!(forwarded(1, automatic).await, 300);
    assert_eq!(forwarded(1, draws).await, 300);
}

#[tokio::test(start_paused = true)]
async fn whoever_clicks_at_any_node_gets_a_place_in_one_line() {
    let (_first, writer, _second, follower) = two(1, automatic).await;
    held(&follower.ask_and_wait(reserve("ada")).await);
    let mut places = Vec::new();
    for (handle, name) in [(&follower, "bob"), (&writer, "cyd"), (&follower, "dee")] {
        let Answer::Accepted(Accepted::Waiter(waiter)) = handle.ask_and_wait(reserve(name)).await else { panic!() };
        places.push(waiter.waiter);
    }
    assert_eq!(places, [1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn a_node_that_takes_over_draws_the_lots() {
    let (first, writer, second, follower) = two(1, draws).await;
    assert!(has_place(&writer.ask_and_wait(reserve("ada")).await));
    assert!(has_place(&follower.ask_and_wait(reserve("bob")).await));
    first.engine.stop().await;
    // Whatever happens there next, it has the show, and its clock says that the entries are closed.
    second.clock.advance_ms(60_000);
    let late = follower.ask_and_wait(reserve("cyd")).await;
    assert!(matches!(late, Answer::Refused(Refusal::SoldOut)), "{late:?}");
    let drawn = follower.read(|show, _| show.drop(&drop_id()).is_some_and(|drop| drop.lots().is_some())).await;
    assert!(drawn.unwrap());
}
