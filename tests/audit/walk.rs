//! The audit against the rules: whatever a show goes through, the two come to the same units, and nothing is wrong.

use dropcast::{
    audit::{Audit, AuditReport},
    codec::export_entry,
    journal::RawEntry,
};
use dropcast_domain::{
    audience::AudienceCount,
    ids::{DropId, Key, OrderId, PrincipalId, ReservationId, Sku, SourceId, WaiterId},
    inventory::{BundleLine, Reservation},
    show::{
        Command, DropPlan, Fingerprint, KeyUse, OrderState, Principal, Promise, Promised, ReservationState, Role, Show,
        ShowPlan, WantedLine,
    },
};
use proptest::{prelude::*, strategy::ValueTree as _};

use crate::{
    script::BEGIN_MS,
    world::{World, scarce},
};

/// One thing that somebody does: which kind of thing, with what, and how long after the one before.
pub(crate) type Step = (u8, u8, u8, u16);

pub(crate) fn principal(role: Role, id: &str) -> Principal {
    Principal { role, id: PrincipalId::new(id).unwrap() }
}

pub(crate) fn host(command: Command) -> (Principal, Command) {
    (principal(Role::Host, "noor"), command)
}

fn viewer(number: u8, command: Command) -> (Principal, Command) {
    (principal(Role::Viewer, &format!("viewer-{}", number % 5)), command)
}

pub(crate) fn wish(show: &Show, plan: &ShowPlan, (kind, one, other, _): Step) -> (Principal, Command) {
    let drop_plan = &plan.drops[usize::from(one) % 8];
    let drop: DropId = drop_plan.drop.clone();
    let sku: Sku = drop_plan.items[usize::from(other) % drop_plan.items.len()].sku.clone();
    let reservation = ReservationId(u64::from(other) % (show.reservation_count() as u64 + 1) + 1);
    let waiter = WaiterId(u64::from(other) % (show.waiter_count() as u64 + 1) + 1);
    match kind % 36 {
        0 => (principal(Role::Brand, plan.settings.brand.as_str()), Command::Plan(Box::new(scarce(plan, other)))),
        1 | 2 => host(Command::OpenDrop { drop }),
        3 => host(Command::PauseDrop { drop }),
        4 => host(Command::ResumeDrop { drop }),
        5 => host(Command::ExtendDrop { drop, by_ms: 1_000 + u64::from(other) * 100 }),
        6 if other < 32 => host(Command::CloseDrop { drop }),
        7 => host(Command::AddUnits { drop: (other % 3 > 0).then_some(drop), sku, units: 1 + u32::from(other % 4) }),
        8 if other < 8 => host(Command::End),
        9 => {
            let opens_at = show.last_at().after_ms(u64::from(other) * 300);
            host(Command::ScheduleDrop { drop, opens_at: (one % 3 > 0).then_some(opens_at) })
        }
        10..=12 => viewer(one, Command::Confirm { reservation }),
        13 => viewer(one, Command::Release { reservation }),
        14 | 15 => {
            let payment = PrincipalId::new("sandbox").unwrap();
            let order = OrderId(u64::from(other) % 16 + 1);
            (principal(Role::System, "payments"), Command::SettleOrder { order, payment })
        }
        24 => {
            let by_ms = 1 + u64::from(other) * 10;
            (principal(Role::System, "outages"), Command::ExtendHolds { by_ms })
        }
        22 | 23 => {
            let viewer = PrincipalId::new(&format!("viewer-{}", other % 5)).unwrap();
            (
                principal(Role::System, "healing"),
                Command::Reclaim(Box::new(promise(show, viewer, drop_plan, sku, (one, other)))),
            )
        }
        25 | 26 => viewer(other, Command::JoinWaitlist { drop, sku, quantity: 1 + u32::from(one % 2) }),
        27 => {
            let own = show.waiter(waiter).map(|waiter| waiter.viewer.clone());
            let id = own.unwrap_or_else(|| PrincipalId::new("viewer-0").unwrap());
            (Principal { role: Role::Viewer, id }, Command::LeaveWaitlist { waiter })
        }
        32 => host(Command::UndoDrop { drop }),
        33 => counted(show, one, other),
        28 => viewer(one, Command::ExtendHold { reservation }),
        29 => {
            let brand = principal(Role::Brand, plan.settings.brand.as_str());
            (brand, Command::WithdrawUnits { sku, units: 1 + u32::from(one % 4), force: other % 2 == 0 })
        }
        30 | 31 => {
            let with = bundle(drop_plan, &sku).map(|(sku, quantity, _)| WantedLine { sku, quantity });
            viewer(other, Command::Reserve { drop, sku, quantity: 1, with: with.into_iter().collect() })
        }
        _ => viewer(other, Command::Reserve { drop, sku, quantity: 1 + u32::from(other % 2), with: Vec::new() }),
    }
}

/// A node counted more than before, or tells once more what it had counted then.
fn counted(show: &Show, one: u8, other: u8) -> (Principal, Command) {
    let node = PrincipalId::new(&format!("node-{}", one % 3)).unwrap();
    let before = show.audience().of(&node).cloned().unwrap_or_default();
    let more = u64::from(other % 5);
    let count = AudienceCount {
        viewers: u32::from(other),
        watched: before.watched + more,
        clicks: before.clicks.saturating_sub(u64::from(one.is_multiple_of(7))) + more,
        sources: [(SourceId::new("blog").unwrap(), before.watched + more)].into(),
        ..before
    };
    (principal(Role::System, "audience"), Command::CountAudience { node, count: Box::new(count) })
}

/// What else a drop sells.
fn bundle(drop: &DropPlan, sku: &Sku) -> Option<(Sku, u32, u64)> {
    drop.items.iter().find(|item| item.sku != *sku).map(|item| (item.sku.clone(), 1, 900))
}

