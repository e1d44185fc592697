//! `loadtest rush`: a drop, a crowd and an audit.

pub(crate) mod arguments;
mod audit;
mod bots;
mod chain;
pub(crate) mod cluster;
pub(crate) mod command;
mod crowd;
mod findings;
mod host;
mod kills;
pub(crate) mod node;
mod pace;
mod presses;
pub(crate) mod process;
pub(crate) mod progress;
mod promises;
pub(crate) mod redis;
mod report;
mod run;
mod shared;
pub(crate) mod show;
mod taken;
mod units;
mod verdict;
mod viewer;
