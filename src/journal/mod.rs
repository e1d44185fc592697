//! A show's ordered, durable facts, as opaque bytes: the trait with its promises, and the journals that keep them.

mod admission;
mod archive;
mod archiving;
mod block;
mod contract;
mod embedded;
mod exchange;
mod memory;
mod pages;
mod redis;

pub use archive::{Archive, ArchiveError};
pub use archiving::ArchivingJournal;
pub use contract::*;
pub use embedded::{EmbeddedJournal, OpenError, Options};
pub use exchange::*;
pub use memory::{AppendFault, Faults, MemoryJournal, Time};
pub use redis::{
    CLOCK_APART_MS_MAX, Finding, Findings, Password, RedisDurability, RedisJournal, RedisOpenError, RedisOptions,
    shown_url,
};
