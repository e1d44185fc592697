//! One drop: what it sells, to whom, until when.

use std::collections::BTreeMap;

use dropcast_proto::v1::{self, DropPhase, DropPlanned, Waitlist};

use super::{
    ViolationCode,
    draws::Draw,
    entries::time,
    reservation::{Reservation, Taking},
    violation::Findings,
};

/// The last moment that a deadline can be: 9999-12-30T22:00:00.000Z, the last with a four-digit year in every clock.
pub(super) const MOMENT_MAX_MS: u64 = 253_402_207_200_000;

#[derive(Debug)]
pub(super) struct Drop {
    pub(super) plan: DropPlanned,
    pub(super) phase: DropPhase,
    /// Nothing counts before it is opened.
    pub(super) opened_at: u64,
    pub(super) closes_at: Option<u64>,
    /// Whether an opening of it was taken back.
    pub(super) was_undone: bool,
    pub(super) draw: Draw,
    /// By how much the cap of each SKU was raised.
    pub(super) raised: BTreeMap<String, u64>,
    /// By how much the cap that all share was raised.
    pub(super) shared_raised: u64,
    /// The units held, offered and sold of each SKU.
    taken: BTreeMap<String, u64>,
    /// The units that each viewer holds, waits for and bought.
    taken_by: BTreeMap<String, u64>,
}

impl Drop {
    pub(super) fn planned(plan: &DropPlanned) -> Self {
        Self {
            plan: plan.clone(),
            phase: DropPhase::Planned,
            opened_at: 0,
            closes_at: None,
            was_undone: false,
            draw: Draw::default(),
            raised: BTreeMap::new(),
            shared_raised: 0,
            taken: BTreeMap::new(),
            taken_by: BTreeMap::new(),
        }
    }

    /// Whether anything was ever held in it.
    pub(super) fn has_held(&self) -> bool {
        !self.taken.is_empty()
    }

    /// Whether it sells what it sells for good: it was opened, or something was held in it as promised.
    pub(super) fn is_fixed(&self) -> bool {
        self.phase != DropPhase::Planned || self.was_undone || self.has_held()
    }

    /// Whether anything is held, offered or sold in it.
    pub(super) fn keeps_units(&self) -> bool {
        self.taken.values().any(|taken| *taken > 0)
    }

    /// Whether a plan changes more than what people read and the place in the run of show.
    pub(super) fn sells_otherwise(&self, plan: &DropPlanned) -> bool {
        let comparable = DropPlanned { title: plan.title.clone(), place: plan.place, ..self.plan.clone() };
        comparable != *plan
    }

    /// Until when units are held that are held now.
    pub(super) fn deadline(&self, at_ms: u64, hold_ttl_ms: u64) -> u64 {
        at_ms.saturating_add(self.plan.hold_ttl_ms.unwrap_or(hold_ttl_ms)).min(MOMENT_MAX_MS)
    }

    /// Until when units are offered that are offered now.
    pub(super) fn offer_deadline(&self, at_ms: u64, hold_ttl_ms: u64) -> u64 {
        let offer_ttl_ms = self.plan.offer_ttl_ms.or(self.plan.hold_ttl_ms);
        at_ms.saturating_add(offer_ttl_ms.unwrap_or(hold_ttl_ms)).min(MOMENT_MAX_MS)
    }

    /// Whoever clicks is served only while it is open.
    pub(super) fn expect_open(&self, at_ms: u64, findings: &mut Findings) {
        if self.phase != DropPhase::Open || self.closes_at.is_some_and(|closes_at| closes_at <= at_ms) {
            let until = self.closes_at.map(time);
            let detail = format_args!("drop {} is {:?} until {until:?}", self.plan.drop, self.phase);
            findings.add(ViolationCode::DropNotOpen, detail);
        }
    }

    /// Whether it has a draw whose lots are not drawn.
    pub(super) fn is_undrawn(&self) -> bool {
        self.plan.draw_entry_ms.is_some() && !self.draw.is_drawn()
    }

    /// Whether its lots are due.
    pub(super) fn takes_lots(&self, at_ms: u64) -> bool {
        self.is_undrawn() && self.entries_close_at() <= at_ms
    }

