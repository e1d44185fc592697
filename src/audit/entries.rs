//! Entry by entry: the chain first, then what the facts come to.

use dropcast_proto::{
    json::format_time,
    v1::{Cause, EntryBody, Fact, JournalEntry, fact},
};
use prost::Message as _;

use super::{AuditReport, ViolationCode, books::Books, violation::Findings};
use crate::journal::Digest;

/// Adds up one show's journal, from its first entry to its last. What it keeps grows with the reservations, the orders,
/// the places in line and the keys of the show, not with its entries.
///
/// A violation never stops it: what is certain is still added up, and an entry that is out of place is taken as the new
/// place, so that one mistake is told once.
#[derive(Default, Debug)]
pub struct Audit {
    show: String,
    entries: u64,
    last_seq: u64,
    last_at_ms: u64,
    last_digest: Digest,
    books: Books,
    findings: Findings,
}

impl Audit {
    /// Begins with the show's empty journal. The name is only for the report.
    #[must_use]
    pub fn new(show: &str) -> Self {
        Self { show: show.to_owned(), ..Self::default() }
    }

    /// Takes in the next entry.
    pub fn entry(&mut self, entry: &JournalEntry) {
        self.findings.seq = entry.seq;
        let before = self.last_digest;
        let whole = self.chain(entry);
        let (cause, facts) = self.content(entry, whole);
        self.books.begin(entry.decided_at, before);
        for fact in facts.iter().filter_map(|fact| fact.kind.as_ref()) {
            self.books.fact(fact, &mut self.findings);
        }
        self.books.end(cause.as_ref(), &mut self.findings);
        self.entries += 1;
    }

    /// What it all comes to.
    #[must_use]
    pub fn finish(self) -> AuditReport {
        let skus = self.books.stock.report();
        let totals = skus.iter().fold(super::AuditTotals::default(), |sum, sku| sum.plus(&sku.totals));
        AuditReport {
            show: self.show,
            entries: self.entries,
            last_digest: if self.entries == 0 { String::new() } else { self.last_digest.to_string() },
            phase: self.books.phase,
            currency: self.books.currency().to_owned(),
            skus,
            totals,
            orders: self.books.sales.orders(),
            draws: self.books.draws(),
            promises: self.books.promises.report(),
            audience: self.books.audience.report(),
            violations: self.findings.listed,
            violations_count: self.findings.count,
        }
    }

    /// Whether the entry's digest is right, as far as that can be known.
    fn chain(&mut self, entry: &JournalEntry) -> bool {
        let expected = self.last_seq.saturating_add(1);
        let follows = entry.seq == expected;
        if !follows {
            self.findings
                .add(ViolationCode::SeqGap, format_args!("entry {} stands where {expected} should", entry.seq));
        }
        if entry.decided_at < self.last_at_ms {
            let (now, before) = (time(entry.decided_at), time(self.last_at_ms));
            self.findings
                .add(ViolationCode::TimeBackwards, format_args!("decided at {now}, the entry before at {before}"));
        }
        let chained = self.last_digest.chain(entry.seq, entry.decided_at, &entry.body);
        let whole = entry.digest == chained.0;
        // After a gap the digest before this one is not known.
        if follows && !whole {
            let detail = format_args!("the digest that follows from the entry before is {chained}");
            self.findings.add(ViolationCode::DigestMismatch, detail);
        }
        self.last_seq = entry.seq;
        self.last_at_ms = self.last_at_ms.max(entry.decided_at);
        self.last_digest = entry.digest.as_slice().try_into().map_or(chained, Digest);
        whole || !follows
    }

    /// The cause and the facts: the body's, which the digest vouches for, where it can be read. A body whose digest is
    /// wrong was told already and is not told a second time.
    fn content(&mut self, entry: &JournalEntry, whole: bool) -> (Option<Cause>, Vec<Fact>) {
        let Ok(body) = EntryBody::decode(entry.body.as_slice()) else {
            if whole {
                self.findings.add(ViolationCode::BodyUnreadable, "the body is no entry");
            }
            return (entry.cause.clone(), entry.facts.clone());
        };
        let unknown = body.facts.iter().filter(|fact| fact.kind.is_none()).count();
        if unknown > 0 {
            let detail = format_args!("{unknown} of {} facts are of an unknown kind", body.facts.len());
            self.findings.add(ViolationCode::UnknownFact, detail);
        } else if whole && (body.cause != entry.cause || body.facts != entry.facts) {
            let detail = format_args!("the body says {}, the export {}", kinds(&body.facts), kinds(&entry.facts));
            self.findings.add(ViolationCode::FactsDiffer, detail);
        }
        if body.facts.is_empty() {
            self.findings.add(ViolationCode::EntryEmpty, "nothing became true");
        }
        (body.cause, body.facts)
    }
}

/// A moment for people.
pub(super) fn time(unix_ms: u64) -> String {
    format_time(unix_ms).unwrap_or_else(|| format!("{unix_ms} ms"))
}

/// What kind of facts these are, for people; the content may differ where the kinds don't.
fn kinds(facts: &[Fact]) -> String {
    let kind = |fact: &Fact| {
        let text = fact.kind.as_ref().map_or_else(|| "Unknown".to_owned(), |kind: &fact::Kind| format!("{kind:?}"));
        text.split('(').next().unwrap_or_default().to_owned()
    };
    format!("{:?}", facts.iter().map(kind).collect::<Vec<_>>())
}
