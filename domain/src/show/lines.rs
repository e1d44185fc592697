//! Who waits for what, in order.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;

use super::{Drop, DropPhase, Fact, Principal, Show, state::Records};
use crate::{
    ids::{DropId, ReservationId, Sku, WaiterId},
    inventory::waiter::WaiterRecord,
    table::Slot,
    time::Timestamp,
};

/// A line: for one SKU of one drop.
type LineName = (Slot<Sku>, Slot<DropId>);

/// Who waits for what. Follows from the records.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Lines {
    /// Who waits, by place; no empty lines. Those whose lots are not drawn stand in none.
    standing: BTreeMap<LineName, BTreeMap<u32, WaiterId>>,
    /// Lines for which something is free. None between decisions: it is offered before anything else is decided.
    ready: BTreeSet<LineName>,
    /// Everybody's one place in each drop that is not closed.
    waiting: HashMap<(Slot<DropId>, Slot<Principal>), WaiterId>,
    /// How many entered each draw whose lots are not drawn, by what they want.
    entered: BTreeMap<LineName, u32>,
}

impl Lines {
    /// Those of these records, but for what is ready.
    pub(super) fn of(records: &Records) -> Self {
        let mut lines = Self::default();
        for (waiter, id) in records.waiters.iter().zip(1..).filter(|(waiter, _)| waiter.is_waiting()) {
            lines.join(WaiterId(id), waiter);
        }
        lines
    }

    pub(super) fn join(&mut self, id: WaiterId, waiter: &WaiterRecord) {
        self.waiting.insert((waiter.drop, waiter.viewer), id);
        if waiter.place == 0 {
            *self.entered.entry((waiter.sku, waiter.drop)).or_default() += 1;
        } else {
            self.standing.entry((waiter.sku, waiter.drop)).or_default().insert(waiter.place, id);
        }
    }

    pub(super) fn leave(&mut self, waiter: &WaiterRecord) {
        self.waiting.remove(&(waiter.drop, waiter.viewer));
        if waiter.place == 0 {
            let line = (waiter.sku, waiter.drop);
            if let Some(entered) = self.entered.get_mut(&line) {
                *entered -= 1;
                if *entered == 0 {
                    self.entered.remove(&line);
                }
            }
        } else if let Some(line) = self.standing.get_mut(&(waiter.sku, waiter.drop)) {
            line.remove(&waiter.place);
            if line.is_empty() {
                self.standing.remove(&(waiter.sku, waiter.drop));
                self.ready.remove(&(waiter.sku, waiter.drop));
            }
        }
    }

    pub(super) fn waits(&self, drop: Slot<DropId>, viewer: Slot<Principal>) -> Option<WaiterId> {
        self.waiting.get(&(drop, viewer)).copied()
    }

