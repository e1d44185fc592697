//! Turns facts into what is published to a show's watchers.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use dropcast_domain::{
    ids::{DropId, OrderId, ReservationId, Sku, WaiterId},
    inventory::{Waiter, WaiterState},
    show::{BrokenPromise, Entry, Fact, Show},
};
use dropcast_proto::v1::{self, server_message::Kind};

use super::{
    members::Letter,
    registry::{Feed, Feeds},
    stock_lines::StockLines,
    told::Told,
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
    told: Told,
    stock_lines: StockLines,
    /// What the batch has to say so far, in order.
    critical: Vec<(u64, Frames)>,
    letters: Vec<Letter>,
    tail: Position,
    /// Whether there were entries since the last publication.
    moved: bool,
}

impl FeedProjection {
    /// The projection that feeds `feed`.
    pub fn new(feeds: Arc<Feeds>, feed: Arc<Feed>) -> Self {
        Self {
            feeds,
            feed,
            told: Told::default(),
            stock_lines: StockLines::default(),
            critical: Vec::new(),
            letters: Vec::new(),
            tail: Position::default(),
            moved: false,
        }
    }

    fn say(&mut self, position: Position, kind: Kind) {
        self.critical.push((position.seq, self.feed.frames_for_all(kind)));
    }

    /// Tells what changed. Of an opening it is measured from `opened` on how long it takes to everybody's screen, with the
    /// last message, which tells of the drop.
    fn tell_news(&mut self, show: &Show, position: Position, opened: Option<Instant>) {
        let told = self.critical.len();
        for kind in self.told.news(&self.feed.id, show, position) {
            if let Kind::DropChanged(v1::DropChanged { drop: Some(drop), .. }) = &kind
                && let Ok(drop) = DropId::new(&drop.drop)
            {
                self.stock_lines.retell(drop);
            }
            self.say(position, kind);
        }
        if let (Some(opened), Some((_, frames))) = (opened, self.critical.get_mut(told..).and_then(<[_]>::last_mut)) {
            *frames = frames.clone().measured_since(opened);
        }
        self.stock_lines.thin_out();
    }

    fn fact(&mut self, show: &Show, fact: &Fact) {
        match fact {
            Fact::UnitsAdded { sku, .. }
            | Fact::UnitsWithdrawn { sku, .. }
            | Fact::UnitsSoldElsewhere { sku, .. }
            | Fact::CapRaised { sku, .. } => self.stock_lines.touch(sku),
            Fact::ReservationOffered { reservation, waiter, .. } => {
                self.waiter_changed(show, *waiter);
                self.reservation_changed(show, *reservation);
            }
            Fact::WaitlistJoined { waiter, .. } | Fact::WaitlistLeft { waiter } => self.waiter_changed(show, *waiter),
            Fact::LotsDrawn { drop, .. } => self.lots_drawn(show, drop),
            Fact::SharedCapRaised { drop, .. } => self.touch_drop(show, drop),
            Fact::ReservationHeld { reservation, .. }
            | Fact::BundleLineHeld { reservation, .. }
            | Fact::HoldExtended { reservation, .. }
            | Fact::ReservationRevoked { reservation }
            | Fact::ReservationSold { reservation }
            | Fact::ReservationReleased { reservation }
            | Fact::ReservationExpired { reservation } => self.reservation_changed(show, *reservation),
            Fact::HoldsExtended { .. } => self.holds_extended(show),
            Fact::OrderPlaced { order, .. } | Fact::OrderPaid { order, .. } => self.order_changed(show, *order),
            Fact::DropPlanned { plan, .. } => plan.items.iter().for_each(|item| self.stock_lines.touch(&item.sku)),
            Fact::ShowPlanned(_)
            | Fact::ShowStarted
            | Fact::ShowEnded
            | Fact::ProductListed(_)
            | Fact::ProductUnlisted { .. }
            | Fact::DropUnplanned { .. }
            | Fact::DropScheduled { .. }
            | Fact::DropOpened { .. }
            | Fact::DrawCommitted { .. }
            | Fact::ShortfallRecorded { .. }
            | Fact::DropPaused { .. }
            | Fact::DropResumed { .. }
            | Fact::DropExtended { .. }
            // The ticker tells of it.
            | Fact::AudienceCounted { .. }
            // What keeps it is told by the facts that follow.
            | Fact::PromiseKept(_) => {}
            Fact::DropClosed { drop, .. } | Fact::DropUndone { drop } => self.line_closed(show, drop),
            Fact::PromiseBroken(promise) => self.promise_broken(show, promise),
        }
    }

    /// Whoever holds something is told until when from now on.
    fn holds_extended(&mut self, show: &Show) {
        for hold in show.holds() {
            self.letters.extend(self.feed.members.address(hold.viewer, || Some(reservation_letter(show, hold.id))));
        }
    }

    fn reservation_changed(&mut self, show: &Show, id: ReservationId) {
        let Some(reservation) = show.reservation(id) else { return };
        reservation.lines().for_each(|(sku, _, _)| self.stock_lines.touch(sku));
        self.touch_shared(show, reservation.drop);
        self.letters.extend(self.feed.members.address(reservation.viewer, || Some(reservation_letter(show, id))));
    }

