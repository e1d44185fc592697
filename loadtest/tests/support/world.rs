//! What the small server knows: one show with one SKU and one drop, and its journal.

use std::collections::BTreeMap;

use dropcast_proto::v1::{
    self, AnswerOutcome, Cause, EntryBody, Fact, JournalEntry, KeyBinding, KeyOutcome, Money, Refusal, RefusalCode,
    Reserve, Retry, Role, answer_outcome, fact, key_outcome,
};
use prost::Message as _;
use sha2::{Digest as _, Sha256};

/// How the server behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Behaviour {
    /// As it must.
    #[default]
    Honest,
    /// Still: it asks to send every click again.
    RetriesFirst,
    /// It refuses the first click as sold out.
    RefusesFalsely,
    /// It holds one unit more than there are.
    Oversells,
    /// It gives viewers more than the drop allows.
    IgnoresLimit,
    /// It acknowledges one hold that it does not write down.
    LosesHold,
    /// It acknowledges confirmations that it does not write down.
    LosesSales,
    /// It never answers every tenth click.
    Silent,
    /// It says *retry* to the first click that it held, and holds it again.
    HoldsTwice,
    /// One of its entries is not chained to the one before.
    BreaksChain,
    /// One of its entries shows other facts than it hashed.
    ShowsOtherFacts,
}

/// The state, and the journal that it came from.
#[derive(Default)]
pub(crate) struct World {
    behaviour: Behaviour,
    pub(crate) journal: Vec<JournalEntry>,
    /// Clicks that were decided.
    pub(crate) clicks: u64,
    /// Connections that came with a cursor.
    pub(crate) resumed: u64,
    /// The entry that opened the drop.
    pub(crate) opened_at_seq: Option<u64>,
    free: u64,
    limit: u32,
    reservations: u64,
    taken: BTreeMap<String, u32>,
    keys: BTreeMap<(String, String), u64>,
    digest: Vec<u8>,
    misbehaved: bool,
}

impl World {
    pub(crate) fn new(behaviour: Behaviour) -> Self {
        Self { behaviour, ..Self::default() }
    }

    pub(crate) fn plan(&mut self, plan: &serde_json::Value) {
        let units = plan["products"][0]["variants"][0]["units"].as_u64().unwrap();
        self.limit = u32::try_from(plan["drops"][0]["limit_per_viewer"].as_u64().unwrap()).unwrap();
        self.free = units + u64::from(self.behaviour == Behaviour::Oversells);
        self.digest = vec![0; 32];
        let facts = vec![
            fact::Kind::ShowPlanned(v1::ShowPlanned::default()),
            fact::Kind::UnitsAdded(v1::UnitsAdded {
                sku: "rush-unit".into(),
                units: u32::try_from(units).unwrap(),
                planned: true,
            }),
            fact::Kind::DropPlanned(v1::DropPlanned {
                drop: "rush".into(),
                limit_per_viewer: self.limit,
                items: vec![v1::PlannedItem { sku: "rush-unit".into(), ..Default::default() }],
                ..Default::default()
            }),
        ];
        self.append(None, facts);
    }

    pub(crate) fn start(&mut self, cause: Cause) {
        self.append(Some(cause), vec![fact::Kind::ShowStarted(v1::ShowStarted {})]);
    }

    pub(crate) fn open(&mut self, cause: Cause) {
        self.append(Some(cause), vec![fact::Kind::DropOpened(v1::DropOpened { drop: "rush".into(), closes_at: None })]);
        self.opened_at_seq = Some(self.journal.len() as u64);
    }

    /// The outcome of a click; `None` when it is never to be answered.
    pub(crate) fn reserve(&mut self, viewer: &str, reserve: &Reserve) -> Option<AnswerOutcome> {
        self.clicks += 1;
        if self.behaviour == Behaviour::Silent && self.clicks.is_multiple_of(10) {
            return None;
        }
        if self.behaviour == Behaviour::RetriesFirst && reserve.attempt.is_none() {
            return outcome(answer_outcome::Kind::Retry(Retry { after_ms: 5, ..Default::default() }));
        }
        let key = (viewer.to_owned(), reserve.key.clone());
        if let Some(&number) = self.keys.get(&key)
            && self.behaviour != Behaviour::HoldsTwice
        {
            return outcome(answer_outcome::Kind::Held(reservation(number)));
        }
        let taken = self.taken.get(viewer).copied().unwrap_or_default();
        if self.opened_at_seq.is_none() {
            let drop_phase = v1::DropPhase::Planned.into();
            return refused(Refusal { code: RefusalCode::DropPhase.into(), drop_phase, ..Default::default() });
        }
        if taken >= self.limit && self.behaviour != Behaviour::IgnoresLimit {
            let limit = Some(self.limit - taken);
            return refused(Refusal { code: RefusalCode::LimitReached.into(), limit, ..Default::default() });
        }
        let lies = self.behaviour == Behaviour::RefusesFalsely && !std::mem::replace(&mut self.misbehaved, true);
        if self.free == 0 || lies {
            return refused(Refusal { code: RefusalCode::SoldOut.into(), ..Default::default() });
        }
        self.hold(key)
    }

