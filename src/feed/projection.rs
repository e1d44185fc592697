//! Turns facts into what is published to a show's watchers.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use dropcast_domain::{
    ids::{DropId, OrderId, ReservationId, Sku},
    show::{Entry, Fact, Show, ShowSettings},
};
use dropcast_proto::v1::{self, server_message::Kind};

use super::{
    Cursor,
    audience::frames_for_all,
    members::Letter,
    registry::{Feed, Feeds},
    ticker::FIRST_STOCK_KEY,
};
use crate::{
    codec,
    engine::{Projection, Publication},
    hub::Frames,
    journal::Position,
};

/// The viewers' feed as a reader of facts.
#[derive(Debug)]
pub struct FeedProjection {
    feeds: Arc<Feeds>,
    feed: Arc<Feed>,
    /// What the batch has to say so far, in order.
    critical: Vec<(u64, Frames)>,
    letters: Vec<Letter>,
    /// SKUs whose stock changed in the batch.
    touched: BTreeSet<Sku>,
    stocks: BTreeMap<(DropId, Sku), StockLine>,
    tail: Position,
}

/// One SKU in one drop, as it was last published.
#[derive(Debug)]
struct StockLine {
    key: u64,
    available: u32,
}

impl FeedProjection {
    /// The projection that feeds `feed`.
    pub fn new(feeds: Arc<Feeds>, feed: Arc<Feed>) -> Self {
        Self {
            feeds,
            feed,
            critical: Vec::new(),
            letters: Vec::new(),
            touched: BTreeSet::new(),
            stocks: BTreeMap::new(),
            tail: Position::default(),
        }
    }

    fn say(&mut self, position: Position, kind: &Kind) {
        self.critical.push((position.seq, frames_for_all(kind)));
    }

    fn fact(&mut self, show: &Show, settings: &ShowSettings, position: Position, fact: &Fact) {
        match fact {
            Fact::ShowPlanned(_) | Fact::ShowStarted | Fact::ShowEnded => self.show_changed(show, settings, position),
            Fact::ProductListed(_) | Fact::ProductUnlisted { .. } => {}
            Fact::DropPlanned { plan, .. } => {
                self.touched.extend(plan.items.iter().map(|item| item.sku.clone()));
                self.drop_changed(show, settings, position, &plan.drop);
            }
            Fact::DropUnplanned { drop } => self.drop_removed(position, drop),
            Fact::DropScheduled { drop, .. }
            | Fact::DropOpened { drop, .. }
            | Fact::DropPaused { drop }
            | Fact::DropResumed { drop }
            | Fact::DropExtended { drop, .. }
            | Fact::DropClosed { drop, .. } => self.drop_changed(show, settings, position, drop),
            Fact::UnitsAdded { sku, .. } | Fact::UnitsWithdrawn { sku, .. } | Fact::CapRaised { sku, .. } => {
                self.touched.insert(sku.clone());
            }
            Fact::ReservationHeld { reservation, .. }
            | Fact::ReservationSold { reservation }
            | Fact::ReservationReleased { reservation }
            | Fact::ReservationExpired { reservation } => self.reservation_changed(show, *reservation),
            Fact::OrderPlaced { order, .. } | Fact::OrderPaid { order, .. } => self.order_changed(show, *order),
        }
    }

    fn show_changed(&mut self, show: &Show, settings: &ShowSettings, position: Position) {
        let view = codec::show_view(&self.feed.id, show, settings);
        let cursor = Cursor::at(position).to_string();
        self.say(position, &Kind::ShowChanged(v1::ShowChanged { cursor, show: Some(view) }));
    }

    /// A product carries list prices, which drops show too.
    fn catalogue_changed(&mut self, show: &Show, settings: &ShowSettings, position: Position) {
        let products = codec::products_view(show, settings);
        let cursor = Cursor::at(position).to_string();
        self.say(position, &Kind::CatalogueChanged(v1::CatalogueChanged { cursor, products }));
    }

    fn drop_changed(&mut self, show: &Show, settings: &ShowSettings, position: Position, drop: &DropId) {
        let Some(drop) = show.drop(drop) else { return };
        let view = codec::drop_view(show, settings, drop);
        let cursor = Cursor::at(position).to_string();
        self.say(position, &Kind::DropChanged(v1::DropChanged { cursor, drop: Some(view) }));
    }

    fn drop_removed(&mut self, position: Position, drop: &DropId) {
        let cursor = Cursor::at(position).to_string();
        self.say(position, &Kind::DropRemoved(v1::DropRemoved { cursor, drop: drop.to_string() }));
        let gone: Vec<_> = self.stocks.keys().filter(|(known, _)| known == drop).cloned().collect();
        for line in gone.iter().filter_map(|key| self.stocks.remove(key)) {
            self.feed.channel.remove_latest(line.key);
        }
    }

