//! The audit: nothing wrong is found in a journal where nothing is wrong, and every tampering is found and named.

mod lines;
mod lottery;
mod outage;
mod promises;
mod script;
mod undo;
mod walk;
mod world;

use std::collections::BTreeSet;

use dropcast::audit::{Audit, AuditReport, AuditTotals, VIOLATIONS_LISTED_MAX, ViolationCode, read_line};
use dropcast_proto::v1::{self, EntryBody, JournalEntry, fact::Kind};
use prost::Message as _;
use script::*;

fn audit(entries: &[JournalEntry]) -> AuditReport {
    let mut audit = Audit::new("spring");
    for entry in entries {
        audit.entry(entry);
    }
    audit.finish()
}

fn codes(report: &AuditReport) -> BTreeSet<ViolationCode> {
    report.violations.iter().map(|violation| violation.code).collect()
}

#[test]
fn a_clean_journal_adds_up() {
    let entries = clean().seal();
    let report = audit(&entries);
    assert_eq!(report.violations, []);
    assert_eq!((report.show.as_str(), report.entries, report.phase), ("spring", 21, v1::ShowPhase::Ended));
    assert_eq!(report.last_digest.len(), 64);
    let red = &report.skus.iter().find(|sku| sku.sku == "red").unwrap().totals;
    let sold = AuditTotals { sold: 4, released: 1, revenue_minor: 16_000, ..AuditTotals::default() };
    assert_eq!(*red, AuditTotals { allotment: 8, free: 4, ..sold });
    assert_eq!(report.totals, AuditTotals { allotment: 18, free: 14, expired: 1, ..sold });
    assert_eq!((report.orders.placed, report.orders.paid, report.orders.revenue_minor), (2, 1, 16_000));
}

#[test]
fn the_report_is_one_json_object() {
    let mut entries = clean().seal();
    entries.truncate(4);
    let json = serde_json::to_value(audit(&entries)).unwrap();
    assert_eq!(json["phase"], "live");
    assert_eq!(json["currency"], "EUR");
    let red = serde_json::json!({
        "sku": "red", "allotment": 4, "free": 2, "held": 2, "offered": 0, "sold": 0, "released": 0, "expired": 0,
        "revoked": 0, "sold_elsewhere": 0, "revenue_minor": 0,
    });
    assert_eq!(json["skus"][2], red);
    assert_eq!(json["violations"], serde_json::json!([]));
    assert_eq!(json["violations_count"], 0);
}

#[test]
fn an_empty_journal_is_clean() {
    let report = audit(&[]);
    assert_eq!((report.entries, report.last_digest.as_str(), report.violations_count), (0, "", 0));
    assert_eq!(report.phase, v1::ShowPhase::Unspecified);
}

#[test]
fn an_export_as_lines_of_json_adds_up_the_same() {
    let entries = clean().seal();
    let lines: Vec<_> = entries.iter().map(|entry| serde_json::to_string(entry).unwrap()).collect();
    let read: Vec<_> = lines.iter().map(|line| read_line(line).unwrap()).collect();
    assert_eq!(read, entries);
    assert_eq!(audit(&read), audit(&entries));
    assert!(read_line("{\"seq\":").is_err());
    assert!(read_line("[]").is_err());
    assert!(read_line("{\"seq\":1}").unwrap_err().to_string().contains("missing field `decided_at`"));
    assert!(read_line(&lines[0].replacen("\"body\":\"", "\"body\":\"xyz", 1)).is_err());
}

#[test]
fn a_line_with_a_kind_of_fact_from_the_future_is_named_so() {
    let mut entries = clean().seal();
    // Field 99 of a fact, an empty message: what a later version would write.
    entries[4].body.extend([0x12, 0x03, 0x9a, 0x06, 0x00]);
    chain(&mut entries);
    let mut line = serde_json::to_value(&entries[4]).unwrap();
    line["facts"].as_array_mut().unwrap().push(serde_json::json!({"unit_offered": {}}));
    entries[4] = read_line(&line.to_string()).unwrap();
    let report = audit(&entries);
    assert_eq!(codes(&report), BTreeSet::from([ViolationCode::UnknownFact]));
    assert_eq!(report.violations[0].seq, 5);
}

#[test]
fn every_byte_of_a_body_that_flips_is_found() {
    let clean = clean().seal();
    for byte in 0..clean[3].body.len() {
        let mut entries = clean.clone();
        entries[3].body[byte] ^= 1;
        let report = audit(&entries);
        let found = report.violations.iter().find(|violation| violation.code == ViolationCode::DigestMismatch);
        assert_eq!(found.map(|violation| violation.seq), Some(4), "byte {byte}: {report:?}");
    }
}

