//! The named bounds: what fits exactly is taken, what is one more is refused.

use bytes::Bytes;
use dropcast::journal::{
    APPEND_BYTES_MAX, APPEND_ENTRIES_MAX, Append, CARD_BYTES_MAX, ClaimError, READ_BYTES_MAX, RawEntry,
    SHOW_NAME_BYTES_MAX, SNAPSHOT_BYTES_MAX,
};

use crate::{harness::Harness, outcome::assert_invalid, writer::Writer};

pub(crate) async fn an_append_without_entries_is_refused(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    let append = writer.next(&[]);
    assert_invalid(&writer.call(append).await);
}

pub(crate) async fn the_most_entries_are_appended(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write(&vec!["entry"; APPEND_ENTRIES_MAX]).await;
    writer.assert_all_there().await;
}

pub(crate) async fn more_entries_than_the_bound_are_refused(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    let append = writer.next(&vec!["entry"; APPEND_ENTRIES_MAX + 1]);
    assert_invalid(&writer.call(append).await);
}

pub(crate) async fn the_most_bytes_are_appended(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    let body = "b".repeat(APPEND_BYTES_MAX / 2);
    writer.write(&[&body, &body]).await;
    writer.assert_all_there().await;
}

pub(crate) async fn more_bytes_than_the_bound_are_refused(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    let body = "b".repeat(APPEND_BYTES_MAX / 2);
    let append = writer.next(&[&body, &body, "b"]);
    assert_invalid(&writer.call(append).await);
}

pub(crate) async fn an_empty_body_is_an_entry(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write(&["", "", ""]).await;
    assert_eq!(harness.journal().read("show", 1, 2).await.unwrap(), writer.entries[..2]);
    writer.assert_all_there().await;
}

pub(crate) async fn a_card_larger_than_the_bound_is_refused(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    let position = writer.position;
    let append = Append { card: Some(Bytes::from(vec![b'c'; CARD_BYTES_MAX + 1])), ..writer.next(&["card"]) };
    assert_invalid(&writer.call(append).await);
    writer.position = position;
    let card = Bytes::from(vec![b'c'; CARD_BYTES_MAX]);
    let append = Append { card: Some(card.clone()), ..writer.next(&["card"]) };
    writer.call(append).await.unwrap();
    assert_eq!(harness.journal().list(None, 1).await.unwrap()[0].card, card);
}

pub(crate) async fn the_longest_name_of_a_show_is_claimed(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), &"s".repeat(SHOW_NAME_BYTES_MAX)).await;
    writer.write(&["a"]).await;
    writer.assert_all_there().await;
}

pub(crate) async fn a_longer_name_of_a_show_is_refused(harness: impl Harness) {
    let outcome = harness.journal().claim(&"s".repeat(SHOW_NAME_BYTES_MAX + 1)).await;
    assert!(matches!(outcome, Err(ClaimError::Invalid(_))), "{outcome:?}");
}

pub(crate) async fn an_empty_name_of_a_show_is_refused(harness: impl Harness) {
    let outcome = harness.journal().claim("").await;
    assert!(matches!(outcome, Err(ClaimError::Invalid(_))), "{outcome:?}");
}

pub(crate) async fn a_snapshot_larger_than_the_bound_is_refused(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write(&["a"]).await;
    assert_invalid(&writer.save_snapshot(vec![0; SNAPSHOT_BYTES_MAX + 1]).await);
    assert_eq!(harness.journal().snapshot("show").await.unwrap(), None);
}

pub(crate) async fn a_read_returns_no_more_entries_than_asked_for(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write(&["a", "b", "c"]).await;
    writer.write(&["d", "e"]).await;
    for entries_max in 0..=5 {
        let read = harness.journal().read("show", 1, entries_max).await.unwrap();
        assert_eq!(read, writer.entries[..entries_max]);
    }
}

pub(crate) async fn a_read_returns_no_more_bytes_than_the_bound(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    let body = "b".repeat(READ_BYTES_MAX / 4);
    writer.write(&[body.as_str(); 5]).await;
    writer.write(&[&body, "small"]).await;
    assert_eq!(harness.journal().read("show", 1, 100).await.unwrap(), writer.entries[..4]);
    assert_eq!(harness.journal().read("show", 5, 100).await.unwrap(), writer.entries[4..]);
}

pub(crate) async fn an_entry_larger_than_the_bound_of_a_read_comes_alone(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write(&["", &"b".repeat(READ_BYTES_MAX + 1), "small"]).await;
    let journal = harness.journal();
    assert_eq!(journal.read("show", 1, 100).await.unwrap(), writer.entries[..1]);
    assert_eq!(journal.read("show", 2, 100).await.unwrap(), writer.entries[1..2]);
    assert_eq!(journal.read("show", 3, 100).await.unwrap(), writer.entries[2..]);
    let last = RawEntry::following(&writer.position, writer.now_ms, Bytes::new());
    writer.call(Append { expected: writer.position, entries: vec![last], ..Append::default() }).await.unwrap();
}
