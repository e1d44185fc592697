//! Appends that fail, and a journal that is away.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use dropcast::{
    codec::BodyWriter,
    engine::{Answer, EngineConfig, Observer, OpenError, RetryReason},
    journal::{Append, AppendFault, Journal as _, MemoryJournal, RawEntry},
};
use dropcast_domain::show::{Command, Entry, Fact, Refusal};
use futures_util::FutureExt as _;

use crate::fixture::*;

/// What the free, held and sold units are.
async fn units(bench: &Bench) -> (u32, u32, u32) {
    let stock = bench.opened().await.read(|show, _| show.stock(&sku())).await.unwrap().unwrap();
    (stock.free, stock.held, stock.sold)
}

#[tokio::test]
async fn unavailable_sells_nothing_and_goes_on_when_the_journal_is_back() {
    let bench = Bench::new();
    let handle = bench.on_sale(1).await;
    bench.faults.next_append(AppendFault::Unavailable);
    assert!(is_retry(&handle.ask_and_wait(reserve("ada")).await, RetryReason::Unavailable));
    assert_eq!(units(&bench).await, (1, 0, 0));
    assert_eq!(bench.recorder().published(), [1, 2, 3]);
    assert_eq!(held(&handle.ask_and_wait(reserve("ada")).await), 1);
    assert_eq!(bench.recorder().published(), [1, 2, 3, 4]);
    assert_eq!(bench.recorders.counts().failed, 1);
}

#[tokio::test]
async fn what_rests_on_an_append_that_failed_is_undone_with_it() {
    let bench = Bench::with(EngineConfig { batch_max: 1, ..EngineConfig::default() });
    let handle = bench.on_sale(2).await;
    bench.faults.hold_appends();
    // What waits already when an append begins is decided beside it, as long as it fills a batch.
    let [first, second, refused] = ["ada", "bob", "cyd"].map(|viewer| ask(&handle, reserve(viewer)));
    let mut read = std::pin::pin!(handle.read(|show, _| show.hold_count()));
    assert!(read.as_mut().now_or_never().is_none(), "it is asked, and waits");
    until("two are under way", || bench.faults.held_appends() == 2).await;
    settle().await;
    bench.faults.next_append(AppendFault::Unavailable);
    bench.faults.release_appends();
    for asked in [first, second, refused] {
        assert!(is_retry(&asked.answer().await, RetryReason::Unavailable));
    }
    assert!(read.await.is_err(), "what was seen never became true");
    assert_eq!(units(&bench).await, (2, 0, 0));
}

#[tokio::test]
async fn what_was_durable_before_the_failure_is_answered() {
    let bench = Bench::with(EngineConfig { batch_max: 1, ..EngineConfig::default() });
    let handle = bench.on_sale(2).await;
    bench.faults.hold_appends();
    let [first, second] = ["ada", "bob"].map(|viewer| ask(&handle, reserve(viewer)));
    until("both are under way", || bench.faults.held_appends() == 2).await;
    // The first is appended, but its answer is lost; the second finds the journal full.
    bench.faults.next_append(AppendFault::InDoubtAppended);
    bench.faults.next_append(AppendFault::Unavailable);
    bench.faults.release_appends();
    assert_eq!(held(&first.answer().await), 1);
    assert!(is_retry(&second.answer().await, RetryReason::Unavailable));
    assert_eq!(units(&bench).await, (1, 1, 0));
    assert_eq!(bench.recorder().published(), [1, 2, 3, 4]);
}

#[tokio::test]
async fn in_doubt_but_appended_is_answered_as_planned() {
    let bench = Bench::new();
    let handle = bench.on_sale(1).await;
    bench.faults.hold_appends();
    let winner = ask(&handle, reserve("ada"));
    let loser = ask(&handle, reserve("bob"));
    until("the append is under way", || bench.faults.held_appends() == 1).await;
    bench.faults.next_append(AppendFault::InDoubtAppended);
    bench.faults.release_appends();
    assert_eq!(held(&winner.answer().await), 1);
    assert_eq!(loser.answer().await, Answer::Refused(Refusal::SoldOut));
    assert_eq!(bench.recorder().published(), [1, 2, 3, 4]);
    assert_eq!(units(&bench).await, (0, 1, 0));
}

#[tokio::test]
async fn in_doubt_and_lost_is_retried_and_the_units_are_free() {
    let bench = Bench::new();
    let handle = bench.on_sale(1).await;
    bench.faults.hold_appends();
    let winner = ask(&handle, reserve("ada"));
    let loser = ask(&handle, reserve("bob"));
    until("the append is under way", || bench.faults.held_appends() == 1).await;
    bench.faults.next_append(AppendFault::InDoubtLost);
    bench.faults.release_appends();
    assert!(is_retry(&winner.answer().await, RetryReason::Unavailable));
    assert!(is_retry(&loser.answer().await, RetryReason::Unavailable), "nothing is sold out");
    assert_eq!(units(&bench).await, (1, 0, 0));
    assert_eq!(bench.recorder().published(), [1, 2, 3]);
    assert_eq!(held(&handle.ask_and_wait(reserve("bob")).await), 1);
}

