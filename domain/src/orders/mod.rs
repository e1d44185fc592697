//! What viewers owe and paid.

pub(crate) mod order;

pub use order::Order;
