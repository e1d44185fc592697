//! Shows are loaded when they are needed, put away when they are not, and given back at the end.

use std::time::Duration;

use dropcast::{
    engine::{Answer, EngineConfig, OpenError, RetryReason},
    journal::{Journal as _, Position, ReadError},
};
use dropcast_domain::show::Command;
use dropcast_proto::v1;
use prost::Message as _;

use crate::fixture::*;

fn restless() -> EngineConfig {
    EngineConfig { idle_after: Duration::from_millis(1), ..EngineConfig::default() }
}

#[tokio::test]
async fn a_name_that_nobody_planned_costs_nothing() {
    let bench = Bench::new();
    assert!(matches!(bench.engine.open(&show("nobody")).await, Err(OpenError::Unknown)));
    assert_eq!(bench.engine.loaded(), 0);
    assert_eq!(bench.recorders.loads(&show("nobody")), 0);
}

#[tokio::test]
async fn an_idle_show_saves_a_snapshot_and_is_given_back() {
    let bench = Bench::with(restless());
    let handle = bench.on_sale(2).await;
    held(&handle.ask_and_wait(reserve("ada")).await);
    let state = bench.state().await;
    until("it is put away", || bench.engine.loaded() == 0).await;
    let snapshot = bench.journal.snapshot("show").await.unwrap().expect("a snapshot");
    assert_eq!(snapshot.position.seq, 4);
    assert!(bench.recorder().has_ended());
    assert!(!handle.is_open());
    assert!(is_retry(&handle.ask_and_wait(reserve("bob")).await, RetryReason::Stopping));
    assert!(handle.read(|_, _| ()).await.is_err());
    assert_eq!(bench.recorders.counts().loaded, 0);
    // Opened again, it starts from the snapshot: what came before may be gone.
    let claim = bench.journal.claim("show").await.unwrap();
    bench.journal.trim(&claim, 4).await.unwrap();
    assert_eq!(bench.state().await, state);
    assert_eq!(held(&bench.opened().await.ask_and_wait(reserve("bob")).await), 2);
}

#[tokio::test]
async fn only_what_follows_the_snapshot_is_folded() {
    let bench = Bench::new();
    bench.on_sale(5).await;
    bench.engine.stop().await;
    let claim = bench.journal.claim("show").await.unwrap();
    bench.journal.trim(&claim, 3).await.unwrap();
    let second = bench.another();
    held(&second.opened().await.ask_and_wait(reserve("ada")).await);
    // No clean end this time: the snapshot is older than the journal.
    let third = bench.another();
    let (count, position) = third.opened().await.read(|show, position| (show.hold_count(), position)).await.unwrap();
    assert_eq!((count, position.seq), (1, 4));
    assert_eq!(bench.journal.snapshot("show").await.unwrap().unwrap().position.seq, 3);
}

#[tokio::test]
async fn snapshots_are_made_while_appends_are_under_way() {
    let bench = Bench::with(EngineConfig { snapshot_every_entries: 10, batch_max: 4, ..EngineConfig::default() });
    let handle = bench.on_sale(1_000).await;
    for round in 0..5 {
        bench.faults.hold_appends();
        let asked: Vec<Asked> = (0..20).map(|each| ask(&handle, reserve(&format!("viewer-{round}-{each}")))).collect();
        until("appends are under way", || bench.faults.held_appends() == 4).await;
        let before = bench.journal.snapshot("show").await.unwrap();
        assert!(before.is_none_or(|snapshot| snapshot.position.seq <= 3 + 20 * round));
        bench.faults.release_appends();
        for asked in asked {
            held(&asked.answer().await);
        }
    }
    settle().await;
    let snapshot = bench.journal.snapshot("show").await.unwrap().unwrap();
    // Half of the journal is folded at most.
    assert!(snapshot.position.seq * 2 > 103, "{}", snapshot.position.seq);
    let state = bench.state().await;
    assert_eq!(bench.another().state().await, state);
}

