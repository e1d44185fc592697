//! Reservations and orders.

use std::collections::{BTreeMap, BTreeSet};

use dropcast_proto::v1::{OrderPlaced, ReservationHeld};

use super::{AuditOrders, ViolationCode, drops::MOMENT_MAX_MS, entries::time, violation::Findings};

/// Where a reservation stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    Held,
    Sold,
    Released,
    Expired,
}

#[derive(Clone, Debug)]
pub(super) struct Reservation {
    pub(super) viewer: String,
    pub(super) drop: String,
    pub(super) sku: String,
    pub(super) quantity: u32,
    unit_price_minor: u64,
    expires_at: u64,
    state: State,
    order: Option<u64>,
}

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

impl Reservation {
    pub(super) fn total_minor(&self) -> u64 {
        self.unit_price_minor.saturating_mul(self.quantity.into())
    }
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
    pub(super) fn hold(&mut self, held: &ReservationHeld, findings: &mut Findings) -> bool {
        let number = held.reservation;
        let new = !self.reservations.contains_key(&number);
        check_number(&mut self.last_reservation, number, ViolationCode::ReservationNumber, findings);
        if new {
            let reservation = Reservation {
                viewer: held.viewer.clone(),
                drop: held.drop.clone(),
                sku: held.sku.clone(),
                quantity: held.quantity,
                unit_price_minor: held.unit_price_minor,
                expires_at: held.expires_at,
                state: State::Held,
                order: None,
            };
            self.reservations.insert(number, reservation);
        }
        new
    }

    /// Moves the deadline of all that is held.
    pub(super) fn extend_holds(&mut self, by_ms: u64) {
        for reservation in self.reservations.values_mut().filter(|reservation| reservation.state == State::Held) {
            reservation.expires_at = reservation.expires_at.saturating_add(by_ms).min(MOMENT_MAX_MS);
        }
    }

    /// Ends a hold; `None` when there is none to end.
    pub(super) fn end_hold(
        &mut self,
        number: u64,
        state: State,
        at_ms: u64,
        findings: &mut Findings,
    ) -> Option<Reservation> {
        let Some(reservation) = self.reservations.get_mut(&number) else {
            findings.add(ViolationCode::ReservationUnknown, format_args!("reservation {number} is {state:?}"));
            return None;
        };
        if reservation.state != State::Held {
            let detail = format_args!("reservation {number} is {state:?} and was {:?} before", reservation.state);
            findings.add(ViolationCode::ReservationEndedTwice, detail);
            return None;
        }
        check_deadline(number, reservation.expires_at, state, at_ms, findings);
        reservation.state = state;
        if state == State::Sold {
            self.unordered.insert(number);
        }
        Some(reservation.clone())
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
            let detail = format_args!("reservation {number} is {state:?} and was held until {until}");
            findings.add(ViolationCode::DeadlinePassed, detail);
        }
        State::Expired if !due => {
            let until = time(expires_at);
            findings.add(ViolationCode::ExpiredEarly, format_args!("reservation {number} was held until {until}"));
        }
        State::Held | State::Sold | State::Released | State::Expired => {}
    }
}

fn check_number(last: &mut u64, number: u64, code: ViolationCode, findings: &mut Findings) {
    let expected = last.saturating_add(1);
    if number != expected {
        findings.add(code, format_args!("number {number} stands where {expected} should"));
    }
    *last = number.max(*last);
}