    fn waiter_changed(&mut self, show: &Show, id: WaiterId) {
        let Some(waiter) = show.waiter(id) else { return };
        self.stock_lines.touch(waiter.sku);
        self.tell_waiter(&waiter, || codec::waiter_view(show, &waiter));
    }

    fn tell_waiter(&mut self, waiter: &Waiter<'_>, view: impl FnOnce() -> v1::Waiter) {
        let message = || Some(Kind::WaiterChanged(v1::WaiterChanged { waiter: Some(view()) }));
        self.letters.extend(self.feed.members.address(waiter.viewer, message));
    }

    /// Everybody who entered has a place from now on. Who is offered units at once is told with the offer.
    ///
    /// Thousands are told at one moment: they are counted through here, instead of for each of them.
    fn lots_drawn(&mut self, show: &Show, drop: &DropId) {
        let mut waiters: Vec<_> = show.waiters_in(drop).filter(|waiter| waiter.state == WaiterState::Waiting).collect();
        waiters.sort_unstable_by_key(|waiter| waiter.place);
        let mut in_line = BTreeMap::<&Sku, u32>::new();
        for waiter in &waiters {
            let ahead = in_line.entry(waiter.sku).or_default();
            self.tell_waiter(waiter, || codec::waiter_view_behind(waiter, Some(*ahead)));
            *ahead += 1;
        }
        self.touch_drop(show, drop);
    }

    /// Whoever waited until the drop closed is told that it is over.
    fn line_closed(&mut self, show: &Show, drop: &DropId) {
        for waiter in show.waiters_in(drop).filter(|waiter| waiter.state == WaiterState::Closed) {
            self.tell_waiter(&waiter, || codec::waiter_view_behind(&waiter, None));
        }
        self.touch_drop(show, drop);
    }

    /// One SKU changes what is left of all that share a cap with it.
    fn touch_shared(&mut self, show: &Show, drop: &DropId) {
        if show.drop(drop).is_some_and(|drop| drop.shared_cap().is_some()) {
            self.touch_drop(show, drop);
        }
    }

    fn touch_drop(&mut self, show: &Show, drop: &DropId) {
        show.drop_items(drop).for_each(|item| self.stock_lines.touch(item.sku));
    }

    fn promise_broken(&mut self, show: &Show, promise: &BrokenPromise) {
        let message = || {
            let broken = show.broken_promises_of(&promise.viewer).rfind(|(_, each)| each.key == promise.key)?;
            Some(Kind::PromiseBroken(codec::broken_promise_view(show.settings()?, broken)))
        };
        self.letters.extend(self.feed.members.address(&promise.viewer, message));
    }

    fn order_changed(&mut self, show: &Show, id: OrderId) {
        let Some(order) = show.order(id) else { return };
        let message = || Some(Kind::OrderChanged(v1::OrderChanged { order: codec::order_view(show, &order) }));
        self.letters.extend(self.feed.members.address(order.viewer, message));
    }
}

fn reservation_letter(show: &Show, id: ReservationId) -> Kind {
    let reservation = codec::reservation_of(show, id);
    Kind::ReservationChanged(v1::ReservationChanged { reservation })
}

impl Projection for FeedProjection {
    fn load(&mut self, show: &Show, position: Position) {
        self.critical.clear();
        self.letters.clear();
        self.tail = position;
        self.moved = false;
        self.feed = self.feeds.open(&self.feed.id, position);
        self.feed.cached_snapshot.clear();
        self.told = Told::of(&self.feed.id, show);
        // What was handed over of stock may be void; all of it goes out again.
        self.stock_lines = StockLines::default();
        show.stocks().for_each(|(sku, _)| self.stock_lines.touch(sku));
        self.stock_lines.changes(show, &self.feed).publish(&self.feed);
    }

    fn applied(&mut self, show: &Show, position: Position, entry: &Entry) {
        self.tail = position;
        self.moved = true;
        if entry.facts.iter().any(Told::is_about) {
            let is_opening = entry.facts.iter().any(|fact| matches!(fact, Fact::DropOpened { .. }));
            self.tell_news(show, position, is_opening.then(Instant::now));
        }
        for fact in &entry.facts {
            self.fact(show, fact);
        }
    }

    fn collect(&mut self, show: &Show) -> Option<Publication> {
        if !std::mem::take(&mut self.moved) {
            return None;
        }
        let stock = self.stock_lines.changes(show, &self.feed);
        for drop in &stock.turned {
            if let Some(kind) = Told::drop_changed(show, drop, self.tail) {
                self.say(self.tail, kind);
            }
        }
        let critical = std::mem::take(&mut self.critical);
        let letters = std::mem::take(&mut self.letters);
        let (feed, tail) = (Arc::clone(&self.feed), self.tail);
        Some(Box::new(move || {
            for (seq, frames) in critical {
                feed.channel.publish(seq, frames);
            }
            // Entries that had nothing critical to say move the cursor on all the same.
            feed.channel.publish(tail.seq, Frames::new(Vec::new()));
            feed.set_published(tail);
            stock.publish(&feed);
            letters.into_iter().for_each(Letter::send);
        }))
    }

    fn abandoned(&mut self) {
        self.feeds.give_up(&self.feed);
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
