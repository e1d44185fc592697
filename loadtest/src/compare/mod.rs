//! `loadtest compare`: two nodes on Redis beside what one would otherwise write, in turn, by the same client.

pub(crate) mod arguments;
mod clicks;
pub(crate) mod command;
mod engine;
mod figures;
mod report;
mod run;
mod socket;
mod stage;
mod takeover;
mod viewer;