    fn reservation_changed(&mut self, show: &Show, id: ReservationId) {
        let Some(reservation) = show.reservation(id) else { return };
        self.touched.insert(reservation.sku.clone());
        let message = || {
            let reservation = codec::reservation_of(show, id);
            Some(Kind::ReservationChanged(v1::ReservationChanged { reservation }))
        };
        self.letters.extend(self.feed.members.address(reservation.viewer, message));
    }

    fn order_changed(&mut self, show: &Show, id: OrderId) {
        let Some(order) = show.order(id) else { return };
        let message = || Some(Kind::OrderChanged(v1::OrderChanged { order: codec::order_view(show, &order) }));
        self.letters.extend(self.feed.members.address(order.viewer, message));
    }

    /// The stock lines that changed in the batch. Running out and coming back are critical: nobody may miss them.
    fn stock_changes(&mut self, show: &Show) -> Vec<(u64, Frames)> {
        let mut latest = Vec::new();
        let Some(settings) = show.settings() else { return latest };
        let touched = std::mem::take(&mut self.touched);
        let mut turned = BTreeSet::new();
        for drop in show.drops() {
            let id = &drop.plan().drop;
            for item in show.drop_items(id).filter(|item| touched.contains(item.sku)) {
                let key_of_next = FIRST_STOCK_KEY + self.stocks.len() as u64;
                let line = self.stocks.entry((id.clone(), item.sku.clone()));
                let line = line.or_insert(StockLine { key: key_of_next, available: u32::MAX });
                if line.available == item.available {
                    continue;
                }
                if (line.available == 0) != (item.available == 0) && drop.is_running() {
                    turned.insert(id.clone());
                }
                line.available = item.available;
                let stock = v1::Stock { drop: id.to_string(), sku: item.sku.to_string(), available: item.available };
                latest.push((line.key, frames_for_all(&Kind::Stock(stock))));
            }
        }
        for drop in turned {
            self.drop_changed(show, settings, self.tail, &drop);
        }
        latest
    }
}

impl Projection for FeedProjection {
    fn load(&mut self, show: &Show, position: Position) {
        self.critical.clear();
        self.letters.clear();
        self.touched = show.stocks().map(|(sku, _)| sku.clone()).collect();
        self.tail = position;
        // What viewers know of stock is as old as the state before; the newest values go out again.
        let latest = self.stock_changes(show);
        self.critical.clear();
        for (key, frames) in latest {
            set_latest(&self.feed, key, frames);
        }
    }

    fn applied(&mut self, show: &Show, position: Position, entry: &Entry) {
        self.tail = position;
        let Some(settings) = show.settings() else { return };
        // A plan lists many products in one entry; the catalogue is told once.
        if entry.facts.iter().any(is_catalogue) {
            self.catalogue_changed(show, settings, position);
        }
        for fact in &entry.facts {
            self.fact(show, settings, position, fact);
        }
    }

    fn collect(&mut self, show: &Show) -> Option<Publication> {
        let latest = self.stock_changes(show);
        let critical = std::mem::take(&mut self.critical);
        let letters = std::mem::take(&mut self.letters);
        if critical.is_empty() && latest.is_empty() && letters.is_empty() {
            return None;
        }
        let (feed, tail_seq) = (Arc::clone(&self.feed), self.tail.seq);
        Some(Box::new(move || {
            for (seq, frames) in critical {
                feed.channel.publish(seq, frames);
            }
            // Entries that had nothing critical to say move the cursor on all the same.
            feed.channel.publish(tail_seq, Frames::new(Vec::new()));
            for (key, frames) in latest {
                set_latest(&feed, key, frames);
            }
            letters.into_iter().for_each(Letter::send);
        }))
    }

    fn in_use(&self) -> bool {
        self.feed.is_watched()
    }
}

impl Drop for FeedProjection {
    fn drop(&mut self) {
        self.feeds.close(&self.feed);
    }
}

fn is_catalogue(fact: &Fact) -> bool {
    matches!(fact, Fact::ProductListed(_) | Fact::ProductUnlisted { .. })
}

fn set_latest(feed: &Feed, key: u64, frames: Frames) {
    if feed.channel.set_latest(key, frames).is_err() {
        // Stock beyond the table is still told by snapshots and refusals.
        tracing::warn!(show = %feed.id, "more stock lines than the hub's table of latest values holds");
    }
}
