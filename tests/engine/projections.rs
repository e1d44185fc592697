//! What projections are shown, and what of it is let out: each durable entry once, in order, and no other.

use std::sync::{Arc, Mutex};

use dropcast::journal::AppendFault;

use crate::fixture::*;

#[tokio::test]
async fn loaded_then_shown_then_let_out() {
    let bench = Bench::new();
    let handle = bench.on_sale(5).await;
    let recorder = bench.recorder();
    assert_eq!(recorder.loaded(), [0]);
    bench.faults.hold_appends();
    let asked: Vec<Asked> = ["ada", "bob", "cyd"].map(|name| ask(&handle, reserve(name))).into();
    until("the append is under way", || bench.faults.held_appends() == 1).await;
    assert_eq!(recorder.applied(), [1, 2, 3, 4, 5, 6]);
    assert_eq!(recorder.published(), [1, 2, 3], "nothing before it is durable");
    bench.faults.release_appends();
    for asked in asked {
        held(&asked.answer().await);
    }
    settle().await;
    assert_eq!(recorder.published(), [1, 2, 3, 4, 5, 6]);
    bench.engine.stop().await;
    assert!(recorder.has_ended());
    let other = bench.another();
    other.opened().await;
    assert_eq!(other.recorder().loaded(), [6]);
    assert!(other.recorder().published().is_empty(), "what was let out before is not again");
}

#[tokio::test]
async fn what_is_undone_is_never_let_out() {
    let bench = Bench::new();
    let handle = bench.on_sale(5).await;
    for (fault, published) in [
        (AppendFault::Unavailable, 3),
        (AppendFault::InDoubtLost, 3),
        (AppendFault::InDoubtAppended, 4),
        (AppendFault::Unavailable, 4),
    ] {
        bench.faults.next_append(fault);
        handle.ask_and_wait(reserve("ada")).await;
        until("the show is loaded anew or sells on", || bench.recorder().published().len() == published).await;
        assert_eq!(bench.recorder().published(), (1..=u64::try_from(published).unwrap()).collect::<Vec<_>>());
        if published == 4 {
            break;
        }
    }
}

/// Whoever looks in the middle of a batch gets what led there before, and what follows after.
#[tokio::test]
async fn a_look_takes_its_place_among_the_publications() {
    let bench = Bench::new();
    let handle = bench.on_sale(5).await;
    let recorder = bench.recorder();
    bench.faults.hold_appends();
    let first = ask(&handle, reserve("ada"));
    let seen = Arc::new(Mutex::new(None));
    let looked = {
        let (recorder, seen) = (recorder.clone(), seen.clone());
        handle.look(move |_, position| {
            Box::new(move || *seen.lock().unwrap() = Some((position.seq, recorder.published())))
        })
    };
    looked.await.unwrap();
    let second = ask(&handle, reserve("bob"));
    until("one append is under way", || bench.faults.held_appends() == 1).await;
    assert_eq!(*seen.lock().unwrap(), None);
    bench.faults.release_appends();
    held(&first.answer().await);
    held(&second.answer().await);
    assert_eq!(*seen.lock().unwrap(), Some((4, vec![1, 2, 3, 4])));
    assert_eq!(recorder.published(), [1, 2, 3, 4, 5]);
}