    fn hold(&mut self, key: (String, String)) -> Option<AnswerOutcome> {
        let viewer = key.0.clone();
        self.free -= 1;
        self.reservations += 1;
        let number = self.reservations;
        *self.taken.entry(viewer.clone()).or_default() += 1;
        let kind = key_outcome::Kind::Reservation(number);
        let cause = cause(Role::Viewer, &viewer, &key.1, kind);
        let held = fact::Kind::ReservationHeld(v1::ReservationHeld {
            reservation: number,
            viewer,
            drop: "rush".into(),
            sku: "rush-unit".into(),
            quantity: 1,
            unit_price_minor: 1_999,
            expires_at: 4_000_000_000_000,
        });
        self.keys.insert(key, number);
        if self.behaviour == Behaviour::LosesHold && !std::mem::replace(&mut self.misbehaved, true) {
            return outcome(answer_outcome::Kind::Held(reservation(number)));
        }
        self.append(Some(cause), vec![held]);
        if self.behaviour == Behaviour::HoldsTwice && !std::mem::replace(&mut self.misbehaved, true) {
            return outcome(answer_outcome::Kind::Retry(Retry { after_ms: 0, ..Default::default() }));
        }
        outcome(answer_outcome::Kind::Held(reservation(number)))
    }

    pub(crate) fn confirm(&mut self, viewer: &str, confirm: &v1::Confirm) -> AnswerOutcome {
        let key = (viewer.to_owned(), confirm.key.clone());
        if self.keys.insert(key, confirm.reservation).is_none() && self.behaviour != Behaviour::LosesSales {
            let sold = v1::ReservationSold { reservation: confirm.reservation };
            let order =
                v1::OrderPlaced { order: confirm.reservation, reservation: confirm.reservation, total_minor: 1_999 };
            let cause = cause(Role::Viewer, viewer, &confirm.key, key_outcome::Kind::Order(order.order));
            self.append(Some(cause), vec![fact::Kind::ReservationSold(sold), fact::Kind::OrderPlaced(order)]);
        }
        let order = Some(v1::Order { order: confirm.reservation, ..Default::default() });
        let purchase = v1::Purchase { reservation: Some(reservation(confirm.reservation)), order };
        AnswerOutcome { kind: Some(answer_outcome::Kind::Sold(purchase)) }
    }

    fn append(&mut self, cause: Option<Cause>, kinds: Vec<fact::Kind>) {
        let facts: Vec<_> = kinds.into_iter().map(|kind| Fact { kind: Some(kind) }).collect();
        let body = EntryBody { cause: cause.clone(), facts: facts.clone() }.encode_to_vec();
        let (seq, decided_at) = (self.journal.len() as u64 + 1, 1_777_660_200_000);
        let mut hasher = Sha256::new();
        if self.behaviour != Behaviour::BreaksChain || seq != 3 {
            hasher.update(&self.digest);
        }
        hasher.update(seq.to_be_bytes());
        hasher.update(u64::to_be_bytes(decided_at));
        hasher.update(&body);
        self.digest = hasher.finalize().to_vec();
        let shown = if self.behaviour == Behaviour::ShowsOtherFacts && seq == 3 { Vec::new() } else { facts };
        self.journal.push(JournalEntry { seq, decided_at, digest: self.digest.clone(), body, cause, facts: shown });
    }
}

/// Who asked, and what the key stands for.
pub(crate) fn cause(role: Role, name: &str, key: &str, kind: key_outcome::Kind) -> Cause {
    let outcome = Some(KeyOutcome { kind: Some(kind) });
    let binding = Some(KeyBinding { key: key.to_owned(), fingerprint: vec![0; 16], outcome });
    Cause { role: role.into(), principal: name.to_owned(), binding }
}

fn reservation(number: u64) -> v1::Reservation {
    let price = Some(Money { amount_minor: 1_999, currency: "EUR".into() });
    v1::Reservation {
        reservation: number,
        drop: "rush".into(),
        sku: "rush-unit".into(),
        quantity: 1,
        unit_price: price.clone(),
        total: price,
        ..Default::default()
    }
}

fn refused(refusal: Refusal) -> Option<AnswerOutcome> {
    outcome(answer_outcome::Kind::Refused(refusal))
}

#[allow(clippy::unnecessary_wraps, reason = "beside the outcomes there are clicks that are never answered")]
fn outcome(kind: answer_outcome::Kind) -> Option<AnswerOutcome> {
    Some(AnswerOutcome { kind: Some(kind) })
}
