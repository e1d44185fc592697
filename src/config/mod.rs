//! What an operator can set. Defaults, then a TOML file, then the environment; each later one wins.
//!
//! `docs/operations/configuration.md` explains every field; a test holds the page against these structs.

mod check;
mod engine;
mod error;
mod hub;
mod limits;
mod load;
mod log;
mod redis;
mod secret;
mod server;
mod tls;

pub use engine::EngineSection;
pub use error::ConfigError;
pub use hub::HubSection;
pub use limits::LimitsSection;
pub use log::{LogFormat, LogSection};
pub use redis::{RedisLevel, RedisSection, RedisUrl};
pub use secret::{SECRET_BYTES_MIN, Secret, SecretError};
pub use server::{Config, JournalKind};
pub use tls::TlsSection;
