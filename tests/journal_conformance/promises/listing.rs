//! The list of shows.

use crate::{
    harness::Harness,
    writer::{Writer, reopen},
};

async fn listed(harness: &impl Harness, after: Option<&str>, listed_max: usize) -> Vec<(String, String)> {
    let listed = harness.journal().list(after, listed_max).await.unwrap();
    listed.into_iter().map(|listed| (listed.show, String::from_utf8(listed.card.to_vec()).unwrap())).collect()
}

fn pair(show: &str, card: &str) -> (String, String) {
    (show.to_owned(), card.to_owned())
}

pub(crate) async fn a_show_without_a_card_is_not_listed(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write(&["a"]).await;
    assert_eq!(listed(&harness, None, 10).await, []);
}

pub(crate) async fn the_newest_card_is_listed(harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write_card("first").await;
    writer.write_card("second").await;
    writer.write(&["without a card"]).await;
    assert_eq!(listed(&harness, None, 10).await, [pair("show", "second")]);
}

pub(crate) async fn shows_are_listed_in_the_order_of_their_names(harness: impl Harness) {
    for show in ["b", "ab", "c", "a"] {
        Writer::claim(harness.journal(), show).await.write_card("card").await;
    }
    let expected = ["a", "ab", "b", "c"].map(|show| pair(show, "card"));
    assert_eq!(listed(&harness, None, 10).await, expected);
}

pub(crate) async fn the_list_is_read_in_pages(harness: impl Harness) {
    for show in ["a", "b", "c", "d"] {
        Writer::claim(harness.journal(), show).await.write_card("card").await;
    }
    let card = |show| pair(show, "card");
    assert_eq!(listed(&harness, None, 0).await, []);
    assert_eq!(listed(&harness, None, 3).await, [card("a"), card("b"), card("c")]);
    assert_eq!(listed(&harness, Some("b"), 1).await, [card("c")]);
    assert_eq!(listed(&harness, Some("bb"), 10).await, [card("c"), card("d")]);
    assert_eq!(listed(&harness, Some("d"), 10).await, []);
}

pub(crate) async fn cards_survive_a_reopening(mut harness: impl Harness) {
    let mut writer = Writer::claim(harness.journal(), "show").await;
    writer.write_card("card").await;
    reopen(&mut harness, &mut writer).await;
    assert_eq!(listed(&harness, None, 10).await, [pair("show", "card")]);
}
