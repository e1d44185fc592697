//! Many at once: every command gets exactly one answer, and the answers add up.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use dropcast::{
    engine::{Accepted, Answer, EngineConfig, RetryReason},
    journal::AppendFault,
};
use dropcast_domain::show::Refusal;

use crate::fixture::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thousands_click_on_one_show() {
    const CLICKS: usize = 5_000;
    const UNITS: u32 = 500;
    let bench = Bench::with(EngineConfig { mailbox_max: CLICKS, ..EngineConfig::default() });
    let handle = bench.on_sale(UNITS).await;
    let clickers: Vec<_> = (0..CLICKS)
        .map(|number| {
            let handle = handle.clone();
            tokio::spawn(async move { handle.ask_and_wait(reserve(&format!("viewer-{number}"))).await })
        })
        .collect();
    let mut reservations = BTreeSet::new();
    let mut refused = 0;
    for clicker in clickers {
        match clicker.await.unwrap() {
            Answer::Accepted(Accepted::Held(reservation)) => assert!(reservations.insert(reservation.reservation)),
            Answer::Refused(Refusal::SoldOut) => refused += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((reservations.len(), refused), (UNITS as usize, CLICKS - UNITS as usize));
    let counts = bench.recorders.counts();
    assert_eq!((counts.decided, counts.refused, counts.entries), (CLICKS + 3, refused, UNITS as usize + 3));
    assert!(counts.appends <= counts.entries);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_shows_sell_side_by_side() {
    let bench = Bench::new();
    let shows: Vec<_> = (0..40)
        .map(|number| {
            let (engine, name) = (bench.engine.clone(), format!("show-{number}"));
            tokio::spawn(async move {
                let handle = engine.open_or_create(&show(&name)).await.unwrap();
                for request in [plan(10), brand("start", dropcast_domain::show::Command::Start), brand("open", open())]
                {
                    assert_eq!(handle.ask_and_wait(request).await, Answer::Accepted(Accepted::Done));
                }
                let asked: Vec<Asked> =
                    (0..30).map(|viewer| ask(&handle, reserve(&format!("viewer-{viewer}")))).collect();
                let mut accepted = 0;
                for asked in asked {
                    accepted += usize::from(matches!(asked.answer().await, Answer::Accepted(_)));
                }
                accepted
            })
        })
        .collect();
    for show in shows {
        assert_eq!(show.await.unwrap(), 10);
    }
    assert_eq!(bench.engine.loaded(), 40);
    bench.engine.stop().await;
}

/// Clickers who come back with the same key, appends that fail in every way, and a mailbox that is too small: in the end
/// everybody knows where they are, and the units add up.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_command_gets_one_answer_whatever_the_journal_does() {
    const BUYERS: usize = 200;
    const UNITS: u32 = 150;
    let config = EngineConfig { mailbox_max: 64, batch_max: 8, retry_after_ms: 1, ..EngineConfig::default() };
    let bench = Bench::with(config);
    let handle = bench.on_sale(UNITS).await;
    for fault in [AppendFault::InDoubtAppended, AppendFault::InDoubtLost, AppendFault::InDoubtAppended] {
        bench.faults.next_append(fault);
    }
    let answers = Arc::new(AtomicUsize::new(0));
    let asks = Arc::new(AtomicUsize::new(0));
    let buyers: Vec<_> = (0..BUYERS)
        .map(|number| {
            let (handle, answers, asks) = (handle.clone(), answers.clone(), asks.clone());
            tokio::spawn(async move {
                loop {
                    let (sender, receiver) = tokio::sync::oneshot::channel();
                    let answers = answers.clone();
                    asks.fetch_add(1, Ordering::Relaxed);
                    handle.ask(
                        reserve(&format!("viewer-{number}")),
                        Box::new(move |answer| {
                            answers.fetch_add(1, Ordering::Relaxed);
                            sender.send(answer).unwrap();
                        }),
                    );
                    match receiver.await.expect("an answer") {
                        Answer::Accepted(Accepted::Held(reservation)) => return Some(reservation.reservation),
                        Answer::Refused(Refusal::SoldOut) => return None,
                        Answer::Retry { reason: RetryReason::Busy | RetryReason::Unavailable, .. }
                        | Answer::Pending { .. } => tokio::time::sleep(std::time::Duration::from_millis(1)).await,
                        other => panic!("{other:?}"),
                    }
                }
            })
        })
        .collect();
    let mut reservations = BTreeSet::new();
    for buyer in buyers {
        reservations.extend(buyer.await.unwrap());
    }
    assert_eq!(answers.load(Ordering::Relaxed), asks.load(Ordering::Relaxed));
    assert_eq!(reservations, (1..=u64::from(UNITS)).collect());
    let published = bench.recorder().published();
    assert_eq!(published, (1..=u64::from(UNITS) + 3).collect::<Vec<_>>(), "each entry once, in order");
    let state = bench.state().await;
    assert_eq!(bench.another().state().await, state);
}
