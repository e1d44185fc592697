//! Histories that are right, histories that are wrong in each way, and random ones that are right until something is
//! changed.

mod facts;
mod random;
mod right;
mod story;
mod wrong;
