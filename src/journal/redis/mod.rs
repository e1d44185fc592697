//! The journal that several nodes share, on Redis: a stream for each show, and small scripts that check and append. They
//! never decide about stock.
//!
//! A show lives in one slot of a Redis Cluster: its head (a hash), its blocks, its inbox and its notices (streams) and
//! its snapshot (a list) have keys with the show's name as their hash tag. Two indexes over all shows, the list and the
//! wake times, live in a slot of their own, so that a show and its place in them can't change together. Hence two rules:
//! a show is listed before anything is appended to it, and the index never wakes it later than its head says, see
//! [`wakes`].

mod appends;
mod check;
mod claims;
mod connector;
mod exchange;
mod index;
mod journal;
mod keys;
mod lane;
mod nodes;
mod open_error;
mod options;
mod outcome;
mod reader;
mod reply;
mod scripts;
mod sequence;
mod server;
mod snapshots;
mod trims;
mod waiting;
mod wakes;

pub use check::{Finding, Findings};
pub use journal::RedisJournal;
pub use open_error::RedisOpenError;
pub use options::{CLOCK_APART_MS_MAX, Password, RedisDurability, RedisOptions, shown_url};
