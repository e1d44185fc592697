//! A second model of the rules, written to be plain instead of fast: it keeps the list of what happened, and answers
//! every question by reading the list from its beginning. It shares nothing with the first but the vocabulary.

mod answer;
mod audience;
mod buying;
mod history;
mod lines;
mod plan;
mod promises;
mod questions;
mod units;

pub(crate) use history::{Joined, Naive};
