//! Orders that were placed get paid.
//!
//! Its place in the journal is the state itself: an order that is placed and not paid is work to do, also after a crash
//! at any moment. Settling an order twice is refused by the rules, and the provider is asked by order, so nothing is
//! charged twice.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use dropcast_domain::{
    ids::{Key, OrderId, PrincipalId, ShowId},
    show::{Command, Entry, Fact, Fingerprint, OrderState, Principal, Refusal, Request, Role, Show},
};
use tokio::sync::Notify;

use super::sandbox::PaymentProvider;
use crate::{
    engine::{Answer, Engine, Projection, Publication, ShowHandle},
    journal::Position,
};

/// The most orders looked at in one reading of a show.
const ORDERS_AT_ONCE: usize = 256;
/// How long to wait before a show whose orders could not be settled is tried again.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// The shows that have orders to settle. Bounded by the shows that are loaded.
#[derive(Debug, Default)]
pub struct Payments {
    /// Each with whether it is to be looked through from its first order on.
    shows: Mutex<BTreeMap<ShowId, bool>>,
    noticed: Notify,
}

impl Payments {
    /// The show has an order to settle after those that were settled.
    fn notice(&self, show: &ShowId) {
        self.lock().entry(show.clone()).or_default();
        self.noticed.notify_one();
    }

    /// Any order of the show may have to be settled: other nodes wrote it, or its history is another one.
    fn start_over(&self, show: &ShowId) {
        self.lock().insert(show.clone(), true);
        self.noticed.notify_one();
    }

    fn take(&self) -> BTreeMap<ShowId, bool> {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<ShowId, bool>> {
        // A map of names is whole whatever panics.
        self.shows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notices placed orders once they are durable.
#[derive(Debug)]
pub struct PaymentsProjection {
    show: ShowId,
    payments: Arc<Payments>,
    placed: bool,
    /// Whether this node writes the show: who does so charges, and nobody else.
    charges: bool,
    /// Whether there were orders to settle when the show was loaded.
    is_owed: bool,
}

impl PaymentsProjection {
    /// The projection of one show.
    pub fn new(show: ShowId, payments: Arc<Payments>) -> Self {
        Self { show, payments, placed: false, charges: false, is_owed: false }
    }
}

impl Projection for PaymentsProjection {
    fn load(&mut self, show: &Show, _position: Position) {
        self.placed = false;
        self.is_owed = show.orders().any(|order| order.state == OrderState::Placed);
        if self.is_owed && self.charges {
            self.payments.start_over(&self.show);
        }
    }

    fn writes(&mut self, writes: bool) {
        let begins = writes && !self.charges;
        self.charges = writes;
        if begins && self.is_owed {
            self.payments.start_over(&self.show);
        }
    }

    fn applied(&mut self, _show: &Show, _position: Position, entry: &Entry) {
        let placed = entry.facts.iter().any(|fact| matches!(fact, Fact::OrderPlaced { .. }));
        self.placed |= placed;
        self.is_owed |= placed;
    }

    fn collect(&mut self, _show: &Show) -> Option<Publication> {
        if !std::mem::take(&mut self.placed) || !self.charges {
            return None;
        }
        let (payments, show) = (Arc::clone(&self.payments), self.show.clone());
        Some(Box::new(move || payments.notice(&show)))
    }
}

/// Settles the orders of every show that has some, as they come. Never returns; drop it to stop.
pub async fn settle_orders(engine: Arc<Engine>, payments: Arc<Payments>, provider: Arc<dyn PaymentProvider>) {
    // Up to which order everything is paid, so that a long show is not read from its first order every time.
    let mut settled: BTreeMap<ShowId, OrderId> = BTreeMap::new();
    loop {
        payments.noticed.notified().await;
        let mut left = false;
        for (show, starts_over) in payments.take() {
            let through = settled.entry(show.clone()).or_insert(OrderId(0));
            if starts_over {
                *through = OrderId(0);
            }
            if !settle_show(&engine, &*provider, &show, through).await {
                payments.lock().entry(show).or_default();
                left = true;
            }
        }
        if left {
            tokio::time::sleep(TRY_AGAIN_AFTER).await;
            payments.noticed.notify_one();
        }
    }
}

/// Settles what a show has to settle; whether nothing is left.
async fn settle_show(
    engine: &Arc<Engine>,
    provider: &dyn PaymentProvider,
    show: &ShowId,
    through: &mut OrderId,
) -> bool {
    let Ok(handle) = engine.open(show).await else { return false };
    loop {
        let after = *through;
        let Ok(placed) = handle.read(move |show, _| placed_after(show, after)).await else { return false };
        if placed.is_empty() {
            return true;
        }
        for order in placed {
            let Some(payment) = provider.charge(show, order.id, order.total_minor) else { return false };
            if !settle(&handle, order.id, payment).await {
                return false;
            }
            *through = order.id;
        }
    }
}

#[derive(Clone, Copy)]
struct Placed {
    id: OrderId,
    total_minor: u64,
}

fn placed_after(show: &Show, after: OrderId) -> Vec<Placed> {
    let first = usize::try_from(after.0).unwrap_or(usize::MAX);
    let placed = show.orders().skip(first).filter(|order| order.state == OrderState::Placed);
    placed.take(ORDERS_AT_ONCE).map(|order| Placed { id: order.id, total_minor: order.total_minor }).collect()
}

async fn settle(handle: &ShowHandle, order: OrderId, payment: PrincipalId) -> bool {
    let (Ok(id), Ok(key)) = (PrincipalId::new("payments"), Key::new(&format!("settle-{order}"))) else { return false };
    let mut fingerprint = Fingerprint::default();
    fingerprint.0[..8].copy_from_slice(&order.0.to_be_bytes());
    let request = Request {
        principal: Principal { role: Role::System, id },
        key: Some(key),
        fingerprint,
        command: Command::SettleOrder { order, payment },
    };
    matches!(handle.ask_and_wait(request).await, Answer::Accepted(_) | Answer::Refused(Refusal::OrderPaid))
}
