//! Deadlines come true by themselves, whoever runs the show.

use std::{sync::Arc, time::Duration};

use dropcast::{
    clock::Clock as _,
    engine::{Answer, EngineConfig, wake_due_shows},
    journal::{AppendFault, Journal as _},
};
use dropcast_domain::{
    ids::{DropId, ReservationId},
    show::{Command, Drop, DropPhase, Refusal, ReservationState},
    time::Timestamp,
};
use futures_util::FutureExt as _;

use crate::fixture::*;

#[tokio::test]
async fn a_hold_runs_out_without_a_command() {
    let bench = Bench::new();
    let handle = bench.on_sale(1).await;
    held(&handle.ask_and_wait(reserve("ada")).await);
    bench.clock.advance_ms(HOLD_MS - 1);
    settle().await;
    assert_eq!(bench.recorder().published(), [1, 2, 3, 4], "not before its time");
    bench.clock.advance_ms(1);
    until("the hold is over", || bench.recorder().published() == [1, 2, 3, 4, 5]).await;
    let state = handle.read(|show, _| show.reservation(ReservationId(1)).map(|each| each.state)).await.unwrap();
    assert_eq!(state, Some(ReservationState::Expired));
    assert_eq!(held(&handle.ask_and_wait(reserve("bob")).await), 2);
}

#[tokio::test]
async fn a_decision_never_looks_at_a_hold_that_is_over() {
    let bench = Bench::new();
    let handle = bench.on_sale(1).await;
    held(&handle.ask_and_wait(reserve("ada")).await);
    // The command is in the mailbox before the writer can notice that time passed.
    let asked = ask(&handle, reserve("bob"));
    let too_late = ask(&handle, confirm("ada", 1));
    bench.clock.advance_ms(HOLD_MS);
    assert_eq!(held(&asked.answer().await), 2);
    let expired = Refusal::ReservationState { state: ReservationState::Expired };
    assert_eq!(too_late.answer().await, Answer::Refused(expired));
}

#[tokio::test]
async fn a_read_never_shows_a_hold_that_is_over() {
    let bench = Bench::new();
    let handle = bench.on_sale(1).await;
    held(&handle.ask_and_wait(reserve("ada")).await);
    bench.clock.advance_ms(HOLD_MS);
    assert_eq!(handle.read(|show, _| show.hold_count()).await.unwrap(), 0);
}

#[tokio::test]
async fn deadlines_wait_for_a_journal_that_is_away() {
    let bench = Bench::new();
    let handle = bench.on_sale(1).await;
    held(&handle.ask_and_wait(reserve("ada")).await);
    bench.faults.next_append(AppendFault::Unavailable);
    bench.faults.next_append(AppendFault::Unavailable);
    bench.clock.advance_ms(HOLD_MS);
    until("the hold is over", || bench.recorder().published() == [1, 2, 3, 4, 5]).await;
    assert_eq!(bench.recorders.counts().failed, 2);
    assert_eq!(held(&handle.ask_and_wait(reserve("bob")).await), 2);
}

#[tokio::test]
async fn thousands_of_holds_run_out_at_once() {
    let bench = Bench::new();
    let handle = bench.on_sale(10_000).await;
    let asked: Vec<Asked> = (0..3_000).map(|number| ask(&handle, reserve(&format!("viewer-{number}")))).collect();
    for asked in asked {
        held(&asked.answer().await);
    }
    bench.clock.advance_ms(HOLD_MS);
    assert_eq!(handle.read(|show, _| show.hold_count()).await.unwrap(), 0);
    let published = bench.recorder().published();
    assert_eq!(published, (1..=u64::try_from(published.len()).unwrap()).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_wake_index_knows_the_next_deadline() {
    let bench = Bench::new();
    let handle = bench.on_sale(2).await;
    assert!(bench.journal.due(u64::MAX, 10).await.unwrap().is_empty());
    held(&handle.ask_and_wait(reserve("ada")).await);
    let due = START.after_ms(HOLD_MS).0;
    assert!(bench.journal.due(due - 1, 10).await.unwrap().is_empty());
    assert_eq!(bench.journal.due(due, 10).await.unwrap(), ["show"]);
    handle.ask_and_wait(confirm("ada", 1)).await;
    assert!(bench.journal.due(u64::MAX, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_show_put_away_is_woken_when_it_is_due() {
    let bench = Bench::with(EngineConfig { idle_after: Duration::from_millis(1), ..EngineConfig::default() });
    let opens_at = START.after_ms(60_000);
    let handle = bench.on_sale(1).await;
    let mut late = drop_plan("late");
    late.opens_at = Some(opens_at);
    late.duration_ms = Some(5_000);
    let replanned = handle.ask_and_wait(plan_of(1, |plan| plan.drops.push(late))).await;
    assert!(matches!(replanned, Answer::Accepted(_)));
    until("it is put away", || bench.engine.loaded() == 0).await;
    let waker = tokio::spawn(wake_due_shows(Arc::clone(&bench.engine)));
    for (moment, phase) in [(60_000, DropPhase::Open), (65_000, DropPhase::Closed)] {
        advance_to(&bench, START.after_ms(moment));
        until("it is woken and put away again", || {
            let tail = bench.journal.tail("show").now_or_never().unwrap().unwrap();
            tail.seq == if phase == DropPhase::Open { 5 } else { 6 } && bench.engine.loaded() == 0
        })
        .await;
        let late = DropId::new("late").unwrap();
        let seen = bench.another().opened().await.read(move |show, _| show.drop(&late).map(Drop::phase)).await;
        assert_eq!(seen.unwrap(), Some(phase));
    }
    waker.abort();
}

fn advance_to(bench: &Bench, at: Timestamp) {
    bench.clock.advance_ms(at.0 - bench.clock.now().0);
}

#[tokio::test]
async fn a_drop_that_nobody_was_there_for_opens_and_closes() {
    let bench = Bench::new();
    let handle = bench.on_sale(1).await;
    let opens_at = Some(START.after_ms(60_000));
    let mut late = drop_plan("late");
    late.duration_ms = Some(5_000);
    handle.ask_and_wait(plan_of(1, |plan| plan.drops.push(late))).await;
    let drop = DropId::new("late").unwrap();
    handle.ask_and_wait(brand("schedule", Command::ScheduleDrop { drop: drop.clone(), opens_at })).await;
    bench.engine.stop().await;
    bench.clock.advance_ms(3_600_000);
    let seen = bench.another().opened().await.read(move |show, _| show.drop(&drop).map(Drop::phase)).await;
    assert_eq!(seen.unwrap(), Some(DropPhase::Closed));
}
