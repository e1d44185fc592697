//! A journal that is away, and what becomes of holds.

use std::{sync::Arc, time::Duration};

use dropcast::{
    codec::decode_entry,
    engine::{Accepted, Answer, EngineConfig, ShowHandle},
    journal::{AppendFault, Journal as _, MemoryJournal},
};
use dropcast_domain::{
    ids::ReservationId,
    show::{Fact, ReservationState},
};
use tokio::time::Instant;

use crate::fixture::*;

/// Shows stay loaded however long nobody asks anything.
fn config() -> EngineConfig {
    EngineConfig { idle_after: Duration::from_secs(86_400), ..EngineConfig::default() }
}

/// Lets the paused time of the test and the clocks of these nodes go on together.
async fn pass(benches: &[&Bench], seconds: u64) {
    pass_ms(benches, seconds * 1_000).await;
}

async fn pass_ms(benches: &[&Bench], ms: u64) {
    for _ in 0..ms / 100 {
        for bench in benches {
            bench.clock.advance_ms(100);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// By how much the journal says that holds were extended, each time.
async fn extensions(journal: &MemoryJournal) -> Vec<u64> {
    let entries = journal.read("show", 1, usize::MAX).await.unwrap();
    let facts = entries.iter().flat_map(|raw| decode_entry(raw).unwrap().facts);
    facts.filter_map(|fact| if let Fact::HoldsExtended { by_ms } = fact { Some(by_ms) } else { None }).collect()
}

async fn state_of(handle: &ShowHandle, reservation: u64) -> ReservationState {
    handle.read(move |show, _| show.reservation(ReservationId(reservation)).unwrap().state).await.unwrap()
}

/// Ada holds something that has 40 s left when the journal goes away, and somebody notices.
async fn away(bench: &Bench) -> ShowHandle {
    let handle = bench.on_sale(3).await;
    held(&handle.ask_and_wait(reserve("ada")).await);
    pass(&[bench], 80).await;
    bench.faults.outage(true);
    assert!(!matches!(handle.ask_and_wait(reserve("bob")).await, Answer::Accepted(_)));
    handle
}

#[tokio::test(start_paused = true)]
async fn a_hold_has_as_much_time_left_as_when_the_journal_went_away() {
    let bench = Bench::with(config());
    let handle = away(&bench).await;
    // It would have run out 20 s before the journal is back.
    pass(&[&bench], 60).await;
    bench.faults.outage(false);
    pass(&[&bench], 3).await;
    let extended = extensions(&bench.journal).await;
    assert!(matches!(extended[..], [60_000..=63_000]), "{extended:?}");
    assert_eq!(bench.recorder().published(), [1, 2, 3, 4, 5]);
    pass(&[&bench], 36).await;
    assert_eq!(state_of(&handle, 1).await, ReservationState::Held);
    pass(&[&bench], 5).await;
    assert_eq!(state_of(&handle, 1).await, ReservationState::Expired);
    assert_eq!(extensions(&bench.journal).await, extended, "once");
}

#[tokio::test(start_paused = true)]
async fn what_is_extended_can_be_bought() {
    let bench = Bench::with(config());
    let handle = away(&bench).await;
    pass(&[&bench], 60).await;
    bench.faults.outage(false);
    pass(&[&bench], 3).await;
    let Answer::Accepted(Accepted::Sold(_)) = handle.ask_and_wait(confirm("ada", 1)).await else { panic!() };
}

#[tokio::test(start_paused = true)]
async fn a_moment_extends_nothing() {
    let bench = Bench::with(config());
    away(&bench).await;
    bench.faults.outage(false);
    pass(&[&bench], 3).await;
    assert_eq!(extensions(&bench.journal).await, [0; 0]);
}

/// Nothing was written between two moments of trouble, because nobody asked for anything: that was no outage.
#[tokio::test(start_paused = true)]
async fn quiet_between_two_moments_of_trouble_is_no_outage() {
    let bench = Bench::with(config());
    let handle = away(&bench).await;
    bench.faults.outage(false);
    pass(&[&bench], 30).await;
    bench.faults.next_append(AppendFault::Unavailable);
    assert!(!matches!(handle.ask_and_wait(reserve("bob")).await, Answer::Accepted(_)));
    pass(&[&bench], 3).await;
    assert_eq!(extensions(&bench.journal).await, [0; 0]);
}

#[tokio::test(start_paused = true)]
async fn an_outage_that_was_made_good_does_not_count_again() {
    let bench = Bench::with(config());
    let handle = away(&bench).await;
    pass(&[&bench], 30).await;
    bench.faults.outage(false);
    while extensions(&bench.journal).await.is_empty() {
        pass_ms(&[&bench], 100).await;
    }
    let extended = extensions(&bench.journal).await;
    // It works for a second, and is away for less than counts.
    pass(&[&bench], 1).await;
    bench.faults.outage(true);
    assert!(!matches!(handle.ask_and_wait(reserve("bob")).await, Answer::Accepted(_)));
    pass(&[&bench], 1).await;
    bench.faults.outage(false);
    pass(&[&bench], 3).await;
    assert_eq!(extensions(&bench.journal).await, extended);
}

#[tokio::test(start_paused = true)]
async fn an_extension_is_bounded() {
    let bench = Bench::with(EngineConfig { outage_extension_max: Duration::from_secs(10), ..config() });
    let handle = away(&bench).await;
    pass(&[&bench], 45).await;
    bench.faults.outage(false);
    pass(&[&bench], 3).await;
    assert_eq!(extensions(&bench.journal).await, [10_000]);
    // 40 s were left, and 10 s came on top.
    assert_eq!(state_of(&handle, 1).await, ReservationState::Held);
    pass(&[&bench], 3).await;
    assert_eq!(state_of(&handle, 1).await, ReservationState::Expired);
}

#[tokio::test(start_paused = true)]
async fn an_append_that_gets_no_answer_for_long_is_an_outage() {
    let bench = Bench::with(config());
    let handle = bench.on_sale(3).await;
    held(&handle.ask_and_wait(reserve("ada")).await);
    pass(&[&bench], 80).await;
    bench.faults.hold_appends();
    let asked = ask(&handle, reserve("bob"));
    pass(&[&bench], 60).await;
    bench.faults.release_appends();
    assert_eq!(held(&asked.answer().await), 2);
    pass(&[&bench], 1).await;
    let extended = extensions(&bench.journal).await;
    assert!(matches!(extended[..], [59_000..=61_000]), "{extended:?}");
    assert_eq!(state_of(&handle, 1).await, ReservationState::Held);
}

#[tokio::test(start_paused = true)]
async fn an_extension_that_fails_itself_is_decided_anew() {
    for (fault, is_there) in
        [(AppendFault::Unavailable, false), (AppendFault::InDoubtLost, false), (AppendFault::InDoubtAppended, true)]
    {
        let bench = Bench::with(config());
        let handle = away(&bench).await;
        pass(&[&bench], 30).await;
        bench.faults.next_append(fault);
        bench.faults.outage(false);
        pass(&[&bench], 6).await;
        let extended = extensions(&bench.journal).await;
        let sum: u64 = extended.iter().sum();
        assert!((30_000..=36_000).contains(&sum), "{fault:?}: {extended:?}");
        assert!(is_there || extended.len() == 1, "{fault:?}: {extended:?}");
        let until = handle.read(|show, _| show.reservation(ReservationId(1)).unwrap().expires_at).await.unwrap();
        assert_eq!(until, START.after_ms(HOLD_MS + sum));
    }
}

/// Two nodes on a journal that was away: whichever is the first to have the show extends its holds, and once.
#[tokio::test(start_paused = true)]
async fn whoever_takes_the_show_over_extends_its_holds() {
    let (journal, start) = (MemoryJournal::new(), Instant::now());
    let since = move || START.0 + u64::try_from(start.elapsed().as_millis()).unwrap();
    let node = |name: &str| {
        let journal = Arc::new(journal.connect_as(name, Duration::from_secs(2), Arc::new(since)));
        Bench::of(journal, EngineConfig { node: name.to_owned(), ..config() })
    };
    let (first, second) = (node("first"), node("second"));
    let both = [&first, &second];
    let writer = first.on_sale(3).await;
    let follower = second.opened().await;
    held(&writer.ask_and_wait(reserve("ada")).await);
    pass(&both, 80).await;
    journal.faults().outage(true);
    pass(&both, 20).await;
    // The writer is gone when the journal is back.
    first.engine.stop().await;
    pass(&both, 40).await;
    journal.faults().outage(false);
    pass(&both, 4).await;
    let extended = extensions(&journal).await;
    assert!(matches!(extended[..], [59_000..=63_000]), "{extended:?}");
    let Answer::Accepted(Accepted::Sold(_)) = follower.ask_and_wait(confirm("ada", 1)).await else { panic!() };
    assert_eq!(second.recorder().loaded(), [3], "whoever watched there saw no break");
    assert_eq!(second.recorder().wrote(), [5, 6], "the extension counts as this node's, too");
}

/// A node that takes over because the other died extends nothing: the journal was there.
#[tokio::test(start_paused = true)]
async fn the_death_of_a_writer_is_no_outage() {
    let (journal, start) = (MemoryJournal::new(), Instant::now());
    let since = move || START.0 + u64::try_from(start.elapsed().as_millis()).unwrap();
    let node = |name: &str| {
        let journal = Arc::new(journal.connect_as(name, Duration::from_secs(5), Arc::new(since)));
        Bench::of(journal, EngineConfig { node: name.to_owned(), ..config() })
    };
    let (first, second) = (node("first"), node("second"));
    let writer = first.on_sale(3).await;
    let follower = second.opened().await;
    held(&writer.ask_and_wait(reserve("ada")).await);
    first.journal.close().await;
    pass(&[&first, &second], 10).await;
    held(&follower.ask_and_wait(reserve("bob")).await);
    assert_eq!(extensions(&journal).await, [0; 0]);
}
