//! What must always be true of a show; the crate's documentation spells it out.

use std::collections::BTreeMap;

use super::{Drop, DropPhase, Fact, ReservationState, Show, ShowPhase, decide::sale_of, draw::Digest, index::Index};
use crate::{
    ids::{DropId, OrderId, ReservationId, Sku, WaiterId},
    inventory::reservation::ReservationRecord,
    table::Slot,
};

mod viewers;

/// Something that must always be true is not.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Violation {
    /// free + held + offered + sold is not the allotment, or plans gave more than there is and was sold elsewhere.
    #[error("the units of {0} don't add up")]
    Stock(Sku),
    /// The units held, offered and sold of the SKU are not those of its reservations.
    #[error("the units of {0} are not those of its reservations")]
    Reserved(Sku),
    /// The units held, offered and sold in the drop are not those of its reservations, or its items are not those of
    /// its plan.
    #[error("the units of the drop {0} are not those of its reservations")]
    DropReserved(DropId),
    /// The drop has more units held and sold than its cap.
    #[error("the drop {0} has more of {1} held and sold than its cap")]
    Cap(DropId, Sku),
    /// The drop has more units held, offered and sold than its shared cap.
    #[error("the drop {0} has more units held, offered and sold than its shared cap")]
    SharedCap(DropId),
    /// Who waits stands nowhere, twice, or for what is not to be had there.
    #[error("the place in line {0} is none")]
    Waiter(WaiterId),
    /// Something is free for which somebody waits: there are offers still to be made.
    #[error("something is free for which somebody waits")]
    Offer,
    /// A draw has lots without having taken entries, or another seed than it was bound to.
    #[error("the draw of the drop {0} can't have been held so")]
    Draw(DropId),
    /// A viewer has more units held, waited for and bought in the drop than its limit.
    #[error("a viewer has more than the limit of the drop {0}")]
    Limit(DropId),
    /// The phase of the drop does not fit its moments or the show's phase.
    #[error("the drop {0} is {1} though it can't be")]
    DropPhase(DropId, DropPhase),
    /// The show has moments that don't fit each other.
    #[error("the show can't be {0}")]
    ShowPhase(ShowPhase),
    /// The catalogue and the SKUs disagree.
    #[error("the catalogue and the SKU {0} disagree")]
    Catalogue(Sku),
    /// The reservation points at nothing, or its order is not the order of this reservation.
    #[error("the reservation {0} points at nothing")]
    Reservation(ReservationId),
    /// The order is not that of a sold reservation, or comes to another total.
    #[error("the order {0} is not that of a sold reservation")]
    Order(OrderId),
    /// A promise was broken twice, or kept by a reservation that is not its viewer's.
    #[error("the promises of lost histories don't add up")]
    Promises,
    /// A key belongs to nobody.
    #[error("a key belongs to nobody")]
    Key,
    /// What is looked up is not what the records say.
    #[error("the index is not that of the records")]
    Index,
}

/// Units held, offered and sold.
type Units = [u64; 3];

impl Show {
    /// Checks everything, adding all up anew. It costs as much as the show is large: it is for tests. A show in the
    /// middle of an entry, or of a long row of offers, is found to be that last: all else is as it must be.
    pub fn check_invariants(&self) -> Result<(), Violation> {
        self.check_records()?;
        let mut anew = Index::of(&self.records);
        anew.lines.ready_as(&self.index.lines);
        if self.index != anew || !self.knows_ready_lines() {
            return Err(Violation::Index);
        }
        if self.next_offer(self.last_at()).is_none() { Ok(()) } else { Err(Violation::Offer) }
    }

    /// Checks everything but the index, as is due when that was just made.
    pub(super) fn check_records(&self) -> Result<(), Violation> {
        self.check_references()?;
        self.check_catalogue()?;
        self.check_phases()?;
        self.check_units()?;
        self.check_waiters()?;
        self.check_orders()?;
        self.check_promises()
    }

