//! What both must agree on after every step, and what must come out of the entries in the end.

use dropcast_domain::{
    ids::{DropId, PrincipalId, ReservationId},
    inventory::{Elsewhere, Stock},
    show::{Drop, DropPhase, ENTRY_FACTS_MAX, Entry, Fact, ReservationState, Show, Violation},
};

use crate::{
    naive::Joined,
    step::{DROPS, SKUS, VIEWERS},
    world::{World, drop_id, sku},
};

/// The states in which units count towards caps and limits.
const KEPT_OR_SOLD: [ReservationState; 3] = [ReservationState::Held, ReservationState::Offered, ReservationState::Sold];

impl World {
    /// Takes new entries in, fact by fact.
    pub(crate) fn keep(&mut self, entries: Vec<Entry>) {
        for entry in entries {
            assert!(!entry.facts.is_empty() && entry.facts.len() <= ENTRY_FACTS_MAX);
            let (last, before) = entry.facts.split_last().unwrap();
            for fact in before {
                self.keep_fact(&Entry { at: entry.at, cause: None, facts: vec![fact.clone()] });
            }
            self.keep_fact(&Entry { facts: vec![last.clone()], ..entry.clone() });
            self.entries.push(entry);
        }
    }

    fn keep_fact(&mut self, entry: &Entry) {
        if let Fact::ReservationOffered { waiter, drop, sku, .. } = &entry.facts[0] {
            let place = self.slow.waiter(*waiter).unwrap().place;
            let next = self.slow.drop_items(drop).find(|item| item.sku == sku).and_then(|item| item.next_place);
            assert_eq!(next, place, "nobody is passed over");
        }
        self.slow.fold(entry).unwrap();
        let checked = self.slow.check_invariants();
        // What one fact frees is offered by those after it.
        assert!(matches!(checked, Ok(()) | Err(Violation::Offer)), "{checked:?} after {:?}", entry.facts);
    }

    /// All that can be read is what the list of what happened says.
    pub(crate) fn check(&self) {
        assert_eq!(self.slow, self.show);
        assert_eq!(self.show.check_invariants(), Ok(()));
        assert_eq!(self.show.started_at(), self.naive.started_at());
        assert_eq!(self.show.ended_at(), self.naive.ended_at());
        assert!(self.show.next_deadline().is_none_or(|deadline| deadline > self.now), "what is due was done");
        self.check_stock();
        self.check_drops();
        self.check_reservations();
        self.check_waiters();
        self.check_keys();
        self.check_promises();
        self.check_audience();
    }

    fn check_audience(&self) {
        let audience = self.show.audience();
        for now in [self.now, self.now.after_ms(14_999), self.now.after_ms(15_000)] {
            assert_eq!(audience.without(None, now), self.naive.audience(now));
        }
        let (peak, most) = self.naive.most_viewers();
        assert_eq!(audience.peak(), peak);
        assert!(audience.buckets().map(|(start, viewers)| (start.0, viewers)).eq(most));
    }

    fn check_stock(&self) {
        for sku in (0..SKUS.len()).map(sku) {
            let plan = self.naive.plan().unwrap();
            let listed = plan.products.iter().flat_map(|product| &product.variants).any(|variant| variant.sku == sku);
            let units = |state| self.naive.units(state, |_, of| *of == sku);
            let [held, offered, sold] = KEPT_OR_SOLD.map(units);
            let allotment = self.naive.allotment(&sku);
            let stock = Stock { allotment, free: allotment - held - offered - sold, held, offered, sold };
            assert_eq!(self.show.stock(&sku), listed.then_some(stock), "{sku}");
            let Elsewhere { sold, short } = self.show.elsewhere(&sku);
            assert_eq!((sold, short), (self.naive.given(&sku).1, self.naive.missing_of(&sku)), "{sku}");
            let waiting = (0..DROPS.len()).flat_map(|drop| self.naive.line(&drop_id(drop)));
            let waiting = waiting.filter(|(_, joined)| joined.sku == sku).count();
            assert_eq!(self.show.waiting(&sku) as usize, waiting, "{sku}");
        }
        let places: Vec<_> = self.show.products().map(|product| (product.place, &product.product)).collect();
        let planned = self.naive.plan().unwrap().products.iter().map(|product| &product.product);
        assert_eq!(places, (0..).zip(planned).collect::<Vec<_>>());
    }

