//! What one source says about the units of each SKU, in the same words for all of them.

use std::collections::BTreeMap;

use serde_json::Value;

/// What a source says, by SKU.
pub(crate) type Accounts = BTreeMap<String, Account>;

/// Units of one SKU, by where they are, and what was taken for those that were sold.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) allotted: u64,
    pub(crate) free: u64,
    pub(crate) held: u64,
    pub(crate) sold: u64,
    pub(crate) revenue_minor: u64,
}

/// What the host and the brand watch.
pub(crate) fn of_numbers(numbers: &Value) -> Accounts {
    let account = |sku: &Value| Account {
        allotted: count(&sku["allotted"]),
        free: count(&sku["free"]),
        held: count(&sku["held"]),
        sold: count(&sku["sold"]),
        revenue_minor: count(&sku["revenue"]["amount_minor"]),
    };
    let accounts = by_sku(&numbers["skus"], account);
    // The sums beside them say the same.
    let sum = |of: fn(&Account) -> u64| accounts.values().map(of).sum::<u64>();
    assert_eq!(count(&numbers["units_allotted"]), sum(|account| account.allotted), "{numbers}");
    assert_eq!(count(&numbers["units_held"]), sum(|account| account.held), "{numbers}");
    assert_eq!(count(&numbers["units_sold"]), sum(|account| account.sold), "{numbers}");
    assert_eq!(count(&numbers["revenue"]["amount_minor"]), sum(|account| account.revenue_minor), "{numbers}");
    accounts
}

/// What `dropcast audit` prints.
pub(crate) fn of_audit(report: &Value) -> Accounts {
    by_sku(&report["skus"], |sku| Account {
        allotted: count(&sku["allotment"]),
        free: count(&sku["free"]),
        held: count(&sku["held"]),
        sold: count(&sku["sold"]),
        revenue_minor: count(&sku["revenue_minor"]),
    })
}

/// A number that is there.
#[track_caller]
pub(crate) fn count(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no number"))
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn by_sku(skus: &Value, account: impl Fn(&Value) -> Account) -> Accounts {
    let skus = skus.as_array().expect("SKUs");
    skus.iter().map(|sku| (text(&sku["sku"]), account(sku))).collect()
}
