//! The golden journals are journals: what is in them reads, and is one show's history by the rules.

use std::{fs, path::Path};

use dropcast::{
    audit::Audit,
    codec::decode_entry,
    journal::{Position, RawEntry},
};
use dropcast_domain::{
    ids::PrincipalId,
    show::{DropPhase, Lots, Show},
};
use dropcast_proto::v1::JournalEntry;

/// A folder's entries, in the order of their numbers.
fn golden(folder: &str) -> Vec<JournalEntry> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("proto/golden").join(folder);
    let paths = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let json = paths.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    let mut entries: Vec<JournalEntry> =
        json.map(|path| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()).collect();
    entries.sort_by_key(|entry| entry.seq);
    entries
}

/// The show that they add up to by the rules.
fn folded(folder: &str) -> Show {
    let (mut show, mut tail) = (Show::default(), Position::default());
    for entry in golden(folder) {
        let raw = RawEntry::following(&tail, entry.decided_at, entry.body.into());
        tail = Position { seq: raw.seq, digest: raw.digest };
        assert_eq!(tail.digest.0.to_vec(), entry.digest, "entry {}", entry.seq);
        show.fold(&decode_entry(&raw).unwrap()).unwrap_or_else(|error| panic!("entry {}: {error}", entry.seq));
    }
    show
}

#[test]
fn the_golden_journal_of_waiting_passes_the_audit() {
    let mut audit = Audit::new("atelier-noor-summer");
    for entry in golden("waitlist") {
        audit.entry(&entry);
    }
    let report = audit.finish();
    assert_eq!(report.violations, []);
    assert_eq!(report.entries, 26);
}

#[test]
fn the_golden_journal_of_waiting_follows_the_rules() {
    let show = folded("waitlist");
    let drawn = show.drops().find(|drop| drop.lots().is_some()).unwrap();
    let mut entrants: Vec<_> = show.waiters_in(&drawn.plan().drop).collect();
    entrants.sort_by_key(|entrant| entrant.place);
    let lots = drawn.lots().unwrap();
    let order: Vec<_> = entrants.iter().map(|entrant| lots.lot(&Lots::ticket(entrant.viewer))).collect();
    assert!(order.len() > 2 && order.is_sorted(), "{entrants:?}");
}

#[test]
fn the_golden_journal_of_an_audience_passes_the_audit_and_follows_the_rules() {
    let mut audit = Audit::new("atelier-noor-summer");
    for entry in golden("audience") {
        audit.entry(&entry);
    }
    let report = audit.finish();
    assert_eq!(report.violations, []);
    let show = folded("audience");
    let node = PrincipalId::new("n-6f3a").unwrap();
    assert_eq!(show.audience().of(&node).map(|count| (count.viewers, count.watched, count.clicks)), Some((1, 3, 4)));
    assert!(show.drops().all(|drop| drop.phase() == DropPhase::Planned && drop.opened_at().is_none()));
    assert_eq!(show.holds().count(), 0);
}
