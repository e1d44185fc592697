//! What concerns one viewer alone, and what must not be missed.

use dropcast::{
    engine::Answer,
    feed::{Audience, Encoding},
};
use dropcast_domain::{
    ids::{DropId, Key, PrincipalId, ReservationId, Sku},
    show::{Command, Fingerprint, KeyUse, Promise, Promised, Role},
    time::Timestamp,
};
use dropcast_proto::v1::{self, server_message::Kind};

use crate::{
    house::{Guest, House},
    joining::{end, truth},
    script::{on_sale, request},
    watcher::Watcher,
};

fn reserve(key: &str, quantity: u32) -> dropcast_domain::show::Request {
    let (drop, sku) = (DropId::new("early").unwrap(), Sku::new("cap").unwrap());
    request(Role::Viewer, "ada", key, Command::Reserve { drop, sku, quantity, with: Vec::new() })
}

/// Ada watches on two connections, in both encodings.
async fn ada_twice(house: &House) -> Vec<Watcher> {
    let mut own = Vec::new();
    for encoding in [Encoding::Json, Encoding::Proto] {
        own.push(house.join(&Guest::viewer("ada", encoding)).await);
    }
    own
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn private_messages_reach_their_viewer_on_every_connection_and_nobody_else() {
    let house = House::new();
    let handle = on_sale(&house).await;
    let mut own = ada_twice(&house).await;
    let mut others = vec![
        house.join(&Guest::viewer("bob", Encoding::Json)).await,
        house.join(&Guest::anybody(Encoding::Json)).await,
        house.join(&Guest::staff(Audience::Host, Encoding::Json)).await,
        house.join(&Guest::staff(Audience::Brand, Encoding::Proto)).await,
    ];
    assert!(matches!(handle.ask_and_wait(reserve("one", 1)).await, Answer::Accepted(_)));
    let confirm = Command::Confirm { reservation: ReservationId(1) };
    let confirmed = handle.ask_and_wait(request(Role::Viewer, "ada", "two", confirm)).await;
    assert!(matches!(confirmed, Answer::Accepted(_)));
    end(&house, "the end").await;
    let truth = truth(&house, &Guest::viewer("ada", Encoding::Json)).await;
    assert_eq!(truth.reservations.len(), 1);
    for watcher in &mut own {
        watcher.until("both are told", |picture| *picture == truth);
        let told = watcher.received.iter().filter(|kind| is_private(kind)).count();
        assert_eq!(told, 3, "held, sold, and the order");
    }
    for watcher in &mut others {
        watcher.until("the end", |picture| picture.title() == Some("the end"));
        assert!(!watcher.received.iter().any(is_private));
    }
}

fn is_private(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::ReservationChanged(_) | Kind::OrderChanged(_) | Kind::PromiseBroken(_) | Kind::WaiterChanged(_)
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_holds_something_is_told_of_its_new_deadline() {
    let house = House::new();
    let handle = on_sale(&house).await;
    let mut own = ada_twice(&house).await;
    let mut others = vec![
        house.join(&Guest::viewer("bob", Encoding::Json)).await,
        house.join(&Guest::staff(Audience::Brand, Encoding::Proto)).await,
    ];
    for key in ["one", "two"] {
        assert!(matches!(handle.ask_and_wait(reserve(key, 1)).await, Answer::Accepted(_)));
    }
    let release = Command::Release { reservation: ReservationId(2) };
    assert!(matches!(handle.ask_and_wait(request(Role::Viewer, "ada", "back", release)).await, Answer::Accepted(_)));
    let before = truth(&house, &Guest::viewer("ada", Encoding::Json)).await.reservations;
    house.clock.advance_ms(5_000);
    let outage = Command::ExtendHolds { by_ms: 4_000 };
    assert!(matches!(handle.ask_and_wait(request(Role::System, "outages", "out", outage)).await, Answer::Accepted(_)));
    end(&house, "the end").await;
    let after = truth(&house, &Guest::viewer("ada", Encoding::Json)).await;
    let later = |number: u64| after.reservations[&number].expires_at - before[&number].expires_at;
    assert_eq!((later(1), later(2)), (4_000, 0));
    for watcher in &mut own {
        watcher.until("it is told", |picture| *picture == after);
        assert_eq!(
            watcher.received.iter().filter(|kind| is_private(kind)).count(),
            4,
            "held twice, released, extended"
        );
    }
    for watcher in &mut others {
        watcher.until("the end", |picture| picture.title() == Some("the end"));
        assert!(!watcher.received.iter().any(is_private));
    }
}

/// A promise of a lost history of something that is not on sale here.
fn reclaim(number: u64) -> dropcast_domain::show::Request {
    let reserve = KeyUse { key: Key::new(&format!("lost-{number}")).unwrap(), fingerprint: Fingerprint::default() };
    let promise = Promise {
        viewer: PrincipalId::new("ada").unwrap(),
        drop: DropId::new("early").unwrap(),
        sku: Sku::new("hat").unwrap(),
        quantity: 2,
        unit_price_minor: 900,
        with: Vec::new(),
        expires_at: Timestamp(1),
        lost: ReservationId(number),
        promised: Promised::Held { reserve },
    };
    request(Role::System, "healing", &format!("fork-{number}"), Command::Reclaim(Box::new(promise)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_promise_is_told_to_its_viewer_alone() {
    let house = House::new();
    let handle = on_sale(&house).await;
    let mut own = house.join(&Guest::viewer("ada", Encoding::Json)).await;
    let mut others = vec![
        house.join(&Guest::viewer("bob", Encoding::Json)).await,
        house.join(&Guest::staff(Audience::Brand, Encoding::Proto)).await,
    ];
    assert!(matches!(handle.ask_and_wait(reclaim(7)).await, Answer::Accepted(_)));
    own.until("it is told", |picture| !picture.broken_promises.is_empty());
    let told = own.picture.broken_promises.values().next().unwrap();
    assert_eq!((told.reservation, told.sku.as_str(), told.quantity), (7, "hat", 2));
    assert_eq!((told.total.as_ref().unwrap().amount_minor, told.promised()), (1_800, v1::ReservationState::Held));
    let known = own.picture.broken_promises.clone();
    assert_eq!(truth(&house, &Guest::viewer("ada", Encoding::Proto)).await.broken_promises, known, "a snapshot has it");
    assert_eq!(house.numbers().promises_broken, 1);
    end(&house, "the end").await;
    for watcher in &mut others {
        watcher.until("the end", |picture| picture.title() == Some("the end"));
        assert!(!watcher.received.iter().any(is_private));
        assert_eq!(watcher.picture.broken_promises.len(), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_has_the_newest_broken_promises() {
    let house = House::new();
    let handle = on_sale(&house).await;
    for number in 1..=25 {
        assert!(matches!(handle.ask_and_wait(reclaim(number)).await, Answer::Accepted(_)));
    }
    let truth = truth(&house, &Guest::viewer("ada", Encoding::Json)).await;
    assert!(truth.broken_promises.keys().map(|(number, _)| *number).eq(6..=25));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_left_before_it_joined_is_not_remembered() {
    let house = House::new();
    let handle = on_sale(&house).await;
    let (stream, connection) = house.connect();
    drop(stream);
    let deadline = std::time::Instant::now() + crate::house::PATIENCE;
    while connection.is_open() {
        assert!(std::time::Instant::now() < deadline);
        tokio::task::yield_now().await;
    }
    house.join_on(&connection, &Guest::viewer("ada", Encoding::Json), false).await;
    handle.read(|_, _| ()).await.unwrap();
    assert_eq!(house.feed().members(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sold_out_and_back_again_are_critical() {
    let house = House::new();
    let handle = on_sale(&house).await;
    let mut watcher = house.join(&Guest::anybody(Encoding::Json)).await;
    // The drop may sell three of the four caps.
    for (key, quantity) in [("one", 1), ("two", 2)] {
        assert!(matches!(handle.ask_and_wait(reserve(key, quantity)).await, Answer::Accepted(_)));
    }
    let release = Command::Release { reservation: ReservationId(1) };
    let released = handle.ask_and_wait(request(Role::Viewer, "ada", "back", release)).await;
    assert!(matches!(released, Answer::Accepted(_)));
    end(&house, "the end").await;
    watcher
        .until("the end", |picture| picture.title() == Some("the end") && picture.available("early", "cap") == Some(1));
    let critical: Vec<u32> = watcher
        .critical()
        .iter()
        .filter_map(|(_, kind)| match kind {
            Kind::DropChanged(changed) => changed.drop.as_ref().filter(|drop| drop.drop == "early"),
            _ => None,
        })
        .map(|drop| drop.items.iter().find(|item| item.sku == "cap").unwrap().available)
        .collect();
    // Sold out, and back again.
    assert_eq!(critical, [0, 1]);
}
