//! `loadtest rush`: a drop, a crowd and an audit.

pub(crate) mod arguments;
mod audit;
mod chain;
pub(crate) mod command;
mod crowd;
mod findings;
mod pace;
mod presses;
mod progress;
mod promises;
mod report;
mod run;
mod server;
mod shared;
mod show;
mod units;
mod verdict;
mod viewer;
mod violations;
