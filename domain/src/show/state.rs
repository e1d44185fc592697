//! A show as a fold over its entries.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{
    Drop, ENTRY_FACTS_MAX, Entry, Fact, FoldError, KeyBinding, Outcome, Principal, Product, Refusal, Request, ShowPhase,
};
use super::{
    ShowSettings,
    apply::apply,
    decide::decide,
    index::Index,
    keys::{BoundKey, Keys},
    passing::passing,
    promises::Promises,
};
use crate::{
    audience::Audience,
    ids::{DropId, ProductId, ReservationId, Sku},
    inventory::{BundleLine, reservation::ReservationRecord, stock::SkuRecord, waiter::WaiterRecord},
    orders::order::OrderRecord,
    roster::Roster,
    table::{Slot, Table},
    time::Timestamp,
};

/// The layout of a serialized [`Show`]. A snapshot of another version is not read: the journal is folded again.
pub const STATE_VERSION: u32 = 5;

/// Everything that is true of one show after some entries; the default is the show of an empty journal.
///
/// Equal histories make equal shows, byte for byte when serialized: nothing depends on a clock, on chance or on the
/// order of a hash. A serialized show that contradicts itself is not read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Show {
    pub(super) records: Records,
    /// Says nothing that the records don't say; it finds it faster.
    pub(super) index: Index,
}

/// What a show knows, each thing once.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(super) struct Records {
    pub(super) last_at: Timestamp,
    /// There are none before the first plan.
    pub(super) settings: Option<ShowSettings>,
    pub(super) started_at: Option<Timestamp>,
    pub(super) ended_at: Option<Timestamp>,
    pub(super) products: BTreeMap<ProductId, Product>,
    pub(super) skus: Table<Sku, SkuRecord>,
    pub(super) drops: Table<DropId, Drop>,
    /// Everybody who holds, held, or bound a key.
    pub(super) principals: Roster<Principal>,
    /// Number 1 comes first.
    pub(super) reservations: Vec<ReservationRecord>,
    /// What bundles hold besides their first line.
    pub(super) bundles: BTreeMap<ReservationId, Vec<BundleLine>>,
    /// Everybody who ever waited; number 1 comes first.
    pub(super) waiters: Vec<WaiterRecord>,
    /// Number 1 comes first.
    pub(super) orders: Vec<OrderRecord>,
    pub(super) keys: Keys,
    pub(super) promises: Promises,
    pub(super) audience: Audience,
}

impl Show {
    /// Lets time pass, decides, and takes in what follows; pushes the entries that it made, in order. This is how a
    /// writer changes a show: no decision can look at a hold that is over or miss a drop that is due.
    ///
    /// Time passes before the decision and after it, for what the command itself made due. Units that come free are
    /// offered to who waits for them in the same entry, or where that has [`ENTRY_FACTS_MAX`] facts in the ones after
    /// it. [`super::Command::ExtendHolds`] alone is decided before the time that it is about has passed. The entries
    /// beside a refusal stay. A `now` before [`Show::last_at`] counts as that. A repeated key, or a plan that is true
    /// already, makes no entry of its own.
    pub fn handle(&mut self, now: Timestamp, request: &Request, entries: &mut Vec<Entry>) -> Result<Outcome, Refusal> {
        let decided = self.handle_alone(now, request, entries);
        self.pass(now, entries);
        decided
    }

    /// The same, but for the time that passes after the decision: nothing else may be decided before
    /// [`Show::pass_once`] has nothing more to say. One command can make offers to everybody who waits; a writer takes
    /// these entry by entry.
    pub fn handle_alone(
        &mut self,
        now: Timestamp,
        request: &Request,
        entries: &mut Vec<Entry>,
    ) -> Result<Outcome, Refusal> {
        let now = now.max(self.last_at());
        self.pass(request.command.looks_back_to(now), entries);
        decide(self, now, request).map(|decision| {
            if !decision.facts.is_empty() {
                let principal = request.principal.clone();
                let cause = super::Cause { principal, binding: request.bind(decision.outcome) };
                entries.push(self.take_in(Entry { at: now, cause: Some(cause), facts: decision.facts }));
            }
            decision.outcome
        })
    }

    /// Takes in everything that the passing of time made true up to `now`; pushes the entries that it made, in order.
    /// A `now` before [`Show::last_at`] counts as that.
    pub fn pass(&mut self, now: Timestamp, entries: &mut Vec<Entry>) {
        while let Some(entry) = self.pass_once(now) {
            entries.push(entry);
        }
    }

