//! Units of each SKU.

use std::collections::BTreeMap;

use dropcast_proto::v1::ProductListed;

use super::{
    AuditSku, AuditTotals, ViolationCode,
    sales::{Reservation, State},
    violation::Findings,
};

/// The account of every SKU that was ever listed or given units.
#[derive(Default, Debug)]
pub(super) struct Stock {
    accounts: BTreeMap<String, Account>,
}

#[derive(Default, Debug)]
struct Account {
    /// The product that lists it; `None` when it is not in the catalogue any more.
    product: Option<String>,
    list_price_minor: u64,
    totals: AuditTotals,
}

impl Stock {
    pub(super) fn list(&mut self, product: &ProductListed, findings: &mut Findings) {
        let kept = |sku: &str| product.variants.iter().any(|variant| variant.sku == sku);
        self.take_away(&product.product, kept, findings);
        for variant in &product.variants {
            let account = self.accounts.entry(variant.sku.clone()).or_default();
            if let Some(other) = account.product.as_ref().filter(|other| **other != product.product) {
                let detail = format_args!("{} is listed by {other} and by {}", variant.sku, product.product);
                findings.add(ViolationCode::SkuTwice, detail);
            }
            account.product = Some(product.product.clone());
            account.list_price_minor = variant.list_price_minor;
        }
    }

    pub(super) fn unlist(&mut self, product: &str, findings: &mut Findings) {
        self.take_away(product, |_| false, findings);
    }

    /// Adds units to the allotment, or withdraws them when negative.
    pub(super) fn allot(&mut self, sku: &str, units: i64, findings: &mut Findings) {
        self.change(sku, findings, |totals| {
            totals.allotment = totals.allotment.saturating_add(units);
            totals.free = totals.free.saturating_add(units);
        });
    }

    pub(super) fn hold(&mut self, sku: &str, quantity: u32, findings: &mut Findings) {
        self.change(sku, findings, |totals| {
            totals.free = totals.free.saturating_sub(quantity.into());
            totals.held += u64::from(quantity);
        });
    }

    pub(super) fn end_hold(&mut self, ended: &Reservation, state: State, findings: &mut Findings) {
        let quantity = ended.quantity;
        let revenue_minor = ended.total_minor();
        self.change(&ended.sku, findings, |totals| {
            totals.held = totals.held.saturating_sub(quantity.into());
            match state {
                State::Held => {}
                State::Sold => {
                    totals.sold += u64::from(quantity);
                    totals.revenue_minor = totals.revenue_minor.saturating_add(revenue_minor);
                }
                State::Released => totals.released += u64::from(quantity),
                State::Expired => totals.expired += u64::from(quantity),
            }
            if matches!(state, State::Released | State::Expired) {
                totals.free = totals.free.saturating_add(quantity.into());
            }
        });
    }

    pub(super) fn list_price_minor(&self, sku: &str) -> u64 {
        self.accounts.get(sku).map_or(0, |account| account.list_price_minor)
    }

    pub(super) fn report(&self) -> Vec<AuditSku> {
        self.accounts.iter().map(|(sku, account)| AuditSku { sku: sku.clone(), totals: account.totals }).collect()
    }

    fn take_away(&mut self, product: &str, kept: impl Fn(&str) -> bool, findings: &mut Findings) {
        let of_product = |account: &Account| account.product.as_deref() == Some(product);
        for (sku, account) in self.accounts.iter_mut().filter(|(sku, account)| of_product(account) && !kept(sku)) {
            account.product = None;
            if account.totals.allotment != 0 {
                let detail = format_args!("{sku} left the catalogue with an allotment of {}", account.totals.allotment);
                findings.add(ViolationCode::SkuInUse, detail);
            }
        }
    }

    /// Changes a SKU's account; what makes its free units fewer than none is a violation at this moment.
    fn change(&mut self, sku: &str, findings: &mut Findings, change: impl FnOnce(&mut AuditTotals)) {
        if !self.accounts.contains_key(sku) {
            findings.add(ViolationCode::SkuUnknown, format_args!("{sku:?} was never listed"));
        }
        let account = self.accounts.entry(sku.to_owned()).or_default();
        let free_before = account.totals.free;
        change(&mut account.totals);
        let AuditTotals { allotment, free, held, sold, .. } = account.totals;
        if free < 0 && free < free_before {
            let detail = format_args!("{sku}: {held} held and {sold} sold of {allotment}");
            findings.add(ViolationCode::Oversold, detail);
        }
    }
}
