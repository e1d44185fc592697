//! Lines and draws, entered in the books.

use dropcast_domain::show::ENTRY_FACTS_MAX;
use dropcast_proto::v1::{
    DropClosed, DropPhase, DropUndone, LotsDrawn, ReservationOffered, WaitlistJoined, fact::Kind,
};

use super::{
    AuditDraw, ViolationCode, books::Books, drop::Drop, entries::time, reservation::Taking, violation::Findings,
    waitlist::Place,
};

impl Books {
    pub(super) fn join(&mut self, fact: &WaitlistJoined, findings: &mut Findings) {
        let WaitlistJoined { waiter, viewer, drop: name, sku, quantity } = fact;
        self.expect_live(format_args!("place {waiter} is taken"), findings);
        self.viewers.expect_rested(viewer, self.at_ms, &self.hold_rules(), findings);
        if *quantity == 0 {
            findings.add(ViolationCode::QuantityZero, format_args!("place {waiter}"));
        }
        let is_undrawn = self.drops.find(name).is_some_and(Drop::is_undrawn);
        if !self.waitlist.join(fact, is_undrawn, findings) {
            return;
        }
        self.viewers.count(viewer, *quantity);
        self.viewers.expect_within_limit(viewer, &self.hold_rules(), findings);
        let Some(drop) = self.drops.find_mut(name, findings) else { return };
        drop.expect_open(self.at_ms, findings);
        if !drop.takes_waiters(self.at_ms) {
            findings.add(ViolationCode::WaitlistClosed, format_args!("place {waiter} of {viewer} in drop {name}"));
        }
        if drop.item(sku).is_none() {
            findings.add(ViolationCode::SkuNotInDrop, format_args!("{sku:?} in drop {name}"));
        }
        drop.count(viewer, *quantity, findings);
    }

    pub(super) fn leave(&mut self, number: u64, findings: &mut Findings) {
        if let Some(place) = self.waitlist.end(number, findings) {
            self.uncount(&place, findings);
        }
    }

    /// The drop is over, and so is its line.
    pub(super) fn close(&mut self, fact: &DropClosed, findings: &mut Findings) {
        self.drops.close(fact, self.at_ms, findings);
        self.end_line(&fact.drop, findings);
    }

    /// The drop's opening is taken back, and so is its line. What it kept was revoked for it.
    pub(super) fn undo(&mut self, fact: &DropUndone, findings: &mut Findings) {
        self.shortfall.undo(&fact.drop, &self.sales, findings);
        self.drops.undo(&fact.drop, self.at_ms, findings);
        self.end_line(&fact.drop, findings);
    }

    fn end_line(&mut self, drop: &str, findings: &mut Findings) {
        for place in self.waitlist.close(drop) {
            self.uncount(&place, findings);
        }
    }

    pub(super) fn draw_lots(&mut self, fact: &LotsDrawn, findings: &mut Findings) {
        self.drops.draw_lots(fact, self.at_ms, &self.digest_before, findings);
        let Some(drop) = self.drops.find_mut(&fact.drop, findings) else { return };
        if let Some(lots) = drop.draw.lots() {
            let entrants = self.waitlist.draw(&fact.drop, lots);
            drop.draw.decided(entrants);
        }
    }

    /// Units go to who is next in line, as many as are waited for and there are.
    pub(super) fn offer(&mut self, offered: &ReservationOffered, findings: &mut Findings) {
        let (number, taking) = (offered.reservation, Taking::from(offered));
        self.expect_live(format_args!("reservation {number} is offered"), findings);
        let next = self.next_in_line();
        let left = self.left(&offered.drop, &offered.sku);
        if let Some(place) = self.waitlist.end(offered.waiter, findings) {
            if next != Some(offered.waiter) {
                let detail = format_args!("place {} is served, {next:?} is next", offered.waiter);
                findings.add(ViolationCode::LineSkipped, detail);
            }
            let is_for = (&place.viewer, &place.drop, &place.sku) == (&offered.viewer, &offered.drop, &offered.sku);
            if !is_for || u64::from(offered.quantity) != left.min(place.quantity.into()) {
                let detail = format_args!("reservation {number} with {left} left, for {place:?}");
                findings.add(ViolationCode::OfferDiffers, detail);
            }
            self.uncount(&place, findings);
        }
        if !self.sales.begin(&taking, offered.expires_at, findings) {
            return;
        }
        self.viewers.begin(&offered.viewer);
        if let Some(drop) = self.drops.find(&offered.drop) {
            if drop.phase != DropPhase::Open {
                let detail = format_args!("reservation {number} while drop {} is {:?}", offered.drop, drop.phase);
                findings.add(ViolationCode::DropNotOpen, detail);
            }
            let expires_at = drop.offer_deadline(self.at_ms, self.hold_ttl_ms());
            if offered.expires_at != expires_at {
                let (found, expected) = (time(offered.expires_at), time(expires_at));
                let detail = format_args!("reservation {number} is offered until {found}, not {expected}");
                findings.add(ViolationCode::DeadlineDiffers, detail);
            }
        }
        self.take(&taking, false, findings);
    }

    /// Where an entry was too long for all offers, nothing comes before the others.
    pub(super) fn expect_offers_first(&mut self, fact: &Kind, findings: &mut Findings) {
        if self.facts == 1 && std::mem::take(&mut self.owes_offers) && !matches!(fact, Kind::ReservationOffered(_)) {
            self.tell_unoffered(findings);
        }
    }

    /// The entry ends: what is free for who waits is offered, as far as the entry has room.
    pub(super) fn expect_offers(&mut self, findings: &mut Findings) {
        if self.next_in_line().is_none() {
            return;
        }
        self.owes_offers = self.facts >= ENTRY_FACTS_MAX;
        if !self.owes_offers {
            self.tell_unoffered(findings);
        }
    }

    pub(super) fn draws(&self) -> Vec<AuditDraw> {
        self.drops.draws(|drop| self.waitlist.entered(drop))
    }

    /// How many units of the SKU the drop can give.
    pub(super) fn left(&self, drop: &str, sku: &str) -> u64 {
        let free = u64::try_from(self.stock.free(sku)).unwrap_or(0);
        self.drops.find(drop).filter(|drop| drop.phase == DropPhase::Open).map_or(0, |drop| drop.left(sku).min(free))
    }

    fn next_in_line(&self) -> Option<u64> {
        self.waitlist.next(|drop, sku| self.left(drop, sku)).map(|(number, _)| number)
    }

    fn tell_unoffered(&self, findings: &mut Findings) {
        findings.add(
            ViolationCode::UnitsNotOffered,
            format_args!("place {:?} waits for what is free", self.next_in_line()),
        );
    }

    /// A viewer does not wait for these units any more.
    fn uncount(&mut self, place: &Place, findings: &mut Findings) {
        self.viewers.uncount(&place.viewer, place.quantity.into());
        if let Some(drop) = self.drops.find_mut(&place.drop, findings) {
            drop.uncount(&place.viewer, place.quantity.into());
        }
    }
}
