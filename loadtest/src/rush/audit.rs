//! Adds up a journal's facts, by itself: what was ever held or sold beyond what there was, and whether what viewers
//! were told is there.

use std::collections::{BTreeMap, BTreeSet};

use dropcast_proto::v1::{Cause, EntryBody, Fact, JournalEntry, ReservationHeld, ReservationState, fact, key_outcome};
use prost::Message as _;

use super::{
    chain::Chain,
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
    states: States,
    violations: Violations,
}

#[derive(Debug)]
struct Held {
    fact: ReservationHeld,
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
        }
        for (viewer, reservation) in std::mem::take(&mut self.promises.due) {
            if self.reservations.get(&reservation).is_none_or(|held| held.fact.viewer != viewer) {
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
            Some(Kind::ReservationHeld(held)) => self.hold(held),
            Some(Kind::ReservationSold(sold)) => self.settle(sold.reservation, ReservationState::Sold),
            Some(Kind::ReservationReleased(released)) => {
                self.settle(released.reservation, ReservationState::Released);
            }
            Some(Kind::ReservationExpired(expired)) => self.settle(expired.reservation, ReservationState::Expired),
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

    fn hold(&mut self, held: &ReservationHeld) {
        let quantity = u64::from(held.quantity);
        self.units(&held.sku).held += quantity;
        self.check_stock(&held.sku);

        let taken = self.taken.take(&held.viewer, &held.drop, quantity);
        match self.limits.get(&held.drop) {
            Some(&limit) if taken <= u64::from(limit) => {}
            Some(limit) => self
                .violations
                .tell(format!("{} has {taken} units in {}, where {limit} are allowed", held.viewer, held.drop)),
            None => self.violations.tell(format!("{} is held in a drop that was not planned", held.reservation)),
        }
        let entry = Held { fact: held.clone(), state: ReservationState::Held };
        if self.reservations.insert(held.reservation, entry).is_some() {
            self.violations.tell(format!("reservation {} is there twice", held.reservation));
        }
    }

    fn settle(&mut self, reservation: u64, state: ReservationState) {
        let Some(held) = self.reservations.get_mut(&reservation).filter(|held| held.state == ReservationState::Held)
        else {
            return self.violations.tell(format!("reservation {reservation} is {state:?} but was not held"));
        };
        held.state = state;
        let quantity = u64::from(held.fact.quantity);
        if state != ReservationState::Sold {
            self.taken.give_back(&held.fact.viewer, &held.fact.drop, quantity);
        }
        let sku = held.fact.sku.clone();
        let units = self.units(&sku);
        units.held -= quantity;
        match state {
            ReservationState::Sold => units.sold += quantity,
            ReservationState::Released => units.released += quantity,
            _ => units.expired += quantity,
        }
    }

    fn check_stock(&mut self, sku: &str) {
        let units = self.units(sku);
        units.oversold = units.oversold.max((units.held + units.sold).saturating_sub(units.allotted));
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
            held.fact.viewer == acknowledged.viewer && (!acknowledged.sold || held.state == ReservationState::Sold)
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

    /// What was true after each entry.
    pub(super) fn states(&self) -> &States {
        &self.states
    }

    /// What does not add up, apart from what is oversold or lost.
    pub(super) fn into_violations(self) -> Violations {
        self.violations
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    /// The journal of the protocol's golden examples.
    fn golden() -> Vec<JournalEntry> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../proto/golden/journal");
        let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        let json = files.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
        let mut entries: Vec<JournalEntry> =
            json.map(|path| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()).collect();
        entries.sort_by_key(|entry| entry.seq);
        entries
    }

    fn audit(entries: &[JournalEntry]) -> Audit {
        let mut audit = Audit::default();
        let lines: Vec<_> = entries.iter().map(|entry| serde_json::to_string(entry).unwrap()).collect();
        audit.add_lines(&lines.join("\n")).unwrap();
        audit
    }

    fn told(entries: &[JournalEntry]) -> Vec<String> {
        audit(entries).into_violations().told
    }

    #[test]
    fn the_golden_journal_adds_up() {
        let audit = audit(&golden());
        let expected =
            Units { allotted: 128, held: 0, sold: 6, released: 1, expired: 1, oversold: 0, broken_promises: 2 };
        assert_eq!(audit.totals(), expected);
        assert_eq!(audit.into_violations().told, [""; 0]);
    }

    #[test]
    fn acknowledgements_are_looked_up_by_viewer_key_and_state() {
        let one = |viewer: &str, key: &str, reservation, sold| Acknowledged {
            viewer: viewer.to_owned(),
            key: key.to_owned(),
            reservation,
            sold,
        };
        let lost = |acknowledged: Acknowledged| audit(&golden()).count_lost([acknowledged]);
        assert_eq!(lost(one("viewer-1", "click-7f3a", 1, true)), 0);
        assert_eq!(lost(one("viewer-2", "click-1", 2, false)), 0);
        assert_eq!(lost(one("viewer-2", "click-1", 2, true)), 1);
        assert_eq!(lost(one("viewer-2", "click-7f3a", 1, false)), 1);
        assert_eq!(lost(one("viewer-1", "click-7f3a", 2, false)), 1);
        assert_eq!(lost(one("viewer-1", "click-9", 9, false)), 1);
        // Kept under another number than the lost history had.
        assert_eq!(lost(one("viewer-4", "click-2", 9, true)), 0);
        assert_eq!(lost(one("viewer-4", "click-2", 5, true)), 0, "asked again, it is told under its number here");
        assert_eq!(lost(one("viewer-4", "click-9", 9, true)), 1);
        assert_eq!(lost(one("viewer-4", "click-2", 4, true)), 1);
        // Kept as a hold, and its sale after that.
        assert_eq!(lost(one("viewer-5", "click-3", 6, true)), 0);
        // Recorded as broken.
        assert_eq!(lost(one("viewer-6", "click-4", 7, false)), 0);
        assert_eq!(lost(one("viewer-6", "click-9", 7, false)), 1);
        assert_eq!(lost(one("viewer-5", "click-4", 7, false)), 1);
    }

    #[test]
    fn a_missing_entry_breaks_the_chain() {
        let mut entries = golden();
        entries.remove(3);
        assert_eq!(
            told(&entries),
            ["entry 5 follows entry 3", "the digest of entry 5 is not chained to the one before"]
        );
    }

    #[test]
    fn a_changed_body_breaks_the_chain() {
        let mut entries = golden();
        let body = entries[7].body.len();
        entries[7].body[body - 1] ^= 1;
        let told = told(&entries);
        assert!(told[0].contains("the digest of entry 8"), "{told:?}");
        assert!(told[1].contains("entry 8 is shown otherwise"), "{told:?}");
    }

    #[test]
    fn a_fact_of_an_unknown_kind_is_not_skipped() {
        let mut entry = golden().remove(0);
        entry.facts = vec![Fact { kind: None }];
        entry.body = EntryBody { cause: entry.cause.clone(), facts: entry.facts.clone() }.encode_to_vec();
        assert!(told(&[entry]).contains(&"entry 1 has a fact of a kind that is not known here".to_owned()));
    }
}
