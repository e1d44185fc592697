//! What the benchmark of the engine and the journal alone found.

use std::{fs, io, path::Path};

use serde::Deserialize;

/// Its last line.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct EngineFigures {
    /// Accepted reservations a second.
    pub(super) engine_per_s: f64,
    /// Those of one Lua script per click.
    pub(super) lua_per_s: f64,
    /// How the scripts were sent when they were fastest.
    pub(super) lua_best: String,
    /// What Redis computed for each accepted click, in microseconds.
    pub(super) engine_redis_us: f64,
    /// The same for the scripts.
    pub(super) lua_redis_us: f64,
}

impl EngineFigures {
    /// The last line of a file.
    pub(super) fn read(path: &Path) -> io::Result<Self> {
        let text = fs::read_to_string(path)?;
        Ok(serde_json::from_str(text.trim_end().lines().last().unwrap_or_default())?)
    }
}
