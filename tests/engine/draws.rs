//! Draws, as the writer holds them: bound before their drop opens, drawn when they take no entries any more.

use std::{sync::Arc, time::Duration};

use dropcast::{
    codec::decode_entry,
    engine::{Accepted, Answer, EngineConfig, Seeds, ShowHandle, wake_due_shows},
    journal::{Journal as _, MemoryJournal, RawEntry},
};
use dropcast_domain::{
    ids::{PrincipalId, WaiterId},
    inventory::WaiterState,
    show::{Command, Digest, Drop, DropPhase, Fact, Fairness, Lots, Refusal, Show},
};
use futures_util::FutureExt as _;

use crate::fixture::*;

/// How long one can enter.
const ENTRY_MS: u64 = 10_000;

fn config(secret: &[u8]) -> EngineConfig {
    EngineConfig { seeds: Some(Seeds::new(secret)), ..EngineConfig::default() }
}

/// Another node with this secret on the same journal, whose clock is at the beginning.
fn another(bench: &Bench, secret: &[u8]) -> Bench {
    Bench::of(Arc::new(bench.journal.connect()), config(secret))
}

/// A show whose drop draws.
async fn planned(bench: &Bench, units: u32) -> ShowHandle {
    let handle = bench.engine.open_or_create(&show("show")).await.unwrap();
    let plan = plan_of(units, |plan| plan.drops[0].fairness = Fairness::Draw { entry_ms: ENTRY_MS });
    for request in [plan, brand("start", Command::Start)] {
        assert_eq!(handle.ask_and_wait(request).await, Answer::Accepted(Accepted::Done));
    }
    handle
}

/// The same, and it takes entries.
async fn opened(bench: &Bench, units: u32) -> ShowHandle {
    let handle = planned(bench, units).await;
    assert_eq!(handle.ask_and_wait(brand("open", open())).await, Answer::Accepted(Accepted::Done));
    handle
}

async fn enter(handle: &ShowHandle, viewer: &str) -> u64 {
    match handle.ask_and_wait(reserve(viewer)).await {
        Answer::Accepted(Accepted::Waiter(waiter)) => waiter.waiter,
        other => panic!("no place: {other:?}"),
    }
}

async fn entries(journal: &MemoryJournal) -> Vec<RawEntry> {
    journal.read("show", 1, 1_000).await.unwrap()
}

fn facts(entry: &RawEntry) -> Vec<Fact> {
    decode_entry(entry).unwrap().facts
}

/// The entry that draws, and the one before it.
async fn draw(journal: &MemoryJournal) -> Option<(RawEntry, RawEntry)> {
    let entries = entries(journal).await;
    let drawn = entries.iter().position(|entry| matches!(facts(entry)[0], Fact::LotsDrawn { .. }))?;
    Some((entries[drawn].clone(), entries[drawn - 1].clone()))
}

async fn seed(handle: &ShowHandle) -> Option<Digest> {
    let lots = |show: &Show| show.drop(&drop_id()).and_then(|drop| Some(drop.lots()?.seed));
    handle.read(move |show, _| lots(show)).await.unwrap()
}

fn seed_of(secret: &[u8]) -> Digest {
    Seeds::new(secret).of(&show("show"), &drop_id())
}

#[tokio::test]
async fn a_planned_draw_is_bound_at_once() {
    let bench = Bench::with(config(b"one"));
    planned(&bench, 1).await;
    let entries = entries(&bench.journal).await;
    let commitment = Digest::of(&seed_of(b"one").0);
    assert_eq!(facts(&entries[1]), [Fact::DrawCommitted { drop: drop_id(), commitment }]);
    assert_eq!(entries.len(), 3, "plan, binding, start");
}

#[tokio::test]
async fn without_seeds_no_draw_opens() {
    let bench = Bench::new();
    let handle = planned(&bench, 1).await;
    let refused = handle.ask_and_wait(brand("open", open())).await;
    assert_eq!(refused, Answer::Refused(Refusal::DrawUncommitted));
}

#[tokio::test]
async fn lots_are_drawn_when_the_entries_close() {
    let bench = Bench::with(config(b"one"));
    let handle = opened(&bench, 1).await;
    let viewers = ["ada", "bob", "cyd"];
    for viewer in viewers {
        enter(&handle, viewer).await;
    }
    bench.clock.advance_ms(ENTRY_MS - 1);
    settle().await;
    assert_eq!(draw(&bench.journal).await, None, "not before its time");
    bench.clock.advance_ms(1);
    until("the lots are drawn", || bench.recorder().published().last() == Some(&8)).await;
    let (drawn, before) = draw(&bench.journal).await.unwrap();
    let [Fact::LotsDrawn { seed, digest, .. }, Fact::ReservationOffered { viewer, .. }] = &facts(&drawn)[..] else {
        panic!("it draws, and offers what there is: {:?}", facts(&drawn))
    };
    assert_eq!((*seed, *digest), (seed_of(b"one"), Digest(before.digest.0)));
    let lots = Lots { at: START, seed: *seed, digest: *digest };
    let lot = |name: &&str| lots.lot(&Lots::ticket(&PrincipalId::new(name).unwrap()));
    assert_eq!(viewers.into_iter().min_by_key(lot), Some(viewer.as_str()));
}

