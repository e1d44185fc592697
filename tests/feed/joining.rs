//! Whoever joins, whenever: the snapshot and what follows add up to what is true in the end.

use dropcast::{
    engine::Answer,
    feed::{Audience, Encoding},
};
use dropcast_domain::{
    ids::{DropId, Sku},
    show::{Command, Role, Show},
};
use dropcast_proto::v1::server_message::Kind;

use crate::{
    house::{Guest, House},
    picture::Picture,
    script::{Script, VIEWERS, ask, on_sale, plan, request},
    watcher::Watcher,
};

const STEPS: usize = 60;

/// Runs the script, with somebody joining again and again.
async fn play(house: &House, seed: u64) -> (Watcher, Vec<(Guest, Watcher)>) {
    let reference = house.join(&Guest::anybody(Encoding::Proto)).await;
    on_sale(house).await;
    let mut script = Script::new(seed);
    let mut watchers = Vec::new();
    for _ in 0..STEPS {
        let guest = guest(&mut script);
        // After two failures in a row the journal is left alone for a while: nobody gets in meanwhile.
        house.rest().await;
        if script.random.chance(50) {
            // In the middle of something.
            house.faults.hold_appends();
            let ((), (guest, watcher)) = tokio::join!(script.step(house), join(house, guest));
            watchers.push((guest, watcher));
        } else {
            script.step(house).await;
            watchers.push(join(house, guest).await);
        }
    }
    settle(house).await;
    (reference, watchers)
}

/// Lets everything run out, and what is offered for it: later it would be news to nobody in particular.
async fn settle(house: &House) {
    loop {
        house.clock.advance_ms(100_000);
        let is_settled = |show: &Show| show.hold_count() == 0 && show.pending_draws().next().is_none();
        if house.show().await.read(move |show, _| is_settled(show)).await.unwrap_or(false) {
            return;
        }
    }
}

async fn join(house: &House, guest: Guest) -> (Guest, Watcher) {
    let watcher = house.join(&guest).await;
    house.faults.release_appends();
    (guest, watcher)
}

fn guest(script: &mut Script) -> Guest {
    let encoding = if script.random.chance(50) { Encoding::Json } else { Encoding::Proto };
    match script.random.below(6) {
        0 => Guest::staff(Audience::Host, encoding),
        1 => Guest::staff(Audience::Brand, encoding),
        2 | 3 => Guest::viewer(VIEWERS[usize::try_from(script.random.below(4)).unwrap()], encoding),
        _ => Guest::anybody(encoding),
    }
}

/// The last thing that happens, once there is no trouble left: the show gets this title.
pub(crate) async fn end(house: &House, title: &str) {
    loop {
        house.rest().await;
        let handle = house.show().await;
        let as_it_is = handle.read(|show, _| {
            let names: Vec<String> = show.drops().map(|drop| drop.plan().drop.to_string()).collect();
            (names, show.variant(&Sku::new("tee").unwrap()).unwrap().list_price_minor)
        });
        let (names, list_price_minor) = as_it_is.await.unwrap();
        let drops: Vec<&str> = names.iter().map(String::as_str).collect();
        match handle.ask_and_wait(plan(title, &drops, list_price_minor)).await {
            Answer::Accepted(_) => return,
            Answer::Retry { .. } | Answer::Pending { .. } => {}
            Answer::Refused(refusal) => panic!("{refusal:?}"),
        }
    }
}

/// What a newcomer is shown.
pub(crate) async fn truth(house: &House, guest: &Guest) -> Picture {
    // Past the age of a shared snapshot.
    house.clock.advance_ms(100);
    let newcomer = Guest { resume_after: None, ..guest.clone() };
    let mut newcomer = house.join(&newcomer).await;
    while newcomer.picture.show.is_none() {
        newcomer.next();
    }
    newcomer.picture
}

/// Every critical message that the reference received after where the watcher joined, in order, once.
pub(crate) fn assert_nothing_missed(watcher: &Watcher, reference: &Watcher) {
    let joined_at = watcher.joined_at().seq;
    let mut expected = reference.critical();
    expected.retain(|(seq, _)| *seq > joined_at);
    let received = watcher.critical();
    let difference = received.iter().zip(&expected).find(|(received, expected)| received != expected);
    assert_eq!(difference, None, "after {joined_at}");
    assert_eq!(received.len(), expected.len(), "after {joined_at}");
}

