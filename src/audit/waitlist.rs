//! Who waits for what, in order.

use std::collections::{BTreeMap, BTreeSet};

use dropcast_proto::v1::WaitlistJoined;

use super::{ViolationCode, draws::Lots, sales::check_number, violation::Findings};

/// Every place in line by its number.
#[derive(Default, Debug)]
pub(super) struct Waitlist {
    places: BTreeMap<u64, Place>,
    last: u64,
    lines: BTreeMap<String, Line>,
}

/// Somebody's place.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) viewer: String,
    pub(super) drop: String,
    pub(super) sku: String,
    pub(super) quantity: u32,
    /// Where in its drop; `None` before the lots are drawn.
    stands: Option<u64>,
    is_over: bool,
}

/// Who waits in one drop.
#[derive(Default, Debug)]
struct Line {
    /// Those who have a place, by SKU, each in the order of their places. None is empty.
    by_sku: BTreeMap<String, BTreeMap<u64, u64>>,
    /// Those who have none before the lots are drawn.
    entrants: BTreeSet<u64>,
    /// Those who wait, however.
    viewers: BTreeMap<String, u64>,
    /// The last place that was given.
    last: u64,
}

impl Waitlist {
    pub(super) fn has(&self, number: u64) -> bool {
        self.places.contains_key(&number)
    }

    /// How many wait for the lots of a drop.
    pub(super) fn entered(&self, drop: &str) -> u64 {
        self.lines.get(drop).map_or(0, |line| line.entrants.len() as u64)
    }

    /// Whether the place is a new one; one whose number was used is not entered anywhere.
    pub(super) fn join(&mut self, fact: &WaitlistJoined, is_undrawn: bool, findings: &mut Findings) -> bool {
        let WaitlistJoined { waiter, viewer, drop, sku, quantity } = fact.clone();
        let new = !self.places.contains_key(&waiter);
        check_number(&mut self.last, waiter, ViolationCode::WaiterNumber, findings);
        if !new {
            return false;
        }
        let line = self.lines.entry(drop.clone()).or_default();
        if line.viewers.insert(viewer.clone(), waiter).is_some() {
            findings.add(ViolationCode::WaitsTwice, format_args!("{viewer} in drop {drop}"));
        }
        let stands = if is_undrawn {
            line.entrants.insert(waiter);
            None
        } else {
            Some(line.stand(&sku, waiter))
        };
        self.places.insert(waiter, Place { viewer, drop, sku, quantity, stands, is_over: false });
        true
    }

    /// Ends a place; `None` when there is none to end.
    pub(super) fn end(&mut self, number: u64, findings: &mut Findings) -> Option<Place> {
        let Some(place) = self.places.get_mut(&number) else {
            findings.add(ViolationCode::WaiterUnknown, format_args!("place {number} ends"));
            return None;
        };
        if place.is_over {
            findings.add(ViolationCode::WaiterOver, format_args!("place {number} of {} ends", place.viewer));
            return None;
        }
        place.is_over = true;
        let place = place.clone();
        if let Some(line) = self.lines.get_mut(&place.drop) {
            line.leave(number, &place);
        }
        Some(place)
    }

    /// Ends every place in a drop.
    pub(super) fn close(&mut self, drop: &str) -> Vec<Place> {
        let waiting: Vec<_> =
            self.lines.remove(drop).map_or_else(Vec::new, |line| line.viewers.into_values().collect());
        let mut ended = Vec::new();
        for number in waiting {
            if let Some(place) = self.places.get_mut(&number) {
                place.is_over = true;
                ended.push(place.clone());
            }
        }
        ended
    }

    /// Those who entered take their places, the lowest lot first; of equal ones, who entered first. Returns how many.
    pub(super) fn draw(&mut self, drop: &str, lots: &Lots) -> u64 {
        let Some(line) = self.lines.get_mut(drop) else { return 0 };
        let entrants = std::mem::take(&mut line.entrants);
        let lot = |number: u64| (self.places.get(&number).map(|place| lots.lot(&place.viewer)), number);
        let mut drawn: Vec<_> = entrants.into_iter().map(lot).collect();
        drawn.sort_unstable();
        for (_, number) in &drawn {
            if let Some(place) = self.places.get_mut(number) {
                place.stands = Some(line.stand(&place.sku, *number));
            }
        }
        drawn.len() as u64
    }

    /// Who is served next, where `left` says how much of a SKU a drop can give: within a drop who stands first, between
    /// drops who came first.
    pub(super) fn next(&self, left: impl Fn(&str, &str) -> u64) -> Option<(u64, &Place)> {
        let first_in = |(drop, line): (&String, &Line)| line.next(|sku| left(drop, sku) > 0);
        let number = self.lines.iter().filter_map(first_in).min()?;
        self.places.get(&number).map(|place| (number, place))
    }

    /// Who is served next of the SKU.
    pub(super) fn next_for(&self, sku: &str, left: impl Fn(&str, &str) -> u64) -> Option<u64> {
        self.next(|drop, of| if of == sku { left(drop, of) } else { 0 }).map(|(number, _)| number)
    }
}

impl Line {
    /// Takes the next place.
    fn stand(&mut self, sku: &str, number: u64) -> u64 {
        self.last += 1;
        self.by_sku.entry(sku.to_owned()).or_default().insert(self.last, number);
        self.last
    }

    fn leave(&mut self, number: u64, place: &Place) {
        self.viewers.remove(&place.viewer);
        self.entrants.remove(&number);
        if let Some(stands) = place.stands
            && let Some(line) = self.by_sku.get_mut(&place.sku)
        {
            line.remove(&stands);
            if line.is_empty() {
                self.by_sku.remove(&place.sku);
            }
        }
    }

    /// Who stands first of those whose SKU is there.
    fn next(&self, is_there: impl Fn(&str) -> bool) -> Option<u64> {
        let first_for = |(sku, line): (&String, &BTreeMap<u64, u64>)| {
            line.first_key_value().filter(|_| is_there(sku)).map(|(stands, number)| (*stands, *number))
        };
        self.by_sku.iter().filter_map(first_for).min().map(|(_, number)| number)
    }
}
