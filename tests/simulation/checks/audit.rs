//! The audit, which knows no state machine.

use dropcast::{
    audit::{self, Audit, ViolationCode},
    codec::export_entry,
};

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
    let told = |found: &audit::Violation| format!("entry {}: {} {}", found.seq, found.code, found.detail);
    report.violations.iter().map(|found| Violation::new(about(found.code), told(found))).collect()
}

/// What a violation is about.
fn about(code: ViolationCode) -> Check {
    match code {
        ViolationCode::LineSkipped
        | ViolationCode::LineJumped
        | ViolationCode::OfferDiffers
        | ViolationCode::UnitsNotOffered => Check::Line,
        ViolationCode::DrawUncommitted
        | ViolationCode::DrawNotDue
        | ViolationCode::DrawCause
        | ViolationCode::SeedDiffers
        | ViolationCode::DrawDigest
        | ViolationCode::HeldBeforeDraw => Check::Draw,
        _ => Check::Audit,
    }
}
