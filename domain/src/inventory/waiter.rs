//! Viewers who wait for units of a drop.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{DropId, PrincipalId, ReservationId, Sku, WaiterId},
    show::Principal,
    table::Slot,
    time::Timestamp,
};

/// A viewer's place in the line for one SKU of a drop, and what became of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Waiter<'a> {
    /// Its number.
    pub id: WaiterId,
    /// Who waits.
    pub viewer: &'a PrincipalId,
    /// In which drop.
    pub drop: &'a DropId,
    /// For what.
    pub sku: &'a Sku,
    /// For how many.
    pub quantity: u32,
    /// Since when.
    pub joined_at: Timestamp,
    /// The place in the drop's line, from 1 in the order in which the drop's waiters are served; it never changes.
    /// `None` before the draw that decides it.
    pub place: Option<u32>,
    /// What became of it.
    pub state: WaiterState,
}

/// What became of a viewer's place in line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum WaiterState {
    /// Waits, until the drop closes.
    Waiting,
    /// Was offered units, which this reservation keeps.
    Offered(ReservationId),
    /// Left the line.
    Left,
    /// Got nothing: the drop closed before units came back.
    Closed,
}

/// A waiter as it is kept: its number is its place in the list, names are slots.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct WaiterRecord {
    pub(crate) viewer: Slot<Principal>,
    pub(crate) drop: Slot<DropId>,
    pub(crate) sku: Slot<Sku>,
    pub(crate) quantity: u32,
    pub(crate) joined_at: Timestamp,
    /// 0 before the draw that decides it.
    pub(crate) place: u32,
    pub(crate) state: WaiterState,
}

impl WaiterRecord {
    pub(crate) fn is_waiting(&self) -> bool {
        self.state == WaiterState::Waiting
    }
}
