//! Adds facts up as they are decided; the sums become known once the facts are durable.

use std::{collections::BTreeMap, sync::Arc};

use dropcast_domain::{
    ids::{OrderId, ReservationId, Sku},
    show::{DropPhase, Entry, Fact, OrderState, Show, ShowPhase},
    time::Timestamp,
};

use super::counters::{Bucket, FactSums, ShowStats, SkuSums, bucket_start};
use crate::{
    engine::{Projection, Publication},
    journal::Position,
};

/// A show's numbers as a reader of facts.
#[derive(Debug)]
pub struct StatsProjection {
    stats: Arc<ShowStats>,
    revenue_by_sku: BTreeMap<Sku, u64>,
    orders: u64,
    orders_paid: u64,
    revenue_minor: u64,
    /// Different viewers who got something, and who bought.
    held: u64,
    bought: u64,
    added: BTreeMap<u64, Bucket>,
    changed: bool,
    audience_changed: bool,
    /// Whether drops may have been opened, or are open no more.
    phases_changed: bool,
}

impl StatsProjection {
    /// The projection that adds up into `stats`.
    pub fn new(stats: Arc<ShowStats>) -> Self {
        Self {
            stats,
            revenue_by_sku: BTreeMap::new(),
            orders: 0,
            orders_paid: 0,
            revenue_minor: 0,
            held: 0,
            bought: 0,
            added: BTreeMap::new(),
            changed: false,
            audience_changed: false,
            phases_changed: false,
        }
    }

    fn placed(&mut self, show: &Show, id: OrderId, at: Timestamp) {
        let Some(order) = show.order(id) else { return };
        let Some(reservation) = show.reservation(order.reservation) else { return };
        self.orders += 1;
        self.bought += u64::from(show.is_first_order(id));
        self.revenue_minor += order.total_minor;
        for (sku, quantity, price_minor) in reservation.lines() {
            *self.revenue_by_sku.entry(sku.clone()).or_default() += price_minor * u64::from(quantity);
        }
        let bucket = self.added.entry(bucket_start(at)).or_default();
        bucket.units += u64::from(reservation.units());
        bucket.orders += 1;
        bucket.revenue_minor += order.total_minor;
    }

    /// Counts a viewer with the first reservation.
    fn kept(&mut self, show: &Show, id: ReservationId) {
        self.held += u64::from(show.is_first_reservation(id));
    }

    fn sums(&self, show: &Show) -> FactSums {
        let sku = |(sku, stock)| SkuSums {
            revenue_minor: self.revenue_by_sku.get(sku).copied().unwrap_or_default(),
            elsewhere: show.elsewhere(sku),
            waiting: show.waiting(sku),
            sku: Sku::clone(sku),
            stock,
        };
        FactSums {
            currency: show.settings().map(|settings| settings.currency),
            orders: self.orders,
            orders_paid: self.orders_paid,
            revenue_minor: self.revenue_minor,
            skus: show.stocks().map(sku).collect(),
            promises_broken: show.broken_promise_count() as u64,
            held: self.held,
            bought: self.bought,
        }
    }
}

impl Projection for StatsProjection {
    fn load(&mut self, show: &Show, _position: Position) {
        *self = Self::new(Arc::clone(&self.stats));
        for order in show.orders() {
            self.placed(show, order.id, order.placed_at);
            self.orders_paid += u64::from(order.state == OrderState::Paid);
        }
        for reservation in show.reservations() {
            self.kept(show, reservation.id);
        }
        self.stats.load(self.sums(show), Arc::new(show.audience().clone()), &std::mem::take(&mut self.added));
        let crowd = self.stats.crowd();
        let has_ended = show.phase() == ShowPhase::Ended;
        crowd.journal_has(show.last_at(), show.audience().of(crowd.node()), has_ended);
        crowd.selling(is_selling(show));
    }

    fn applied(&mut self, show: &Show, _position: Position, entry: &Entry) {
        self.changed = true;
        for fact in &entry.facts {
            match fact {
                Fact::OrderPlaced { order, .. } => self.placed(show, *order, entry.at),
                Fact::OrderPaid { .. } => self.orders_paid += 1,
                Fact::ReservationHeld { reservation, .. } | Fact::ReservationOffered { reservation, .. } => {
                    self.kept(show, *reservation);
                }
                Fact::AudienceCounted { .. } => self.audience_changed = true,
                Fact::DropOpened { .. }
                | Fact::DropPaused { .. }
                | Fact::DropResumed { .. }
                | Fact::DropUndone { .. }
                | Fact::DropClosed { .. } => self.phases_changed = true,
                _ => {}
            }
        }
    }

    fn collect(&mut self, show: &Show) -> Option<Publication> {
        if !std::mem::take(&mut self.changed) {
            return None;
        }
        let (stats, sums, added) = (Arc::clone(&self.stats), self.sums(show), std::mem::take(&mut self.added));
        let audience = std::mem::take(&mut self.audience_changed).then(|| Arc::new(show.audience().clone()));
        let is_selling = std::mem::take(&mut self.phases_changed).then(|| is_selling(show));
        Some(Box::new(move || {
            stats.publish(sums, audience, &added);
            if let Some(is_selling) = is_selling {
                stats.crowd().selling(is_selling);
            }
        }))
    }

    /// Until the journal has what was counted: it would be lost with the show.
    fn in_use(&self) -> bool {
        self.stats.crowd().has_news()
    }
}

fn is_selling(show: &Show) -> bool {
    show.drops().any(|drop| drop.phase() == DropPhase::Open)
}

#[cfg(test)]
#[path = "projection_tests.rs"]
mod tests;