    /// One entry of what [`Show::pass`] takes in; `None` when there is nothing more.
    pub fn pass_once(&mut self, now: Timestamp) -> Option<Entry> {
        let now = now.max(self.last_at());
        let facts = passing(self, now)?;
        Some(self.take_in(Entry { at: now, cause: None, facts }))
    }

    /// Takes in an entry of the journal.
    ///
    /// # Errors
    ///
    /// The entry contradicts what is true: the journal is damaged, or it is not this show's. The show is then somewhere
    /// in the middle of the entry and must be thrown away.
    pub fn fold(&mut self, entry: &Entry) -> Result<(), FoldError> {
        if entry.at < self.last_at() {
            return Err(FoldError::TimeBackwards { at: entry.at, last: self.last_at() });
        }
        if entry.facts.is_empty() {
            return Err(FoldError::NoFacts);
        }
        for fact in &entry.facts {
            self.take_in_fact(entry.at, fact)?;
        }
        self.close(entry)
    }

    fn take_in_fact(&mut self, at: Timestamp, fact: &Fact) -> Result<(), FoldError> {
        apply(self, at, fact)?;
        debug_assert_eq!(self.check_touched(fact), Ok(()), "after {fact:?}");
        Ok(())
    }

    /// What an entry says besides its facts.
    fn close(&mut self, entry: &Entry) -> Result<(), FoldError> {
        if let Some(cause) = &entry.cause
            && let Some(binding) = &cause.binding
        {
            self.bind(&cause.principal, binding)?;
        }
        self.records.last_at = entry.at;
        Ok(())
    }

    /// Takes in what was decided, and adds what follows from it: offers of what came free.
    fn take_in_decided(&mut self, entry: &mut Entry) -> Result<(), FoldError> {
        for fact in &entry.facts {
            self.take_in_fact(entry.at, fact)?;
        }
        while entry.facts.len() < ENTRY_FACTS_MAX
            && let Some(offer) = self.next_offer(entry.at)
        {
            self.take_in_fact(entry.at, &offer)?;
            entry.facts.push(offer);
        }
        self.close(entry)
    }

    #[expect(clippy::expect_used, reason = "a decision that contradicts the state it was made from must not go on")]
    fn take_in(&mut self, mut entry: Entry) -> Entry {
        // The random walk compares every decision with a second model; selling on from a state in the middle of an
        // entry would be worse than stopping.
        self.take_in_decided(&mut entry).expect("what is decided from a state applies to it");
        entry
    }

    pub(super) fn bind(&mut self, principal: &Principal, binding: &KeyBinding) -> Result<(), FoldError> {
        let principal = self.principal_slot(principal)?;
        let &KeyBinding { ref key, fingerprint, outcome } = binding;
        let bound = BoundKey { principal, key: key.clone(), fingerprint, outcome };
        if self.records.keys.bind(bound) { Ok(()) } else { Err(FoldError::KeyBoundTwice { key: key.clone() }) }
    }

    /// The slot of somebody who from now on is known to the show.
    pub(super) fn principal_slot(&mut self, principal: &Principal) -> Result<Slot<Principal>, FoldError> {
        self.records.principals.slot_or_insert(principal).ok_or(FoldError::TooMany)
    }
}

impl Records {
    pub(super) fn phase(&self) -> ShowPhase {
        match (self.started_at, self.ended_at) {
            (_, Some(_)) => ShowPhase::Ended,
            (Some(_), None) => ShowPhase::Live,
            (None, None) => ShowPhase::Draft,
        }
    }
}

impl Request {
    fn bind(&self, outcome: Outcome) -> Option<KeyBinding> {
        let key = self.key.clone()?;
        Some(KeyBinding { key, fingerprint: self.fingerprint, outcome })
    }
}

impl Serialize for Show {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.records.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Show {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let records = Records::deserialize(deserializer)?;
        let mut show = Self { records, index: Index::default() };
        // The index is made only of what points somewhere: it is as large as the largest slot.
        show.check_references().map_err(D::Error::custom)?;
        show.index = Index::of(&show.records);
        show.check_records().map_err(D::Error::custom)?;
        show.look_at_all_lines();
        Ok(show)
    }
}
