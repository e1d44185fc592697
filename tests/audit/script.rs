//! A journal written by hand: named steps that are sealed into entries with their digests.

use std::collections::BTreeMap;

use dropcast::journal::Digest;
use dropcast_proto::v1::{
    self, Cause, EntryBody, Fact, JournalEntry, KeyBinding, KeyOutcome, Role,
    fact::Kind::{self, *},
    key_outcome,
};
use prost::Message as _;

/// When the script begins: 2026-05-01T18:30:00Z.
pub(crate) const BEGIN_MS: u64 = 1_777_660_200_000;
/// How long its show holds units.
pub(crate) const HOLD_TTL_MS: u64 = 120_000;

#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) at_ms: u64,
    pub(crate) cause: Option<Cause>,
    pub(crate) facts: Vec<Fact>,
}

#[derive(Clone, Debug)]
pub(crate) struct Script(pub(crate) Vec<Step>);

impl Script {
    pub(crate) fn step(&mut self, name: &str) -> &mut Step {
        self.0.iter_mut().find(|step| step.name == name).unwrap_or_else(|| panic!("no step {name}"))
    }

    /// The first fact of a step.
    pub(crate) fn fact(&mut self, name: &str) -> &mut Kind {
        self.step(name).facts[0].kind.as_mut().unwrap()
    }

    /// Puts a step right after another, in the same moment.
    pub(crate) fn insert_after(&mut self, name: &str, facts: impl IntoIterator<Item = Kind>) {
        let place = self.0.iter().position(|step| step.name == name).unwrap_or_else(|| panic!("no step {name}"));
        let at_ms = self.0[place].at_ms;
        self.0.insert(
            place + 1,
            Step { name: "inserted", at_ms, cause: None, facts: facts.into_iter().map(fact).collect() },
        );
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|step| step.name != name);
    }

    /// The entries that a journal would have of it.
    pub(crate) fn seal(&self) -> Vec<JournalEntry> {
        let mut entries = Vec::new();
        for step in &self.0 {
            let body = EntryBody { cause: step.cause.clone(), facts: step.facts.clone() }.encode_to_vec();
            let (cause, facts) = (step.cause.clone(), step.facts.clone());
            entries.push(JournalEntry { seq: 0, decided_at: step.at_ms, digest: Vec::new(), body, cause, facts });
        }
        chain(&mut entries);
        entries
    }
}

/// Numbers the entries and chains their digests over what their bodies are now.
pub(crate) fn chain(entries: &mut [JournalEntry]) {
    let mut digest = Digest::default();
    for (seq, entry) in (1..).zip(entries) {
        digest = digest.chain(seq, entry.decided_at, &entry.body);
        entry.seq = seq;
        entry.digest = digest.0.to_vec();
    }
}

pub(crate) fn fact(kind: Kind) -> Fact {
    Fact { kind: Some(kind) }
}