#[tokio::test]
async fn a_snapshot_waits_until_nobody_does() {
    let bench = Bench::with(EngineConfig { snapshot_every_entries: 10, batch_max: 4, ..EngineConfig::default() });
    let handle = bench.on_sale(100).await;
    bench.faults.hold_appends();
    let asked: Vec<Asked> = (0..16).map(|each| ask(&handle, reserve(&format!("viewer-{each}")))).collect();
    until("appends are under way", || bench.faults.held_appends() == 4).await;
    bench.faults.release_appends();
    for asked in asked {
        held(&asked.answer().await);
    }
    settle().await;
    assert_eq!(bench.journal.snapshot("show").await.unwrap().unwrap().position.seq, 3 + 16);
}

#[tokio::test]
async fn what_a_snapshot_stands_for_is_trimmed_but_for_what_is_kept() {
    let config = EngineConfig { snapshot_every_entries: 5, keep_entries: Some(2), ..EngineConfig::default() };
    let bench = Bench::with(config);
    let handle = bench.on_sale(20).await;
    for viewer in 0..10 {
        held(&handle.ask_and_wait(reserve(&format!("viewer-{viewer}"))).await);
    }
    let state = bench.state().await;
    bench.engine.stop().await;
    let snapshot_seq = bench.journal.snapshot("show").await.unwrap().unwrap().position.seq;
    let gap = bench.journal.read("show", 1, 1).await.unwrap_err();
    assert!(matches!(gap, ReadError::Gap { first_seq } if first_seq == snapshot_seq - 1), "{gap:?}");
    assert_eq!(bench.another().state().await, state);
}

#[tokio::test]
async fn a_snapshot_that_cannot_be_saved_stops_nothing() {
    let bench = Bench::with(EngineConfig { snapshot_every_entries: 1, ..EngineConfig::default() });
    bench.faults.fail_snapshots(true);
    let handle = bench.on_sale(1).await;
    held(&handle.ask_and_wait(reserve("ada")).await);
    let state = bench.state().await;
    bench.engine.stop().await;
    assert_eq!(bench.journal.snapshot("show").await.unwrap(), None);
    assert_eq!(bench.another().state().await, state);
}

#[tokio::test]
async fn a_show_that_somebody_watches_is_not_put_away() {
    let bench = Bench::with(restless());
    bench.engine.open_or_create(&show("show")).await.unwrap();
    bench.recorder().set_in_use(true);
    let handle = bench.on_sale(1).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(handle.is_open());
    bench.recorder().set_in_use(false);
    until("it is put away", || bench.engine.loaded() == 0).await;
}

