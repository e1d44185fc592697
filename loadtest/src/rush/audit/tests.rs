//! The audit of the protocol's golden journal, and of what is wrong about it.

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
    let expected = Units { allotted: 128, sold: 6, released: 1, expired: 1, broken_promises: 2, ..Units::default() };
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
    assert_eq!(told(&entries), ["entry 5 follows entry 3", "the digest of entry 5 is not chained to the one before"]);
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