/// What a lost history may have promised, now and then under a key that was used here or promised before.
fn promise(show: &Show, viewer: PrincipalId, drop: &DropPlan, sku: Sku, (one, other): (u8, u8)) -> Promise {
    let (other_line, drop) = (bundle(drop, &sku), drop.drop.clone());
    let used = |what: &str| KeyUse {
        key: Key::new(&format!("{what}-{}", one % 64)).unwrap(),
        fingerprint: Fingerprint::default(),
    };
    let lost = ReservationId(u64::from(one) % (show.reservation_count() as u64 + 1) + 1);
    let (viewer, promised) = match (other / 5) % 3 {
        0 => (viewer, Promised::Held { reserve: used("key") }),
        1 => (viewer, Promised::Bought { reserve: used("lost-reserve"), confirm: used("lost-confirm") }),
        _ => {
            let owner = show.reservation(lost).map(|reservation| reservation.viewer.clone());
            (owner.unwrap_or(viewer), Promised::Confirmed { confirm: used("lost-confirm") })
        }
    };
    let expires_at = show.last_at().after_ms(u64::from(other) * 1_000);
    let quantity = 1 + u32::from(one % 2);
    let line = |(sku, quantity, unit_price_minor)| BundleLine { sku, quantity, unit_price_minor };
    let with = other_line.filter(|_| other % 4 == 0).map(line).into_iter().collect();
    Promise { viewer, drop, sku, quantity, unit_price_minor: 1_500, with, expires_at, lost, promised }
}

fn walk(steps: &[Step]) -> World {
    let (mut world, mut at_ms) = (World::new(), BEGIN_MS);
    world.see_to_draws(at_ms);
    for step in steps {
        // Mostly moments, now and then long enough for deadlines to pass.
        at_ms += u64::from(if step.3 % 16 == 0 { step.3 } else { step.3 % 1_500 });
        world.take(at_ms, *step);
    }
    world
}

fn audit(journal: &[RawEntry]) -> AuditReport {
    let mut audit = Audit::new("walk");
    for raw in journal {
        audit.entry(&export_entry(raw).unwrap());
    }
    audit.finish()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_rules_and_the_audit_agree(steps in proptest::collection::vec(any::<Step>(), 1..400)) {
        let World { show, journal, .. } = walk(&steps);
        let report = audit(&journal);
        prop_assert_eq!(&report.violations, &[]);
        for (sku, stock) in show.stocks() {
            let totals = report.skus.iter().find(|found| found.sku == sku.as_str()).unwrap().totals;
            let found = (totals.allotment, totals.free, totals.held, totals.offered, totals.sold);
            let [held, offered, sold] = [stock.held, stock.offered, stock.sold].map(u64::from);
            let expected = (stock.allotment.into(), stock.free.into(), held, offered, sold);
            prop_assert_eq!(found, expected, "{}", sku);
        }
        let in_state = |state| show.reservations().filter(move |reservation| reservation.state == state);
        let in_all = |reservation: Reservation<'_>| reservation.lines().map(|line| u64::from(line.1)).sum::<u64>();
        let units = |state| in_state(state).map(in_all).sum::<u64>();
        prop_assert_eq!(report.totals.released, units(ReservationState::Released));
        prop_assert_eq!(report.totals.expired, units(ReservationState::Expired));
        prop_assert_eq!(report.totals.revoked, units(ReservationState::Revoked));
        let drawn = show.drops().filter(|drop| drop.lots().is_some()).count();
        prop_assert_eq!(report.draws.iter().filter(|draw| draw.drawn).count(), drawn);
        let paid = show.orders().filter(|order| order.state == OrderState::Paid).count();
        prop_assert_eq!((report.orders.placed, report.orders.paid), (show.orders().count() as u64, paid as u64));
        prop_assert_eq!(report.orders.revenue_minor, report.totals.revenue_minor);
        let (counted, audience) = (show.audience().without(None, show.last_at()), report.audience);
        prop_assert_eq!((audience.watched, audience.clicks), (counted.watched, counted.clicks));
        let promises = (report.promises.kept, report.promises.broken);
        prop_assert_eq!(promises, (show.kept_promise_count(), show.broken_promise_count() as u64));
    }
}

#[test]
fn the_walk_gets_everywhere() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = proptest::collection::vec(any::<Step>(), 400);
    let mut kinds = std::collections::BTreeSet::new();
    for _ in 0..24 {
        let steps = strategy.new_tree(&mut runner).unwrap().current();
        for fact in walk(&steps).entries.iter().flat_map(|entry| &entry.facts) {
            kinds.insert(format!("{fact:?}").split([' ', '(']).next().unwrap().to_owned());
        }
    }
    let expected = ["UnitsAdded", "UnitsWithdrawn", "DropScheduled", "DropOpened", "DropPaused", "DropResumed"];
    let expected =
        expected.into_iter().chain(["DropExtended", "CapRaised", "DropClosed", "ReservationHeld", "ShowEnded"]);
    let expected = expected.chain(["ReservationSold", "ReservationReleased", "ReservationExpired", "OrderPlaced"]);
    let expected = expected.chain(["OrderPaid", "PromiseKept", "PromiseBroken", "HoldsExtended", "SharedCapRaised"]);
    let expected = expected.chain(["UnitsSoldElsewhere", "ShortfallRecorded", "BundleLineHeld", "ReservationOffered"]);
    let expected = expected.chain(["HoldExtended", "ReservationRevoked", "WaitlistJoined", "WaitlistLeft"]);
    for kind in expected.chain(["DrawCommitted", "LotsDrawn", "DropUndone", "AudienceCounted"]) {
        assert!(kinds.contains(kind), "no {kind} in {kinds:?}");
    }
}
