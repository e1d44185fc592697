//! Several nodes on one journal: one writes a show, the others follow it.

use std::{sync::Arc, time::Duration};

use dropcast::{
    codec::BodyWriter,
    engine::{Accepted, Answer, EngineConfig, RetryReason, ShowHandle},
    journal::{Append, Journal as _, MemoryJournal, RawEntry, Time},
};
use dropcast_domain::{
    audience::AudienceCount,
    ids::{PrincipalId, ReservationId, Sku},
    inventory::Reservation,
    show::{Command, DropItem, Entry, Fact, Fingerprint, Refusal, Request, Role, VariantPlan, WantedLine},
};
use tokio::time::Instant;

use crate::fixture::*;

const LEASE: Duration = Duration::from_secs(2);

/// Nodes that share a journal in memory, by the paused time of the test.
struct Nodes {
    journal: MemoryJournal,
    time: Time,
}

impl Nodes {
    fn new() -> Self {
        let start = Instant::now();
        let since = move || u64::try_from(start.elapsed().as_millis()).unwrap();
        let journal = MemoryJournal::new();
        journal.faults().remember_writes(100);
        Self { journal, time: Arc::new(move || START.0 + since()) }
    }

    fn start(&self, name: &str) -> Bench {
        let journal = Arc::new(self.journal.connect_as(name, LEASE, Arc::clone(&self.time)));
        let config = EngineConfig { node: name.to_owned(), ..EngineConfig::default() };
        Bench::of(journal, config)
    }

    /// Two nodes, the first of which writes a show with so many units, and both of which have it open.
    async fn two(&self, units: u32) -> (Bench, ShowHandle, Bench, ShowHandle) {
        let (first, second) = (self.start("first"), self.start("second"));
        let writer = first.on_sale(units).await;
        let follower = second.opened().await;
        (first, writer, second, follower)
    }

    async fn tail(&self) -> u64 {
        self.journal.tail("show").await.unwrap().seq
    }
}

/// A node counts so many who watch and ever watched.
fn count(node: &str, viewers: u32) -> Request {
    let count = AudienceCount { viewers, watched: u64::from(viewers), ..AudienceCount::default() };
    let command = Command::CountAudience { node: PrincipalId::new(node).unwrap(), count: Box::new(count) };
    Request { principal: principal(Role::System, node), key: None, fingerprint: Fingerprint::default(), command }
}

#[tokio::test(start_paused = true)]
async fn a_click_at_any_node_is_decided_by_the_writer() {
    let nodes = Nodes::new();
    let (first, writer, second, follower) = nodes.two(2).await;
    assert_eq!(held(&follower.ask_and_wait(reserve("ada")).await), 1);
    assert_eq!(held(&writer.ask_and_wait(reserve("bob")).await), 2);
    let Answer::Accepted(Accepted::Sold(_)) = follower.ask_and_wait(confirm("ada", 1)).await else { panic!() };
    assert_eq!(first.state().await, second.state().await);
    assert_eq!(second.recorder().published(), [4, 5, 6]);
}

#[tokio::test(start_paused = true)]
async fn that_people_watch_elsewhere_keeps_a_show_loaded_only_where_it_is_written() {
    let nodes = Nodes::new();
    let (_first, writer, _second, follower) = nodes.two(1).await;
    for viewers in 1..=40 {
        tokio::time::sleep(Duration::from_secs(5)).await;
        let counted = writer.ask_and_wait(count("elsewhere", viewers)).await;
        assert!(matches!(counted, Answer::Accepted(Accepted::Done)), "{counted:?}");
    }
    assert!(writer.is_open());
    assert!(!follower.is_open(), "nobody watches there");
}

#[tokio::test(start_paused = true)]
async fn a_count_at_a_node_that_follows_is_told_to_the_writer_once() {
    let nodes = Nodes::new();
    let (first, _writer, second, follower) = nodes.two(1).await;
    let tell = async |watched| follower.ask_and_wait(count("second", watched)).await;
    assert!(matches!(tell(5).await, Answer::Accepted(Accepted::Done)));
    let tail = nodes.tail().await;
    // What is older is accepted and changes nothing.
    assert!(matches!(tell(4).await, Answer::Accepted(Accepted::Done)));
    assert_eq!(nodes.tail().await, tail);
    for bench in [&first, &second] {
        let watched = bench.opened().await.read(|show, _| show.audience().without(None, START).watched).await.unwrap();
        assert_eq!(watched, 5);
    }
}

