//! Adds up a journal's facts, by itself: what was ever held, offered or sold beyond what there was, and whether what
//! viewers were told is there.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use dropcast_proto::v1::{Cause, EntryBody, Fact, JournalEntry, ReservationState, fact, key_outcome};
use prost::Message as _;

use super::{
    chain::Chain,
    draw::Draw,
    findings::Acknowledged,
    promises::Promises,
    taken::{Shares, Taken},
    units::Units,
};
use crate::{history::States, violations::Violations};

/// The sum of a journal's facts so far.
#[derive(Debug, Default)]
pub(super) struct Audit {
    chain: Chain,
    skus: BTreeMap<String, Units>,
    limits: BTreeMap<String, u32>,
    taken: Taken,
    reservations: BTreeMap<u64, Held>,
    /// What each viewer's key stands for.
    keys: BTreeMap<(String, String), u64>,
    promises: Promises,
    draw: Draw,
    states: States,
    violations: Violations,
}

/// What was held or offered.
#[derive(Debug)]
struct Held {
    viewer: String,
    drop: String,
    /// SKUs and units.
    lines: Vec<(String, u64)>,
    state: ReservationState,
}

impl Audit {
    /// The number of the entry that comes next.
    pub(super) fn next_seq(&self) -> u64 {
        self.chain.next_seq()
    }

    /// Adds lines of the journal as it is exported. In words, why a line can't be read at all.
    pub(super) fn add_lines(&mut self, lines: &str) -> Result<(), String> {
        for line in lines.lines().filter(|line| !line.trim().is_empty()) {
            let entry = serde_json::from_str(line)
                .map_err(|error| format!("entry {} of the journal can't be read: {error}", self.next_seq()))?;
            self.add(&entry);
        }
        Ok(())
    }

    fn add(&mut self, entry: &JournalEntry) {
        let before = self.chain.digest();
        for broken in self.chain.follow(entry) {
            self.violations.tell(broken);
        }
        // The facts are taken from the bytes that the digest vouches for; what is shown beside them must be the same.
        let Ok(body) = EntryBody::decode(entry.body.as_slice()) else {
            return self.violations.tell(format!("the body of entry {} can't be read", entry.seq));
        };
        if body.cause != entry.cause || body.facts != entry.facts {
            self.violations.tell(format!("entry {} is shown otherwise than it was hashed", entry.seq));
        }
        for fact in &body.facts {
            self.add_fact(entry.seq, fact);
            if let Some(wrong) = fact.kind.as_ref().and_then(|kind| self.draw.add(entry, before, kind)) {
                self.violations.tell(wrong);
            }
        }
        for (viewer, reservation) in std::mem::take(&mut self.promises.due) {
            if self.reservations.get(&reservation).is_none_or(|held| held.viewer != viewer) {
                self.violations.tell(format!("reservation {reservation}, which keeps a promise, is not {viewer}'s"));
            }
        }
        if let Some(cause) = &body.cause {
            self.bind(cause);
        }
        self.states.add(entry.seq, &body);
    }

    fn add_fact(&mut self, seq: u64, fact: &Fact) {
        use fact::Kind;
        match &fact.kind {
            None => self.violations.tell(format!("entry {seq} has a fact of a kind that is not known here")),
            Some(Kind::UnitsAdded(added)) => self.units(&added.sku).allotted += u64::from(added.units),
            Some(Kind::UnitsWithdrawn(withdrawn)) => self.withdraw(&withdrawn.sku, u64::from(withdrawn.units)),
            Some(Kind::DropPlanned(planned)) => {
                self.limits.insert(planned.drop.clone(), planned.limit_per_viewer);
            }
            Some(Kind::UnitsSoldElsewhere(sold)) => self.withdraw(&sold.sku, u64::from(sold.units)),
            Some(Kind::ReservationHeld(held)) => {
                let whose = (held.viewer.clone(), held.drop.clone());
                self.begin(held.reservation, ReservationState::Held, whose);
                self.take(held.reservation, &held.sku, held.quantity);
            }
            Some(Kind::ReservationOffered(offered)) => {
                let whose = (offered.viewer.clone(), offered.drop.clone());
                self.begin(offered.reservation, ReservationState::Offered, whose);
                self.take(offered.reservation, &offered.sku, offered.quantity);
            }
            Some(Kind::BundleLineHeld(line)) => self.take(line.reservation, &line.sku, line.quantity),
            Some(Kind::ReservationSold(sold)) => self.settle(sold.reservation, ReservationState::Sold),
            Some(Kind::ReservationReleased(released)) => {
                self.settle(released.reservation, ReservationState::Released);
            }
            Some(Kind::ReservationExpired(expired)) => self.settle(expired.reservation, ReservationState::Expired),
            Some(Kind::ReservationRevoked(revoked)) => self.settle(revoked.reservation, ReservationState::Revoked),
            Some(Kind::PromiseKept(kept)) => {
                if let Some(wrong) = self.promises.keep(kept) {
                    self.violations.tell(wrong);
                }
                if let Some(reserve) = &kept.reserve {
                    self.bind_key(&kept.viewer, &reserve.key, kept.reservation);
                }
            }
            Some(Kind::PromiseBroken(broken)) => {
                if let Some(wrong) = self.promises.break_one(broken) {
                    self.violations.tell(wrong);
                }
                self.units(&broken.sku).broken_promises += 1;
            }
            Some(_) => {}
        }
    }

    fn units(&mut self, sku: &str) -> &mut Units {
        self.skus.entry(sku.to_owned()).or_default()
    }

