//! What the benchmarks without sockets found.

use std::{fs, io, path::Path};

use serde::{Deserialize, de::DeserializeOwned};

/// The last line of that of the engine and its journals.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct EngineFigures {
    /// Accepted reservations a second, with the embedded journal.
    pub(super) embedded_per_s: f64,
    /// The same with the journal on Redis.
    pub(super) engine_per_s: f64,
    /// Those of hash maps with one fdatasync for a batch.
    pub(super) fdatasync_per_s: f64,
    /// How large the batch was when that was fastest.
    pub(super) fdatasync_best: String,
    /// Those of one Lua script per click.
    pub(super) lua_per_s: f64,
    /// How the scripts were sent when they were fastest.
    pub(super) lua_best: String,
    /// What Redis computed for each accepted click, in microseconds.
    pub(super) engine_redis_us: f64,
    /// The same for the scripts.
    pub(super) lua_redis_us: f64,
}

/// The last line of that of a show's state: how many bytes each thing takes.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct MemoryFigures {
    /// Beside its key.
    #[serde(rename = "bytes_per_hold")]
    pub(super) hold: f64,
    #[serde(rename = "bytes_per_key")]
    pub(super) key: f64,
    #[serde(rename = "bytes_per_hold_with_key")]
    pub(super) hold_with_key: f64,
}

impl EngineFigures {
    pub(super) fn read(path: &Path) -> io::Result<Self> {
        last_line(path)
    }
}

impl MemoryFigures {
    pub(super) fn read(path: &Path) -> io::Result<Self> {
        last_line(path)
    }
}

fn last_line<T: DeserializeOwned>(path: &Path) -> io::Result<T> {
    let text = fs::read_to_string(path)?;
    Ok(serde_json::from_str(text.trim_end().lines().last().unwrap_or_default())?)
}
