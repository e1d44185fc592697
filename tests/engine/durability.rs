//! Nothing is known before what it rests on is durable.

use dropcast::engine::{Answer, EngineConfig, RetryReason};
use dropcast_domain::show::{Command, Refusal};

use crate::fixture::*;

#[tokio::test]
async fn an_acceptance_waits_for_its_append() {
    let bench = Bench::new();
    let handle = bench.on_sale(1).await;
    bench.faults.hold_appends();
    let mut asked = ask(&handle, reserve("ada"));
    until("the append is under way", || bench.faults.held_appends() == 1).await;
    settle().await;
    assert_eq!(asked.now(), None);
    bench.faults.release_appends();
    assert_eq!(held(&asked.answer().await), 1);
}

#[tokio::test]
async fn a_refusal_waits_for_what_it_rests_on() {
    let bench = Bench::new();
    let handle = bench.on_sale(1).await;
    bench.faults.hold_appends();
    let winner = ask(&handle, reserve("ada"));
    until("the append is under way", || bench.faults.held_appends() == 1).await;
    let mut loser = ask(&handle, reserve("bob"));
    settle().await;
    assert_eq!(loser.now(), None, "nobody may know that the last unit is held");
    bench.faults.release_appends();
    assert_eq!(held(&winner.answer().await), 1);
    assert_eq!(loser.answer().await, Answer::Refused(Refusal::SoldOut));
}

#[tokio::test]
async fn a_refusal_that_rests_on_durable_facts_waits_for_nothing() {
    let bench = Bench::new();
    let handle = bench.on_sale(1).await;
    held(&handle.ask_and_wait(reserve("ada")).await);
    bench.faults.hold_appends();
    assert_eq!(ask(&handle, reserve("bob")).answer().await, Answer::Refused(Refusal::SoldOut));
    assert_eq!(bench.faults.held_appends(), 0);
}

#[tokio::test]
async fn a_repeated_key_is_answered_without_an_append() {
    let bench = Bench::new();
    let handle = bench.on_sale(1).await;
    let first = handle.ask_and_wait(reserve("ada")).await;
    bench.faults.hold_appends();
    assert_eq!(ask(&handle, reserve("ada")).answer().await, first);
    assert_eq!(bench.faults.held_appends(), 0);
}

#[tokio::test]
async fn a_repeated_key_waits_for_the_append_of_its_first_use() {
    let bench = Bench::new();
    let handle = bench.on_sale(1).await;
    bench.faults.hold_appends();
    let first = ask(&handle, reserve("ada"));
    until("the append is under way", || bench.faults.held_appends() == 1).await;
    let mut again = ask(&handle, reserve("ada"));
    settle().await;
    assert_eq!(again.now(), None);
    bench.faults.release_appends();
    assert_eq!(first.answer().await, again.answer().await);
}

#[tokio::test]
async fn a_read_waits_for_what_it_saw() {
    let bench = Bench::new();
    let handle = bench.on_sale(1).await;
    bench.faults.hold_appends();
    let asked = ask(&handle, reserve("ada"));
    until("the append is under way", || bench.faults.held_appends() == 1).await;
    let reading = tokio::spawn({
        let handle = handle.clone();
        async move { handle.read(|show, position| (show.hold_count(), position.seq)).await }
    });
    settle().await;
    assert!(!reading.is_finished());
    bench.faults.release_appends();
    assert_eq!(reading.await.unwrap().unwrap(), (1, 4));
    held(&asked.answer().await);
}

#[tokio::test]
async fn answers_come_in_the_order_of_the_commands() {
    let bench = Bench::new();
    let handle = bench.on_sale(3).await;
    let (sender, mut answers) = tokio::sync::mpsc::unbounded_channel();
    bench.faults.hold_appends();
    // Some in one batch, some in the next; acceptances and refusals.
    for round in 0..4 {
        for number in 0..5 {
            let sender = sender.clone();
            let name = format!("viewer-{round}-{number}");
            let reply = Box::new(move |answer: Answer| sender.send((round * 5 + number, answer)).unwrap());
            handle.ask(reserve(&name), reply);
        }
        settle().await;
    }
    assert!(answers.try_recv().is_err());
    bench.faults.release_appends();
    for expected in 0..20 {
        let (number, answer) = answers.recv().await.unwrap();
        assert_eq!(number, expected);
        match number {
            0..3 => assert_eq!(held(&answer), number + 1),
            _ => assert_eq!(answer, Answer::Refused(Refusal::SoldOut)),
        }
    }
}