    fn check_drops(&self) {
        let told = self.naive.drops();
        let drops: Vec<&Drop> = self.show.drops().collect();
        assert_eq!(drops.len(), told.len());
        for (place, (drop, told)) in (0..).zip(drops.into_iter().zip(&told)) {
            let id = &told.plan.drop;
            assert_eq!((drop.plan(), drop.place(), drop.phase()), (&told.plan, place, told.phase));
            assert_eq!(drop.opens_at(), told.opens_at, "{id}");
            assert_eq!(drop.shared_cap(), self.naive.shared_cap(id), "{id}");
            let lots = drop.lots().map(|lots| (lots.at, lots.seed, lots.digest));
            assert_eq!((drop.commitment(), lots), (told.commitment, told.drawn), "{id}");
            assert_eq!((drop.opened_at(), drop.closes_at()), (told.opened_at, told.closes_at), "{id}");
            assert_eq!(drop.closed().map(|closed| (closed.at, closed.reason)), told.closed, "{id}");
            for item in self.show.drop_items(id) {
                let here = |state| self.naive.units(state, |held, of| held.drop == *id && of == item.sku);
                assert_eq!([item.held, item.offered, item.sold], KEPT_OR_SOLD.map(here));
                let is_kept = self.naive.waiting(id, item.sku) > 0 && told.phase == DropPhase::Open;
                assert!(!is_kept || self.naive.left(id, item.sku) == 0, "what is free is offered");
                assert_eq!(item.cap, self.naive.cap(id, item.sku), "{id} {}", item.sku);
                assert_eq!(item.available, self.naive.available(id, item.sku), "{id} {}", item.sku);
                assert_eq!(item.unit_price_minor, self.naive.price(&told.plan, item.sku), "{id} {}", item.sku);
            }
            for viewer in VIEWERS.map(|viewer| PrincipalId::new(viewer).unwrap()) {
                let remaining = told.plan.limit_per_viewer - self.naive.taken_by(&viewer, |drop| drop == id);
                assert_eq!(self.show.remaining_limit(id, &viewer), Some(remaining));
            }
        }
        let gone = (0..=DROPS.len()).map(drop_id).filter(|id| !told.iter().any(|told| told.plan.drop == *id));
        assert!(gone.into_iter().all(|id| self.show.drop(&id).is_none()));
    }

    fn check_reservations(&self) {
        let held = self.naive.held();
        assert_eq!(self.show.reservation_count(), held.len());
        for (reservation, told) in self.show.reservations().zip(&held) {
            assert_eq!((reservation.id, reservation.state), (told.id, self.naive.state(told.id)));
            assert_eq!((reservation.viewer, reservation.drop), (&told.viewer, &told.drop));
            let lines = told.lines.iter().map(|line| (&line.sku, line.quantity, line.unit_price_minor));
            assert!(reservation.lines().eq(lines), "{reservation:?}");
            assert_eq!(reservation.expires_at, self.naive.deadline(told));
            let was_extended = self.naive.was_extended(told.id);
            assert_eq!((reservation.was_offered, reservation.was_extended), (told.waited.is_some(), was_extended));
        }
        for viewer in VIEWERS.map(|viewer| PrincipalId::new(viewer).unwrap()) {
            let own: Vec<ReservationId> = self.show.reservations_of(&viewer).map(|own| own.id).collect();
            let told = held.iter().filter(|held| held.viewer == viewer).map(|held| held.id);
            assert_eq!(own, told.collect::<Vec<_>>());
        }
        let orders = self.show.orders().map(|order| (order.id, order.reservation, order.total_minor, order.state));
        assert_eq!(orders.collect::<Vec<_>>(), self.naive.orders());
    }

