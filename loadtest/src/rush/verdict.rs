//! Whether a rush went as it must.

use super::units::Units;
use crate::violations::Violations;

/// What is judged.
pub(super) struct Case<'a> {
    /// What became of all units.
    pub(super) units: Units,
    /// Acknowledged reservations that the journal does not know.
    pub(super) lost: u64,
    /// Clicks that no answer came to.
    pub(super) unanswered: u64,
    /// Confirmations, and what else is done with holds and offers, that no answer came to.
    pub(super) settles_unanswered: u64,
    /// What else does not add up.
    pub(super) violations: &'a Violations,
    /// Whether bots hammered and nobody answered.
    pub(super) bots_ignored: bool,
    /// What of the answers can't be true.
    pub(super) answers: &'a Violations,
    /// What of lines and draws can't be.
    pub(super) served: &'a Violations,
}

/// What is wrong, a sentence each; nothing when the rush went as it must.
pub(super) fn faults(case: &Case<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    let Case { units, lost, unanswered, settles_unanswered, violations, answers, served, bots_ignored } = case;
    if units.oversold > 0 {
        let oversold = counted(units.oversold, "unit was", "units were");
        faults.push(format!("{oversold} held or sold beyond the allotment of {}.", units.allotted));
    }
    if *lost > 0 {
        let lost = counted(*lost, "acknowledged reservation is", "acknowledged reservations are");
        faults.push(format!("{lost} missing from the journal."));
    }
    if *unanswered > 0 {
        faults.push(format!("{} no answer.", counted(*unanswered, "click got", "clicks got")));
    }
    if *settles_unanswered > 0 {
        let settles = counted(*settles_unanswered, "confirmation or release got", "confirmations and releases got");
        faults.push(format!("{settles} no answer."));
    }
    if *bots_ignored {
        faults.push("The bots got no answer at all.".to_owned());
    }
    tell(&mut faults, "The journal does not add up", violations);
    tell(&mut faults, "The answers do not agree with the journal", answers);
    tell(&mut faults, "Not everybody was served as it was due", served);
    faults
}

fn tell(faults: &mut Vec<String>, what: &str, violations: &Violations) {
    faults.extend(violations.told.iter().map(|violation| format!("{what}: {violation}.")));
    let untold = violations.count - violations.told.len() as u64;
    if untold > 0 {
        faults.push(format!("{what}: {} more.", counted(untold, "violation", "violations")));
    }
}

fn counted(count: u64, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}
