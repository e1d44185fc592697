//! What is revoked: exactly what can't be kept of units that were sold elsewhere, or all of a drop whose opening was taken
//! back.

use std::collections::VecDeque;

use dropcast_proto::v1::{ShortfallRecorded, UnitsSoldElsewhere};

use super::{ViolationCode, sales::Sales, violation::Findings};

/// The shortfall of an entry, if it has one.
#[derive(Default, Debug)]
pub(super) struct Shortfall {
    open: Option<Open>,
    /// What was revoked without one.
    unexplained: Vec<u64>,
}

#[derive(Debug)]
struct Open {
    sku: String,
    missing: u32,
    /// What was free before.
    free: i64,
    /// What is to be revoked, in this order.
    due: VecDeque<u64>,
}

impl Shortfall {
    /// What is offered goes before what is held, and the newest first, until enough comes back.
    pub(super) fn record(&mut self, fact: &ShortfallRecorded, free: i64, sales: &Sales, findings: &mut Findings) {
        self.end(findings);
        let ShortfallRecorded { sku, units: missing } = fact.clone();
        let mut back = 0_u64;
        let is_needed = |&(_, quantity): &(u64, u32)| {
            let needed = back < u64::from(missing);
            back += u64::from(quantity);
            needed
        };
        let due = sales.kept_of(&sku).into_iter().take_while(is_needed).map(|(number, _)| number).collect();
        self.open = Some(Open { sku, missing, free, due });
    }

    pub(super) fn revoke(&mut self, number: u64, findings: &mut Findings) {
        if self.open.is_none() {
            self.unexplained.push(number);
            return;
        }
        let due = self.open.as_mut().and_then(|open| open.due.pop_front());
        if due != Some(number) {
            let detail = format_args!("reservation {number} is revoked, a shortfall would take {due:?}");
            findings.add(ViolationCode::RevokedOtherwise, detail);
        }
    }

    /// What was revoked belongs to a drop whose opening is taken back.
    pub(super) fn undo(&mut self, drop: &str, sales: &Sales, findings: &mut Findings) {
        for number in std::mem::take(&mut self.unexplained) {
            if !sales.is_of_drop(number, drop) {
                let detail = format_args!("reservation {number} is revoked, drop {drop} is taken back");
                findings.add(ViolationCode::RevokedOtherwise, detail);
            }
        }
    }

    pub(super) fn sell_elsewhere(&mut self, fact: &UnitsSoldElsewhere, findings: &mut Findings) {
        let Some(open) = self.open.take_if(|open| open.sku == fact.sku) else { return };
        let missing = i64::from(fact.units) - open.free.max(0);
        if i64::from(open.missing) != missing {
            let detail = format_args!("{} units of {} are missing, not {}", missing, open.sku, open.missing);
            findings.add(ViolationCode::ShortfallDiffers, detail);
        }
        if let Some(number) = open.due.front() {
            findings.add(ViolationCode::RevokedOtherwise, format_args!("reservation {number} is kept"));
        }
    }

    /// The entry ends: nothing is revoked for no reason, and a shortfall is one of units that were sold elsewhere.
    pub(super) fn end(&mut self, findings: &mut Findings) {
        for number in std::mem::take(&mut self.unexplained) {
            findings
                .add(ViolationCode::RevokedOtherwise, format_args!("reservation {number} is revoked for no reason"));
        }
        if let Some(Open { sku, missing, .. }) = self.open.take() {
            let detail = format_args!("{missing} units of {sku} are missing, and none were sold elsewhere");
            findings.add(ViolationCode::ShortfallDiffers, detail);
        }
    }
}