    fn check_waiters(&self) {
        let joined = self.naive.joined();
        assert_eq!(self.show.waiter_count(), joined.len());
        let drops: Vec<DropId> = (0..DROPS.len()).map(drop_id).collect();
        let places: Vec<_> = drops.iter().flat_map(|drop| self.naive.places(drop)).collect();
        let lines: Vec<_> = drops.iter().flat_map(|drop| self.naive.line(drop)).collect();
        for (waiter, (joined_at, told)) in self.show.waiters().zip(&joined) {
            assert_eq!((waiter.id, waiter.viewer, waiter.drop), (told.waiter, &told.viewer, &told.drop));
            assert_eq!((waiter.sku, waiter.quantity, waiter.joined_at), (&told.sku, told.quantity, *joined_at));
            assert_eq!(waiter.state, self.naive.waiter_state(told.waiter));
            let (place, _) = places.iter().find(|(_, joined)| joined.waiter == told.waiter).unwrap();
            assert_eq!(waiter.place, Some(*place).filter(|place| *place > 0));
            let is_before = |(before, joined): &&(u32, Joined)| {
                *before > 0 && before < place && joined.drop == told.drop && joined.sku == told.sku
            };
            let waits = self.naive.waits(told.waiter) && *place > 0;
            let ahead = waits.then(|| lines.iter().filter(is_before).count());
            assert_eq!(self.show.ahead_of(told.waiter), ahead);
        }
        for drop in &drops {
            let told = joined.iter().map(|(_, joined)| joined).filter(|joined| joined.drop == *drop);
            assert!(self.show.waiters_in(drop).map(|waiter| waiter.id).eq(told.map(|joined| joined.waiter)), "{drop}");
            for item in self.show.drop_items(drop) {
                let waits = |(_, joined): &&(u32, Joined)| joined.sku == *item.sku;
                let waiting = self.naive.line(drop).iter().filter(waits).count();
                assert_eq!(item.waiting as usize, waiting, "{drop} {}", item.sku);
            }
        }
    }

    fn check_promises(&self) {
        assert_eq!(self.show.kept_promise_count(), self.naive.kept_count() as u64);
        let told = self.naive.broken();
        assert!(self.show.broken_promises().map(|(_, promise)| promise).eq(&told));
        assert_eq!(self.show.broken_promise_count(), told.len());
        for viewer in VIEWERS.map(|viewer| PrincipalId::new(viewer).unwrap()) {
            let own = told.iter().filter(|promise| promise.viewer == viewer);
            assert!(self.show.broken_promises_of(&viewer).map(|(_, promise)| promise).eq(own));
        }
    }

    fn check_keys(&self) {
        for request in &self.asked {
            let key = request.key.as_ref().unwrap();
            let bound =
                self.show.binding(&request.principal, key).map(|(fingerprint, outcome)| (*fingerprint, *outcome));
            assert_eq!(bound, self.naive.bound(&request.principal, key), "{request:?}");
        }
    }

    /// The entries, folded from nothing, make the same show: at once, and in two halves with a snapshot between.
    pub(crate) fn check_fold(&self) {
        let bytes = postcard::to_stdvec(&self.show).unwrap();
        let mut folded = Show::default();
        fold(&mut folded, &self.entries);
        assert_eq!(postcard::to_stdvec(&folded).unwrap(), bytes);

        let (first, second) = self.entries.split_at(self.entries.len() / 2);
        let mut half = Show::default();
        fold(&mut half, first);
        let mut read: Show = postcard::from_bytes(&postcard::to_stdvec(&half).unwrap()).unwrap();
        assert_eq!(read, half);
        fold(&mut read, second);
        assert_eq!(read, self.show);
        assert_eq!(postcard::to_stdvec(&read).unwrap(), bytes);
        self.check_numbers();
    }

    /// The entries by themselves: numbers without gaps, time that never goes back, and no key twice.
    fn check_numbers(&self) {
        let facts = || self.entries.iter().flat_map(|entry| &entry.facts);
        let held = facts().filter_map(|fact| match fact {
            Fact::ReservationHeld { reservation, .. } | Fact::ReservationOffered { reservation, .. } => {
                Some(reservation.0)
            }
            _ => None,
        });
        assert!(held.eq(1..=self.show.reservation_count() as u64));
        let ordered = facts().filter_map(|fact| match fact {
            Fact::OrderPlaced { order, .. } => Some(order.0),
            _ => None,
        });
        assert!(ordered.eq(1..=self.show.order_count() as u64));
        assert!(self.entries.is_sorted_by_key(|entry| entry.at));

        let causes = self.entries.iter().filter_map(|entry| entry.cause.as_ref());
        let keys: Vec<_> = causes.filter_map(|cause| Some((&cause.principal, &cause.binding.as_ref()?.key))).collect();
        let distinct: std::collections::BTreeSet<_> = keys.iter().collect();
        assert_eq!(distinct.len(), keys.len());
        assert!(self.show.drops().all(|drop| drop.phase() != DropPhase::Open || self.naive.is_live()));
    }
}

fn fold(show: &mut Show, entries: &[Entry]) {
    for entry in entries {
        show.fold(entry).unwrap();
    }
}