    /// Checks what one fact can have broken, at a cost that does not grow with the show.
    pub(super) fn check_touched(&self, fact: &Fact) -> Result<(), Violation> {
        match fact {
            Fact::UnitsAdded { sku, .. } | Fact::UnitsWithdrawn { sku, .. } | Fact::UnitsSoldElsewhere { sku, .. } => {
                self.records.skus.slot(sku).map_or(Ok(()), |sku| self.check_stock(sku))
            }
            Fact::ReservationHeld { reservation, .. }
            | Fact::ReservationSold { reservation }
            | Fact::BundleLineHeld { reservation, .. }
            | Fact::ReservationOffered { reservation, .. }
            | Fact::ReservationRevoked { reservation }
            | Fact::ReservationReleased { reservation }
            | Fact::ReservationExpired { reservation } => {
                self.reservation_record(*reservation).map_or(Ok(()), |record| self.check_around(*reservation, record))
            }
            _ => Ok(()),
        }
    }

    fn check_around(&self, id: ReservationId, reservation: &ReservationRecord) -> Result<(), Violation> {
        for (sku, _) in sale_of(self, id, reservation).lines {
            self.check_stock(sku)?;
        }
        self.check_caps(reservation.drop)?;
        self.check_limit(reservation.drop, self.index.taken(reservation.drop, reservation.viewer))
    }

    fn check_stock(&self, slot: Slot<Sku>) -> Result<(), Violation> {
        let record = &self.records.skus[slot];
        let given = record.given();
        if record.stock.adds_up() && u64::from(record.planned) <= given && u32::try_from(given).is_ok() {
            return Ok(());
        }
        Err(Violation::Stock(self.records.skus.name(slot).clone()))
    }

    fn check_caps(&self, slot: Slot<DropId>) -> Result<(), Violation> {
        let drop = &self.records.drops[slot];
        for (item, stock) in drop.items() {
            if stock.cap(item).is_some_and(|cap| stock.taken() > cap) {
                return Err(Violation::Cap(drop.plan.drop.clone(), item.sku.clone()));
            }
        }
        let taken: u64 = drop.stocks.iter().map(|stock| u64::from(stock.taken())).sum();
        if drop.shared_cap().is_some_and(|cap| taken > u64::from(cap)) {
            return Err(Violation::SharedCap(drop.plan.drop.clone()));
        }
        Ok(())
    }

    fn check_limit(&self, slot: Slot<DropId>, taken: u32) -> Result<(), Violation> {
        let plan = &self.records.drops[slot].plan;
        if taken <= plan.limit_per_viewer { Ok(()) } else { Err(Violation::Limit(plan.drop.clone())) }
    }

    /// Every slot has a row; only then can rows be looked up without a doubt.
    pub(super) fn check_references(&self) -> Result<(), Violation> {
        let records = &self.records;
        for (_, name, drop) in records.drops.iter() {
            let fits = |sku: &Sku, slot| records.skus.slot(sku) == Some(slot);
            let mut items = drop.items();
            let whole = drop.plan.drop == *name && drop.plan.items.len() == drop.stocks.len();
            if !whole || !items.all(|(item, stock)| fits(&item.sku, stock.sku)) {
                return Err(Violation::DropReserved(name.clone()));
            }
        }
        for (reservation, id) in records.reservations.iter().zip(1..) {
            let drop = records.drops.get(reservation.drop);
            let known = records.principals.has(reservation.viewer);
            let of_bundle = self.bundle(ReservationId(id)).iter();
            let known = known
                && of_bundle.filter_map(|line| records.skus.slot(&line.sku)).count()
                    == self.bundle(ReservationId(id)).len();
            if !known || !drop.is_some_and(|drop| drop.stocks.iter().any(|stock| stock.sku == reservation.sku)) {
                return Err(Violation::Reservation(ReservationId(id)));
            }
        }
        for (waiter, id) in records.waiters.iter().zip(1..) {
            let sells_it = |drop: &Drop| drop.stocks.iter().any(|stock| stock.sku == waiter.sku);
            if !records.principals.has(waiter.viewer) || !records.drops.get(waiter.drop).is_some_and(sells_it) {
                return Err(Violation::Waiter(WaiterId(id)));
            }
        }
        let mut owners = records.keys.iter().map(|bound| bound.principal);
        if owners.all(|principal| records.principals.has(principal)) { Ok(()) } else { Err(Violation::Key) }
    }