#[test]
fn every_entry_that_is_left_out_or_doubled_is_found() {
    let clean = clean().seal();
    // Without the last there is only a shorter journal, which nothing can tell.
    for place in 0..clean.len() - 1 {
        let mut entries = clean.clone();
        entries.remove(place);
        assert!(codes(&audit(&entries)).contains(&ViolationCode::SeqGap), "without {place}");
        let mut entries = clean.clone();
        entries.insert(place, clean[place].clone());
        assert!(codes(&audit(&entries)).contains(&ViolationCode::SeqGap), "{place} twice");
    }
}

#[test]
fn a_journal_that_was_chained_anew_is_found_by_adding_up() {
    let mut entries = clean().seal();
    let place = entries.iter().position(|entry| entry.facts[0] == fact(expired(3))).unwrap();
    entries.remove(place);
    let mut entry = entries.remove(3);
    let Some(Kind::ReservationHeld(held)) = &mut entry.facts[0].kind else { panic!("the fourth entry holds") };
    held.quantity = 1;
    entry.body = EntryBody { cause: entry.cause.clone(), facts: entry.facts.clone() }.encode_to_vec();
    entries.insert(3, entry);
    chain(&mut entries);
    let report = audit(&entries);
    assert_eq!(codes(&report), BTreeSet::from([ViolationCode::TotalDiffers]));
    assert_eq!(report.totals.held, 1);
}

#[test]
fn violations_without_end_are_counted_and_not_kept() {
    let mut script = clean();
    for _ in 0..2 * VIOLATIONS_LISTED_MAX {
        script.insert_after("end", [paid(99)]);
    }
    let report = audit(&script.seal());
    assert_eq!(report.violations.len(), VIOLATIONS_LISTED_MAX);
    assert_eq!(report.violations_count, 2 * VIOLATIONS_LISTED_MAX as u64);
}

#[test]
fn every_violation_is_found_and_nothing_else() {
    for &code in ViolationCode::ALL {
        let report = audit(&tampered(code));
        assert_eq!(codes(&report), BTreeSet::from([code]), "{code}: {:#?}", report.violations);
    }
}

/// The clean journal with one thing wrong. Where it is not the chain itself that is wrong, the chain is right.
fn tampered(code: ViolationCode) -> Vec<JournalEntry> {
    match code {
        ViolationCode::SeqGap
        | ViolationCode::DigestMismatch
        | ViolationCode::BodyUnreadable
        | ViolationCode::FactsDiffer
        | ViolationCode::UnknownFact => tampered_entries(code),
        ViolationCode::PromiseTwice | ViolationCode::PromiseWithoutUnits | ViolationCode::PromiseCause => {
            let mut script = with_promises();
            promises::tamper(&mut script, code);
            script.seal()
        }
        ViolationCode::UndoneInUse | ViolationCode::AudienceShrank | ViolationCode::AudienceCause => {
            undo::tamper(code).seal()
        }
        ViolationCode::ExtensionTooLong | ViolationCode::ExtensionCause => {
            let mut script = outage::with_outage();
            outage::tamper(&mut script, code);
            script.seal()
        }
        other => lines::tampered(other).unwrap_or_else(|| {
            let mut script = clean();
            tamper(&mut script, other);
            script.seal()
        }),
    }
}

fn tampered_entries(code: ViolationCode) -> Vec<JournalEntry> {
    let mut entries = clean().seal();
    match code {
        ViolationCode::SeqGap => {
            entries.remove(10);
            entries.remove(10);
        }
        ViolationCode::DigestMismatch => entries[10].decided_at += 1,
        ViolationCode::BodyUnreadable => {
            entries[10].body = vec![0xff];
            chain(&mut entries);
        }
        ViolationCode::FactsDiffer => entries[3].facts = vec![fact(held(1, "ann", "red", 1, 4_000, 3))],
        ViolationCode::UnknownFact => {
            entries[10].body.extend([0x12, 0x03, 0x9a, 0x06, 0x00]);
            chain(&mut entries);
        }
        other => panic!("{other} is not wrong with an entry"),
    }
    entries
}

