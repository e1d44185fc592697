//! Snapshots: whole, the newest, and of this history.

use bytes::Bytes;
use dropcast::journal::{Digest, Position, Snapshot};

use crate::{
    harness::Harness,
    outcome::{assert_fenced, assert_invalid},
    writer::{Writer, reopen},
};

/// Larger than any journal stores in one piece, and not a multiple of anything.
const LARGE_BYTES: usize = 3 * 1_024 * 1_024 + 17;

pub(crate) async fn a_new_show_has_no_snapshot(harness: impl Harness) {
    assert_eq!(harness.journal().snapshot("show").await.unwrap(), None);
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write(&["a"]).await;
    assert_eq!(harness.journal().snapshot("show").await.unwrap(), None);
}

pub(crate) async fn a_snapshot_is_read_back_whole(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write(&["a", "b"]).await;
    let snapshot = writer.snapshot(large(1));
    harness.journal().save_snapshot(&writer.claim, snapshot.clone()).await.unwrap();
    assert_saved(&harness, &snapshot).await;
    assert_eq!(harness.journal().snapshot("another").await.unwrap(), None);
    writer.assert_all_there().await;
}

pub(crate) async fn an_empty_snapshot_is_a_snapshot(harness: impl Harness) {
    let writer = Writer::claim(harness.journal(), "show").await;
    let snapshot = Snapshot { position: Position::default(), at_ms: 0, body: Bytes::new() };
    harness.journal().save_snapshot(&writer.claim, snapshot.clone()).await.unwrap();
    assert_saved(&harness, &snapshot).await;
}

pub(crate) async fn a_newer_snapshot_wins(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    for number in 1..4 {
        writer.write(&["a"]).await;
        writer.save_snapshot(large(number)).await.unwrap();
        assert_saved(&harness, &writer.snapshot(large(number))).await;
    }
}

pub(crate) async fn an_older_snapshot_is_left_out(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write(&["a"]).await;
    let older = writer.snapshot("older");
    writer.write(&["b"]).await;
    writer.save_snapshot("newer").await.unwrap();
    harness.journal().save_snapshot(&writer.claim, older).await.unwrap();
    assert_saved(&harness, &writer.snapshot("newer")).await;
}

pub(crate) async fn a_snapshot_at_the_same_position_replaces(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write(&["a"]).await;
    writer.save_snapshot(large(1)).await.unwrap();
    writer.save_snapshot("shorter").await.unwrap();
    assert_saved(&harness, &writer.snapshot("shorter")).await;
}

pub(crate) async fn a_snapshot_is_never_seen_in_part(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write(&["a"]).await;
    let mut complete = vec![None];
    for number in 1..4 {
        let snapshot = writer.snapshot(large(number));
        complete.push(Some(snapshot.clone()));
        let (journal, claim) = (harness.journal(), writer.claim.clone());
        let saving = tokio::spawn(async move { journal.save_snapshot(&claim, snapshot).await });
        while !saving.is_finished() {
            let seen = harness.journal().snapshot("show").await.unwrap();
            assert!(complete.contains(&seen), "a snapshot that nobody saved");
            tokio::task::yield_now().await;
        }
        saving.await.unwrap().unwrap();
        writer.write(&["b"]).await;
    }
}

pub(crate) async fn a_snapshot_past_the_tail_is_refused(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write(&["a"]).await;
    let _not_appended = writer.next(&["b"]);
    assert_refused(&harness, &writer, writer.position).await;
}

pub(crate) async fn a_snapshot_of_another_history_is_refused(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write(&["a", "b"]).await;
    for seq in 0..=2 {
        assert_refused(&harness, &writer, Position { seq, digest: Digest([3; 32]) }).await;
    }
}

pub(crate) async fn a_snapshot_under_a_stale_claim_is_fenced(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write(&["a"]).await;
    harness.journal().claim("show").await.unwrap();
    let outcome = writer.save_snapshot("stale").await;
    assert_fenced(&outcome);
    assert_eq!(harness.journal().snapshot("show").await.unwrap(), None);
}

pub(crate) async fn a_snapshot_survives_a_reopening(mut harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write(&["a"]).await;
    writer.save_snapshot(large(5)).await.unwrap();
    reopen(&mut harness, &mut writer).await;
    assert_saved(&harness, &writer.snapshot(large(5))).await;
    writer.save_snapshot("after").await.unwrap();
    assert_saved(&harness, &writer.snapshot("after")).await;
}

pub(crate) async fn appends_go_on_while_a_snapshot_is_saved(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write(&["a"]).await;
    let snapshot = writer.snapshot(large(9));
    let (journal, claim, saved) = (harness.journal(), writer.claim.clone(), snapshot.clone());
    let saving = tokio::spawn(async move { journal.save_snapshot(&claim, saved).await });
    for _ in 0..20 {
        writer.write(&["b"]).await;
    }
    saving.await.unwrap().unwrap();
    assert_saved(&harness, &snapshot).await;
    writer.assert_all_there().await;
}

async fn assert_saved(harness: &impl Harness, snapshot: &Snapshot) {
    // Compared before it is printed: a body of megabytes in a failure helps nobody.
    let saved = harness.journal().snapshot("show").await.unwrap().expect("no snapshot");
    assert_eq!(
        (saved.position, saved.at_ms, saved.body.len()),
        (snapshot.position, snapshot.at_ms, snapshot.body.len())
    );
    assert!(saved.body == snapshot.body, "another body");
}

async fn assert_refused(harness: &impl Harness, writer: &Writer, position: Position) {
    let snapshot = Snapshot { position, ..writer.snapshot("wrong") };
    if snapshot.position == Position::default() {
        return;
    }
    let outcome = harness.journal().save_snapshot(&writer.claim, snapshot).await;
    assert_invalid(&outcome);
    assert_eq!(harness.journal().snapshot("show").await.unwrap(), None);
}

fn large(first: u8) -> Bytes {
    (0..=250).cycle().map(|byte: u8| first.wrapping_add(byte)).take(LARGE_BYTES).collect()
}
