//! A show with everything about lines, draws, bundles and shortfalls, written by hand.

use std::collections::BTreeMap;

use dropcast::journal::Digest;
use dropcast_proto::v1::{self, Cause, Role, fact::Kind, fact::Kind::*};
use sha2::{Digest as _, Sha256};

use crate::{promises::by_system, script::*};

/// What decides its draw, with the digest of the entry before that.
pub(crate) const SEED: [u8; 32] = [7; 32];
/// How long its first drop offers units.
const OFFER_TTL_MS: u64 = 20_000;

/// A line in the first drop, a draw in the second; the draw's facts come with [`draw`].
pub(crate) fn lottery() -> Script {
    let mut script = Script(Vec::new());
    let mut step = |name, seconds: u64, cause: Option<Cause>, facts: Vec<Kind>| {
        let facts = facts.into_iter().map(fact).collect();
        script.0.push(Step { name, at_ms: BEGIN_MS + seconds * 1_000, cause, facts });
    };
    let brand = Cause { role: Role::Brand.into(), principal: "atelier".into(), binding: None };
    step("plan", 0, Some(brand), plan());
    step("bind", 0, Some(by_system()), vec![committed("finale", SEED)]);
    step("start", 1, None, vec![ShowStarted(v1::ShowStarted {})]);
    step("open", 2, None, vec![opens("opening")]);
    step("ann holds two", 3, None, vec![held(1, "ann", "red", 1, 4_000, 3), line(1, "blue", 1, 5_000)]);
    step("bob holds", 4, None, vec![held(2, "bob", "red", 1, 4_000, 4)]);
    step("cy waits", 5, None, vec![joined(1, "cy", "opening", "red", 1)]);
    step("di waits", 6, None, vec![joined(2, "di", "opening", "red", 2)]);
    step("ann needs time", 7, None, vec![extended(1, 153)]);
    step("bob releases", 8, None, vec![released(2), offered(3, 1, "cy", 8)]);
    step("cy buys", 9, None, vec![sold(3), placed(1, 3, 4_000)]);
    step("eve waits", 10, None, vec![joined(3, "eve", "opening", "red", 1)]);
    step("eve leaves", 11, None, vec![left(3)]);
    step(
        "more units",
        12,
        None,
        vec![
            UnitsAdded(v1::UnitsAdded { sku: "red".into(), units: 1, planned: false }),
            SharedCapRaised(v1::SharedCapRaised { drop: "opening".into(), units: 1 }),
            offered(4, 2, "di", 12),
        ],
    );
    step("ann buys", 13, None, vec![sold(1), placed(2, 1, 9_000)]);
    step("flo holds", 14, None, vec![held(5, "flo", "blue", 2, 5_000, 14)]);
    step("sold elsewhere", 15, None, vec![shortfall("red", 1), revoked(4), elsewhere("red", 1)]);
    step("flo forgets", 134, None, vec![expired(5)]);
    step("ann holds", 139, None, vec![held(6, "ann", "blue", 1, 5_000, 139)]);
    step("open finale", 140, None, vec![opens("finale")]);
    step("ann enters", 141, None, vec![joined(4, "ann", "finale", "hat", 1)]);
    step("bob enters", 142, None, vec![joined(5, "bob", "finale", "hat", 2)]);
    step("gil enters", 143, None, vec![joined(6, "gil", "finale", "hat", 1)]);
    step("draw", 150, Some(by_system()), Vec::new());
    step("ann releases", 155, None, vec![released(6)]);
    step("close", 160, None, vec![closed(v1::CloseReason::Host)]);
    script
}

/// Draws the lots of the last drop with this digest, by default that of the entry before, and offers its hats.
pub(crate) fn draw(script: &mut Script, digest: Option<Digest>) {
    let Some(place) = script.0.iter().position(|step| step.name == "draw") else { return };
    let before = Script(script.0[..place].to_vec()).seal();
    let digest = digest.map_or_else(|| before.last().unwrap().digest.clone(), |digest| digest.0.to_vec());
    let facts = || before.iter().flat_map(|entry| &entry.facts).filter_map(|fact| fact.kind.as_ref());
    let mut entrants = BTreeMap::new();
    let (mut reservation, mut hats) = (0, 3);
    for kind in facts() {
        match kind {
            WaitlistJoined(joined) if joined.drop == "finale" => {
                let ticket = Sha256::digest(joined.viewer.as_bytes());
                let lot = Sha256::new().chain_update(SEED).chain_update(&digest).chain_update(ticket).finalize();
                entrants.insert(lot.to_vec(), joined);
            }
            ReservationHeld(held) => {
                reservation = held.reservation;
                hats -= if held.drop == "finale" { held.quantity } else { 0 };
            }
            ReservationOffered(offered) => reservation = offered.reservation,
            _ => {}
        }
    }
    let mut drawn = vec![LotsDrawn(v1::LotsDrawn { drop: "finale".into(), seed: SEED.to_vec(), digest })];
    for joined in entrants.into_values() {
        let quantity = joined.quantity.min(hats);
        if quantity > 0 {
            (reservation, hats) = (reservation + 1, hats - quantity);
            drawn.push(ReservationOffered(v1::ReservationOffered {
                reservation,
                waiter: joined.waiter,
                viewer: joined.viewer.clone(),
                drop: "finale".into(),
                sku: "hat".into(),
                quantity,
                unit_price_minor: 5_000,
                expires_at: BEGIN_MS + 150_000 + HOLD_TTL_MS,
            }));
        }
    }
    script.step("draw").facts = drawn.into_iter().map(fact).collect();
}

