//! `loadtest compare-rush`: a rush on one server with a journal of its own beside what one would otherwise write, in
//! turn, by the same client.

pub(crate) mod arguments;
pub(crate) mod command;
mod figures;
mod report;
mod run;
