//! `loadtest rush`: a drop, a crowd and an audit.

pub(crate) mod arguments;
mod audit;
mod chain;
mod cluster;
pub(crate) mod command;
mod crowd;
mod findings;
mod kills;
mod node;
mod pace;
mod presses;
mod process;
mod progress;
mod promises;
mod redis;
mod report;
mod run;
mod shared;
mod show;
mod units;
mod verdict;
mod viewer;
mod violations;