/// In doubt, and the journal can't be asked: *pending*. What is known later depends on what became of the append.
async fn pending_until_the_journal_is_back(fault: AppendFault, was_appended: bool) {
    let bench = Bench::new();
    let handle = bench.on_sale(1).await;
    bench.faults.next_append(fault);
    bench.faults.fail_reads(true);
    assert_eq!(handle.ask_and_wait(reserve("ada")).await, Answer::Pending { after_ms: 250 });
    // In the meantime nobody waits for long, and nothing is made known.
    assert!(is_retry(&handle.ask_and_wait(reserve("bob")).await, RetryReason::Unavailable));
    assert!(handle.read(|show, _| show.hold_count()).await.is_err());
    assert_eq!(bench.recorder().published(), [1, 2, 3]);
    bench.faults.fail_reads(false);
    let end = if was_appended { 4 } else { 3 };
    until("the show is loaded anew", || bench.recorder().loaded() == [0, end]).await;
    assert_eq!(bench.recorder().published().last(), Some(&end));
    assert_eq!(units(&bench).await, if was_appended { (0, 1, 0) } else { (1, 0, 0) });
    assert_eq!(held(&handle.ask_and_wait(reserve("ada")).await), 1, "the key tells");
    assert_eq!(bench.recorder().published(), [1, 2, 3, 4], "each once");
}

#[tokio::test]
async fn pending_turns_out_to_be_appended() {
    pending_until_the_journal_is_back(AppendFault::InDoubtAppended, true).await;
}

#[tokio::test]
async fn pending_turns_out_to_be_lost() {
    pending_until_the_journal_is_back(AppendFault::InDoubtLost, false).await;
}

