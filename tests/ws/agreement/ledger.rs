//! What clients were told, and nothing else: the answers that they got, and what came of what they held.

use std::collections::BTreeMap;

use serde_json::Value;

use super::account::{Account, Accounts, count, text};

/// The sum of what clients were told.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// By number, as the newest message told it.
    pub(crate) reservations: BTreeMap<u64, Reservation>,
    /// Units that the show was given on top of its plan, by SKU.
    pub(crate) added: BTreeMap<String, u64>,
    /// The clicks that were answered, and how many of them for each reason that they were refused.
    pub(crate) clicks: u64,
    pub(crate) refused: BTreeMap<String, u64>,
    /// What was asked of a hold that was over.
    pub(crate) too_late: u64,
}

/// What became of units that were held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reservation {
    pub(crate) drop: String,
    pub(crate) sku: String,
    pub(crate) quantity: u64,
    pub(crate) total_minor: u64,
    pub(crate) state: String,
}

impl Ledger {
    /// Takes in the outcome of a click; the reservation's number where units are held.
    pub(crate) fn click(&mut self, outcome: &Value) -> Option<u64> {
        self.clicks += 1;
        if outcome["held"].is_object() {
            return Some(self.reservation(&outcome["held"]));
        }
        *self.refused.entry(text(&outcome["refused"]["code"])).or_default() += 1;
        None
    }

    /// Takes in the outcome of buying or giving back what was held.
    pub(crate) fn settled(&mut self, outcome: &Value) {
        if outcome["refused"].is_object() {
            assert_eq!(outcome["refused"]["reservation_state"], "expired", "{outcome}");
            self.too_late += 1;
        } else {
            let sold = &outcome["sold"]["reservation"];
            self.reservation(if sold.is_object() { sold } else { &outcome["released"] });
        }
    }

    /// Takes in how a reservation is now; its number.
    pub(crate) fn reservation(&mut self, told: &Value) -> u64 {
        let number = count(&told["reservation"]);
        let reservation = Reservation {
            drop: text(&told["drop"]),
            sku: text(&told["sku"]),
            quantity: count(&told["quantity"]),
            total_minor: count(&told["total"]["amount_minor"]),
            state: text(&told["state"]),
        };
        self.reservations.insert(number, reservation);
        number
    }

    /// Takes in what another client was told.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.reservations.extend(other.reservations);
        for (sku, units) in other.added {
            *self.added.entry(sku).or_default() += units;
        }
        for (code, times) in other.refused {
            *self.refused.entry(code).or_default() += times;
        }
        self.clicks += other.clicks;
        self.too_late += other.too_late;
        self
    }

    /// Units in a state that are of this SKU, and in this drop if one is named.
    pub(crate) fn units(&self, state: &str, sku: &str, drop: Option<&str>) -> u64 {
        let is_there =
            |of: &&Reservation| of.state == state && of.sku == sku && drop.is_none_or(|drop| of.drop == drop);
        self.reservations.values().filter(is_there).map(|reservation| reservation.quantity).sum()
    }

    /// How many reservations are in a state.
    pub(crate) fn count(&self, state: &str) -> u64 {
        self.reservations.values().filter(|reservation| reservation.state == state).count() as u64
    }

    /// What it says about every SKU of a plan, which gave so many units of each.
    pub(crate) fn accounts(&self, planned: &[(&str, u64)]) -> Accounts {
        let account = |&(sku, planned): &(&str, u64)| {
            let allotted = planned + self.added.get(sku).copied().unwrap_or_default();
            let (held, sold) = (self.units("held", sku, None), self.units("sold", sku, None));
            let is_sold = |of: &&Reservation| of.state == "sold" && of.sku == sku;
            let revenue_minor = self.reservations.values().filter(is_sold).map(|sold| sold.total_minor).sum();
            (sku.to_owned(), Account { allotted, free: allotted - held - sold, held, sold, revenue_minor })
        };
        planned.iter().map(account).collect()
    }
}
