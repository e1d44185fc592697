//! Which entries may change what the rules say to something.

use super::{
    call::{Asked, Line, Name, Owner},
    drops::DropStates,
    states::States,
    timeline::Timeline,
};

/// The entries of a span at which something changed, in no order; some more than once.
struct Turns {
    from: u64,
    to: u64,
    entries: Vec<u64>,
}

impl Turns {
    fn of<T>(&mut self, timeline: Option<&Timeline<T>>) {
        self.entries.extend(timeline.into_iter().flat_map(|timeline| timeline.changes(self.from, self.to)));
    }
}

impl States {
    /// The entries after `from` and up to `to` that may change what [`States::ruling`] says; some more than once.
    pub(super) fn turns(&self, owner: &Owner, asked: &Asked, from: u64, to: u64) -> Vec<u64> {
        let mut turns = Turns { from, to, entries: Vec::new() };
        let bound = self.bound.get(owner).map(|bound| bound.seq);
        turns.entries.extend(bound.filter(|seq| from < *seq && *seq <= to));
        turns.of(Some(&self.show));
        turns.of(Some(&self.hold_rules));
        match asked {
            Asked::Reserve { drop, lines } => self.turns_of_units(&mut turns, &owner.name, drop, lines),
            Asked::Join { drop, line } => {
                self.turns_of_units(&mut turns, &owner.name, drop, std::slice::from_ref(line));
            }
            Asked::Leave { waiter } => turns.of(self.waiters.get(waiter).map(|waiter| &waiter.state)),
            Asked::Extend { reservation } | Asked::Confirm { reservation } | Asked::Release { reservation } => {
                let own = self.reservations.get(reservation);
                turns.of(own.map(|own| &own.state));
                turns.of(own.map(|own| &own.was_extended));
            }
            Asked::Run => {}
        }
        turns.entries
    }

    fn turns_of_units(&self, turns: &mut Turns, viewer: &Name, name: &Name, lines: &[Line]) {
        let has = self.viewers.get(viewer);
        turns.of(has.map(|has| &has.units));
        turns.of(has.map(|has| &has.open));
        turns.of(has.map(|has| &has.lapses));
        let Some(drop) = self.drops.get(name) else { return };
        turns_of_drop(turns, viewer, drop);
        for (sku, _) in lines {
            turns.of(drop.items.get(sku).map(|item| &item.left));
            turns.of(drop.lines.get(sku).map(|line| &line.length));
            turns.of(self.free.get(sku));
        }
    }
}

fn turns_of_drop(turns: &mut Turns, viewer: &Name, drop: &DropStates) {
    turns.of(Some(&drop.phase));
    turns.of(Some(&drop.limit));
    turns.of(Some(&drop.waitlist));
    turns.of(Some(&drop.draw));
    turns.of(Some(&drop.shared.left));
    turns.of(drop.taken.get(viewer));
    turns.of(drop.waiting.get(viewer));
}