/// A show of a scarf in red and blue and of a hat: two drops, holds that end in every way, and orders.
pub(crate) fn clean() -> Script {
    let mut script = Script(Vec::new());
    let mut step = |name, seconds: u64, cause, facts: Vec<Kind>| {
        let facts = facts.into_iter().map(fact).collect();
        script.0.push(Step { name, at_ms: BEGIN_MS + seconds * 1_000, cause, facts });
    };
    let done = || key_outcome::Kind::Done(v1::DoneOutcome {});
    let reservation = key_outcome::Kind::Reservation;
    let order = key_outcome::Kind::Order;
    let host = |key| Some(cause(Role::Host, "noor", key, done()));
    let viewer = |id, key, outcome| Some(cause(Role::Viewer, id, key, outcome));

    step("plan", 0, Some(Cause { role: Role::Brand.into(), principal: "atelier".into(), binding: None }), plan());
    step("start", 1, host("start"), vec![ShowStarted(v1::ShowStarted {})]);
    step("open", 2, host("open"), vec![DropOpened(opened(60))]);
    step("ann holds", 3, viewer("ann", "a1", reservation(1)), vec![held(1, "ann", "red", 2, 4_000, 3)]);
    step("bob holds", 4, viewer("bob", "b1", reservation(2)), vec![held(2, "bob", "red", 1, 4_000, 4)]);
    step("ann buys", 5, viewer("ann", "a2", order(1)), vec![sold(1), placed(1, 1, 8_000)]);
    step("ann paid", 6, Some(cause(Role::System, "payments", "p1", order(1))), vec![paid(1)]);
    step("bob releases", 7, viewer("bob", "b2", reservation(2)), vec![released(2)]);
    step("bob holds blue", 8, viewer("bob", "b3", reservation(3)), vec![held(3, "bob", "blue", 1, 5_000, 8)]);
    step(
        "more units",
        9,
        host("units"),
        vec![
            UnitsAdded(v1::UnitsAdded { sku: "red".into(), units: 5, planned: false }),
            CapRaised(v1::CapRaised { drop: "opening".into(), sku: "red".into(), units: 5 }),
        ],
    );
    step("pause", 10, host("pause"), vec![DropPaused(v1::DropPaused { drop: "opening".into() })]);
    step("resume", 11, host("resume"), vec![DropResumed(v1::DropResumed { drop: "opening".into() })]);
    step(
        "extend",
        12,
        host("extend"),
        vec![DropExtended(v1::DropExtended { drop: "opening".into(), closes_at: BEGIN_MS + 180_000 })],
    );
    step("cy holds", 13, viewer("cy", "a1", reservation(4)), vec![held(4, "cy", "red", 2, 4_000, 13)]);
    step("cy buys", 14, viewer("cy", "c2", order(2)), vec![sold(4), placed(2, 4, 8_000)]);
    step("blue expires", 128, None, vec![expired(3)]);
    step("time is over", 180, None, vec![closed(v1::CloseReason::Time)]);
    step("withdraw", 181, None, vec![UnitsWithdrawn(v1::UnitsWithdrawn { sku: "red".into(), units: 1 })]);
    step(
        "schedule",
        182,
        host("later"),
        vec![DropScheduled(v1::DropScheduled { drop: "finale".into(), opens_at: Some(BEGIN_MS + 900_000) })],
    );
    step("unplan", 183, None, vec![DropUnplanned(v1::DropUnplanned { drop: "finale".into() })]);
    step("end", 184, host("end"), vec![ShowEnded(v1::ShowEnded {})]);
    script
}

/// The same show, asked after its end for what a lost history promised.
pub(crate) fn with_promises() -> Script {
    let mut script = clean();
    let mut step = |name, seconds: u64, cause, facts: Vec<Kind>| {
        let facts = facts.into_iter().map(fact).collect();
        script.0.push(Step { name, at_ms: BEGIN_MS + seconds * 1_000, cause, facts });
    };
    step("spare units", 184, None, vec![UnitsAdded(v1::UnitsAdded { sku: "red".into(), units: 5, planned: false })]);
    let system = |key, outcome| Some(cause(Role::System, "healing", key, outcome));
    // At a price of its own, in a drop that is over, and for longer than anybody would have.
    step(
        "di gets what she bought",
        185,
        system("fork-1", key_outcome::Kind::Order(3)),
        vec![
            kept(5, "di", Some("d1"), Some((3, "d2"))),
            held(5, "di", "red", 1, 3_000, 200),
            sold(5),
            placed(3, 5, 3_000),
        ],
    );
    step(
        "ed gets what he held",
        186,
        system("fork-2", key_outcome::Kind::Reservation(6)),
        vec![kept(6, "ed", Some("e1"), None), held(6, "ed", "red", 1, 4_000, 186)],
    );
    step(
        "ed gets what he bought",
        187,
        system("fork-3", key_outcome::Kind::Order(4)),
        vec![kept(6, "ed", None, Some((4, "e2"))), sold(6), placed(4, 6, 4_000)],
    );
    step(
        "flo gets nothing",
        188,
        system("fork-4", key_outcome::Kind::Done(v1::DoneOutcome {})),
        vec![broken("flo", "f1")],
    );
    script
}