    /// Everybody who waits in that drop, in the order in which they came.
    pub(super) fn in_drop(&self, drop: Slot<DropId>) -> Vec<WaiterId> {
        let mut waiters: Vec<_> =
            self.waiting.iter().filter(|((of, _), _)| *of == drop).map(|(_, waiter)| *waiter).collect();
        waiters.sort_unstable();
        waiters
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Takes over which lines are said to be ready.
    pub(super) fn ready_as(&mut self, other: &Self) {
        self.ready.clone_from(&other.ready);
    }

    /// How many wait for that SKU in that drop, in line or for the lots to be drawn.
    pub(super) fn len(&self, sku: Slot<Sku>, drop: Slot<DropId>) -> u32 {
        let in_line = self.standing.get(&(sku, drop)).map_or(0, BTreeMap::len);
        let entered = self.entered.get(&(sku, drop)).copied().unwrap_or(0);
        entered.saturating_add(u32::try_from(in_line).unwrap_or(u32::MAX))
    }

    /// How many wait for that SKU in all drops.
    pub(super) fn waiting_for(&self, sku: Slot<Sku>) -> u32 {
        let (first, is_it) = ((sku, Slot::new(0)), |line: &LineName| line.0 == sku);
        let in_line = self.standing.range(first..).take_while(|(line, _)| is_it(line)).map(|(_, line)| line.len());
        let entered = self.entered.range(first..).take_while(|(line, _)| is_it(line)).map(|(_, count)| *count);
        let in_line = in_line.map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        in_line.chain(entered).fold(0, u32::saturating_add)
    }

    /// How many stand before that place in that line. It costs the shorter side of it: who comes last is told at once.
    pub(super) fn before(&self, sku: Slot<Sku>, drop: Slot<DropId>, place: u32) -> usize {
        let Some(line) = self.standing.get(&(sku, drop)) else { return 0 };
        let (mut before, mut behind) = (line.range(..place), line.range(place..));
        let mut counted = 0;
        loop {
            if before.next().is_none() {
                return counted;
            }
            if behind.next().is_none() {
                return line.len() - counted;
            }
            counted += 1;
        }
    }

    /// The place of who is next in that line.
    pub(super) fn first(&self, sku: Slot<Sku>, drop: Slot<DropId>) -> Option<u32> {
        self.standing.get(&(sku, drop)).and_then(|line| line.keys().next().copied())
    }

    /// Whether what is free of that SKU in that drop belongs to who waits.
    fn keeps(&self, sku: Slot<Sku>, drop: Slot<DropId>) -> bool {
        if self.is_empty() {
            return false;
        }
        self.standing.contains_key(&(sku, drop)) || self.of_sku(sku).any(|line| self.ready.contains(&line))
    }

    fn of_sku(&self, sku: Slot<Sku>) -> impl Iterator<Item = LineName> {
        let first = (sku, Slot::new(0));
        self.standing.range(first..).map(|(line, _)| *line).take_while(move |line| line.0 == sku)
    }

    /// Who is served next: within a drop who stands first, between drops that share a SKU who came first.
    fn next(&self) -> Option<WaiterId> {
        let mut of_drops: BTreeMap<Slot<DropId>, (u32, WaiterId)> = BTreeMap::new();
        for line in &self.ready {
            let Some((&place, &id)) = self.standing.get(line).and_then(BTreeMap::first_key_value) else { continue };
            let next = of_drops.entry(line.1).or_insert((place, id));
            *next = (*next).min((place, id));
        }
        of_drops.into_values().map(|(_, id)| id).min()
    }
}

impl Show {
    /// The next offer, when something is free for which somebody waits: within a drop to who stands first, between
    /// drops that share a SKU to who came first.
    pub(super) fn next_offer(&self, now: Timestamp) -> Option<Fact> {
        if self.index.lines.ready.is_empty() {
            return None;
        }
        let reservation = ReservationId(self.reservation_count() as u64 + 1);
        if self.records.promises.reclaimed.contains_key(&reservation) {
            return None; // The next fact holds it for whom it was promised.
        }
        let id = self.index.lines.next()?;
        let waiter = self.waiter_record(id)?;
        let drop = &self.records.drops[waiter.drop];
        let (item, stock) = drop.items().find(|(_, stock)| stock.sku == waiter.sku)?;
        Some(Fact::ReservationOffered {
            reservation,
            waiter: id,
            viewer: self.records.principals.name(waiter.viewer).id.clone(),
            drop: drop.plan.drop.clone(),
            sku: item.sku.clone(),
            quantity: waiter.quantity.min(self.left_of(drop, item, stock)),
            unit_price_minor: self.price_of(item),
            expires_at: now.after_ms(self.offer_ttl_ms(drop)),
        })
    }

    /// Whether anybody waits, or entered a draw.
    pub(super) fn somebody_waits(&self) -> bool {
        !self.index.lines.is_empty()
    }

    /// Whether what is free of that SKU in that drop belongs to who waits.
    pub(super) fn is_kept_for_line(&self, sku: Slot<Sku>, drop: &Drop) -> bool {
        !self.index.lines.is_empty()
            && self.records.drops.slot(&drop.plan.drop).is_some_and(|drop| self.index.lines.keeps(sku, drop))
    }

    /// Looks again for which of the lines of a SKU something is free.
    pub(super) fn look_at_lines(&mut self, sku: Slot<Sku>) {
        if self.index.lines.is_empty() {
            return;
        }
        let lines: Vec<_> = self.index.lines.of_sku(sku).collect();
        for line in lines {
            self.look_at_line(line);
        }
    }

    /// Looks again for which of the lines of a drop something is free.
    pub(super) fn look_at_lines_in(&mut self, drop: Slot<DropId>) {
        let skus: Vec<_> = self.records.drops[drop].stocks.iter().map(|stock| stock.sku).collect();
        for sku in skus {
            self.look_at_line((sku, drop));
        }
    }

    /// The same for every line, for a show that was just read back.
    pub(super) fn look_at_all_lines(&mut self) {
        let lines: Vec<_> = self.index.lines.standing.keys().copied().collect();
        for line in lines {
            self.look_at_line(line);
        }
    }

    /// Whether the lines for which something is free are those that are said to be.
    pub(super) fn knows_ready_lines(&self) -> bool {
        let lines = &self.index.lines;
        lines.standing.keys().filter(|&&line| self.is_ready(line)).eq(&lines.ready)
    }

    fn look_at_line(&mut self, line: LineName) {
        if self.is_ready(line) {
            self.index.lines.ready.insert(line);
        } else {
            self.index.lines.ready.remove(&line);
        }
    }

    fn is_ready(&self, line @ (sku, drop): LineName) -> bool {
        let drop = &self.records.drops[drop];
        let item = drop.items().find(|(_, stock)| stock.sku == sku);
        self.index.lines.standing.contains_key(&line)
            && drop.phase == DropPhase::Open
            && item.is_some_and(|(item, stock)| self.left_of(drop, item, stock) > 0)
    }
}
