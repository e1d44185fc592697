//! One reservation, as its facts say it.

use dropcast_proto::v1::{ReservationHeld, ReservationOffered};

/// Where a reservation stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    Held,
    Offered,
    Sold,
    Released,
    Expired,
    Revoked,
}

/// Units that a reservation takes, as a fact says it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taking<'a> {
    pub(super) reservation: u64,
    pub(super) viewer: &'a str,
    pub(super) drop: &'a str,
    pub(super) sku: &'a str,
    pub(super) quantity: u32,
    pub(super) unit_price_minor: u64,
    /// [`State::Held`] or [`State::Offered`].
    pub(super) state: State,
}

/// Units of one SKU.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) sku: String,
    pub(super) quantity: u32,
    unit_price_minor: u64,
}

/// Units that were held or offered, and what became of them.
#[derive(Clone, Debug)]
pub(super) struct Reservation {
    pub(super) viewer: String,
    pub(super) drop: String,
    /// A bundle has several.
    pub(super) lines: Vec<Line>,
    pub(super) expires_at: u64,
    pub(super) state: State,
    pub(super) was_extended: bool,
    pub(super) order: Option<u64>,
}

impl State {
    /// Whether it keeps units of which nobody else can have any, for a time.
    pub(super) fn is_kept(self) -> bool {
        matches!(self, Self::Held | Self::Offered)
    }
}

impl<'a> From<&'a ReservationHeld> for Taking<'a> {
    fn from(held: &'a ReservationHeld) -> Self {
        Self {
            reservation: held.reservation,
            viewer: &held.viewer,
            drop: &held.drop,
            sku: &held.sku,
            quantity: held.quantity,
            unit_price_minor: held.unit_price_minor,
            state: State::Held,
        }
    }
}

impl<'a> From<&'a ReservationOffered> for Taking<'a> {
    fn from(offered: &'a ReservationOffered) -> Self {
        Self {
            reservation: offered.reservation,
            viewer: &offered.viewer,
            drop: &offered.drop,
            sku: &offered.sku,
            quantity: offered.quantity,
            unit_price_minor: offered.unit_price_minor,
            state: State::Offered,
        }
    }
}

impl Line {
    pub(super) fn of(taking: &Taking<'_>) -> Self {
        let &Taking { sku, quantity, unit_price_minor, .. } = taking;
        Self { sku: sku.to_owned(), quantity, unit_price_minor }
    }

    pub(super) fn total_minor(&self) -> u64 {
        self.unit_price_minor.saturating_mul(self.quantity.into())
    }
}

impl Reservation {
    pub(super) fn total_minor(&self) -> u64 {
        self.lines.iter().map(Line::total_minor).fold(0, u64::saturating_add)
    }

    pub(super) fn units(&self) -> u64 {
        self.lines.iter().map(|line| u64::from(line.quantity)).sum()
    }
}
