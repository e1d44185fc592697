//! Claims: one writer at a time, and the others find out.

use dropcast::journal::Claim;

use crate::{
    harness::Harness,
    outcome::assert_fenced,
    writer::{Writer, reopen},
};

pub(crate) async fn a_claim_tells_where_the_journal_ends(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write(&["a", "b"]).await;
    let claim = harness.journal().claim("show").await.unwrap();
    assert_eq!((claim.show.as_str(), claim.tail), ("show", writer.position));
}

pub(crate) async fn epochs_grow_with_every_claim(harness: impl Harness) {
    let journal = harness.journal();
    let first = journal.claim("show").await.unwrap();
    let second = journal.claim("show").await.unwrap();
    assert_eq!(second.epoch, first.epoch + 1);
    assert_ne!(second.token, first.token);
}

pub(crate) async fn epochs_grow_over_a_reopening(mut harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    reopen(&mut harness, &mut writer).await;
    let claim = harness.journal().claim("show").await.unwrap();
    assert_eq!(claim.epoch, writer.claim.epoch + 1);
    assert_ne!(claim.token, writer.claim.token);
}

pub(crate) async fn an_append_under_an_older_claim_is_fenced(harness: impl Harness) {
    let mut older = Writer::claim(harness.journal(), "show").await;
    older.write(&["a"]).await;
    let mut newer = Writer::claim(harness.journal(), "show").await;
    let append = older.next(&["too late"]);
    assert_fenced(&older.call(append).await);
    newer.now_ms = older.now_ms;
    newer.write(&["b"]).await;
    let append = older.next(&["far too late"]);
    assert_fenced(&older.call(append).await);
    assert_eq!(harness.journal().tail("show").await.unwrap(), newer.position);
}

pub(crate) async fn an_append_under_a_claim_never_made_is_fenced(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.claim = Claim { show: "another show".to_owned(), ..writer.claim };
    let append = writer.next(&["a"]);
    assert_fenced(&writer.call(append).await);
    writer.claim = Claim { show: "a third".to_owned(), epoch: 0, token: 0, ..writer.claim };
    let append = writer.next(&["a"]);
    assert_fenced(&writer.call(append).await);
}

pub(crate) async fn an_append_under_a_forged_token_is_fenced(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.claim.token ^= 1;
    let append = writer.next(&["a"]);
    assert_fenced(&writer.call(append).await);
}

pub(crate) async fn a_claim_of_one_show_leaves_others_alone(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    harness.journal().claim("another").await.unwrap();
    writer.write(&["a"]).await;
    writer.assert_all_there().await;
}

pub(crate) async fn an_append_after_a_release_is_fenced(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write(&["a"]).await;
    harness.journal().release(&writer.claim).await.unwrap();
    let append = writer.next(&["too late"]);
    assert_fenced(&writer.call(append).await);
}

pub(crate) async fn a_stale_release_is_left_alone(harness: impl Harness) {
    let older = harness.journal().claim("show").await.unwrap();
    let mut newer = Writer::claim(harness.journal(), "show").await;
    harness.journal().release(&older).await.unwrap();
    harness.journal().release(&Claim { show: "unknown".to_owned(), ..older }).await.unwrap();
    newer.write(&["a"]).await;
    newer.assert_all_there().await;
}

pub(crate) async fn a_released_show_can_be_claimed_again(harness: impl Harness) {
    let mut first = Writer::claim(harness.journal(), "show").await;
    first.write(&["a"]).await;
    harness.journal().release(&first.claim).await.unwrap();
    let mut second = Writer::claim(harness.journal(), "show").await;
    assert_eq!((second.claim.epoch, second.claim.tail), (first.claim.epoch + 1, first.position));
    second.now_ms = first.now_ms;
    second.write(&["b"]).await;
}

pub(crate) async fn a_claim_outlives_a_reopening(mut harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write(&["a"]).await;
    reopen(&mut harness, &mut writer).await;
    writer.write(&["b"]).await;
    writer.assert_all_there().await;
}

pub(crate) async fn appends_called_before_a_claim_are_in_its_tail(harness: impl Harness) {
    let mut older = Writer::claim(harness.journal(), "show").await;
    let mut calls = Vec::new();
    for _ in 0..20 {
        let append = older.next(&["in flight"]);
        calls.push(older.call(append));
    }
    let newer = Writer::claim(harness.journal(), "show").await;
    assert_eq!(newer.claim.tail, older.position);
    for call in calls {
        call.await.unwrap();
    }
    older.assert_all_there().await;
}
