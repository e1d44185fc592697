//! What a sold reservation belongs to.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{OrderId, PrincipalId, ReservationId},
    show::OrderState,
    time::Timestamp,
};

/// What one viewer owes, or paid, for one sold reservation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Order<'a> {
    /// Its number.
    pub id: OrderId,
    /// What was sold.
    pub reservation: ReservationId,
    /// To whom.
    pub viewer: &'a PrincipalId,
    /// Since when.
    pub placed_at: Timestamp,
    /// What it comes to, in minor units.
    pub total_minor: u64,
    /// Whether it is paid.
    pub state: OrderState,
    /// What the payment provider calls the payment, once it is paid.
    pub payment: Option<&'a PrincipalId>,
}

/// An order as it is kept: its number is its place, and its reservation knows the viewer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct OrderRecord {
    pub(crate) reservation: ReservationId,
    pub(crate) placed_at: Timestamp,
    pub(crate) total_minor: u64,
    /// There is one as soon as the order is paid.
    pub(crate) payment: Option<PrincipalId>,
}

impl OrderRecord {
    pub(crate) fn state(&self) -> OrderState {
        if self.payment.is_some() { OrderState::Paid } else { OrderState::Placed }
    }
}
