//! Orders that were placed get paid.
//!
//! Its place in the journal is the state itself: an order that is placed and not paid is work to do, also after a crash
//! at any moment. Settling an order twice is refused by the rules, and the provider is asked by order, so nothing is
//! charged twice.

use std::{
    collections::{BTreeMap, BTreeSet},
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
    shows: Mutex<BTreeSet<ShowId>>,
    noticed: Notify,
}

impl Payments {
    fn notice(&self, show: &ShowId) {
        self.lock().insert(show.clone());
        self.noticed.notify_one();
    }

    fn take(&self) -> BTreeSet<ShowId> {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<ShowId>> {
        // A set of names is whole whatever panics.
        self.shows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notices placed orders once they are durable.
#[derive(Debug)]
pub struct PaymentsProjection {
    show: ShowId,
    payments: Arc<Payments>,
    placed: bool,
}

impl PaymentsProjection {
    /// The projection of one show.
    pub fn new(show: ShowId, payments: Arc<Payments>) -> Self {
        Self { show, payments, placed: false }
    }
}

impl Projection for PaymentsProjection {
    fn load(&mut self, show: &Show, _position: Position) {
        self.placed = false;
        if show.orders().any(|order| order.state == OrderState::Placed) {
            self.payments.notice(&self.show);
        }
    }

    fn applied(&mut self, _show: &Show, _position: Position, entry: &Entry) {
        self.placed |= entry.facts.iter().any(|fact| matches!(fact, Fact::OrderPlaced { .. }));
    }

    fn collect(&mut self, _show: &Show) -> Option<Publication> {
        if !std::mem::take(&mut self.placed) {
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
        for show in payments.take() {
            let through = settled.entry(show.clone()).or_insert(OrderId(0));
            if !settle_show(&engine, &*provider, &show, through).await {
                payments.lock().insert(show);
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