#[tokio::test]
async fn a_full_mailbox_says_so_at_once() {
    let bench = Bench::with(EngineConfig { mailbox_max: 4, appends_in_flight_max: 1, ..EngineConfig::default() });
    let handle = bench.on_sale(100).await;
    bench.faults.hold_appends();
    let first = ask(&handle, reserve("first"));
    until("the append is under way", || bench.faults.held_appends() == 1).await;
    let waiting: Vec<Asked> = (0..4).map(|number| ask(&handle, reserve(&format!("waiting-{number}")))).collect();
    let mut too_many = ask(&handle, reserve("too-many"));
    let expected = Answer::Retry { after_ms: 250, reason: RetryReason::Busy };
    assert_eq!(too_many.now(), Some(expected), "without waiting for anything");
    assert_eq!(bench.recorders.counts().turned_away, 1);
    bench.faults.release_appends();
    held(&first.answer().await);
    for asked in waiting {
        held(&asked.answer().await);
    }
}

#[tokio::test]
async fn appends_under_way_are_bounded() {
    let bench = Bench::with(EngineConfig { appends_in_flight_max: 2, batch_max: 1, ..EngineConfig::default() });
    let handle = bench.on_sale(100).await;
    bench.faults.hold_appends();
    let asked: Vec<Asked> = (0..10).map(|number| ask(&handle, reserve(&format!("viewer-{number}")))).collect();
    until("two appends are under way", || bench.faults.held_appends() == 2).await;
    settle().await;
    assert_eq!(bench.faults.held_appends(), 2);
    bench.faults.release_appends();
    for asked in asked {
        held(&asked.answer().await);
    }
}

#[tokio::test]
async fn a_few_clicks_gather_while_an_append_is_under_way() {
    let bench = Bench::new();
    let handle = bench.on_sale(100).await;
    bench.faults.hold_appends();
    let alone = ask(&handle, reserve("alone"));
    until("it waits for nobody", || bench.faults.held_appends() == 1).await;
    let mut gathered = Vec::new();
    for number in 0..10 {
        gathered.push(ask(&handle, reserve(&format!("viewer-{number}"))));
        settle().await;
    }
    assert_eq!(bench.faults.held_appends(), 1);
    bench.faults.release_appends();
    held(&alone.answer().await);
    for asked in gathered {
        held(&asked.answer().await);
    }
    let counts = bench.recorders.counts();
    assert_eq!((counts.appends, counts.entries), (5, 14));
}

#[tokio::test]
async fn a_plan_that_fills_an_append_shares_it_with_nobody() {
    let bench = Bench::new();
    let handle = bench.on_sale(100).await;
    bench.faults.hold_appends();
    let before = ask(&handle, reserve("ada"));
    let replanned = ask(&handle, plan_of(100, |plan| plan.settings.title = text("Winter")));
    let after = ask(&handle, reserve("bob"));
    until("they are under way", || bench.faults.held_appends() == 2).await;
    bench.faults.release_appends();
    held(&before.answer().await);
    assert!(matches!(replanned.answer().await, Answer::Accepted(_)));
    held(&after.answer().await);
    let counts = bench.recorders.counts();
    assert_eq!((counts.appends, counts.entries), (5, 6));
}

#[tokio::test]
async fn a_show_that_nobody_planned_refuses_and_appends_nothing() {
    let bench = Bench::new();
    let handle = bench.engine.open_or_create(&show("show")).await.unwrap();
    assert_eq!(handle.ask_and_wait(reserve("ada")).await, Answer::Refused(Refusal::ShowUnknown));
    assert_eq!(handle.ask_and_wait(brand("start", Command::Start)).await, Answer::Refused(Refusal::ShowUnknown));
    assert_eq!(bench.recorders.counts().appends, 0);
}
