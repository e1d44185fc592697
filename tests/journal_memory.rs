//! The memory journal's faults: each does what it says, and nothing else.

use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use dropcast::journal::{
    Append, AppendError, AppendFault, Appending, Claim, ClaimError, Journal, MemoryJournal, Position, RawEntry,
    ReadError, Snapshot,
};

async fn claimed() -> (MemoryJournal, Claim) {
    let journal = MemoryJournal::new();
    let claim = journal.claim("show").await.unwrap();
    (journal, claim)
}

fn following(expected: Position) -> Append {
    let entries = vec![RawEntry::following(&expected, 1_000, Bytes::from_static(b"entry"))];
    Append { expected, entries, ..Append::default() }
}

fn end(append: &Append) -> Position {
    append.entries[0].position()
}

fn answered(appending: &mut Appending) -> Option<Result<(), AppendError>> {
    match appending.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => Some(outcome),
        Poll::Pending => None,
    }
}

#[tokio::test]
async fn an_unavailable_append_is_not_appended_and_those_after_it_have_moved() {
    let (journal, claim) = claimed().await;
    journal.faults().next_append(AppendFault::Unavailable);
    let first = following(Position::default());
    let second = following(end(&first));
    let calls = [journal.append(&claim, first.clone()), journal.append(&claim, second)];
    let [first_outcome, second_outcome] = calls;
    assert!(matches!(first_outcome.await, Err(AppendError::Unavailable(_))));
    assert!(matches!(second_outcome.await, Err(AppendError::Moved { tail }) if tail == Position::default()));
    journal.append(&claim, first).await.unwrap();
}

#[tokio::test]
async fn an_append_in_doubt_may_be_appended() {
    let (journal, claim) = claimed().await;
    journal.faults().next_append(AppendFault::InDoubtAppended);
    let append = following(Position::default());
    let outcome = journal.append(&claim, append.clone()).await;
    assert!(matches!(outcome, Err(AppendError::InDoubt(_))), "{outcome:?}");
    assert_eq!(journal.tail("show").await.unwrap(), end(&append));
}

#[tokio::test]
async fn an_append_in_doubt_may_be_lost() {
    let (journal, claim) = claimed().await;
    journal.faults().next_append(AppendFault::InDoubtLost);
    let outcome = journal.append(&claim, following(Position::default())).await;
    assert!(matches!(outcome, Err(AppendError::InDoubt(_))), "{outcome:?}");
    assert_eq!(journal.tail("show").await.unwrap(), Position::default());
}

#[tokio::test]
async fn a_refused_append_is_refused_whatever_the_fault() {
    let (journal, claim) = claimed().await;
    journal.claim("show").await.unwrap();
    journal.faults().next_append(AppendFault::InDoubtAppended);
    let outcome = journal.append(&claim, following(Position::default())).await;
    assert!(matches!(outcome, Err(AppendError::Fenced)), "{outcome:?}");
}

#[tokio::test]
async fn held_appends_take_effect_in_order_when_they_are_released() {
    let (journal, claim) = claimed().await;
    let faults = journal.faults();
    faults.hold_appends();
    let first = following(Position::default());
    let second = following(end(&first));
    let mut calls = [journal.append(&claim, first), journal.append(&claim, second.clone())];
    assert!(calls.iter_mut().all(|call| answered(call).is_none()));
    assert_eq!(faults.held_appends(), 2);
    assert_eq!(journal.tail("show").await.unwrap(), Position::default());
    faults.release_appends();
    assert_eq!(faults.held_appends(), 0);
    for call in &mut calls {
        answered(call).expect("released").unwrap();
    }
    assert_eq!(journal.tail("show").await.unwrap(), end(&second));
    journal.append(&claim, following(end(&second))).await.unwrap();
}

#[tokio::test]
async fn an_append_held_over_a_claim_is_fenced() {
    let (journal, claim) = claimed().await;
    journal.faults().hold_appends();
    let held = journal.append(&claim, following(Position::default()));
    journal.claim("show").await.unwrap();
    journal.faults().release_appends();
    assert!(matches!(held.await, Err(AppendError::Fenced)));
}

#[tokio::test]
async fn reads_claims_and_snapshots_fail_while_they_are_told_to() {
    let (journal, claim) = claimed().await;
    let faults = journal.faults();
    faults.fail_reads(true);
    assert!(matches!(journal.tail("show").await, Err(ReadError::Unavailable(_))));
    faults.fail_reads(false);
    journal.tail("show").await.unwrap();
    faults.fail_claims(true);
    assert!(matches!(journal.claim("show").await, Err(ClaimError::Unavailable(_))));
    assert!(matches!(journal.release(&claim).await, Err(ClaimError::Unavailable(_))));
    faults.fail_claims(false);
    faults.fail_snapshots(true);
    let snapshot = Snapshot { position: Position::default(), at_ms: 0, body: Bytes::new() };
    let outcome = journal.save_snapshot(&claim, snapshot.clone()).await;
    assert!(matches!(outcome, Err(AppendError::Unavailable(_))), "{outcome:?}");
    assert!(matches!(journal.trim(&claim, 0).await, Err(AppendError::Unavailable(_))));
    faults.fail_snapshots(false);
    journal.save_snapshot(&claim, snapshot).await.unwrap();
}

#[tokio::test]
async fn connections_share_everything_but_their_end() {
    let (journal, claim) = claimed().await;
    let other = journal.connect();
    journal.close().await;
    let append = following(Position::default());
    assert!(matches!(journal.append(&claim, append.clone()).await, Err(AppendError::Unavailable(_))));
    other.append(&claim, append.clone()).await.unwrap();
    assert_eq!(other.connect().tail("show").await.unwrap(), end(&append));
}

#[tokio::test]
async fn a_failover_takes_back_what_came_after_the_writes_that_it_loses() {
    let (journal, claim) = claimed().await;
    journal.faults().remember_writes(8);
    let first = following(Position::default());
    journal.append(&claim, first.clone()).await.unwrap();
    let kept = Snapshot { position: end(&first), at_ms: 1_000, body: Bytes::from_static(b"kept") };
    journal.save_snapshot(&claim, kept.clone()).await.unwrap();
    let second = following(end(&first));
    journal.append(&claim, second.clone()).await.unwrap();
    let third = following(end(&second));
    journal.append(&claim, third.clone()).await.unwrap();
    let lost = Snapshot { position: end(&third), at_ms: 1_000, body: Bytes::from_static(b"lost") };
    journal.save_snapshot(&claim, lost).await.unwrap();
    journal.trim(&claim, 3).await.unwrap();

    assert_eq!(journal.faults().fail_over("show", 3), 1, "an append, a snapshot and a trim");
    assert_eq!(journal.tail("show").await.unwrap(), end(&second));
    assert_eq!(journal.snapshot("show").await.unwrap(), Some(kept));
    let entries = journal.read("show", 1, 10).await.unwrap();
    assert_eq!(entries, [first.entries, second.entries].concat(), "what was trimmed since is there again");
    journal.append(&claim, third).await.unwrap();
}
