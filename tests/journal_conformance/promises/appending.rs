//! Numbers, digests, order, time: what makes the entries of a show one history.

use bytes::Bytes;
use dropcast::journal::{Append, AppendError, Digest, Position, RawEntry};

use crate::{
    harness::Harness,
    outcome::assert_invalid,
    writer::{Writer, read_all, reopen},
};

pub(crate) async fn a_new_journal_is_empty(harness: impl Harness) {
    let journal = harness.journal();
    assert_eq!(journal.tail("show").await.unwrap(), Position::default());
    assert_eq!(journal.read("show", 1, 10).await.unwrap(), []);
    assert_eq!(journal.claim("show").await.unwrap().tail, Position::default());
}

pub(crate) async fn entries_are_numbered_from_one_without_gaps(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write(&["a"]).await;
    writer.write(&["b", "c", "d"]).await;
    writer.write(&["e"]).await;
    let seqs: Vec<u64> = read_all(&*harness.journal(), "show", 1).await.iter().map(|entry| entry.seq).collect();
    assert_eq!(seqs, [1, 2, 3, 4, 5]);
}

pub(crate) async fn every_entry_carries_the_digest_chained_over_the_one_before_it(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write(&["a", "b"]).await;
    writer.write(&["c"]).await;
    let mut digest = Digest::default();
    for entry in read_all(&*harness.journal(), "show", 1).await {
        digest = digest.chain(entry.seq, entry.at_ms, &entry.body);
        assert_eq!(entry.digest, digest);
    }
    assert_eq!(harness.journal().tail("show").await.unwrap(), Position { seq: 3, digest });
}

pub(crate) async fn a_journal_is_read_from_any_entry_across_appends(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write(&["a", "b", "c"]).await;
    writer.write(&["d"]).await;
    writer.write(&["e", "f"]).await;
    for from_seq in 1..=7 {
        let read = harness.journal().read("show", from_seq, 100).await.unwrap();
        assert_eq!(read, writer.entries[usize::try_from(from_seq).unwrap() - 1..]);
    }
    assert_eq!(harness.journal().read("show", 0, 100).await.unwrap(), writer.entries);
    assert_eq!(harness.journal().read("show", 100, 100).await.unwrap(), []);
}

pub(crate) async fn appends_take_effect_in_the_order_of_their_calls(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    let mut calls = Vec::new();
    for number in 0..200 {
        let append = writer.next(&[&format!("{number}"), "and more"]);
        calls.push(writer.call(append));
    }
    // Polled the other way round: the order is that of the calls.
    for call in calls.into_iter().rev() {
        call.await.unwrap();
    }
    writer.assert_all_there().await;
}

pub(crate) async fn an_append_whose_future_is_dropped_is_not_taken_back(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    let append = writer.next(&["dropped"]);
    drop(writer.call(append));
    writer.write(&["waited for"]).await;
    writer.assert_all_there().await;
}

pub(crate) async fn a_stale_position_is_refused_as_moved(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    let stale = Append { entries: writer.entries(&["stale"]), ..Append::default() };
    writer.write(&["a", "b"]).await;
    let AppendError::Moved { tail } = writer.call(stale).await.unwrap_err() else { panic!("not refused as moved") };
    assert_eq!(tail, writer.position);
    writer.assert_all_there().await;
}

pub(crate) async fn a_position_with_another_digest_is_refused_as_moved(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write(&["a"]).await;
    let expected = Position { seq: 1, digest: Digest([9; 32]) };
    let entry = RawEntry::following(&expected, writer.now_ms, Bytes::from_static(b"of another history"));
    let outcome = writer.call(Append { expected, entries: vec![entry], ..Append::default() }).await;
    assert!(matches!(outcome, Err(AppendError::Moved { tail }) if tail == writer.position), "{outcome:?}");
    writer.assert_all_there().await;
}

pub(crate) async fn what_was_called_after_a_refused_append_is_refused_too(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write(&["a"]).await;
    let (position, entries) = (writer.position, writer.entries.clone());
    let mut refused = writer.next(&["goes back in time"]);
    refused.entries = vec![RawEntry::following(&position, 1, Bytes::from_static(b"goes back in time"))];
    writer.position = refused.entries[0].position();
    let first = writer.call(refused);
    let append = writer.next(&["second"]);
    let second = writer.call(append);
    let append = writer.next(&["third"]);
    let third = writer.call(append);
    assert_invalid(&first.await);
    for call in [second, third] {
        let outcome = call.await;
        assert!(matches!(outcome, Err(AppendError::Moved { tail }) if tail == position), "{outcome:?}");
    }
    (writer.position, writer.entries) = (position, entries);
    writer.assert_all_there().await;
    writer.write(&["goes on"]).await;
    writer.assert_all_there().await;
}

pub(crate) async fn a_gap_between_entries_is_refused(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    let mut append = writer.next(&["a", "b", "c"]);
    append.entries.remove(1);
    assert_not_appended(&writer, append).await;
}

