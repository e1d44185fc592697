//! What a client makes of the messages it receives, as a page would.

use std::collections::BTreeMap;

use dropcast_proto::v1::{self, server_message::Kind};

/// The public state and one's own, as far as told.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Picture {
    pub(crate) show: Option<v1::Show>,
    products: Vec<v1::Product>,
    pub(crate) drops: BTreeMap<String, v1::Drop>,
    pub(crate) reservations: BTreeMap<u64, v1::Reservation>,
    /// The places in which one waits; how many stand before them is told by the stock, so it is left out.
    pub(crate) waiters: BTreeMap<u64, v1::Waiter>,
    orders: BTreeMap<u64, v1::Order>,
    /// By their numbers in the lost history and since when they are known.
    pub(crate) broken_promises: BTreeMap<(u64, u64), v1::BrokenPromise>,
}

impl Picture {
    pub(crate) fn fold(&mut self, kind: &Kind) {
        match kind.clone() {
            Kind::Snapshot(snapshot) => self.fold_snapshot(snapshot),
            Kind::ShowChanged(changed) => self.show = changed.show,
            Kind::CatalogueChanged(changed) => self.products = changed.products,
            Kind::DropChanged(changed) => {
                let drop = changed.drop.unwrap();
                self.drops.insert(drop.drop.clone(), drop);
            }
            Kind::DropRemoved(removed) => drop(self.drops.remove(&removed.drop)),
            Kind::Stock(stock) => {
                let items = self.drops.get_mut(&stock.drop).into_iter().flat_map(|drop| &mut drop.items);
                for item in items.filter(|item| item.sku == stock.sku) {
                    (item.available, item.waiting, item.next_place) =
                        (stock.available, stock.waiting, stock.next_place);
                }
            }
            Kind::ReservationChanged(changed) => {
                let reservation = changed.reservation.unwrap();
                self.reservations.insert(reservation.reservation, reservation);
            }
            Kind::WaiterChanged(changed) => self.wait(changed.waiter.unwrap()),
            Kind::OrderChanged(changed) => {
                let order = changed.order.unwrap();
                self.orders.insert(order.order, order);
            }
            Kind::PromiseBroken(promise) => {
                self.broken_promises.insert((promise.reservation, promise.broken_at), promise);
            }
            _ => {}
        }
    }

    /// The title of the show.
    pub(crate) fn title(&self) -> Option<&str> {
        self.show.as_ref()?.title.get("en").map(String::as_str)
    }

    /// What is available of a SKU in a drop.
    pub(crate) fn available(&self, drop: &str, sku: &str) -> Option<u32> {
        self.drops.get(drop)?.items.iter().find(|item| item.sku == sku).map(|item| item.available)
    }

    fn wait(&mut self, waiter: v1::Waiter) {
        if waiter.state() == v1::WaiterState::Waiting {
            self.waiters.insert(waiter.waiter, v1::Waiter { ahead: None, ..waiter });
        } else {
            self.waiters.remove(&waiter.waiter);
        }
    }

    fn fold_snapshot(&mut self, snapshot: v1::Snapshot) {
        if let Some(public) = snapshot.public {
            self.show = public.show;
            self.products = public.products;
            self.drops = public.drops.into_iter().map(|drop| (drop.drop.clone(), drop)).collect();
        }
        self.reservations = snapshot.reservations.into_iter().map(|each| (each.reservation, each)).collect();
        self.waiters.clear();
        snapshot.waiters.into_iter().for_each(|waiter| self.wait(waiter));
        self.orders = snapshot.orders.into_iter().map(|order| (order.order, order)).collect();
        let broken = snapshot.broken_promises.into_iter();
        self.broken_promises = broken.map(|each| ((each.reservation, each.broken_at), each)).collect();
    }
}