#[tokio::test(start_paused = true)]
async fn an_acceptance_at_any_node_rests_on_a_place_in_the_journal() {
    let nodes = Nodes::new();
    let (_first, writer, _second, follower) = nodes.two(3).await;
    let before = nodes.tail().await;
    let mut rests_on = Vec::new();
    for (handle, name, attempt) in
        [(&writer, "ada", 0), (&follower, "bob", 0), (&follower, "ada", 1), (&writer, "bob", 1)]
    {
        let (answer, position) = handle.ask_at_and_wait(reserve(name), attempt).await;
        held(&answer);
        let entry = nodes.journal.read("show", position.seq, 1).await.unwrap().remove(0);
        assert_eq!(entry.position(), position);
        rests_on.push(position.seq - before);
    }
    assert_eq!(rests_on, [1, 2, 2, 2], "what is answered again rests on all that is known by then");
}

#[tokio::test(start_paused = true)]
async fn the_whole_show_can_be_run_from_a_node_that_follows() {
    let nodes = Nodes::new();
    let (_first, _writer, second, _) = nodes.two(1).await;
    let follower = second.on_sale(3).await;
    assert_eq!(held(&follower.ask_and_wait(reserve("ada")).await), 1);
    // The plan again changes nothing, and no fact tells of it.
    assert_eq!(follower.ask_and_wait(plan(3)).await, Answer::Accepted(Accepted::Done));
    let close = brand("close", Command::CloseDrop { drop: drop_id() });
    assert_eq!(follower.ask_and_wait(close).await, Answer::Accepted(Accepted::Done));
}

#[tokio::test(start_paused = true)]
async fn what_is_certain_never_leaves_the_node() {
    let nodes = Nodes::new();
    let (first, writer, second, follower) = nodes.two(1).await;
    held(&writer.ask_and_wait(reserve("ada")).await);
    let decided = first.recorders.counts().decided;
    for viewer in ["bob", "cyd", "dee"] {
        assert_eq!(follower.ask_and_wait(reserve(viewer)).await, Answer::Refused(Refusal::SoldOut));
    }
    // What was accepted under a key is known everywhere.
    assert_eq!(held(&follower.ask_and_wait(reserve("ada")).await), 1);
    assert_eq!(first.recorders.counts().decided, decided);
    assert_eq!(second.recorders.counts().refused, 3);
}

#[tokio::test(start_paused = true)]
async fn what_was_asked_before_is_decided_by_the_writer_alone() {
    let nodes = Nodes::new();
    let (first, writer, _second, follower) = nodes.two(1).await;
    held(&writer.ask_and_wait(reserve("ada")).await);
    let decided = first.recorders.counts().decided;
    assert_eq!(follower.ask_again_and_wait(reserve("bob"), 1).await, Answer::Refused(Refusal::SoldOut));
    assert_eq!(first.recorders.counts().decided, decided + 1);
}

