//! The journal of one process: a redb file in the data directory, written by one committer.

mod committer;
mod error;
mod file;
mod group;
mod journal;
mod options;
mod queue;
mod reader;
mod snapshot;
mod store;
mod tables;
mod trim;

#[cfg(test)]
mod fault_tests;
#[cfg(test)]
mod faulty_disk;

pub use error::OpenError;
pub use journal::EmbeddedJournal;
pub use options::Options;
