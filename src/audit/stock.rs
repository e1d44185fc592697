//! Units of each SKU.

use std::collections::BTreeMap;

use dropcast_proto::v1::ProductListed;

use super::{
    AuditSku, AuditTotals, ViolationCode,
    reservation::{Line, State, Taking},
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

    /// Takes units out of the allotment that were sold elsewhere.
    pub(super) fn sell_elsewhere(&mut self, sku: &str, units: u32, findings: &mut Findings) {
        self.allot(sku, -i64::from(units), findings);
        if let Some(account) = self.accounts.get_mut(sku) {
            account.totals.sold_elsewhere = account.totals.sold_elsewhere.saturating_add(units.into());
        }
    }

    /// Units are held or offered.
    pub(super) fn take(&mut self, taking: &Taking<'_>, findings: &mut Findings) {
        let quantity = taking.quantity;
        self.change(taking.sku, findings, |totals| {
            totals.free = totals.free.saturating_sub(quantity.into());
            *totals.kept(taking.state) += u64::from(quantity);
        });
    }

    /// Units that were held or offered, as `before` says, are so no longer.
    pub(super) fn end(&mut self, line: &Line, before: State, state: State, findings: &mut Findings) {
        let quantity = u64::from(line.quantity);
        self.change(&line.sku, findings, |totals| {
            let kept = totals.kept(before);
            *kept = kept.saturating_sub(quantity);
            match state {
                State::Held | State::Offered => return,
                State::Sold => {
                    totals.sold += quantity;
                    totals.revenue_minor = totals.revenue_minor.saturating_add(line.total_minor());
                    return;
                }
                State::Released => totals.released += quantity,
                State::Expired => totals.expired += quantity,
                State::Revoked => totals.revoked += quantity,
            }
            totals.free = totals.free.saturating_add(line.quantity.into());
        });
    }

    /// Fewer than none where too many are taken.
    pub(super) fn free(&self, sku: &str) -> i64 {
        self.accounts.get(sku).map_or(0, |account| account.totals.free)
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
        let AuditTotals { allotment, free, held, offered, sold, .. } = account.totals;
        if free < 0 && free < free_before {
            let detail = format_args!("{sku}: {held} held, {offered} offered and {sold} sold of {allotment}");
            findings.add(ViolationCode::Oversold, detail);
        }
    }
}

impl AuditTotals {
    fn kept(&mut self, state: State) -> &mut u64 {
        if state == State::Offered { &mut self.offered } else { &mut self.held }
    }
}