#[tokio::test(start_paused = true)]
async fn a_crowd_at_a_node_that_follows_gets_every_unit_and_no_more() {
    let nodes = Nodes::new();
    let (first, _writer, _second, follower) = nodes.two(50).await;
    let decided = first.recorders.counts().decided;
    let asked: Vec<Asked> = (0..2_000).map(|each| ask(&follower, reserve(&format!("viewer-{each}")))).collect();
    let mut sold = 0;
    for asked in asked {
        match asked.answer().await {
            Answer::Accepted(Accepted::Held(_)) => sold += 1,
            Answer::Refused(Refusal::SoldOut) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(sold, 50);
    let forwarded = first.recorders.counts().decided - decided;
    assert!((50..200).contains(&forwarded), "about as many as there are units: {forwarded}");
}

#[tokio::test(start_paused = true)]
async fn a_node_that_stops_hands_its_shows_over_at_once() {
    let nodes = Nodes::new();
    let (first, writer, second, follower) = nodes.two(3).await;
    held(&writer.ask_and_wait(reserve("ada")).await);
    let before = Instant::now();
    first.engine.stop().await;
    assert_eq!(held(&follower.ask_and_wait(reserve("bob")).await), 2);
    assert!(before.elapsed() < LEASE / 4, "{:?}", before.elapsed());
    // Whoever watched there saw no break.
    assert_eq!(second.recorder().loaded(), [3]);
    assert_eq!(second.recorder().published(), [4, 5]);
}

#[tokio::test(start_paused = true)]
async fn what_a_failover_lost_is_put_back_by_the_writer() {
    let nodes = Nodes::new();
    let (_first, writer, second, follower) = nodes.two(3).await;
    held(&writer.ask_and_wait(reserve("ada")).await);
    held(&writer.ask_and_wait(reserve("bob")).await);
    let tail = nodes.journal.tail("show").await.unwrap();
    assert_eq!(nodes.journal.faults().fail_over("show", 2), 2);
    assert!(is_retry(&writer.ask_and_wait(reserve("cyd")).await, RetryReason::Unavailable));
    assert_eq!(held(&writer.ask_again_and_wait(reserve("cyd"), 1).await), 3);
    let entry = nodes.journal.read("show", tail.seq, 1).await.unwrap().remove(0);
    assert_eq!(entry.position(), tail, "verbatim");
    assert_eq!(held(&follower.ask_and_wait(reserve("bob")).await), 2);
    assert_eq!(second.recorder().loaded(), [3]);
}

#[tokio::test(start_paused = true)]
async fn an_idle_writer_notices_a_failover_and_puts_back_what_it_lost() {
    let nodes = Nodes::new();
    let (_first, writer, _second, _follower) = nodes.two(3).await;
    held(&writer.ask_and_wait(reserve("ada")).await);
    assert_eq!(nodes.journal.faults().fail_over("show", 1), 1);
    tokio::time::sleep(LEASE).await;
    assert_eq!(nodes.tail().await, 4);
}

/// Two SKUs in one drop, held together.
fn plan_of_two() -> Request {
    plan_of(3, |plan| {
        let cap = Sku::new("cap").unwrap();
        let variant = VariantPlan { sku: cap.clone(), ..plan.products[0].variants[0].clone() };
        plan.products[0].variants.push(variant);
        plan.drops[0].items.push(DropItem { sku: cap, price_minor: Some(900), cap: None });
    })
}

#[tokio::test(start_paused = true)]
async fn a_bundle_that_a_failover_lost_for_good_is_reclaimed_whole() {
    let nodes = Nodes::new();
    let first = nodes.start("first");
    let writer = first.engine.open_or_create(&show("show")).await.unwrap();
    for request in [plan_of_two(), brand("start", Command::Start), brand("open", open())] {
        assert_eq!(writer.ask_and_wait(request).await, Answer::Accepted(Accepted::Done));
    }
    let with = vec![WantedLine { sku: Sku::new("cap").unwrap(), quantity: 1 }];
    let bundle = Command::Reserve { drop: drop_id(), sku: sku(), quantity: 1, with };
    held(&writer.ask_and_wait(viewer("ada", "both", bundle)).await);
    assert_eq!(nodes.journal.faults().fail_over("show", 1), 1);

    // The history goes on without it: another reservation has its number.
    let claim = nodes.journal.claim("show").await.unwrap();
    let expected = nodes.journal.tail("show").await.unwrap();
    let other = Fact::ReservationHeld {
        reservation: ReservationId(1),
        viewer: PrincipalId::new("bob").unwrap(),
        drop: drop_id(),
        sku: sku(),
        quantity: 1,
        unit_price_minor: 2_500,
        expires_at: START.after_ms(HOLD_MS),
    };
    let entry = Entry { at: START, cause: None, facts: vec![other] };
    let entries = vec![RawEntry::following(&expected, START.0, BodyWriter::default().write(&entry))];
    nodes.journal.append(&claim, Append { expected, entries, ..Append::default() }).await.unwrap();
    nodes.journal.release(&claim).await.unwrap();

    tokio::time::sleep(LEASE * 5).await;
    let again = first.opened().await;
    let kept = again.read(|show, _| {
        let units = |each: Reservation<'_>| (each.viewer.to_string(), each.lines().map(|line| line.1).collect());
        show.reservations().map(units).collect::<Vec<(String, Vec<u32>)>>()
    });
    assert_eq!(kept.await.unwrap(), [("bob".to_owned(), vec![1]), ("ada".to_owned(), vec![1, 1])]);
}
