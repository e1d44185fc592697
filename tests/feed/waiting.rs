//! Who waits is told, and what is offered in turn is shown to nobody else.

use dropcast::{
    engine::{Accepted, Answer, ShowHandle},
    feed::Encoding,
};
use dropcast_domain::{
    ids::{DropId, ReservationId, Sku},
    show::{Command, Role},
};
use dropcast_proto::v1::{self, server_message::Kind};

use crate::{
    house::{Guest, House},
    joining::{end, truth},
    script::{VIEWERS, on_sale, request},
    watcher::Watcher,
};

fn drop_id(name: &str) -> DropId {
    DropId::new(name).unwrap()
}

async fn open(handle: &ShowHandle, drop: &str) {
    let command = Command::OpenDrop { drop: drop_id(drop) };
    let opened = handle.ask_and_wait(request(Role::Brand, "acme", drop, command)).await;
    assert!(matches!(opened, Answer::Accepted(_)), "{opened:?}");
}

async fn reserve(handle: &ShowHandle, viewer: &str, drop: &str, quantity: u32) -> Accepted {
    let command = Command::Reserve { drop: drop_id(drop), sku: Sku::new("cap").unwrap(), quantity, with: Vec::new() };
    match handle.ask_and_wait(request(Role::Viewer, viewer, "reserve", command)).await {
        Answer::Accepted(accepted) => accepted,
        other => panic!("{other:?}"),
    }
}

/// What was said privately, in order: states of places and of reservations.
fn private(watcher: &Watcher) -> Vec<String> {
    let told = watcher.received.iter().filter_map(|kind| match kind {
        Kind::WaiterChanged(changed) => Some(format!("{:?}", changed.waiter.as_ref()?.state())),
        Kind::ReservationChanged(changed) => Some(format!("{:?}", changed.reservation.as_ref()?.state())),
        _ => None,
    });
    told.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_offered_in_turn_is_told_to_one_and_shown_to_nobody() {
    let house = House::new();
    let handle = on_sale(&house).await;
    open(&handle, "late").await;
    // All that this drop may sell of the caps.
    assert!(matches!(reserve(&handle, "bob", "late", 3).await, Accepted::Held(_)));
    let mut own = [Encoding::Json, Encoding::Proto].map(|encoding| Guest::viewer("ada", encoding));
    let mut ada = Vec::new();
    for guest in &mut own {
        ada.push(house.join(guest).await);
    }
    let mut others = vec![
        house.join(&Guest::viewer("bob", Encoding::Json)).await,
        house.join(&Guest::anybody(Encoding::Proto)).await,
    ];
    let Accepted::Waiter(place) = reserve(&handle, "ada", "late", 3).await else { panic!("a place expected") };
    assert_eq!((place.place, place.ahead), (Some(1), Some(0)));
    let release = Command::Release { reservation: ReservationId(1) };
    let released = handle.ask_and_wait(request(Role::Viewer, "bob", "back", release)).await;
    assert!(matches!(released, Answer::Accepted(_)));
    end(&house, "the end").await;

    let of_ada = truth(&house, &own[0]).await;
    assert!(of_ada.waiters.is_empty());
    for watcher in &mut ada {
        watcher.until("she is told", |picture| *picture == of_ada);
        assert_eq!(private(watcher), ["Waiting", "Offered", "Offered"], "her place, its end, and the offer");
    }
    for watcher in &mut others {
        watcher.until("the end", |picture| picture.title() == Some("the end"));
        let stock = watcher.received.iter().filter_map(|kind| match kind {
            Kind::Stock(stock) if stock.drop == "late" && stock.sku == "cap" => Some(stock.available),
            _ => None,
        });
        assert!(stock.into_iter().all(|available| available == 0));
        let turned = watcher.critical().iter().any(|(_, kind)| matches!(kind, Kind::DropChanged(_)));
        assert!(!turned, "it was sold out all the time");
    }
    let of_bob = truth(&house, &Guest::viewer("bob", Encoding::Json)).await;
    others[0].until("he is told", |picture| *picture == of_bob);
    assert_eq!(private(&others[0]), ["Released"]);
    assert_eq!(private(&others[1]), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_who_entered_a_draw_is_told_once_what_came_of_it() {
    let house = House::new();
    let handle = on_sale(&house).await;
    open(&handle, "extra").await;
    for viewer in VIEWERS {
        assert!(matches!(reserve(&handle, viewer, "extra", 2).await, Accepted::Waiter(_)), "it takes entries");
    }
    let mut watchers = Vec::new();
    for viewer in VIEWERS {
        let mut watcher = house.join(&Guest::viewer(viewer, Encoding::Json)).await;
        assert!(watcher.is_let_in());
        watchers.push(watcher);
    }
    house.clock.advance_ms(4_000);
    house.show().await.read(|_, _| ()).await.unwrap();
    end(&house, "the end").await;
    let mut told = Vec::new();
    for (viewer, watcher) in VIEWERS.into_iter().zip(&mut watchers) {
        let truth = truth(&house, &Guest::viewer(viewer, Encoding::Json)).await;
        watcher.until("it is told", |picture| *picture == truth);
        let places: Vec<&v1::Waiter> = watcher.received.iter().filter_map(waiter_of).collect();
        assert_eq!(places.len(), 1, "{places:?}");
        told.push((places[0].place.unwrap(), places[0].state(), places[0].ahead));
    }
    told.sort_by_key(|(place, ..)| *place);
    // Three caps: two for the first, one for the second.
    let offered = |place| (place, v1::WaiterState::Offered, None);
    let waiting = |place, ahead| (place, v1::WaiterState::Waiting, Some(ahead));
    assert_eq!(told, [offered(1), offered(2), waiting(3, 0), waiting(4, 1)]);
    let numbers = house.numbers();
    assert_eq!((numbers.units_offered, numbers.waiting), (3, 2));
}

fn waiter_of(kind: &Kind) -> Option<&v1::Waiter> {
    match kind {
        Kind::WaiterChanged(changed) => changed.waiter.as_ref(),
        _ => None,
    }
}
