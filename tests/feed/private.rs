//! What concerns one viewer alone, and what must not be missed.

use dropcast::{
    engine::Answer,
    feed::{Audience, Encoding},
};
use dropcast_domain::{
    ids::{DropId, ReservationId, Sku},
    show::{Command, Role},
};
use dropcast_proto::v1::server_message::Kind;

use crate::{
    house::{Guest, House},
    joining::{end, truth},
    script::{on_sale, request},
};

fn reserve(key: &str, quantity: u32) -> dropcast_domain::show::Request {
    let (drop, sku) = (DropId::new("early").unwrap(), Sku::new("cap").unwrap());
    request(Role::Viewer, "ada", key, Command::Reserve { drop, sku, quantity })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn private_messages_reach_their_viewer_on_every_connection_and_nobody_else() {
    let house = House::new();
    let handle = on_sale(&house).await;
    let mut own = Vec::new();
    for encoding in [Encoding::Json, Encoding::Proto] {
        own.push(house.join(&Guest::viewer("ada", encoding)).await);
    }
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
    matches!(kind, Kind::ReservationChanged(_) | Kind::OrderChanged(_))
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
