//! Reservations and orders.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use dropcast_proto::v1::OrderPlaced;

use super::{
    AuditOrders, ViolationCode,
    drop::MOMENT_MAX_MS,
    entries::time,
    reservation::{Line, Reservation, State, Taking},
    violation::Findings,
};

/// Every reservation and order by its number.
#[derive(Default, Debug)]
pub(super) struct Sales {
    reservations: BTreeMap<u64, Reservation>,
    last_reservation: u64,
    /// Sold in this entry, without an order as yet.
    unordered: BTreeSet<u64>,
    /// Whether each order is paid.
    paid: BTreeMap<u64, bool>,
    last_order: u64,
    revenue_minor: u64,
}

impl Sales {
    pub(super) fn has_reservation(&self, number: u64) -> bool {
        self.reservations.contains_key(&number)
    }

    pub(super) fn anything_held(&self) -> bool {
        self.last_reservation > 0
    }

    pub(super) fn has_order(&self, number: u64) -> bool {
        self.paid.contains_key(&number)
    }

    pub(super) fn viewer_of(&self, reservation: u64) -> Option<&String> {
        self.reservations.get(&reservation).map(|reservation| &reservation.viewer)
    }

    /// The order that the reservation was sold into.
    pub(super) fn order_of(&self, reservation: u64) -> Option<u64> {
        self.reservations.get(&reservation)?.order
    }

    /// Whether the reservation is a new one; one whose number was used is not entered anywhere.
    pub(super) fn begin(&mut self, taking: &Taking<'_>, expires_at: u64, findings: &mut Findings) -> bool {
        let number = taking.reservation;
        let new = !self.reservations.contains_key(&number);
        check_number(&mut self.last_reservation, number, ViolationCode::ReservationNumber, findings);
        if new {
            let reservation = Reservation {
                viewer: taking.viewer.to_owned(),
                drop: taking.drop.to_owned(),
                lines: vec![Line::of(taking)],
                expires_at,
                state: taking.state,
                was_extended: false,
                order: None,
            };
            self.reservations.insert(number, reservation);
        }
        new
    }

    /// Whether the reservation holds these, too: a bundle has each SKU once.
    pub(super) fn add_line(&mut self, taking: &Taking<'_>) -> bool {
        let Some(reservation) = self.reservations.get_mut(&taking.reservation) else { return false };
        let has_it = reservation.lines.iter().any(|line| line.sku == taking.sku);
        if !has_it {
            reservation.lines.push(Line::of(taking));
        }
        !has_it
    }

    pub(super) fn find(&self, number: u64) -> Option<&Reservation> {
        self.reservations.get(&number)
    }

    /// Moves the deadline of one that is held or offered; `None` when there is none.
    pub(super) fn extend(
        &mut self,
        number: u64,
        expires_at: u64,
        at_ms: u64,
        findings: &mut Findings,
    ) -> Option<Reservation> {
        let reservation = self.expect_kept(number, "given more time", findings)?;
        let before = reservation.clone();
        reservation.was_extended = true;
        reservation.expires_at = expires_at;
        if before.expires_at <= at_ms {
            let detail =
                format_args!("reservation {number} was given more time, and had it until {}", time(before.expires_at));
            findings.add(ViolationCode::DeadlinePassed, detail);
        }
        Some(before)
    }

    /// Whether the reservation of that number is one of the drop.
    pub(super) fn is_of_drop(&self, number: u64, drop: &str) -> bool {
        self.reservations.get(&number).is_some_and(|reservation| reservation.drop == drop)
    }

    /// What keeps units of the SKU, in the order in which a shortfall takes them back, and how many.
    pub(super) fn kept_of(&self, sku: &str) -> Vec<(u64, u32)> {
        let kept = self.reservations.iter().rev().filter(|(_, reservation)| reservation.state.is_kept());
        let of_sku = |(number, reservation): (&u64, &Reservation)| {
            let line = reservation.lines.iter().find(|line| line.sku == sku)?;
            Some((reservation.state != State::Offered, *number, line.quantity))
        };
        let mut kept: Vec<_> = kept.filter_map(of_sku).collect();
        // What is offered comes first; the sort leaves the newest before the others.
        kept.sort_by_key(|(is_held, ..)| *is_held);
        kept.into_iter().map(|(_, number, quantity)| (number, quantity)).collect()
    }

    /// Moves the deadline of all that is held or offered.
    pub(super) fn extend_holds(&mut self, by_ms: u64) {
        for reservation in self.reservations.values_mut().filter(|reservation| reservation.state.is_kept()) {
            reservation.expires_at = reservation.expires_at.saturating_add(by_ms).min(MOMENT_MAX_MS);
        }
    }