    fn withdraw(&mut self, sku: &str, units: u64) {
        let stock = self.units(sku);
        let missing = units.saturating_sub(stock.allotted);
        stock.allotted -= units - missing;
        self.check_stock(sku);
        if missing > 0 {
            self.violations.tell(format!("{missing} units of {sku} were withdrawn that were never there"));
        }
    }

    /// A reservation begins, of nothing yet.
    fn begin(&mut self, reservation: u64, state: ReservationState, (viewer, drop): (String, String)) {
        let entry = Held { viewer, drop, lines: Vec::new(), state };
        if self.reservations.insert(reservation, entry).is_some() {
            self.violations.tell(format!("reservation {reservation} is there twice"));
        }
    }

    /// The reservation takes units.
    fn take(&mut self, reservation: u64, sku: &str, quantity: u32) {
        let quantity = u64::from(quantity);
        let Some(held) = self.reservations.get_mut(&reservation) else {
            return self.violations.tell(format!("reservation {reservation} holds more but was not held"));
        };
        held.lines.push((sku.to_owned(), quantity));
        let (viewer, drop, state) = (held.viewer.clone(), held.drop.clone(), held.state);
        *self.units(sku).kept(state) += quantity;
        self.check_stock(sku);

        let taken = self.taken.take(&viewer, &drop, quantity);
        match self.limits.get(&drop) {
            Some(&limit) if taken <= u64::from(limit) => {}
            Some(limit) => {
                self.violations.tell(format!("{viewer} has {taken} units in {drop}, where {limit} are allowed"));
            }
            None => self.violations.tell(format!("{reservation} is held in a drop that was not planned")),
        }
    }

    fn settle(&mut self, reservation: u64, state: ReservationState) {
        let is_kept = |held: &&mut Held| matches!(held.state, ReservationState::Held | ReservationState::Offered);
        let Some(held) = self.reservations.get_mut(&reservation).filter(is_kept) else {
            return self.violations.tell(format!("reservation {reservation} is {state:?} but was not held"));
        };
        let before = std::mem::replace(&mut held.state, state);
        let (viewer, drop, lines) = (held.viewer.clone(), held.drop.clone(), held.lines.clone());
        for (sku, quantity) in lines {
            if state != ReservationState::Sold {
                self.taken.give_back(&viewer, &drop, quantity);
            }
            let units = self.units(&sku);
            *units.kept(before) -= quantity;
            *units.ended(state) += quantity;
        }
    }

    fn check_stock(&mut self, sku: &str) {
        let units = self.units(sku);
        let taken = units.held + units.offered + units.sold;
        units.oversold = units.oversold.max(taken.saturating_sub(units.allotted));
    }

    fn bind(&mut self, cause: &Cause) {
        let Some(binding) = &cause.binding else { return };
        let Some(key_outcome::Kind::Reservation(reservation)) = binding.outcome.and_then(|outcome| outcome.kind) else {
            return;
        };
        self.bind_key(&cause.principal, &binding.key, reservation);
    }

    fn bind_key(&mut self, principal: &str, key: &str, reservation: u64) {
        match self.keys.insert((principal.to_owned(), key.to_owned()), reservation) {
            Some(before) if before != reservation => self
                .violations
                .tell(format!("{principal} got reservations {before} and {reservation} for one key, {key:?}")),
            _ => {}
        }
    }

    /// Holds what viewers were told against the journal: how many acknowledgements it does not know.
    pub(super) fn count_lost(&mut self, acknowledged: impl IntoIterator<Item = Acknowledged>) -> u64 {
        let acknowledged: BTreeSet<_> = acknowledged.into_iter().collect();
        let mut told: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        for one in &acknowledged {
            if let Some(other) = told.insert((&one.viewer, &one.key), one.reservation)
                && other != one.reservation
            {
                self.violations.tell(format!(
                    "{} was told reservations {other} and {} for one key, {:?}",
                    one.viewer, one.reservation, one.key
                ));
            }
        }
        acknowledged.iter().map(|one| u64::from(!self.knows(one))).sum()
    }

    /// Whether what was acknowledged is there, was kept under another number, or is recorded as broken.
    fn knows(&self, acknowledged: &Acknowledged) -> bool {
        let Acknowledged { viewer, key, reservation, .. } = acknowledged;
        let bound = self.keys.get(&(viewer.clone(), key.clone()));
        if self.promises.is_broken(viewer, *reservation, key) {
            return true;
        }
        let mut kept = self.promises.kept_as(viewer, *reservation);
        if bound == Some(reservation) {
            // The reservation is here; what may have been lost is its sale.
            return self.has(acknowledged, *reservation)
                || self.promises.is_sale_broken(viewer, *reservation)
                || kept.any(|kept| self.has(acknowledged, kept));
        }
        kept.any(|kept| bound == Some(&kept) && self.has(acknowledged, kept))
    }

    /// Whether the viewer's reservation of this number is what was acknowledged.
    fn has(&self, acknowledged: &Acknowledged, reservation: u64) -> bool {
        self.reservations.get(&reservation).is_some_and(|held| {
            held.viewer == acknowledged.viewer && (!acknowledged.sold || held.state == ReservationState::Sold)
        })
    }

    /// What became of all units, of whichever SKU.
    pub(super) fn totals(&self) -> Units {
        self.skus.values().fold(Units::default(), Units::plus)
    }

    /// Who has the units at the end.
    pub(super) fn shares(&self) -> Shares {
        self.taken.shares()
    }

    /// The draw.
    pub(super) fn draw(&self) -> &Draw {
        &self.draw
    }

    /// What was true after each entry.
    pub(super) fn states(&self) -> &States {
        &self.states
    }

    /// What does not add up, apart from what is oversold or lost.
    pub(super) fn into_violations(self) -> Violations {
        self.violations
    }
}
