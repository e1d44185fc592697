//! Closing: what was called is finished, what is called later is refused.

use dropcast::journal::{ClaimError, ReadError};

use crate::{harness::Harness, outcome::assert_unavailable, writer::Writer};

pub(crate) async fn what_was_called_before_is_finished(mut harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    let mut calls = Vec::new();
    for _ in 0..50 {
        let append = writer.next(&["called before"]);
        calls.push(writer.call(append));
    }
    harness.journal().close().await;
    for call in calls {
        call.await.unwrap();
    }
    harness.reopen();
    writer.journal = harness.journal();
    writer.assert_all_there().await;
}

pub(crate) async fn what_is_called_afterwards_is_unavailable(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write(&["a"]).await;
    let journal = harness.journal();
    journal.close().await;
    let append = writer.next(&["b"]);
    assert_unavailable(&writer.call(append).await);
    assert!(matches!(journal.claim("show").await, Err(ClaimError::Unavailable(_))));
    assert!(matches!(journal.release(&writer.claim).await, Err(ClaimError::Unavailable(_))));
    assert_unavailable(&writer.save_snapshot("late").await);
    assert_unavailable(&journal.trim(&writer.claim, 0).await);
    assert!(matches!(journal.tail("show").await, Err(ReadError::Unavailable(_))));
    assert!(matches!(journal.read("show", 1, 1).await, Err(ReadError::Unavailable(_))));
    assert!(matches!(journal.snapshot("show").await, Err(ReadError::Unavailable(_))));
    assert!(matches!(journal.list(None, 1).await, Err(ReadError::Unavailable(_))));
    assert!(matches!(journal.due(0, 1).await, Err(ReadError::Unavailable(_))));
}

pub(crate) async fn closing_twice_is_closing(harness: impl Harness) {
    let journal = harness.journal();
    let (first, second) = (harness.journal(), harness.journal());
    let closings =
        [tokio::spawn(async move { first.close().await }), tokio::spawn(async move { second.close().await })];
    for closing in closings {
        closing.await.unwrap();
    }
    journal.close().await;
}
