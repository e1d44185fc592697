//! A show's ordered, durable facts, as opaque bytes: the trait with its promises, and the journals that keep them.

mod contract;

pub use contract::*;
