//! A journal in memory, for tests and simulations: deterministic (ordered maps, no clock, no randomness), with faults
//! that are asked for.

mod exchange;
mod faults;
mod journal;
mod state;

pub use faults::{AppendFault, Faults};
pub use journal::{MemoryJournal, Time};
