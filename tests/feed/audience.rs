//! The audience: who of it saw a drop, and what the journal is told of it when.

use std::{sync::Arc, time::Duration};

use dropcast::{
    engine::ShowHandle,
    feed::{count_audiences, count_nobody},
    journal::Journal as _,
    stats::{Seat, Wanted},
};
use dropcast_domain::{
    audience::AudienceCount,
    ids::{DropId, PrincipalId, Sku},
    show::{Command, Role},
};

use crate::{
    house::{House, show},
    script::{on_sale, request},
};

/// As often as it is looked whether something changed, and a bit.
const A_LOOK: Duration = Duration::from_millis(600);

fn seat(house: &House, name: &str) -> Seat {
    house.feed().stats().crowd().seat(Some(&PrincipalId::new(name).unwrap()), None)
}

/// What the journal has of this node.
async fn counted(house: &House) -> Option<AudienceCount> {
    let node = house.feed().stats().crowd().node().clone();
    house.show().await.read(move |show, _| show.audience().of(&node).cloned()).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn only_an_open_drop_is_seen() {
    let house = House::new();
    let handle = on_sale(&house).await;
    let drop = DropId::new("early").unwrap();
    let mut seats = Vec::new();
    let mut newcomer = || {
        seats.push(seat(&house, &format!("v{}", seats.len())));
        house.numbers().saw
    };
    let mut saw = vec![newcomer()];
    let drop = |command: fn(DropId) -> Command| command(drop.clone());
    let steps = [
        drop(|drop| Command::PauseDrop { drop }),
        drop(|drop| Command::ResumeDrop { drop }),
        drop(|drop| Command::UndoDrop { drop }),
        drop(|drop| Command::OpenDrop { drop }),
        drop(|drop| Command::CloseDrop { drop }),
    ];
    for (number, command) in steps.into_iter().enumerate() {
        decide(&handle, &format!("step-{number}"), command).await;
        saw.push(newcomer());
    }
    assert_eq!(saw, [1, 1, 3, 3, 5, 5]);
}

async fn decide(handle: &ShowHandle, key: &str, command: Command) {
    let answer = handle.ask_and_wait(request(Role::Host, "host", key, command)).await;
    assert!(matches!(answer, dropcast::engine::Answer::Accepted(_)), "{answer:?}");
}

#[tokio::test(start_paused = true)]
async fn a_drop_that_was_open_when_the_show_was_loaded_is_seen() {
    let house = House::new();
    on_sale(&house).await;
    let house = house.restarted();
    house.show().await;
    let _ann = seat(&house, "ann");
    assert_eq!(house.numbers().saw, 1);
}

/// None is loaded for it either.
#[tokio::test(start_paused = true)]
async fn a_count_that_finds_no_show_is_told_later() {
    let house = House::new();
    on_sale(&house).await;
    let house = house.restarted();
    house.feeds.open(&show(), house.journal.tail("show").await.unwrap());
    let _ann = seat(&house, "ann");
    let counting = count_audiences(Arc::clone(&house.engine), Arc::clone(&house.feeds), house.clock.clone());
    let counting = tokio::spawn(counting);
    tokio::time::sleep(A_LOOK).await;
    assert_eq!(house.engine.loaded(), 0);
    assert!(house.feed().stats().crowd().has_news());
    house.show().await;
    tokio::time::sleep(A_LOOK).await;
    assert_eq!(counted(&house).await.map(|count| count.watched), Some(1));
    counting.abort();
}

#[tokio::test(start_paused = true)]
async fn what_was_asked_before_the_last_count_is_in_it() {
    let house = House::new();
    let handle = on_sale(&house).await;
    let sku = Sku::new("tee").unwrap();
    let wish = Command::Reserve { drop: DropId::new("early").unwrap(), sku, quantity: 1, with: Vec::new() };
    let wish = request(Role::Viewer, "ann", "click", wish);
    let (wanted, crowd) = (Wanted::of(&wish).unwrap(), Arc::clone(house.feed().stats().crowd()));
    house.faults.hold_appends();
    let ann = wish.principal.id.clone();
    handle.ask(wish, Box::new(move |answer| crowd.answered(&ann, wanted, &answer)));
    let disk = async {
        tokio::time::sleep(A_LOOK).await;
        house.faults.release_appends();
    };
    tokio::join!(count_nobody(&house.engine, &house.feeds), disk);
    assert_eq!(counted(&house).await.map(|count| count.clicks), Some(1));
}
