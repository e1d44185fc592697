//! Why an entry is not one that this show could have made.

use super::{DropPhase, ShowPhase};
use crate::{
    ids::{BrandId, DropId, Key, OrderId, PrincipalId, ProductId, ReservationId, Sku, WaiterId},
    inventory::StockError,
    time::Timestamp,
};

/// An entry contradicts what is true: the journal that it comes from is damaged or another show's.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FoldError {
    /// It has no facts.
    #[error("an entry has no facts")]
    NoFacts,
    /// It is older than the entry before it.
    #[error("an entry of {} follows one of {}", at.0, last.0)]
    TimeBackwards {
        /// Its moment.
        at: Timestamp,
        /// The moment of the entry before it.
        last: Timestamp,
    },
    /// The key was bound before.
    #[error("the key {key} is bound twice")]
    KeyBoundTwice {
        /// Which.
        key: Key,
    },
    /// The show was never planned, or in a phase in which this can't become true.
    #[error("the show is {0}, or not planned")]
    Show(ShowPhase),
    /// The show would go to another brand.
    #[error("a show of the brand {0} would go to another")]
    BrandFixed(BrandId),
    /// An opening would be taken back though the drop keeps or sold something, or its lots are drawn.
    #[error("the opening of the drop {0} would be taken back while it is in use")]
    UndoneInUse(DropId),
    /// A node counted less than it had.
    #[error("the node {0} counted less than before")]
    Audience(PrincipalId),
    /// There is no such product.
    #[error("there is no product {0}")]
    ProductUnknown(ProductId),
    /// There is no such SKU, or the drop doesn't sell it.
    #[error("there is no SKU {0}")]
    SkuUnknown(Sku),
    /// The SKU is there twice, or belongs to another product.
    #[error("the SKU {0} is there already")]
    SkuTaken(Sku),
    /// The SKU leaves the catalogue though it has units or a drop sells it.
    #[error("the SKU {0} is in use")]
    SkuInUse(Sku),
    /// There is no such drop.
    #[error("there is no drop {0}")]
    DropUnknown(DropId),
    /// The drop is in a phase in which this can't become true.
    #[error("the drop {drop} is {phase}")]
    DropPhase {
        /// Which.
        drop: DropId,
        /// The phase it is in.
        phase: DropPhase,
    },
    /// The drop was opened, and what it sells and how changed after that.
    #[error("the drop {0} was opened and can't change")]
    DropFixed(DropId),
    /// Units are not where they are said to come from.
    #[error("{sku}: {problem}")]
    Stock {
        /// Of what.
        sku: Sku,
        /// What is wrong.
        problem: StockError,
    },
    /// The drop would sell more than its cap.
    #[error("the drop {drop} would sell more of {sku} than its cap")]
    CapExceeded {
        /// Which.
        drop: DropId,
        /// Of what.
        sku: Sku,
    },
    /// The viewer would have more than the drop's limit.
    #[error("a viewer would have more in the drop {0} than its limit")]
    LimitExceeded(DropId),
    /// Reservations or orders are not numbered one after the other.
    #[error("the number {found} follows where {expected} should")]
    Number {
        /// The number that should follow.
        expected: u64,
        /// The number that does.
        found: u64,
    },
    /// There is no such reservation, or it is not held, or not sold without an order.
    #[error("the reservation {0} is not in the state that this takes")]
    Reservation(ReservationId),
    /// Holds are extended by nothing, or by time in which something was decided.
    #[error("holds are extended by {by_ms} ms, and {since_ms} ms went by since the entry before")]
    Extension {
        /// By how much, in milliseconds.
        by_ms: u64,
        /// How much it may be, in milliseconds.
        since_ms: u64,
    },
    /// There is no such place in line, or it is not waited in.
    #[error("the place in line {0} is not in the state that this takes")]
    Waiter(WaiterId),
    /// The drop has no draw in the state that this takes, or its seed is not the one that was committed to.
    #[error("the draw of the drop {0} is not in the state that this takes")]
    Draw(DropId),
    /// There is no such order, or it is paid already, or it comes to another total.
    #[error("the order {0} is not in the state that this takes")]
    Order(OrderId),
    /// A promise is kept or broken a second time, or under no key.
    #[error("the promise of the lost reservation {0} is told twice, or under no key")]
    Promise(ReservationId),
    /// A number is above what can be counted.
    #[error("there are too many to be counted")]
    TooMany,
}
