//! What a viewer sees of lines and draws, and of what it holds.

use std::collections::{BTreeMap, BTreeSet};

use dropcast_proto::v1::{Drop, DropPhase, Reservation, ReservationState, Snapshot, Stock, Waiter};

use super::show::DROP;

/// What one viewer saw of its own places and offers, and of the drop that it waits for.
#[derive(Debug, Default)]
pub(super) struct Own {
    /// Its places by their numbers, each with where in line it is, once that is known.
    pub(super) places: BTreeMap<u64, Option<u32>>,
    /// Reservations that it was told are its own.
    pub(super) reservations: BTreeSet<u64>,
    /// What the draw was said to be bound to before the drop opened.
    pub(super) commitment: Option<Vec<u8>>,
    /// Seed and digest, as they were published.
    pub(super) lots: Option<(Vec<u8>, Vec<u8>)>,
    /// The first thing that can't be.
    pub(super) wrong: Option<String>,
    /// Whether a connection stands on which it heard of everything that is its own.
    pub(super) is_here: bool,
    /// Who was next in line, as the latest value of this connection says: the other lanes may be behind it.
    next_place: u32,
    /// Offers that it knows what to do with.
    decided: BTreeSet<u64>,
}

/// What is new to who counts.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct News {
    /// It waits for the first time.
    pub(super) waits: bool,
    /// It has a place in line for the first time.
    pub(super) stands: bool,
}

impl Own {
    /// A connection is lost.
    pub(super) fn is_away(&mut self) {
        self.is_here = false;
        self.next_place = 0;
    }

    /// Everything of one's own, as it stands; offers that are new.
    pub(super) fn take_snapshot(&mut self, snapshot: &Snapshot) -> (News, Vec<u64>) {
        self.is_here = true;
        let mut news = News::default();
        for waiter in &snapshot.waiters {
            let one = self.take_waiter(waiter);
            news = News { waits: news.waits | one.waits, stands: news.stands | one.stands };
        }
        let offers = snapshot.reservations.iter().filter_map(|reservation| self.take_reservation(reservation));
        let offers = offers.collect();
        snapshot.public.iter().flat_map(|public| &public.drops).for_each(|drop| self.take_drop(drop));
        (news, offers)
    }

    /// A place in line or in a draw.
    pub(super) fn take_waiter(&mut self, waiter: &Waiter) -> News {
        let was_in_line = self.places.values().any(Option::is_some);
        let (is_first, number) = (self.places.is_empty(), waiter.waiter);
        let place = self.places.entry(number).or_default();
        if let (Some(before), Some(now)) = (*place, waiter.place)
            && before != now
        {
            self.wrong.get_or_insert(format!("waiter {number} was in place {before}, and then in place {now}"));
        }
        *place = place.or(waiter.place);
        self.reservations.extend(waiter.reservation);
        News { waits: is_first, stands: !was_in_line && place.is_some() }
    }

    /// Something that is or was held; its number, when it is an offer that is new.
    pub(super) fn take_reservation(&mut self, reservation: &Reservation) -> Option<u64> {
        let number = reservation.reservation;
        self.reservations.insert(number);
        (reservation.state() == ReservationState::Offered && self.decided.insert(number)).then_some(number)
    }

    /// The drop, as everybody sees it.
    pub(super) fn take_drop(&mut self, drop: &Drop) {
        if drop.drop != DROP {
            return;
        }
        if drop.phase() == DropPhase::Planned {
            self.commitment.clone_from(&drop.commitment);
        }
        if let Some(lots) = &drop.lots {
            self.lots = Some((lots.seed.clone(), lots.digest.clone()));
        }
        drop.items.iter().for_each(|item| self.take_line(item.available, item.next_place));
    }

    /// What is left, and who is next, which never is somebody who came before who was.
    pub(super) fn take_stock(&mut self, stock: &Stock) {
        if stock.drop != DROP {
            return;
        }
        self.take_line(stock.available, stock.next_place);
        let (before, next) = (self.next_place, stock.next_place.unwrap_or(self.next_place));
        if next < before {
            self.wrong.get_or_insert(format!("place {next} was next in line after place {before}"));
        }
        self.next_place = before.max(next);
    }

    /// Nothing is free for others while somebody is in line.
    fn take_line(&mut self, available: u32, next_place: Option<u32>) {
        if let Some(next) = next_place.filter(|_| available > 0) {
            self.wrong.get_or_insert(format!("{available} units were to be had while place {next} was next in line"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stock(available: u32, next_place: Option<u32>) -> Stock {
        Stock { drop: DROP.to_owned(), available, next_place, ..Stock::default() }
    }

    fn waiter(waiter: u64, place: Option<u32>) -> Waiter {
        Waiter { waiter, place, ..Waiter::default() }
    }

    #[test]
    fn who_is_next_never_came_before_who_was() {
        let mut own = Own::default();
        for next in [Some(1), Some(1), None, Some(3)] {
            own.take_stock(&stock(0, next));
        }
        // What is free is nobody's place.
        own.take_stock(&stock(5, None));
        // Another connection may be behind.
        own.is_away();
        own.take_stock(&stock(0, Some(2)));
        assert_eq!(own.wrong, None);
        own.take_stock(&stock(0, Some(1)));
        assert_eq!(own.wrong.as_deref(), Some("place 1 was next in line after place 2"));
    }

    #[test]
    fn nothing_is_free_while_somebody_is_next() {
        let mut own = Own::default();
        own.take_stock(&Stock { drop: "another".to_owned(), ..stock(2, Some(1)) });
        assert_eq!(own.wrong, None);
        own.take_stock(&stock(2, Some(1)));
        assert_eq!(own.wrong.as_deref(), Some("2 units were to be had while place 1 was next in line"));
    }

    #[test]
    fn a_place_never_changes_once_it_is_known() {
        let mut own = Own::default();
        let news = [waiter(7, None), waiter(7, Some(2)), waiter(7, None), waiter(9, Some(4))]
            .map(|waiter| own.take_waiter(&waiter))
            .map(|news| (news.waits, news.stands));
        assert_eq!(news, [(true, false), (false, true), (false, false), (false, false)]);
        assert_eq!((own.wrong.as_deref(), &own.places), (None, &BTreeMap::from([(7, Some(2)), (9, Some(4))])));
        own.take_waiter(&waiter(7, Some(3)));
        assert_eq!(own.wrong.as_deref(), Some("waiter 7 was in place 2, and then in place 3"));
    }

    #[test]
    fn an_offer_is_new_once() {
        let mut own = Own::default();
        let reservation =
            |state: ReservationState| Reservation { reservation: 3, state: state.into(), ..Default::default() };
        let offer = reservation(ReservationState::Offered);
        assert_eq!([own.take_reservation(&offer), own.take_reservation(&offer)], [Some(3), None]);
        assert_eq!(own.take_reservation(&reservation(ReservationState::Sold)), None);
        assert_eq!(own.reservations, BTreeSet::from([3]));
    }
}
