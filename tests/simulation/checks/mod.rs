//! What must be true of every world, whatever went wrong in it.

mod answered;
mod audience;
mod audit;
mod chain;
mod draws;
mod history;
mod judge;
mod promises;
mod published;
mod retries;
mod snapshots;

pub(crate) use judge::{Check, Violation, judge};
pub(crate) use promises::facts;
