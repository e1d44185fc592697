//! What is logged, and how.

use serde::{Deserialize, Serialize};

/// What is logged, and how.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogSection {
    /// `text` for people, `json` for machines: one line an event either way. Default: `text`.
    pub format: LogFormat,
    /// What is logged, as `tracing-subscriber` filters it: a level (`error`, `warn`, `info`, `debug`, `trace`), or levels
    /// by module, such as `info,dropcast::engine=debug`. Default: `info`.
    pub filter: String,
}

/// How a line of the log is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

impl Default for LogSection {
    fn default() -> Self {
        Self { format: LogFormat::Text, filter: "info".to_owned() }
    }
}
