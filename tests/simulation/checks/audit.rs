//! The audit, which knows no state machine.

use dropcast::{audit::Audit, codec::export_entry};

use super::{Check, Violation};
use crate::{scenario::SHOW, world::Run};

pub(super) fn check(run: &Run) -> Vec<Violation> {
    let mut audit = Audit::new(SHOW);
    for raw in &run.record.line {
        match export_entry(raw) {
            Ok(entry) => audit.entry(&entry),
            Err(error) => return vec![Violation::new(Check::Audit, format!("entry {}: {error}", raw.seq))],
        }
    }
    let report = audit.finish();
    let told = report.violations.iter().map(|found| format!("entry {}: {} {}", found.seq, found.code, found.detail));
    told.map(|detail| Violation::new(Check::Audit, detail)).collect()
}
