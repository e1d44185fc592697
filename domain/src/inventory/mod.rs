//! Units: how many there are of each SKU, and for whom they are held.

pub(crate) mod reservation;
pub(crate) mod stock;
pub(crate) mod waiter;

pub use reservation::{BundleLine, Reservation};
pub use stock::{Elsewhere, Stock, StockError};
pub use waiter::{Waiter, WaiterState};
