//! Units that are held, given more time, bought and given back, entered in the books.

use dropcast_proto::v1::{BundleLineHeld, HoldExtended, ReservationHeld};

use super::{
    ViolationCode,
    books::Books,
    drop::MOMENT_MAX_MS,
    entries::time,
    reservation::{State, Taking},
    violation::Findings,
};

impl Books {
    pub(super) fn hold(&mut self, held: &ReservationHeld, findings: &mut Findings) {
        let (number, taking) = (held.reservation, Taking::from(held));
        let is_promised = self.promises.is_due(number);
        if !is_promised {
            self.expect_live(format_args!("reservation {number} is held"), findings);
            self.viewers.expect_rested(&held.viewer, self.at_ms, &self.hold_rules(), findings);
        }
        if !self.sales.begin(&taking, held.expires_at, findings) {
            return;
        }
        self.making = Some(number);
        self.viewers.begin(&held.viewer);
        if let Some(drop) = self.drops.find(&held.drop) {
            let expires_at = drop.deadline(self.at_ms, self.hold_ttl_ms());
            // A promise is kept whatever the phase, and for no shorter a time than anybody would have.
            if !is_promised {
                drop.expect_open(self.at_ms, findings);
                if drop.is_undrawn() {
                    findings.add(ViolationCode::HeldBeforeDraw, format_args!("reservation {number} in {}", held.drop));
                }
            }
            if held.expires_at < expires_at || !is_promised && held.expires_at != expires_at {
                let (found, expected) = (time(held.expires_at), time(expires_at));
                let detail = format_args!("reservation {number} is held until {found}, not {expected}");
                findings.add(ViolationCode::DeadlineDiffers, detail);
            }
        }
        self.take(&taking, is_promised, findings);
    }

    /// One more line of the reservation that the fact `before` this one held.
    pub(super) fn hold_line(&mut self, fact: &BundleLineHeld, before: Option<u64>, findings: &mut Findings) {
        let number = fact.reservation;
        let Some(reservation) = self.sales.find(number).cloned().filter(|_| before == Some(number)) else {
            let detail = format_args!("a line of reservation {number} follows {before:?}");
            findings.add(ViolationCode::BundleBroken, detail);
            return;
        };
        let taking = Taking {
            reservation: number,
            viewer: &reservation.viewer,
            drop: &reservation.drop,
            sku: &fact.sku,
            quantity: fact.quantity,
            unit_price_minor: fact.unit_price_minor,
            state: State::Held,
        };
        if !self.sales.add_line(&taking) {
            findings.add(ViolationCode::BundleBroken, format_args!("reservation {number} has {} already", fact.sku));
            return;
        }
        self.making = Some(number);
        self.take(&taking, self.promises.is_due(number), findings);
    }

    /// Units of one SKU leave *free*. A promise is kept at its own price, beyond the limit of the show, and out of what
    /// nobody waits for, as whatever a viewer holds.
    pub(super) fn take(&mut self, taking: &Taking<'_>, is_promised: bool, findings: &mut Findings) {
        let &Taking { reservation, viewer, sku, quantity, .. } = taking;
        if quantity == 0 {
            findings.add(ViolationCode::QuantityZero, format_args!("reservation {reservation}"));
        }
        if taking.state == State::Held
            && let Some(waiter) = self.waitlist.next_for(sku, |drop, sku| self.left(drop, sku))
        {
            let detail = format_args!("reservation {reservation} has {sku}, for which place {waiter} waits");
            findings.add(ViolationCode::LineJumped, detail);
        }
        let list_price_minor = self.stock.list_price_minor(sku);
        if let Some(drop) = self.drops.find_mut(taking.drop, findings) {
            drop.take(taking, findings);
            if !is_promised {
                drop.check_price(taking, list_price_minor, findings);
            }
        }
        self.viewers.count(viewer, quantity);
        if taking.state == State::Held && !is_promised {
            self.viewers.expect_within_limit(viewer, &self.hold_rules(), findings);
        }
        self.stock.take(taking, findings);
    }

    /// What is held or offered gets more time, once.
    pub(super) fn extend_hold(&mut self, fact: &HoldExtended, findings: &mut Findings) {
        let number = fact.reservation;
        let Some(before) = self.sales.extend(number, fact.expires_at, self.at_ms, findings) else { return };
        if before.was_extended {
            findings.add(ViolationCode::ExtendedTwice, format_args!("reservation {number}"));
        }
        let by_ms = self.hold_rules().payment_extension_ms;
        let expires_at = before.expires_at.saturating_add(by_ms).min(MOMENT_MAX_MS);
        if by_ms == 0 || fact.expires_at != expires_at {
            let found = time(fact.expires_at);
            let detail = format_args!("reservation {number} has until {found}, not {by_ms} ms more");
            findings.add(ViolationCode::DeadlineDiffers, detail);
        }
    }

    /// What an outage extends. What would be too long is entered all the same: its deadlines are those that were told.
    pub(super) fn extend_holds(&mut self, by_ms: u64, findings: &mut Findings) {
        self.extends = true;
        let since_ms = self.at_ms.saturating_sub(self.before_ms);
        if !(1..=since_ms).contains(&by_ms) {
            let detail = format_args!("by {by_ms} ms, {since_ms} ms after the entry before");
            findings.add(ViolationCode::ExtensionTooLong, detail);
        }
        self.sales.extend_holds(by_ms);
    }

    /// What was held or offered is so no longer.
    pub(super) fn end_hold(&mut self, number: u64, state: State, findings: &mut Findings) {
        let Some((before, ended)) = self.sales.end(number, state, self.at_ms, findings) else { return };
        for line in &ended.lines {
            self.stock.end(line, before, state, findings);
        }
        self.viewers.end(&ended, state);
        if state != State::Sold
            && let Some(drop) = self.drops.find_mut(&ended.drop, findings)
        {
            drop.give_back(&ended);
        }
    }
}
