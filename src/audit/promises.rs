//! What a lost history acknowledged: kept in this one, or broken.

use std::collections::BTreeSet;

use dropcast_proto::v1::{PromiseBroken, PromiseKept, UsedKey};

use super::{AuditPromises, ViolationCode, sales::Sales, violation::Findings};

/// Every promise that was kept or broken. Keys are those of viewers: the viewer, the key.
#[derive(Default, Debug)]
pub(super) struct Promises {
    kept: u64,
    kept_keys: BTreeSet<(String, String)>,
    broken_keys: BTreeSet<(String, String)>,
    /// Said to be kept in this entry, of which units must be held or sold by its end.
    due: Vec<Due>,
    /// Whether this entry has any.
    touched: bool,
}

#[derive(Debug)]
struct Due {
    viewer: String,
    reservation: u64,
    /// Whether the reservation was there before, so that only its sale keeps a promise.
    is_old: bool,
    /// The order of the sale that was promised, and whether it was there before.
    order: Option<(u64, bool)>,
}

impl Promises {
    /// Whether the reservation is said to be held for a promise in this entry.
    pub(super) fn is_due(&self, reservation: u64) -> bool {
        self.due.iter().any(|due| due.reservation == reservation && !due.is_old)
    }

    /// Takes in one that is kept; returns the keys that stand for it from now on.
    pub(super) fn keep(&mut self, fact: &PromiseKept, sales: &Sales, findings: &mut Findings) -> Vec<String> {
        self.touched = true;
        self.kept += 1;
        let sale = fact.sale.as_ref();
        let order = sale.map(|sale| (sale.order, sales.has_order(sale.order)));
        let is_old = sales.has_reservation(fact.reservation);
        self.due.push(Due { viewer: fact.viewer.clone(), reservation: fact.reservation, is_old, order });
        let used = [fact.reserve.as_ref(), sale.and_then(|sale| sale.confirm.as_ref())];
        let used: Vec<_> = used.into_iter().flatten().map(|UsedKey { key, .. }| key.clone()).collect();
        if used.is_empty() {
            let detail = format_args!("lost reservation {} of {} is kept under no key", fact.lost, fact.viewer);
            findings.add(ViolationCode::PromiseTwice, detail);
        }
        // The first key tells the promise from others; one that was broken stays so.
        let told = used.first().is_some_and(|key| self.broken_keys.contains(&(fact.viewer.clone(), key.clone())));
        let is_new = |key: &String| self.kept_keys.insert((fact.viewer.clone(), key.clone()));
        let (new, again): (Vec<_>, Vec<_>) = used.into_iter().partition(is_new);
        if told || !again.is_empty() {
            let detail = format_args!("lost reservation {} of {} is kept", fact.lost, fact.viewer);
            findings.add(ViolationCode::PromiseTwice, detail);
        }
        new
    }

    /// Takes in one that could not be kept; `is_bound` says whether its key stands for something here.
    pub(super) fn break_one(&mut self, fact: &PromiseBroken, is_bound: bool, findings: &mut Findings) {
        self.touched = true;
        if !self.broken_keys.insert((fact.viewer.clone(), fact.key.clone())) || is_bound {
            let detail = format_args!("lost reservation {} of {} is broken", fact.lost, fact.viewer);
            findings.add(ViolationCode::PromiseTwice, detail);
        }
    }

    /// The entry ends: what is kept in it was held or sold in it, and it was the system that asked.
    pub(super) fn end_entry(&mut self, by_system: bool, sales: &Sales, findings: &mut Findings) {
        for due in std::mem::take(&mut self.due) {
            if !due.is_kept(sales) {
                let detail = format_args!("reservation {} of {}", due.reservation, due.viewer);
                findings.add(ViolationCode::PromiseWithoutUnits, detail);
            }
        }
        if std::mem::take(&mut self.touched) && !by_system {
            findings.add(ViolationCode::PromiseCause, "only the system asks for what a lost history promised");
        }
    }

    pub(super) fn report(&self) -> AuditPromises {
        AuditPromises { kept: self.kept, broken: self.broken_keys.len() as u64 }
    }
}

impl Due {
    fn is_kept(&self, sales: &Sales) -> bool {
        let is_viewers = sales.viewer_of(self.reservation) == Some(&self.viewer);
        let has_units = match self.order {
            None => !self.is_old,
            Some((order, is_old)) => !is_old && sales.order_of(self.reservation) == Some(order),
        };
        is_viewers && has_units
    }
}