#[tokio::test]
async fn a_show_with_something_under_way_is_not_put_away() {
    let bench = Bench::with(restless());
    let handle = bench.on_sale(1).await;
    bench.recorder().set_in_use(true);
    bench.faults.hold_appends();
    let asked = ask(&handle, reserve("ada"));
    bench.recorder().set_in_use(false);
    until("the append is under way", || bench.faults.held_appends() == 1).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(handle.is_open());
    bench.faults.release_appends();
    held(&asked.answer().await);
    until("it is put away", || bench.engine.loaded() == 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn opened_by_many_at_once_it_is_loaded_once() {
    let bench = Bench::new();
    bench.on_sale(1).await;
    bench.engine.stop().await;
    let other = bench.another();
    let openers: Vec<_> = (0..50)
        .map(|_| {
            let engine = other.engine.clone();
            tokio::spawn(async move { engine.open(&show("show")).await.map(drop) })
        })
        .collect();
    for opener in openers {
        opener.await.unwrap().unwrap();
    }
    assert_eq!(other.recorders.loads(&show("show")), 1);
}

/// Openers, askers and a show that is put away whenever it can: never two writers, never a lost command.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn opened_while_it_is_put_away() {
    let bench = Bench::with(restless());
    bench.on_sale(10_000).await;
    let workers: Vec<_> = (0..8)
        .map(|worker| {
            let engine = bench.engine.clone();
            tokio::spawn(async move {
                for number in 0..100 {
                    // Now and then nobody asks for long enough.
                    tokio::time::sleep(Duration::from_micros(number * 37 % 50 * 100)).await;
                    loop {
                        let handle = engine.open(&show("show")).await.unwrap();
                        match handle.ask_and_wait(reserve(&format!("viewer-{worker}-{number}"))).await {
                            Answer::Accepted(_) => break,
                            Answer::Retry { reason: RetryReason::Stopping, .. } => {}
                            other => panic!("{other:?}"),
                        }
                    }
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await.unwrap();
    }
    assert_eq!(bench.recorders.counts().failed, 0, "nobody was fenced");
    assert_eq!(bench.opened().await.read(|show, _| show.hold_count()).await.unwrap(), 800);
    assert!(bench.recorders.loads(&show("show")) > 1);
}

#[tokio::test]
async fn stop_answers_everybody_and_gives_the_shows_back() {
    let bench = Bench::with(EngineConfig { batch_max: 3, ..EngineConfig::default() });
    let mut asked = Vec::new();
    for name in ["one", "two", "three"] {
        let handle = bench.on_sale_as(name, 100).await;
        asked.extend((0..20).map(|number| ask(&handle, reserve(&format!("viewer-{number}")))));
    }
    bench.engine.stop().await;
    for asked in asked {
        held(&asked.answer().await);
    }
    assert_eq!(bench.engine.loaded(), 0);
    assert!(matches!(bench.engine.open_or_create(&show("one")).await, Err(OpenError::Stopping)));
    for name in ["one", "two", "three"] {
        assert_eq!(bench.journal.tail(name).await.unwrap().seq, 23);
        assert_eq!(bench.journal.snapshot(name).await.unwrap().unwrap().position.seq, 23);
    }
    // Stopped twice is stopped.
    bench.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn stop_while_shows_are_opened() {
    for _ in 0..50 {
        let bench = Bench::new();
        bench.on_sale(1_000).await;
        bench.engine.stop().await;
        let other = bench.another();
        let openers: Vec<_> = (0..8)
            .map(|number| {
                let engine = other.engine.clone();
                tokio::spawn(async move {
                    match engine.open(&show("show")).await {
                        Ok(handle) => Some(handle.ask_and_wait(reserve(&format!("viewer-{number}"))).await),
                        Err(OpenError::Stopping) => None,
                        Err(other) => panic!("{other}"),
                    }
                })
            })
            .collect();
        tokio::task::yield_now().await;
        other.engine.stop().await;
        let mut accepted = 0;
        for opener in openers {
            match opener.await.unwrap() {
                None | Some(Answer::Retry { reason: RetryReason::Stopping, .. }) => {}
                Some(answer) => accepted += usize::from(held(&answer) > 0),
            }
        }
        assert_eq!(other.engine.loaded(), 0, "no writer is left behind");
        let count = bench.another().opened().await.read(|show, _| show.hold_count()).await.unwrap();
        assert_eq!(count, accepted);
    }
}

#[tokio::test]
async fn the_list_of_shows_follows_the_show() {
    let bench = Bench::new();
    let handle = bench.on_sale(1).await;
    let phase = async || {
        let listed = bench.journal.list(None, 10).await.unwrap();
        let card = v1::ShowCard::decode(listed[0].card.clone()).unwrap();
        (listed[0].show.clone(), card.phase())
    };
    assert_eq!(phase().await, ("show".to_owned(), v1::ShowPhase::Live));
    handle.ask_and_wait(brand("end", Command::End)).await;
    assert_eq!(phase().await, ("show".to_owned(), v1::ShowPhase::Ended));
    assert_ne!(bench.journal.tail("show").await.unwrap(), Position::default());
}