pub(crate) async fn a_gap_after_the_expected_position_is_refused(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    let mut append = writer.next(&["a", "b"]);
    append.entries.remove(0);
    assert_not_appended(&writer, append).await;
}

pub(crate) async fn a_wrong_digest_is_refused(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    let mut append = writer.next(&["a", "b"]);
    append.entries[1].body = Bytes::from_static(b"tampered");
    assert_not_appended(&writer, append).await;
}

pub(crate) async fn nothing_of_a_refused_append_is_kept(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    let wrong = Append {
        expected: Position { seq: 7, digest: Digest([7; 32]) },
        entries: vec![RawEntry::following(
            &Position { seq: 7, digest: Digest([7; 32]) },
            writer.now_ms,
            Bytes::from_static(b"moved"),
        )],
        wake_at_ms: Some(1),
        card: Some(Bytes::from_static(b"card")),
        inbox: None,
    };
    assert!(matches!(writer.call(wrong).await, Err(AppendError::Moved { .. })));
    writer.assert_all_there().await;
    assert_eq!(harness.journal().due(u64::MAX, 10).await.unwrap(), Vec::<String>::new());
    assert_eq!(harness.journal().list(None, 10).await.unwrap(), []);
    let mut append = writer.next(&["first", "wrong"]);
    append.entries[1].digest = Digest([1; 32]);
    append.card = Some(Bytes::from_static(b"card"));
    assert_not_appended(&writer, append).await;
    assert_eq!(harness.journal().list(None, 10).await.unwrap(), []);
}

pub(crate) async fn time_may_stand_still(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    for _ in 0..3 {
        writer.write(&["a"]).await;
        writer.now_ms -= 1;
    }
    writer.assert_all_there().await;
}

pub(crate) async fn time_that_goes_back_within_an_append_is_refused(harness: impl Harness) {
    let writer = Writer::claim(harness.journal(), "show").await;
    let first = RawEntry::following(&writer.position, 1_000, Bytes::new());
    let second = RawEntry::following(&first.position(), 999, Bytes::new());
    assert_not_appended(&writer, Append { entries: vec![first, second], ..Append::default() }).await;
}

pub(crate) async fn time_that_goes_back_between_appends_is_refused(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write(&["a"]).await;
    let entry = RawEntry::following(&writer.position, writer.entries[0].at_ms - 1, Bytes::new());
    let outcome = writer.call(Append { expected: writer.position, entries: vec![entry], ..Append::default() }).await;
    assert_invalid(&outcome);
    writer.assert_all_there().await;
}

pub(crate) async fn shows_are_isolated_from_each_other(harness: impl Harness) {
    // Names of which one begins with the other must not run into each other.
    let mut writers = Vec::new();
    for show in ["show", "show1", "sho", "show\u{0}"] {
        writers.push(Writer::claim(harness.journal(), show).await);
    }
    for round in 0..3 {
        for writer in &mut writers {
            let body = format!("{} {round}", writer.claim.show);
            writer.write(&[&body, "more"]).await;
        }
    }
    for writer in &writers {
        writer.assert_all_there().await;
    }
}

pub(crate) async fn writers_of_many_shows_at_once_lose_nothing(mut harness: impl Harness) {
    let mut writers = Vec::new();
    for number in 0..16 {
        writers.push(Writer::claim(harness.journal(), &format!("show-{number}")).await);
    }
    let running = writers.into_iter().map(|mut writer| {
        tokio::spawn(async move {
            for round in 0..25 {
                let first = writer.next(&[&format!("{round}"), "a"]);
                let second = writer.next(&["b", "c", "d"]);
                let (first, second) = (writer.call(first), writer.call(second));
                first.await.unwrap();
                second.await.unwrap();
            }
            writer
        })
    });
    let mut writers = Vec::new();
    for writer in running.collect::<Vec<_>>() {
        writers.push(writer.await.unwrap());
    }
    for writer in &mut writers {
        assert_eq!(writer.entries.len(), 125);
        writer.assert_all_there().await;
    }
    harness.journal().close().await;
    harness.reopen();
    for writer in &mut writers {
        writer.journal = harness.journal();
        writer.assert_all_there().await;
    }
}

pub(crate) async fn everything_survives_a_reopening(mut harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write(&["a", "b"]).await;
    writer.write(&["c"]).await;
    reopen(&mut harness, &mut writer).await;
    writer.assert_all_there().await;
    let claim = harness.journal().claim("show").await.unwrap();
    assert_eq!(claim.tail, writer.position);
    writer.claim = claim;
    writer.write(&["d"]).await;
    writer.assert_all_there().await;
}

async fn assert_not_appended(writer: &Writer, append: Append) {
    let outcome = writer.call(append).await;
    assert_invalid(&outcome);
    assert_eq!(writer.journal.tail(&writer.claim.show).await.unwrap(), Position::default());
    assert_eq!(writer.journal.read(&writer.claim.show, 1, 10).await.unwrap(), []);
}