    /// Ends what is held or offered; returns where it stood before, and `None` when there is none to end.
    pub(super) fn end(
        &mut self,
        number: u64,
        state: State,
        at_ms: u64,
        findings: &mut Findings,
    ) -> Option<(State, Reservation)> {
        let reservation = self.expect_kept(number, format_args!("{state:?}"), findings)?;
        check_deadline(number, reservation.expires_at, state, at_ms, findings);
        let before = std::mem::replace(&mut reservation.state, state);
        let ended = (before, reservation.clone());
        if state == State::Sold {
            self.unordered.insert(number);
        }
        Some(ended)
    }

    fn expect_kept(
        &mut self,
        number: u64,
        treated: impl fmt::Display,
        findings: &mut Findings,
    ) -> Option<&mut Reservation> {
        let Some(reservation) = self.reservations.get_mut(&number) else {
            findings.add(ViolationCode::ReservationUnknown, format_args!("reservation {number} is {treated}"));
            return None;
        };
        if !reservation.state.is_kept() {
            let detail = format_args!("reservation {number} is {treated} and was {:?} before", reservation.state);
            findings.add(ViolationCode::ReservationEndedTwice, detail);
            return None;
        }
        Some(reservation)
    }

    pub(super) fn place_order(&mut self, order: &OrderPlaced, findings: &mut Findings) {
        check_number(&mut self.last_order, order.order, ViolationCode::OrderNumber, findings);
        self.paid.entry(order.order).or_default();
        self.revenue_minor = self.revenue_minor.saturating_add(order.total_minor);
        self.unordered.remove(&order.reservation);
        let Some(reservation) = self.reservations.get_mut(&order.reservation) else {
            let detail = format_args!("order {} is for reservation {}", order.order, order.reservation);
            findings.add(ViolationCode::ReservationUnknown, detail);
            return;
        };
        if reservation.state != State::Sold {
            let detail = format_args!("reservation {} is {:?}", order.reservation, reservation.state);
            findings.add(ViolationCode::OrderWithoutSale, detail);
        }
        if reservation.order.is_some() {
            let detail = format_args!("order {} is for reservation {}", order.order, order.reservation);
            findings.add(ViolationCode::OrderTwice, detail);
        }
        reservation.order = Some(order.order);
        let total_minor = reservation.total_minor();
        if order.total_minor != total_minor {
            let detail = format_args!("order {} comes to {total_minor}, not {}", order.order, order.total_minor);
            findings.add(ViolationCode::TotalDiffers, detail);
        }
    }

    pub(super) fn pay_order(&mut self, number: u64, findings: &mut Findings) {
        match self.paid.get_mut(&number) {
            None => findings.add(ViolationCode::OrderUnknown, format_args!("order {number} is paid")),
            Some(true) => findings.add(ViolationCode::PaidTwice, format_args!("order {number}")),
            Some(paid) => *paid = true,
        }
    }

    /// The entry ends: everything sold in it has its order.
    pub(super) fn expect_orders(&mut self, findings: &mut Findings) {
        for number in std::mem::take(&mut self.unordered) {
            findings.add(ViolationCode::SoldWithoutOrder, format_args!("reservation {number}"));
        }
    }

    pub(super) fn orders(&self) -> AuditOrders {
        AuditOrders {
            placed: self.paid.len() as u64,
            paid: self.paid.values().filter(|paid| **paid).count() as u64,
            revenue_minor: self.revenue_minor,
        }
    }
}

/// A deadline is due at its own moment already: what is sold then is late, what expires then is not early.
fn check_deadline(number: u64, expires_at: u64, state: State, at_ms: u64, findings: &mut Findings) {
    let due = at_ms >= expires_at;
    match state {
        State::Sold | State::Released if due => {
            let until = time(expires_at);
            let detail = format_args!("reservation {number} is {state:?} and was kept until {until}");
            findings.add(ViolationCode::DeadlinePassed, detail);
        }
        State::Expired if !due => {
            let until = time(expires_at);
            findings.add(ViolationCode::ExpiredEarly, format_args!("reservation {number} was kept until {until}"));
        }
        _ => {}
    }
}

pub(super) fn check_number(last: &mut u64, number: u64, code: ViolationCode, findings: &mut Findings) {
    let expected = last.saturating_add(1);
    if number != expected {
        findings.add(code, format_args!("number {number} stands where {expected} should"));
    }
    *last = number.max(*last);
}
