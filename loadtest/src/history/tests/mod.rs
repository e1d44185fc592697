//! Histories that are right, histories that are wrong in each way, and random ones that are right until something is
//! changed.

mod draws;
mod facts;
mod lines;
mod random;
mod right;
mod rules;
mod story;
mod wrong;
