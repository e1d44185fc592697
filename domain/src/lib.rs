//! The rules of a show, as a pure state machine: `decide` turns a command into facts or a refusal, `apply` folds facts
//! into a state. No runtime, no clock, no randomness, no I/O: time and keys come in as arguments.

pub mod ids;
pub mod inventory;
pub mod money;
pub mod orders;
pub mod show;
mod table;
pub mod text;
pub mod time;
