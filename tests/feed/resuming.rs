//! A client that comes back with a cursor.

use dropcast::feed::{Cursor, Encoding};

use crate::{
    house::{Guest, House, show},
    joining::{assert_nothing_missed, end, truth},
    picture::Picture,
    script::{Script, on_sale},
    watcher::cursor_of,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_every_cursor_ever_seen_the_end_is_the_same() {
    for seed in 1..=5 {
        let house = House::new();
        let guest = Guest::viewer("ada", Encoding::Proto);
        let mut reference = house.join(&guest).await;
        on_sale(&house).await;
        let mut script = Script::new(seed);
        for _ in 0..40 {
            script.step(&house).await;
        }
        house.clock.advance_ms(100_000);
        end(&house, "the end").await;
        let truth = truth(&house, &guest).await;
        reference.until("the reference is there", |picture| *picture == truth);
        let mut picture = Picture::default();
        let mut resumed = 0;
        for (number, kind) in reference.received.iter().enumerate() {
            picture.fold(kind);
            let Some(cursor) = cursor_of(kind) else { continue };
            let cursor = Cursor::parse(cursor).unwrap();
            if next_is_of_the_same_entry(&reference.received[number + 1..], cursor) {
                continue;
            }
            assert!(cursor.is_of(&*house.journal, &show()).await.unwrap());
            let mut back = house.join(&guest.clone().resuming(cursor)).await;
            back.picture = picture.clone();
            assert!(back.was_resumed());
            back.until(&format!("seed {seed}: back at {}", cursor.seq), |picture| *picture == truth);
            assert_eq!(back.joined_at(), cursor, "until it received more, it is where it was");
            assert_nothing_missed(&back, &reference);
            resumed += 1;
        }
        assert!(resumed > 10);
    }
}

/// A client that lost its connection between two messages of one entry has not seen the entry: it presents the cursor of
/// the one before.
fn next_is_of_the_same_entry(rest: &[dropcast_proto::v1::server_message::Kind], cursor: Cursor) -> bool {
    rest.iter().find_map(cursor_of).is_some_and(|next| Cursor::parse(next).unwrap() == cursor)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cursor_outlives_a_restart() {
    let house = House::new();
    on_sale(&house).await;
    let guest = Guest::viewer("ada", Encoding::Json);
    let old = truth_and_cursor(&house, &guest).await;
    end(&house, "later").await;
    let newest = truth_and_cursor(&house, &guest).await;
    house.engine.stop().await;
    let restarted = house.restarted();
    // Nothing was missed since the newest: it goes on.
    let mut back = restarted.join(&guest.clone().resuming(newest.1)).await;
    back.picture = newest.0;
    // What was missed since the old one is not in the ring of this process: a snapshot.
    let mut snapshot = restarted.join(&guest.clone().resuming(old.1)).await;
    snapshot.picture = old.0;
    end(&restarted, "after").await;
    let truth = truth(&restarted, &guest).await;
    assert!(back.was_resumed());
    back.until("it goes on", |picture| *picture == truth);
    assert!(!snapshot.was_resumed());
    snapshot.until("it starts anew", |picture| *picture == truth);
}

async fn truth_and_cursor(house: &House, guest: &Guest) -> (Picture, Cursor) {
    // Past the age of a shared snapshot.
    house.clock.advance_ms(100);
    let mut watcher = house.join(guest).await;
    watcher.until("it has a snapshot", |picture| picture.show.is_some());
    (watcher.picture.clone(), watcher.joined_at())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cursor_of_another_history_is_none() {
    let (house, other) = (House::new(), House::new());
    on_sale(&house).await;
    on_sale(&other).await;
    end(&house, "here").await;
    end(&other, "there").await;
    let guest = Guest::anybody(Encoding::Json);
    let (_, there) = truth_and_cursor(&other, &guest).await;
    let (_, here) = truth_and_cursor(&house, &guest).await;
    assert_eq!(here.seq, there.seq);
    assert!(here.is_of(&*house.journal, &show()).await.unwrap());
    assert!(!there.is_of(&*house.journal, &show()).await.unwrap());
    let beyond = Cursor::parse(&format!("00000000000fffff{}", "0".repeat(16))).unwrap();
    assert!(!beyond.is_of(&*house.journal, &show()).await.unwrap());
    let beginning = Cursor::parse(&"0".repeat(32)).unwrap();
    assert!(beginning.is_of(&*house.journal, &show()).await.unwrap());
}
