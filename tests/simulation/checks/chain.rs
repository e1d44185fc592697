//! The journal's own promises.

use dropcast::journal::{Position, RawEntry};
use sha2::{Digest as _, Sha256};

use super::{Check, Violation};
use crate::world::Run;

pub(super) fn check(run: &Run) -> Vec<Violation> {
    let mut violations: Vec<_> =
        run.record.stale.iter().map(|detail| Violation::new(Check::Fence, detail.clone())).collect();
    let mut before = (Position::default(), 0);
    for entry in &run.record.line {
        violations.extend(follows(before, entry).map(|detail| Violation::new(Check::Chain, detail)));
        before = (entry.position(), entry.at_ms);
    }
    let first = usize::try_from(run.end.first_seq - 1).unwrap();
    if run.record.line.get(first..) != Some(&run.end.entries) || run.end.tail != before.0 {
        violations.push(Violation::new(Check::Chain, "the journal does not have what it took in"));
    }
    violations
}

/// What is wrong with an entry after these. The digest is computed here anew, as the contract says.
fn follows((before, at_ms): (Position, u64), entry: &RawEntry) -> Option<String> {
    let mut hasher = Sha256::new();
    hasher.update(before.digest.0);
    hasher.update(entry.seq.to_be_bytes());
    hasher.update(entry.at_ms.to_be_bytes());
    hasher.update(&entry.body);
    let digest: [u8; 32] = hasher.finalize().into();
    if entry.seq != before.seq + 1 {
        return Some(format!("entry {} follows {}", entry.seq, before.seq));
    }
    if entry.at_ms < at_ms {
        return Some(format!("entry {} goes back in time", entry.seq));
    }
    (entry.digest.0 != digest).then(|| format!("the digest of entry {} does not follow", entry.seq))
}
