//! What each viewer has over the whole show, against its hold rules.

use std::collections::BTreeMap;

use dropcast_proto::v1::HoldRules;

use super::{
    ViolationCode,
    drop::MOMENT_MAX_MS,
    entries::time,
    reservation::{Reservation, State},
    violation::Findings,
};

/// Viewers by their names.
#[derive(Default, Debug)]
pub(super) struct Viewers {
    viewers: BTreeMap<String, Viewer>,
}

#[derive(Default, Debug)]
struct Viewer {
    /// Units that are held, offered, waited for or bought.
    units: u64,
    /// Reservations that are held or offered.
    open: u64,
    /// Holds that ran out; what was offered is none.
    lapses: u64,
    /// When the last of them did.
    lapsed_at: u64,
}

impl Viewers {
    /// Whether something more may be held for the viewer, or waited for, whatever it is.
    pub(super) fn expect_rested(&self, name: &str, at_ms: u64, rules: &HoldRules, findings: &mut Findings) {
        let Some(viewer) = self.viewers.get(name) else { return };
        if let Some(limit) = rules.open_holds_per_viewer.filter(|limit| viewer.open >= u64::from(*limit)) {
            let detail = format_args!("{name} has {} open holds of {limit}", viewer.open);
            findings.add(ViolationCode::OpenHoldsExceeded, detail);
        }
        let Some(cool_down) = rules.cool_down else { return };
        let until = viewer.lapsed_at.saturating_add(cool_down.for_ms).min(MOMENT_MAX_MS);
        if viewer.lapses > u64::from(cool_down.lapses_allowed) && at_ms < until {
            let detail = format_args!("{name} let {} holds run out and rests until {}", viewer.lapses, time(until));
            findings.add(ViolationCode::CoolDownIgnored, detail);
        }
    }

    /// Whether the viewer has no more units than the show allows.
    pub(super) fn expect_within_limit(&self, name: &str, rules: &HoldRules, findings: &mut Findings) {
        let units = self.viewers.get(name).map_or(0, |viewer| viewer.units);
        if let Some(limit) = rules.limit_per_viewer.filter(|limit| units > u64::from(*limit)) {
            findings.add(ViolationCode::ShowLimitExceeded, format_args!("{name} has {units} units, not {limit}"));
        }
    }

    /// So many units more count for the viewer.
    pub(super) fn count(&mut self, name: &str, quantity: u32) {
        self.viewer(name).units += u64::from(quantity);
    }

    /// So many units less.
    pub(super) fn uncount(&mut self, name: &str, units: u64) {
        let viewer = self.viewer(name);
        viewer.units = viewer.units.saturating_sub(units);
    }

    /// A reservation begins.
    pub(super) fn begin(&mut self, name: &str) {
        self.viewer(name).open += 1;
    }

    /// A reservation is not held or offered any more.
    pub(super) fn end(&mut self, ended: &Reservation, state: State) {
        let viewer = self.viewer(&ended.viewer);
        viewer.open = viewer.open.saturating_sub(1);
        if state == State::Expired {
            viewer.lapses += 1;
            viewer.lapsed_at = viewer.lapsed_at.max(ended.expires_at);
        }
        if state != State::Sold {
            viewer.units = viewer.units.saturating_sub(ended.units());
        }
    }

    fn viewer(&mut self, name: &str) -> &mut Viewer {
        if !self.viewers.contains_key(name) {
            self.viewers.insert(name.to_owned(), Viewer::default());
        }
        self.viewers.entry(name.to_owned()).or_default()
    }
}