#[tokio::test]
async fn a_late_click_is_decided_after_the_draw_and_not_in_it() {
    let bench = Bench::with(config(b"one"));
    let handle = opened(&bench, 1).await;
    enter(&handle, "ada").await;
    // The click is in the mailbox before the writer can notice that time passed.
    let late = ask(&handle, reserve("bob"));
    bench.clock.advance_ms(ENTRY_MS);
    assert_eq!(late.answer().await, Answer::Refused(Refusal::SoldOut));
    let offered = handle.read(|show, _| show.waiter(WaiterId(1)).map(|waiter| waiter.state));
    assert!(matches!(offered.await.unwrap(), Some(WaiterState::Offered(_))));
}

#[tokio::test]
async fn a_restart_before_the_lots_are_drawn_draws_them() {
    let bench = Bench::with(config(b"one"));
    enter(&opened(&bench, 1).await, "ada").await;
    bench.engine.stop().await;
    bench.clock.advance_ms(ENTRY_MS);
    assert_eq!(draw(&bench.journal).await, None);
    let restarted = bench.another();
    assert_eq!(seed(&restarted.opened().await).await, Some(seed_of(b"one")));
    let (_, before) = draw(&bench.journal).await.unwrap();
    assert!(matches!(facts(&before)[..], [Fact::WaitlistJoined { .. }]));
}

#[tokio::test]
async fn another_secret_binds_planned_draws_anew() {
    let bench = Bench::with(config(b"one"));
    planned(&bench, 1).await;
    bench.engine.stop().await;
    let other = another(&bench, b"other");
    let handle = other.opened().await;
    let commitment = handle.read(|show, _| show.drop(&drop_id()).and_then(Drop::commitment));
    assert_eq!(commitment.await.unwrap(), Some(Digest::of(&seed_of(b"other").0)));
    assert_eq!(handle.ask_and_wait(brand("open", open())).await, Answer::Accepted(Accepted::Done));
    enter(&handle, "ada").await;
    other.clock.advance_ms(ENTRY_MS);
    assert_eq!(seed(&handle).await, Some(seed_of(b"other")));
}

#[tokio::test]
async fn an_open_draw_waits_for_the_secret_that_bound_it() {
    let bench = Bench::with(config(b"one"));
    enter(&opened(&bench, 1).await, "ada").await;
    bench.engine.stop().await;
    let other = another(&bench, b"other");
    let handle = other.opened().await;
    other.clock.advance_ms(ENTRY_MS);
    assert_eq!(handle.ask_and_wait(reserve("bob")).await, Answer::Refused(Refusal::DrawPending));
    // The show goes on, and is written to later than the lots were due.
    let more = Command::AddUnits { drop: None, sku: sku(), units: 1 };
    assert_eq!(handle.ask_and_wait(brand("more", more)).await, Answer::Accepted(Accepted::Done));
    assert_eq!(seed(&handle).await, None);
    other.engine.stop().await;
    // The secret is back, at a node whose clock is behind what was decided.
    let handle = another(&bench, b"one").opened().await;
    assert_eq!(seed(&handle).await, Some(seed_of(b"one")));
}

#[tokio::test]
async fn a_draw_without_its_secret_can_be_closed() {
    let bench = Bench::with(config(b"one"));
    enter(&opened(&bench, 1).await, "ada").await;
    bench.engine.stop().await;
    let handle = another(&bench, b"other").opened().await;
    let close = brand("close", Command::CloseDrop { drop: drop_id() });
    assert_eq!(handle.ask_and_wait(close).await, Answer::Accepted(Accepted::Done));
    let phase = handle.read(|show, _| show.drop(&drop_id()).map(Drop::phase)).await;
    assert_eq!(phase.unwrap(), Some(DropPhase::Closed));
}

#[tokio::test]
async fn a_show_put_away_is_woken_for_its_draw() {
    let config = EngineConfig { idle_after: Duration::from_millis(1), ..config(b"one") };
    let bench = Bench::with(config);
    enter(&opened(&bench, 1).await, "ada").await;
    until("it is put away", || bench.engine.loaded() == 0).await;
    let waker = tokio::spawn(wake_due_shows(Arc::clone(&bench.engine)));
    bench.clock.advance_ms(ENTRY_MS);
    until("it is woken", || draw(&bench.journal).now_or_never().flatten().is_some()).await;
    waker.abort();
}