fn plan() -> Vec<Kind> {
    let hold_rules = v1::HoldRules {
        limit_per_viewer: Some(6),
        open_holds_per_viewer: Some(2),
        payment_extension_ms: 30_000,
        cool_down: Some(v1::CoolDown { lapses_allowed: 0, for_ms: 60_000 }),
    };
    let units = |sku: &str, units| UnitsAdded(v1::UnitsAdded { sku: sku.into(), units, planned: true });
    vec![
        ShowPlanned(v1::ShowPlanned {
            brand: "atelier".into(),
            currency: "EUR".into(),
            hold_ttl_ms: HOLD_TTL_MS,
            hold_rules: Some(hold_rules),
            ..v1::ShowPlanned::default()
        }),
        listed("scarf", &["red", "blue"]),
        listed("hat", &["hat"]),
        units("red", 2),
        units("blue", 3),
        units("hat", 3),
        DropPlanned(opening()),
        DropPlanned(v1::DropPlanned {
            drop: "finale".into(),
            items: vec![v1::PlannedItem { sku: "hat".into(), price_minor: None, cap: None }],
            limit_per_viewer: 3,
            draw_entry_ms: Some(10_000),
            ..v1::DropPlanned::default()
        }),
    ]
}

pub(crate) fn opening() -> v1::DropPlanned {
    v1::DropPlanned {
        limit_per_viewer: 3,
        shared_cap: Some(5),
        waitlist: v1::Waitlist::Ask.into(),
        offer_ttl_ms: Some(OFFER_TTL_MS),
        ..drop("opening")
    }
}

pub(crate) fn opens(drop: &str) -> Kind {
    DropOpened(v1::DropOpened { drop: drop.into(), closes_at: None })
}

pub(crate) fn committed(drop: &str, seed: [u8; 32]) -> Kind {
    DrawCommitted(v1::DrawCommitted { drop: drop.into(), commitment: Sha256::digest(seed).to_vec() })
}

pub(crate) fn line(reservation: u64, sku: &str, quantity: u32, unit_price_minor: u64) -> Kind {
    BundleLineHeld(v1::BundleLineHeld { reservation, sku: sku.into(), quantity, unit_price_minor })
}

pub(crate) fn joined(waiter: u64, viewer: &str, drop: &str, sku: &str, quantity: u32) -> Kind {
    WaitlistJoined(v1::WaitlistJoined { waiter, viewer: viewer.into(), drop: drop.into(), sku: sku.into(), quantity })
}

pub(crate) fn left(waiter: u64) -> Kind {
    WaitlistLeft(v1::WaitlistLeft { waiter })
}

/// One red scarf, offered so many seconds after the beginning.
pub(crate) fn offered(reservation: u64, waiter: u64, viewer: &str, seconds: u64) -> Kind {
    ReservationOffered(v1::ReservationOffered {
        reservation,
        waiter,
        viewer: viewer.into(),
        drop: "opening".into(),
        sku: "red".into(),
        quantity: 1,
        unit_price_minor: 4_000,
        expires_at: BEGIN_MS + seconds * 1_000 + OFFER_TTL_MS,
    })
}

pub(crate) fn extended(reservation: u64, seconds: u64) -> Kind {
    HoldExtended(v1::HoldExtended { reservation, expires_at: BEGIN_MS + seconds * 1_000 })
}

pub(crate) fn shortfall(sku: &str, units: u32) -> Kind {
    ShortfallRecorded(v1::ShortfallRecorded { sku: sku.into(), units })
}

pub(crate) fn revoked(reservation: u64) -> Kind {
    ReservationRevoked(v1::ReservationRevoked { reservation })
}

pub(crate) fn elsewhere(sku: &str, units: u32) -> Kind {
    UnitsSoldElsewhere(v1::UnitsSoldElsewhere { sku: sku.into(), units })
}
