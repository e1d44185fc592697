//! Trimming: never past a snapshot, and never silently.

use dropcast::journal::{AppendError, ReadError};

use crate::{
    harness::Harness,
    outcome::{assert_fenced, assert_invalid},
    writer::{Writer, read_all, reopen},
};

/// A show with ten entries in appends of one, two, three and four, and a snapshot after the ninth.
async fn ten_entries(harness: &impl Harness) -> Writer {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write(&["1"]).await;
    writer.write(&["2", "3"]).await;
    writer.write(&["4", "5", "6"]).await;
    writer.write(&["7", "8", "9", "10"]).await;
    let ninth = &writer.entries[8];
    let snapshot = dropcast::journal::Snapshot { position: ninth.position(), at_ms: ninth.at_ms, body: "9".into() };
    harness.journal().save_snapshot(&writer.claim, snapshot).await.unwrap();
    writer
}

async fn trim(writer: &Writer, through_seq: u64) -> Result<(), AppendError> {
    writer.journal.trim(&writer.claim, through_seq).await
}

async fn assert_first(writer: &Writer, expected_first_seq: u64) {
    for seq in 1..expected_first_seq {
        let outcome = writer.journal.read("show", seq, 10).await;
        assert!(
            matches!(outcome, Err(ReadError::Gap { first_seq }) if first_seq == expected_first_seq),
            "{seq}: {outcome:?}"
        );
    }
    let kept = &writer.entries[usize::try_from(expected_first_seq).unwrap() - 1..];
    assert_eq!(read_all(&*writer.journal, "show", expected_first_seq).await, kept);
    assert_eq!(writer.journal.tail("show").await.unwrap(), writer.position);
}

pub(crate) async fn trimmed_entries_are_a_gap(harness: impl Harness) {
    let writer = ten_entries(&harness).await;
    trim(&writer, 3).await.unwrap();
    let outcome = harness.journal().read("show", 3, 10).await;
    assert!(matches!(outcome, Err(ReadError::Gap { first_seq: 4 })), "{outcome:?}");
}

pub(crate) async fn what_is_not_trimmed_is_read(harness: impl Harness) {
    let mut writer = ten_entries(&harness).await;
    trim(&writer, 6).await.unwrap();
    assert_first(&writer, 7).await;
    writer.write(&["11"]).await;
    assert_first(&writer, 7).await;
}

pub(crate) async fn a_trim_in_the_middle_of_an_append_holds(harness: impl Harness) {
    let writer = ten_entries(&harness).await;
    for through_seq in 1..=9 {
        trim(&writer, through_seq).await.unwrap();
        assert_first(&writer, through_seq + 1).await;
    }
}

pub(crate) async fn everything_can_be_trimmed_and_appending_goes_on(harness: impl Harness) {
    let mut writer = ten_entries(&harness).await;
    writer.save_snapshot("10").await.unwrap();
    trim(&writer, 10).await.unwrap();
    assert_first(&writer, 11).await;
    writer.write(&["11", "12"]).await;
    assert_first(&writer, 11).await;
}

pub(crate) async fn a_trim_without_a_snapshot_is_refused(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write(&["1", "2"]).await;
    assert_invalid(&trim(&writer, 1).await);
    assert_first(&writer, 1).await;
}

pub(crate) async fn a_trim_past_the_newest_snapshot_is_refused(harness: impl Harness) {
    let writer = ten_entries(&harness).await;
    assert_invalid(&trim(&writer, 10).await);
    assert_invalid(&trim(&writer, u64::MAX).await);
    assert_first(&writer, 1).await;
}

pub(crate) async fn a_trim_again_changes_nothing(harness: impl Harness) {
    let writer = ten_entries(&harness).await;
    trim(&writer, 5).await.unwrap();
    trim(&writer, 5).await.unwrap();
    trim(&writer, 2).await.unwrap();
    trim(&writer, 0).await.unwrap();
    assert_first(&writer, 6).await;
}

pub(crate) async fn a_trim_under_a_stale_claim_is_fenced(harness: impl Harness) {
    let writer = ten_entries(&harness).await;
    harness.journal().claim("show").await.unwrap();
    let outcome = trim(&writer, 5).await;
    assert_fenced(&outcome);
    assert_first(&writer, 1).await;
}

pub(crate) async fn a_trim_survives_a_reopening(mut harness: impl Harness) {
    let mut writer = ten_entries(&harness).await;
    trim(&writer, 5).await.unwrap();
    reopen(&mut harness, &mut writer).await;
    assert_first(&writer, 6).await;
}

pub(crate) async fn a_snapshot_after_a_trim_can_be_replaced(harness: impl Harness) {
    let mut writer = ten_entries(&harness).await;
    let ninth = writer.entries[8].position();
    trim(&writer, 9).await.unwrap();
    writer.position = ninth;
    writer.save_snapshot("9 again").await.unwrap();
    assert_eq!(harness.journal().snapshot("show").await.unwrap().unwrap().body, "9 again");
}

pub(crate) async fn a_trim_of_thousands_of_appends_is_done(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    let mut calls = Vec::new();
    for _ in 0..2_500 {
        let append = writer.next(&["entry"]);
        calls.push(writer.call(append));
    }
    for call in calls {
        call.await.unwrap();
    }
    writer.save_snapshot("all").await.unwrap();
    trim(&writer, 2_499).await.unwrap();
    let read = harness.journal().read("show", 2_500, 10).await.unwrap();
    assert_eq!(read, writer.entries[2_499..]);
    assert!(matches!(harness.journal().read("show", 2_499, 10).await, Err(ReadError::Gap { first_seq: 2_500 })));
}
