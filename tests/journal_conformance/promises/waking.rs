//! The wake index: a show that nobody watches must still wake.

use crate::{
    harness::Harness,
    writer::{Writer, reopen},
};

async fn due(harness: &impl Harness, now_ms: u64) -> Vec<String> {
    harness.journal().due(now_ms, 100).await.unwrap()
}

const NONE: [&str; 0] = [];

pub(crate) async fn a_show_without_a_wake_time_is_never_due(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write(&["a"]).await;
    assert_eq!(due(&harness, u64::MAX).await, NONE);
}

pub(crate) async fn a_show_is_due_from_its_wake_time_on(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write_to_wake_at(Some(5_000)).await;
    assert_eq!(due(&harness, 4_999).await, NONE);
    assert_eq!(due(&harness, 5_000).await, ["show"]);
    assert_eq!(due(&harness, u64::MAX).await, ["show"]);
}

pub(crate) async fn a_changed_wake_time_counts(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write_to_wake_at(Some(5_000)).await;
    writer.write_to_wake_at(Some(7_000)).await;
    assert_eq!(due(&harness, 6_999).await, NONE);
    assert_eq!(due(&harness, 7_000).await, ["show"]);
    writer.write_to_wake_at(Some(3_000)).await;
    assert_eq!(due(&harness, 3_000).await, ["show"]);
    writer.write_to_wake_at(Some(3_000)).await;
    assert_eq!(due(&harness, u64::MAX).await, ["show"]);
}

pub(crate) async fn a_cleared_wake_time_is_never_due(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write_to_wake_at(Some(5_000)).await;
    writer.write_to_wake_at(None).await;
    assert_eq!(due(&harness, u64::MAX).await, NONE);
}

pub(crate) async fn the_most_overdue_show_comes_first(harness: impl Harness) {
    for (show, wake_at_ms) in [("a", 300), ("b", 100), ("c", 200), ("d", 400)] {
        Writer::claim(harness.journal(), show).await.write_to_wake_at(Some(wake_at_ms)).await;
    }
    assert_eq!(due(&harness, 300).await, ["b", "c", "a"]);
}

pub(crate) async fn no_more_shows_are_due_than_asked_for(harness: impl Harness) {
    for (show, wake_at_ms) in [("a", 300), ("b", 100), ("c", 200)] {
        Writer::claim(harness.journal(), show).await.write_to_wake_at(Some(wake_at_ms)).await;
    }
    assert_eq!(harness.journal().due(1_000, 0).await.unwrap(), NONE);
    assert_eq!(harness.journal().due(1_000, 2).await.unwrap(), ["b", "c"]);
}

pub(crate) async fn wake_times_survive_a_reopening(mut harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write_to_wake_at(Some(5_000)).await;
    reopen(&mut harness, &mut writer).await;
    assert_eq!(due(&harness, 5_000).await, ["show"]);
    writer.write_to_wake_at(None).await;
    assert_eq!(due(&harness, u64::MAX).await, NONE);
}