fn plan() -> Vec<Kind> {
    vec![
        ShowPlanned(v1::ShowPlanned {
            brand: "atelier".into(),
            title: BTreeMap::from([("en".into(), "Spring".into())]),
            currency: "EUR".into(),
            hold_ttl_ms: HOLD_TTL_MS,
            ..v1::ShowPlanned::default()
        }),
        listed("scarf", &["red", "blue"]),
        listed("hat", &["hat"]),
        UnitsAdded(v1::UnitsAdded { sku: "red".into(), units: 4, planned: true }),
        UnitsAdded(v1::UnitsAdded { sku: "blue".into(), units: 1, planned: true }),
        UnitsAdded(v1::UnitsAdded { sku: "hat".into(), units: 9, planned: true }),
        DropPlanned(drop("opening")),
        DropPlanned(drop("finale")),
    ]
}

pub(crate) fn listed(product: &str, skus: &[&str]) -> Kind {
    let variant =
        |sku: &&str| v1::ListedVariant { sku: (*sku).to_owned(), title: BTreeMap::new(), list_price_minor: 5_000 };
    let variants = skus.iter().map(variant).collect();
    ProductListed(v1::ProductListed { product: product.into(), variants, ..v1::ProductListed::default() })
}

pub(crate) fn drop(name: &str) -> v1::DropPlanned {
    let items = vec![
        v1::PlannedItem { sku: "red".into(), price_minor: Some(4_000), cap: Some(3) },
        v1::PlannedItem { sku: "blue".into(), price_minor: None, cap: None },
    ];
    v1::DropPlanned { drop: name.into(), items, limit_per_viewer: 2, ..v1::DropPlanned::default() }
}

pub(crate) fn opened(seconds: u64) -> v1::DropOpened {
    v1::DropOpened { drop: "opening".into(), closes_at: Some(BEGIN_MS + seconds * 1_000) }
}

pub(crate) fn closed(reason: v1::CloseReason) -> Kind {
    DropClosed(v1::DropClosed { drop: "opening".into(), reason: reason.into() })
}

pub(crate) fn held(
    reservation: u64,
    viewer: &str,
    sku: &str,
    quantity: u32,
    unit_price_minor: u64,
    seconds: u64,
) -> Kind {
    ReservationHeld(v1::ReservationHeld {
        reservation,
        viewer: viewer.into(),
        drop: "opening".into(),
        sku: sku.into(),
        quantity,
        unit_price_minor,
        expires_at: BEGIN_MS + seconds * 1_000 + HOLD_TTL_MS,
    })
}

pub(crate) fn sold(reservation: u64) -> Kind {
    ReservationSold(v1::ReservationSold { reservation })
}

pub(crate) fn released(reservation: u64) -> Kind {
    ReservationReleased(v1::ReservationReleased { reservation })
}

pub(crate) fn expired(reservation: u64) -> Kind {
    ReservationExpired(v1::ReservationExpired { reservation })
}

pub(crate) fn placed(order: u64, reservation: u64, total_minor: u64) -> Kind {
    OrderPlaced(v1::OrderPlaced { order, reservation, total_minor })
}

pub(crate) fn paid(order: u64) -> Kind {
    OrderPaid(v1::OrderPaid { order, payment: format!("sandbox-{order}") })
}

pub(crate) fn kept(reservation: u64, viewer: &str, reserve: Option<&str>, sale: Option<(u64, &str)>) -> Kind {
    let used = |key: &str| v1::UsedKey { key: key.into(), fingerprint: vec![7; 16] };
    PromiseKept(v1::PromiseKept {
        viewer: viewer.into(),
        lost: 40,
        reservation,
        reserve: reserve.map(used),
        sale: sale.map(|(order, confirm)| v1::KeptSale { order, confirm: Some(used(confirm)) }),
    })
}

pub(crate) fn broken(viewer: &str, key: &str) -> Kind {
    PromiseBroken(v1::PromiseBroken {
        viewer: viewer.into(),
        drop: "encore".into(),
        sku: "green".into(),
        quantity: 1,
        unit_price_minor: 4_000,
        lost: 41,
        sold: false,
        key: key.into(),
        with: Vec::new(),
    })
}

pub(crate) fn cause(role: Role, principal: &str, key: &str, outcome: key_outcome::Kind) -> Cause {
    let binding =
        KeyBinding { key: key.into(), fingerprint: vec![7; 16], outcome: Some(KeyOutcome { kind: Some(outcome) }) };
    Cause { role: role.into(), principal: principal.into(), binding: Some(binding) }
}
