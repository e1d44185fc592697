//! What a journal's facts add up to, by themselves, and whether what viewers were told is among them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::told::{Click, Told};

/// The reservations of a journal, and what became of what a lost history had promised.
#[derive(Default, Debug)]
pub(crate) struct Books {
    /// Units that were ever held; in these tests no hold ends.
    pub(crate) units: u64,
    /// The reservation that each key stands for.
    bound: BTreeMap<Click, u64>,
    /// By viewer and number in the lost history: the number here.
    kept: BTreeMap<(String, u64), BTreeSet<u64>>,
    /// By viewer, number in the lost history, and key.
    broken: BTreeSet<(String, u64, String)>,
}

impl Books {
    /// Adds up a whole journal. A key that stands for two reservations is found here.
    pub(crate) fn of(journal: &[Value]) -> Self {
        let mut books = Self::default();
        for entry in journal {
            for fact in entry["facts"].as_array().expect("facts") {
                books.take_fact(fact);
            }
            let cause = &entry["cause"];
            // What nodes reclaim for viewers has a key of its own, which stands for the reservation, too.
            let own = cause["role"] == "viewer";
            if let (true, Some(number)) = (own, cause["binding"]["outcome"]["reservation"].as_u64()) {
                books.bind(&cause["principal"], &cause["binding"]["key"], number);
            }
        }
        books
    }

    fn take_fact(&mut self, fact: &Value) {
        if let Some(held) = fact.get("reservation_held") {
            self.units += held["quantity"].as_u64().expect("a number");
        } else if let Some(kept) = fact.get("promise_kept") {
            let number = kept["reservation"].as_u64().expect("a number");
            let promise = (text(&kept["viewer"]), kept["lost"].as_u64().expect("a number"));
            self.kept.entry(promise).or_default().insert(number);
            if kept["reserve"].is_object() {
                self.bind(&kept["viewer"], &kept["reserve"]["key"], number);
            }
        } else if let Some(broken) = fact.get("promise_broken") {
            let lost = broken["lost"].as_u64().expect("a number");
            self.broken.insert((text(&broken["viewer"]), lost, text(&broken["key"])));
        }
        assert!(
            fact.get("reservation_released").is_none() && fact.get("reservation_expired").is_none(),
            "nobody gave anything back: {fact}"
        );
    }

    fn bind(&mut self, principal: &Value, key: &Value, number: u64) {
        let click = (text(principal), text(key));
        let before = self.bound.insert(click.clone(), number);
        assert!(before.is_none_or(|before| before == number), "{click:?} stands for {before:?} and {number}");
    }

    /// How many promises were kept under another number.
    pub(crate) fn kept(&self) -> usize {
        self.kept.len()
    }

    /// How many promises are recorded as broken.
    pub(crate) fn broken(&self) -> usize {
        self.broken.len()
    }

    /// The acknowledged clicks that are not there, were not kept under another number, and are not recorded as broken.
    pub(crate) fn missing<'a>(&self, told: &'a Told) -> Vec<(&'a Click, u64)> {
        let acknowledged = told.held.iter().map(|(click, number)| (click, *number));
        acknowledged.filter(|(click, number)| !self.accounts_for(click, *number)).collect()
    }

    fn accounts_for(&self, click: &Click, number: u64) -> bool {
        let (viewer, key) = click;
        let Some(bound) = self.bound.get(click) else {
            return self.broken.contains(&(viewer.clone(), number, key.clone()));
        };
        let kept = self.kept.get(&(viewer.clone(), number));
        *bound == number || kept.is_some_and(|numbers| numbers.contains(bound))
    }

    /// Checks that nothing is held of which its viewer was told otherwise, or nothing.
    pub(crate) fn check_told(&self, told: &Told) {
        for click in self.bound.keys().filter(|(viewer, _)| !viewer.starts_with(LATE)) {
            let reason = told.refused.get(click);
            assert!(reason.is_none(), "{click:?} is held, and the viewer was told {reason:?}");
            let clicked = told.held.contains_key(click) || told.open.contains(click) || told.unsure.contains(click);
            assert!(clicked, "{click:?} is held, and nobody clicked");
        }
    }
}

/// The viewers who buy what is left begin with this.
pub(crate) const LATE: &str = "late-";

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}
