//! What became of units.

use dropcast_proto::v1::ReservationState;

/// What became of the units of one SKU, or of all.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Units {
    /// What the show was given.
    pub(super) allotted: u64,
    /// Held at the end.
    pub(super) held: u64,
    /// Offered at the end to who waited.
    pub(super) offered: u64,
    /// Sold.
    pub(super) sold: u64,
    /// Given back by their viewers.
    pub(super) released: u64,
    /// Given back by time.
    pub(super) expired: u64,
    /// Taken back, because they were sold elsewhere.
    pub(super) revoked: u64,
    /// The most that was held, offered and sold at once beyond the allotment.
    pub(super) oversold: u64,
    /// How often something acknowledged was lost and is recorded as what could not be made good. No unit is gone with
    /// it.
    pub(super) broken_promises: u64,
}

impl Units {
    /// Both together.
    pub(super) fn plus(self, other: &Self) -> Self {
        Self {
            allotted: self.allotted + other.allotted,
            held: self.held + other.held,
            offered: self.offered + other.offered,
            sold: self.sold + other.sold,
            released: self.released + other.released,
            expired: self.expired + other.expired,
            revoked: self.revoked + other.revoked,
            oversold: self.oversold + other.oversold,
            broken_promises: self.broken_promises + other.broken_promises,
        }
    }

    /// Units of reservations that are kept like this: offered, or held.
    pub(super) fn kept(&mut self, state: ReservationState) -> &mut u64 {
        if state == ReservationState::Offered { &mut self.offered } else { &mut self.held }
    }

    /// Units of reservations that ended like this.
    pub(super) fn ended(&mut self, state: ReservationState) -> &mut u64 {
        match state {
            ReservationState::Sold => &mut self.sold,
            ReservationState::Released => &mut self.released,
            ReservationState::Revoked => &mut self.revoked,
            _ => &mut self.expired,
        }
    }
}
