//! Which draws somebody must do something for.

use std::collections::BTreeSet;

use super::{Drop, DropPhase, Show};
use crate::{ids::DropId, table::Slot, time::Timestamp};

/// Follows from the drops.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Draws {
    /// Draws that are planned and bound to no seed yet.
    unbound: BTreeSet<Slot<DropId>>,
    /// Draws whose lots are to be drawn, and from when on.
    due: BTreeSet<(Timestamp, Slot<DropId>)>,
}

impl Draws {
    pub(super) fn watch(&mut self, slot: Slot<DropId>, drop: &Drop) {
        if drop.phase == DropPhase::Planned && !drop.is_bound() {
            self.unbound.insert(slot);
        }
        self.due.extend(due_at(drop).map(|at| (at, slot)));
    }

    pub(super) fn forget(&mut self, slot: Slot<DropId>, drop: &Drop) {
        self.unbound.remove(&slot);
        if let Some(at) = due_at(drop) {
            self.due.remove(&(at, slot));
        }
    }
}

impl Show {
    /// The first planned drop whose draw is bound to no seed yet; [`super::Command::CommitDraw`] binds it.
    pub fn unbound_draw(&self) -> Option<&Drop> {
        self.index.draws.unbound.first().map(|&slot| &self.records.drops[slot])
    }

    /// Draws whose lots are to be drawn, and from when on, the earliest first; [`super::Command::DrawLots`] draws them.
    pub fn pending_draws(&self) -> impl Iterator<Item = (Timestamp, &Drop)> {
        self.index.draws.due.iter().map(|&(at, slot)| (at, &self.records.drops[slot]))
    }
}

fn due_at(drop: &Drop) -> Option<Timestamp> {
    drop.entries_close_at().filter(|_| drop.is_running() && drop.lots.is_none())
}