async fn check(seed: u64) {
    let house = House::new();
    let (mut reference, watchers) = play(&house, seed).await;
    for title in ["the end", "the very end"] {
        end(&house, title).await;
        let everybody = truth(&house, &Guest::anybody(Encoding::Proto)).await;
        reference.until("the reference is there", |picture| *picture == everybody);
    }
    let mut let_in = 0;
    for (guest, mut watcher) in watchers {
        // Who looked at what was undone is told to come back.
        if !watcher.is_let_in() {
            continue;
        }
        let_in += 1;
        let truth = truth(&house, &guest).await;
        watcher.until(&format!("seed {seed}: {guest:?} is there"), |picture| *picture == truth);
        assert_nothing_missed(&watcher, &reference);
        let greetings = watcher.received.iter().filter(|kind| matches!(kind, Kind::Welcome(_))).count();
        let snapshots = watcher.received.iter().filter(|kind| matches!(kind, Kind::Snapshot(_))).count();
        assert_eq!((greetings, snapshots), (1, 1));
    }
    assert!(let_in > STEPS / 2, "seed {seed}: {let_in}");
    assert!(house.bytes_spared() > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_joins_whenever_sees_the_same_in_the_end() {
    for seed in 1..=20 {
        check(seed).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fresh_snapshot_on_the_same_connection_goes_on_from_there() {
    let house = House::new();
    let guest = Guest::viewer("ada", Encoding::Json);
    let mut reference = house.join(&guest).await;
    on_sale(&house).await;
    let mut watcher = house.join(&guest).await;
    let mut script = Script::new(1);
    for _ in 0..10 {
        script.step(&house).await;
    }
    house.join_on(&watcher.connection, &guest, true).await;
    for _ in 0..10 {
        script.step(&house).await;
    }
    house.clock.advance_ms(100_000);
    end(&house, "the end").await;
    let truth = truth(&house, &guest).await;
    watcher.until("it is there", |picture| *picture == truth);
    reference.until("it is there", |picture| *picture == truth);
    let greetings = watcher.received.iter().filter(|kind| matches!(kind, Kind::Welcome(_))).count();
    let snapshots = watcher.received.iter().filter(|kind| matches!(kind, Kind::Snapshot(_))).count();
    assert_eq!((greetings, snapshots), (1, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_cannot_be_let_in_is_sent_away_to_come_back() {
    let house = House::new();
    let handle = on_sale(&house).await;
    house.faults.fail_reads(true);
    house.faults.next_append(dropcast::journal::AppendFault::InDoubtLost);
    let pending = handle.ask_and_wait(plan("other", &["early", "late", "extra"], 2_500)).await;
    assert!(matches!(pending, Answer::Pending { .. }), "{pending:?}");
    let mut watcher = house.join(&Guest::anybody(Encoding::Json)).await;
    assert_eq!(watcher.close_code(), 1012);
    house.faults.fail_reads(false);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_that_missed_entries_sends_its_watchers_for_a_snapshot() {
    let house = House::new();
    on_sale(&house).await;
    let mut watcher = house.join(&Guest::anybody(Encoding::Json)).await;
    watcher.next();
    // Another node takes the show over, changes it, and gives it back.
    let elsewhere = house.restarted();
    end(&elsewhere, "elsewhere").await;
    elsewhere.engine.stop().await;
    // This node notices when it next appends; whoever opens the show then finds a new feed.
    let answer = house.show().await.ask_and_wait(plan("fenced", &["early", "late", "extra"], 2_500)).await;
    assert!(matches!(answer, Answer::Retry { .. }), "{answer:?}");
    end(&house, "back").await;
    assert_eq!(watcher.close_code(), 1012);
    let back = truth(&house, &Guest::anybody(Encoding::Json)).await;
    assert_eq!(back.title(), Some("back"));
}

/// Two who share a snapshot look at different moments of what is not durable yet.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_is_shared_only_by_who_looks_at_the_same() {
    let house = House::new();
    let handle = on_sale(&house).await;
    let drop = || DropId::new("early").unwrap();
    let guest = Guest::anybody(Encoding::Json);
    house.faults.hold_appends();
    let paused = ask(&handle, request(Role::Host, "noor", "pause", Command::PauseDrop { drop: drop() }));
    let mut first = house.join(&guest).await;
    let resumed = ask(&handle, request(Role::Host, "noor", "resume", Command::ResumeDrop { drop: drop() }));
    let mut second = house.join(&guest).await;
    house.faults.release_appends();
    assert!(matches!(paused.await.unwrap(), Answer::Accepted(_)));
    assert!(matches!(resumed.await.unwrap(), Answer::Accepted(_)));
    end(&house, "the end").await;
    let truth = truth(&house, &guest).await;
    first.until("the first is there", |picture| *picture == truth);
    second.until("the second is there", |picture| *picture == truth);
}
