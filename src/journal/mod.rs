//! A show's ordered, durable facts, as opaque bytes: the trait with its promises, and the journals that keep them.

mod admission;
mod contract;
mod embedded;
mod exchange;
mod memory;

pub use contract::*;
pub use embedded::{EmbeddedJournal, OpenError, Options};
pub use exchange::*;
pub use memory::{AppendFault, Faults, MemoryJournal, Time};