#[tokio::test]
async fn a_journal_that_is_full_turns_everybody_away_without_spinning() {
    let bench = Bench::new();
    let handle = bench.on_sale(1).await;
    for _ in 0..3 {
        bench.faults.next_append(AppendFault::Unavailable);
    }
    let started = std::time::Instant::now();
    let mut asked = 0_usize;
    loop {
        let answer = handle.ask_and_wait(reserve("ada")).await;
        if !is_retry(&answer, RetryReason::Unavailable) {
            assert_eq!(held(&answer), 1);
            break;
        }
        asked += 1;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert!(asked >= 3);
    // It failed three times: the second time there was a wait of 100 ms before the journal was tried, then one of 200.
    assert!(started.elapsed() >= Duration::from_millis(300));
    assert_eq!(bench.recorder().loaded().len(), 4);
}

#[tokio::test]
async fn a_fenced_writer_gives_way_and_the_show_goes_on_elsewhere() {
    let bench = Bench::new();
    let handle = bench.on_sale(2).await;
    let other = bench.another();
    let taken_over = other.opened().await;
    assert_eq!(held(&taken_over.ask_and_wait(reserve("bob")).await), 1);
    assert!(is_retry(&handle.ask_and_wait(reserve("ada")).await, RetryReason::Stopping));
    until("the fenced writer is gone", || bench.recorder().has_ended() && bench.engine.loaded() == 0).await;
    assert!(!handle.is_open());
    assert!(is_retry(&handle.ask_and_wait(reserve("ada")).await, RetryReason::Stopping));
    assert_eq!(held(&taken_over.ask_and_wait(reserve("ada")).await), 2);
    // And back again.
    let back = bench.opened().await;
    assert_eq!(back.ask_and_wait(reserve("cyd")).await, Answer::Refused(Refusal::SoldOut));
    assert_eq!(held(&back.ask_and_wait(reserve("bob")).await), 1, "under the same key");
}

/// Claims the show for another node between two appends of one batch, while a plan is decided; and adds units there.
struct Usurper {
    journal: MemoryJournal,
    is_armed: AtomicBool,
}

impl Observer for Usurper {
    fn decided(&self, command: &Command, _refusal: Option<&Refusal>) {
        if matches!(command, Command::Plan(_)) && self.is_armed.load(Ordering::Relaxed) {
            let claim = self.journal.claim("show").now_or_never().unwrap().unwrap();
            let facts = vec![Fact::UnitsAdded { sku: sku(), units: 1, planned: false }];
            let entry = BodyWriter::default().write(&Entry { at: START, cause: None, facts });
            let entries = vec![RawEntry::following(&claim.tail, START.0, entry)];
            let append = Append { expected: claim.tail, entries, ..Append::default() };
            self.journal.append(&claim, append).now_or_never().unwrap().unwrap();
        }
    }
}

/// An append whose answer is lost, then one that finds the show claimed; what became of the first is told by digests,
/// because another entry may have its number.
async fn in_doubt_and_then_fenced(fault: AppendFault, was_appended: bool) {
    let bench = Bench::new();
    let usurper = Arc::new(Usurper { journal: bench.journal.connect(), is_armed: AtomicBool::new(false) });
    let bench = bench.observed_by(Arc::clone(&usurper) as _);
    let handle = bench.on_sale(2).await;
    usurper.is_armed.store(true, Ordering::Relaxed);
    bench.faults.next_append(fault);
    let first = ask(&handle, reserve("ada"));
    let second = ask(&handle, plan_of(2, |plan| plan.settings.title = text("Winter")));
    let first = first.answer().await;
    if was_appended {
        assert_eq!(held(&first), 1);
    } else {
        assert!(is_retry(&first, RetryReason::Stopping), "{first:?}");
    }
    assert!(is_retry(&second.answer().await, RetryReason::Stopping));
    assert_eq!(bench.recorder().published().len(), if was_appended { 4 } else { 3 });
    until("the fenced writer is gone", || bench.engine.loaded() == 0).await;
}

#[tokio::test]
async fn in_doubt_but_appended_and_then_fenced() {
    in_doubt_and_then_fenced(AppendFault::InDoubtAppended, true).await;
}

#[tokio::test]
async fn in_doubt_and_lost_and_then_fenced() {
    in_doubt_and_then_fenced(AppendFault::InDoubtLost, false).await;
}

#[tokio::test]
async fn stopped_while_the_journal_is_away() {
    let bench = Bench::new();
    let handle = bench.on_sale(1).await;
    bench.faults.next_append(AppendFault::InDoubtAppended);
    bench.faults.fail_reads(true);
    assert_eq!(handle.ask_and_wait(reserve("ada")).await, Answer::Pending { after_ms: 250 });
    tokio::time::timeout(PATIENCE, bench.engine.stop()).await.expect("it stops all the same");
    assert!(is_retry(&handle.ask_and_wait(reserve("bob")).await, RetryReason::Stopping));
    bench.faults.fail_reads(false);
    let restarted = bench.another();
    assert_eq!(held(&restarted.opened().await.ask_and_wait(reserve("ada")).await), 1);
}

#[tokio::test]
async fn an_append_that_fails_while_stopping_leaves_nobody_without_an_answer() {
    for fault in [AppendFault::Unavailable, AppendFault::InDoubtLost, AppendFault::InDoubtAppended] {
        let config = EngineConfig { batch_max: 1, appends_in_flight_max: 1, ..EngineConfig::default() };
        let bench = Bench::with(config);
        let handle = bench.on_sale(100).await;
        bench.faults.hold_appends();
        let mut asked = vec![ask(&handle, reserve("before"))];
        until("an append is under way", || bench.faults.held_appends() == 1).await;
        let engine = bench.engine.clone();
        let stopping = tokio::spawn(async move { engine.stop().await });
        settle().await;
        // These come after it was told to stop, and are the first that it appends from then on.
        asked.extend((0..10).map(|number| ask(&handle, reserve(&format!("after-{number}")))));
        bench.faults.release_appends();
        bench.faults.next_append(fault);
        let mut accepted = 0;
        for asked in asked {
            match asked.answer().await {
                Answer::Accepted(_) => accepted += 1,
                Answer::Retry { .. } => {}
                other => panic!("{fault:?}: {other:?}"),
            }
        }
        assert_eq!(accepted, if fault == AppendFault::InDoubtAppended { 11 } else { 10 }, "{fault:?}");
        stopping.await.unwrap();
        assert_eq!(bench.journal.snapshot("show").await.unwrap().unwrap().position.seq, 3 + accepted);
    }
}

#[tokio::test]
async fn a_show_that_cannot_be_claimed_or_read_says_so_and_opens_later() {
    let bench = Bench::new();
    bench.on_sale(1).await;
    bench.engine.stop().await;
    let other = bench.another();
    bench.faults.fail_claims(true);
    assert!(matches!(other.engine.open(&show("show")).await, Err(OpenError::Claim(_))));
    bench.faults.fail_claims(false);
    bench.faults.fail_reads(true);
    assert!(matches!(other.engine.open(&show("show")).await, Err(OpenError::Load(_))));
    assert_eq!(other.engine.loaded(), 0);
    bench.faults.fail_reads(false);
    assert_eq!(held(&other.opened().await.ask_and_wait(reserve("ada")).await), 1);
}

#[tokio::test]
async fn a_refusal_that_was_undone_is_decided_anew() {
    let bench = Bench::new();
    let handle = bench.on_sale(1).await;
    bench.faults.hold_appends();
    let closing = ask(&handle, brand("close", Command::CloseDrop { drop: drop_id() }));
    let refused = ask(&handle, reserve("ada"));
    until("the append is under way", || bench.faults.held_appends() == 1).await;
    bench.faults.next_append(AppendFault::Unavailable);
    bench.faults.release_appends();
    assert!(is_retry(&closing.answer().await, RetryReason::Unavailable));
    assert!(is_retry(&refused.answer().await, RetryReason::Unavailable), "the drop never closed");
    assert_eq!(held(&handle.ask_and_wait(reserve("ada")).await), 1);
}