    /// Whether one can join its line, or its draw.
    pub(super) fn takes_waiters(&self, at_ms: u64) -> bool {
        if self.is_undrawn() {
            at_ms < self.entries_close_at()
        } else {
            matches!(self.plan.waitlist(), Waitlist::Ask | Waitlist::Automatic)
        }
    }

    fn entries_close_at(&self) -> u64 {
        self.opened_at.saturating_add(self.plan.draw_entry_ms.unwrap_or_default()).min(MOMENT_MAX_MS)
    }

    /// How many units of the SKU can be held or offered before its caps are met.
    pub(super) fn left(&self, sku: &str) -> u64 {
        let taken = self.taken.get(sku).copied().unwrap_or_default();
        let own = self.item(sku).map_or(Some(0), |item| self.cap(item)).unwrap_or(u64::MAX);
        let shared = self.shared_cap().unwrap_or(u64::MAX);
        own.saturating_sub(taken).min(shared.saturating_sub(self.taken.values().sum()))
    }

    /// Takes units, held or offered, within caps and limit.
    pub(super) fn take(&mut self, taking: &Taking<'_>, findings: &mut Findings) {
        let &Taking { viewer, drop, sku, quantity, .. } = taking;
        *self.taken.entry(sku.to_owned()).or_default() += u64::from(quantity);
        self.count(viewer, quantity, findings);
        let Some(item) = self.item(sku) else {
            findings.add(ViolationCode::SkuNotInDrop, format_args!("{sku:?} in drop {drop}"));
            return;
        };
        let taken = self.taken[sku];
        if let Some(cap) = self.cap(item).filter(|cap| taken > *cap) {
            findings.add(ViolationCode::CapExceeded, format_args!("drop {drop} has {taken} units of {sku}, not {cap}"));
        }
        let taken: u64 = self.taken.values().sum();
        if let Some(cap) = self.shared_cap().filter(|cap| taken > *cap) {
            findings.add(ViolationCode::SharedCapExceeded, format_args!("drop {drop} has {taken} units, not {cap}"));
        }
    }

    /// Counts units that a viewer holds or waits for, within the limit.
    pub(super) fn count(&mut self, viewer: &str, quantity: u32, findings: &mut Findings) {
        let taken_by = self.taken_by.entry(viewer.to_owned()).or_default();
        *taken_by += u64::from(quantity);
        let limit = self.plan.limit_per_viewer;
        if *taken_by > u64::from(limit) {
            let detail = format_args!("{viewer} has {taken_by} units in drop {}, not {limit}", self.plan.drop);
            findings.add(ViolationCode::LimitExceeded, detail);
        }
    }

    /// A viewer does not wait for units any more.
    pub(super) fn uncount(&mut self, viewer: &str, units: u64) {
        if let Some(taken) = self.taken_by.get_mut(viewer) {
            *taken = taken.saturating_sub(units);
        }
    }

    /// Units came back.
    pub(super) fn give_back(&mut self, ended: &Reservation) {
        self.uncount(&ended.viewer, ended.units());
        for line in &ended.lines {
            if let Some(taken) = self.taken.get_mut(&line.sku) {
                *taken = taken.saturating_sub(line.quantity.into());
            }
        }
    }

    /// Checks what one unit costs.
    pub(super) fn check_price(&self, taking: &Taking<'_>, list_price_minor: u64, findings: &mut Findings) {
        let Some(item) = self.item(taking.sku) else { return };
        let &Taking { reservation, sku, unit_price_minor, .. } = taking;
        let price_minor = item.price_minor.unwrap_or(list_price_minor);
        if unit_price_minor != price_minor {
            let detail = format_args!("reservation {reservation} is at {unit_price_minor}, {sku} costs {price_minor}");
            findings.add(ViolationCode::PriceDiffers, detail);
        }
    }

    pub(super) fn item(&self, sku: &str) -> Option<&v1::PlannedItem> {
        self.plan.items.iter().find(|item| item.sku == sku)
    }

    fn cap(&self, item: &v1::PlannedItem) -> Option<u64> {
        item.cap.map(|cap| u64::from(cap) + self.raised.get(&item.sku).copied().unwrap_or_default())
    }

    fn shared_cap(&self) -> Option<u64> {
        self.plan.shared_cap.map(|cap| u64::from(cap) + self.shared_raised)
    }
}