fn tamper(script: &mut Script, code: ViolationCode) {
    match code {
        ViolationCode::SeqGap
        | ViolationCode::DigestMismatch
        | ViolationCode::BodyUnreadable
        | ViolationCode::FactsDiffer
        | ViolationCode::UnknownFact => panic!("{code} is wrong with an entry"),
        ViolationCode::TimeBackwards => script.step("pause").at_ms = BEGIN_MS,
        ViolationCode::EntryEmpty => script.step("schedule").facts.clear(),
        ViolationCode::ShowNotPlanned => {
            let settings = script.step("plan").facts.remove(0);
            script.step("plan").facts.insert(1, settings);
        }
        ViolationCode::SettingsChanged => {
            let Some(Kind::ShowPlanned(mut settings)) = script.step("plan").facts[0].kind.clone() else {
                panic!("a plan begins with its settings")
            };
            settings.currency = "USD".into();
            script.insert_after("more units", [Kind::ShowPlanned(settings)]);
        }
        ViolationCode::ShowPhase => script.insert_after("start", [Kind::ShowStarted(v1::ShowStarted {})]),
        ViolationCode::SkuUnknown => {
            script.insert_after(
                "start",
                [Kind::UnitsAdded(v1::UnitsAdded { sku: "green".into(), units: 3, planned: true })],
            );
        }
        ViolationCode::SkuInUse => {
            script.insert_after("start", [Kind::ProductUnlisted(v1::ProductUnlisted { product: "hat".into() })]);
        }
        ViolationCode::SkuTwice => script.insert_after("start", [listed("cap", &["hat"])]),
        ViolationCode::Oversold => {
            *script.fact("withdraw") = Kind::UnitsWithdrawn(v1::UnitsWithdrawn { sku: "red".into(), units: 6 });
        }
        ViolationCode::DropUnknown => {
            script.insert_after("pause", [Kind::DropPaused(v1::DropPaused { drop: "encore".into() })]);
        }
        ViolationCode::DropPhase => {
            script.insert_after("pause", [Kind::DropPaused(v1::DropPaused { drop: "opening".into() })]);
        }
        ViolationCode::DropChanged => {
            let changed = v1::DropPlanned { limit_per_viewer: 9, ..drop("opening") };
            script.insert_after("open", [Kind::DropPlanned(changed)]);
        }
        _ => tamper_sale(script, code),
    }
}

fn tamper_sale(script: &mut Script, code: ViolationCode) {
    match code {
        ViolationCode::ClosedEarly => script.step("time is over").at_ms -= 1,
        ViolationCode::DropNotOpen => *script.fact("open") = Kind::DropOpened(opened(4)),
        ViolationCode::SkuNotInDrop => script.insert_after("cy buys", [held(5, "di", "hat", 1, 5_000, 14)]),
        ViolationCode::QuantityZero => script.insert_after("cy buys", [held(5, "di", "red", 0, 4_000, 14)]),
        ViolationCode::PriceDiffers => *script.fact("bob holds") = held(2, "bob", "red", 1, 3_999, 4),
        ViolationCode::DeadlineDiffers => *script.fact("bob holds") = held(2, "bob", "red", 1, 4_000, 5),
        ViolationCode::CapExceeded => *script.fact("bob holds") = held(2, "bob", "red", 2, 4_000, 4),
        ViolationCode::LimitExceeded => *script.fact("cy holds") = held(4, "ann", "red", 2, 4_000, 13),
        ViolationCode::ReservationNumber => script.insert_after("cy buys", [held(6, "di", "red", 1, 4_000, 14)]),
        ViolationCode::ReservationUnknown => script.insert_after("cy buys", [released(9)]),
        ViolationCode::ReservationEndedTwice => script.insert_after("cy buys", [released(2)]),
        ViolationCode::DeadlinePassed => *script.fact("blue expires") = released(3),
        ViolationCode::ExpiredEarly => script.step("blue expires").at_ms -= 1,
        ViolationCode::OrderNumber => {
            script.insert_after("cy buys", [sold(3), placed(4, 3, 5_000)]);
            script.remove("blue expires");
        }
        ViolationCode::OrderWithoutSale => script.insert_after("cy buys", [placed(3, 3, 5_000)]),
        ViolationCode::OrderTwice => script.insert_after("cy buys", [placed(3, 4, 8_000)]),
        ViolationCode::SoldWithoutOrder => {
            script.insert_after("bob holds blue", [sold(3)]);
            script.remove("blue expires");
        }
        ViolationCode::TotalDiffers => script.step("ann buys").facts[1] = fact(placed(1, 1, 7_999)),
        ViolationCode::OrderUnknown => script.insert_after("cy buys", [paid(3)]),
        ViolationCode::PaidTwice => script.insert_after("cy buys", [paid(1)]),
        ViolationCode::KeyBoundTwice => script.step("resume").cause = script.step("pause").cause.clone(),
        ViolationCode::KeyOutcome => {
            let missing = v1::key_outcome::Kind::Order(9);
            let binding = script.step("cy buys").cause.as_mut().unwrap().binding.as_mut().unwrap();
            binding.outcome = Some(v1::KeyOutcome { kind: Some(missing) });
        }
        other => panic!("nothing tampers for {other}"),
    }
}