    fn check_catalogue(&self) -> Result<(), Violation> {
        let mut listed = 0;
        for product in self.records.products.values() {
            for (position, variant) in (0..).zip(&product.variants) {
                let record = self.records.skus.find(&variant.sku);
                if record.is_none_or(|record| (&record.product, record.variant) != (&product.product, position)) {
                    return Err(Violation::Catalogue(variant.sku.clone()));
                }
                listed += 1;
            }
        }
        let stray = self.records.skus.iter().find(|_| listed != self.records.skus.len());
        stray.map_or(Ok(()), |(_, sku, _)| Err(Violation::Catalogue(sku.clone())))
    }

    fn check_phases(&self) -> Result<(), Violation> {
        let records = &self.records;
        let phase = records.phase();
        let planned = records.settings.is_some() || (records.products.is_empty() && phase == ShowPhase::Draft);
        let ordered = records.ended_at.is_none_or(|ended_at| records.started_at.is_some_and(|at| at <= ended_at));
        if !planned || !ordered {
            return Err(Violation::ShowPhase(phase));
        }
        for (_, name, drop) in records.drops.iter() {
            let was_opened = drop.opened_at.is_some() && records.started_at.is_some();
            let fits = match drop.phase {
                DropPhase::Planned => drop.opened_at.is_none() && drop.closes_at.is_none() && drop.closed.is_none(),
                DropPhase::Open | DropPhase::Paused => was_opened && drop.closed.is_none() && phase == ShowPhase::Live,
                DropPhase::Closed => was_opened && drop.closed.is_some(),
            };
            if !fits {
                return Err(Violation::DropPhase(name.clone(), drop.phase));
            }
            let is_drawn_well = match drop.lots {
                Some(lots) => drop.draws() && was_opened && drop.commitment == Some(Digest::of(&lots.seed.0)),
                None => drop.phase == DropPhase::Planned || drop.is_bound(),
            };
            if !is_drawn_well {
                return Err(Violation::Draw(name.clone()));
            }
        }
        Ok(())
    }

    /// Every unit is in one state: what SKUs and drops say is what their reservations come to.
    fn check_units(&self) -> Result<(), Violation> {
        let mut by_sku: BTreeMap<Slot<Sku>, Units> = BTreeMap::new();
        let mut by_drop: BTreeMap<(Slot<DropId>, Slot<Sku>), Units> = BTreeMap::new();
        for (reservation, id) in self.records.reservations.iter().zip((1..).map(ReservationId)) {
            let sale = sale_of(self, id, reservation);
            if sale.lines.len() != self.bundle(id).len() + 1 || reservation.is_bundle == self.bundle(id).is_empty() {
                return Err(Violation::Reservation(id));
            }
            for (sku, quantity) in sale.lines {
                add(by_sku.entry(sku).or_default(), reservation, quantity);
                add(by_drop.entry((reservation.drop, sku)).or_default(), reservation, quantity);
            }
        }
        for (slot, sku, record) in self.records.skus.iter() {
            self.check_stock(slot)?;
            let counted = [record.stock.held, record.stock.offered, record.stock.sold].map(u64::from);
            if by_sku.get(&slot).copied().unwrap_or_default() != counted {
                return Err(Violation::Reserved(sku.clone()));
            }
        }
        for (slot, name, drop) in self.records.drops.iter() {
            self.check_caps(slot)?;
            for stock in &drop.stocks {
                let counted = [stock.held, stock.offered, stock.sold].map(u64::from);
                if by_drop.get(&(slot, stock.sku)).copied().unwrap_or_default() != counted {
                    return Err(Violation::DropReserved(name.clone()));
                }
            }
        }
        self.index.taken.iter().try_for_each(|(&(drop, _), &taken)| self.check_limit(drop, taken))
    }
}

fn add([held, offered, sold]: &mut Units, reservation: &ReservationRecord, quantity: u32) {
    match reservation.state {
        ReservationState::Held => *held += u64::from(quantity),
        ReservationState::Offered => *offered += u64::from(quantity),
        ReservationState::Sold => *sold += u64::from(quantity),
        ReservationState::Released | ReservationState::Expired | ReservationState::Revoked => {}
    }
}
