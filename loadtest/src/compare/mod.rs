//! `loadtest compare` and `loadtest compare-rush`: servers of ours beside what one would otherwise write, in turn, by the
//! same client. The first compares two nodes on Redis, the second one server with a journal of its own.

pub(crate) mod arguments;
mod clicks;
pub(crate) mod command;
mod crowd;
mod engine;
mod figures;
mod report;
mod run;
pub(crate) mod rush;
mod socket;
mod stage;
mod table;
mod takeover;
mod viewer;
