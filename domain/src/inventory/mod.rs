//! Units: how many there are of each SKU, and for whom they are held.

pub(crate) mod reservation;
pub(crate) mod stock;

pub use reservation::Reservation;
pub use stock::{Stock, StockError};
