//! The audit against the rules: whatever a show goes through, the two come to the same units, and nothing is wrong.

use std::{fs, path::Path};

use dropcast::{
    audit::{Audit, AuditReport},
    codec::{BodyWriter, export_entry},
    journal::{Position, RawEntry},
    show_file::parse,
};
use dropcast_domain::{
    ids::{DropId, Key, OrderId, PrincipalId, ReservationId, Sku},
    show::{
        Command, Entry, Fingerprint, KeyUse, OrderState, Principal, Promise, Promised, Request, ReservationState, Role,
        Show, ShowPlan,
    },
    time::Timestamp,
};
use proptest::{prelude::*, strategy::ValueTree as _};

use crate::script::BEGIN_MS;

/// One thing that somebody does: which kind of thing, with what, and how long after the one before.
type Step = (u8, u8, u8, u16);

fn plan() -> ShowPlan {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/atelier-noor/show.toml");
    parse(&fs::read_to_string(file).unwrap(), "show.toml").unwrap().into_plan().unwrap()
}

/// The sample show, with fewer units of everything, so that it sells out.
fn scarce(plan: &ShowPlan, units: u8) -> ShowPlan {
    let mut plan = plan.clone();
    for variant in plan.products.iter_mut().flat_map(|product| &mut product.variants) {
        variant.units = 3 + u32::from(units % 6);
    }
    plan
}

fn principal(role: Role, id: &str) -> Principal {
    Principal { role, id: PrincipalId::new(id).unwrap() }
}

fn host(command: Command) -> (Principal, Command) {
    (principal(Role::Host, "noor"), command)
}

fn viewer(number: u8, command: Command) -> (Principal, Command) {
    (principal(Role::Viewer, &format!("viewer-{}", number % 5)), command)
}

fn wish(show: &Show, plan: &ShowPlan, (kind, one, other, _): Step) -> (Principal, Command) {
    let drop_plan = &plan.drops[usize::from(one) % 8];
    let drop: DropId = drop_plan.drop.clone();
    let sku: Sku = drop_plan.items[usize::from(other) % drop_plan.items.len()].sku.clone();
    let reservation = ReservationId(u64::from(other) % (show.reservation_count() as u64 + 1) + 1);
    match kind % 25 {
        0 => (principal(Role::Brand, plan.settings.brand.as_str()), Command::Plan(Box::new(scarce(plan, other)))),
        1 | 2 => host(Command::OpenDrop { drop }),
        3 => host(Command::PauseDrop { drop }),
        4 => host(Command::ResumeDrop { drop }),
        5 => host(Command::ExtendDrop { drop, by_ms: 1_000 + u64::from(other) * 100 }),
        6 if other < 32 => host(Command::CloseDrop { drop }),
        7 => host(Command::AddUnits { drop: (one % 2 == 0).then_some(drop), sku, units: 1 + u32::from(other % 4) }),
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
                Command::Reclaim(Box::new(promise(show, viewer, drop, sku, (one, other)))),
            )
        }
        _ => viewer(other, Command::Reserve { drop, sku, quantity: 1 + u32::from(other % 2), with: Vec::new() }),
    }
}

/// What a lost history may have promised, now and then under a key that was used here or promised before.
fn promise(show: &Show, viewer: PrincipalId, drop: DropId, sku: Sku, (one, other): (u8, u8)) -> Promise {
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
    Promise { viewer, drop, sku, quantity, unit_price_minor: 1_500, with: Vec::new(), expires_at, lost, promised }
}

fn walk(steps: &[Step]) -> (Show, Vec<Entry>) {
    let (plan, mut show, mut entries, mut at_ms) = (plan(), Show::default(), Vec::new(), BEGIN_MS);
    let brand = principal(Role::Brand, plan.settings.brand.as_str());
    let first = [(brand, Command::Plan(Box::new(scarce(&plan, 0)))), host(Command::Start)];
    let mut ask = |show: &mut Show, at_ms: u64, number: usize, (principal, command): (Principal, Command)| {
        let key = (!matches!(command, Command::Plan(_))).then(|| Key::new(&format!("key-{number}")).unwrap());
        let request = Request { principal, key, fingerprint: Fingerprint::default(), command };
        // A refusal is as good: it makes no entry.
        let _ = show.handle(Timestamp(at_ms), &request, &mut entries);
    };
    for (number, wish) in first.into_iter().enumerate() {
        ask(&mut show, at_ms, number, wish);
    }
    for (number, step) in (2..).zip(steps) {
        // Mostly moments, now and then long enough for deadlines to pass.
        at_ms += u64::from(if step.3 % 16 == 0 { step.3 } else { step.3 % 1_500 });
        let wish = wish(&show, &plan, *step);
        ask(&mut show, at_ms, number, wish);
    }
    (show, entries)
}

fn audit(entries: &[Entry]) -> AuditReport {
    let (mut audit, mut position, mut bodies) = (Audit::new("walk"), Position::default(), BodyWriter::default());
    for entry in entries {
        let raw = RawEntry::following(&position, entry.at.0, bodies.write(entry));
        position = raw.position();
        audit.entry(&export_entry(&raw).unwrap());
    }
    audit.finish()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_rules_and_the_audit_agree(steps in proptest::collection::vec(any::<Step>(), 1..400)) {
        let (show, entries) = walk(&steps);
        let report = audit(&entries);
        prop_assert_eq!(&report.violations, &[]);
        for (sku, stock) in show.stocks() {
            let totals = report.skus.iter().find(|found| found.sku == sku.as_str()).unwrap().totals;
            let found = (totals.allotment, totals.free, totals.held, totals.sold);
            let expected = (stock.allotment.into(), stock.free.into(), stock.held.into(), stock.sold.into());
            prop_assert_eq!(found, expected, "{}", sku);
        }
        let in_state = |state| show.reservations().filter(move |reservation| reservation.state == state);
        let units = |state| in_state(state).map(|reservation| u64::from(reservation.quantity)).sum::<u64>();
        prop_assert_eq!(report.totals.released, units(ReservationState::Released));
        prop_assert_eq!(report.totals.expired, units(ReservationState::Expired));
        let paid = show.orders().filter(|order| order.state == OrderState::Paid).count();
        prop_assert_eq!((report.orders.placed, report.orders.paid), (show.orders().count() as u64, paid as u64));
        prop_assert_eq!(report.orders.revenue_minor, report.totals.revenue_minor);
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
        for fact in walk(&steps).1.iter().flat_map(|entry| &entry.facts) {
            kinds.insert(format!("{fact:?}").split([' ', '(']).next().unwrap().to_owned());
        }
    }
    let expected = ["UnitsAdded", "UnitsWithdrawn", "DropScheduled", "DropOpened", "DropPaused", "DropResumed"];
    let expected =
        expected.into_iter().chain(["DropExtended", "CapRaised", "DropClosed", "ReservationHeld", "ShowEnded"]);
    let expected = expected.chain(["ReservationSold", "ReservationReleased", "ReservationExpired", "OrderPlaced"]);
    for kind in expected.chain(["OrderPaid", "PromiseKept", "PromiseBroken", "HoldsExtended"]) {
        assert!(kinds.contains(kind), "no {kind} in {kinds:?}");
    }
}
