//! What is wrong with a configuration, where, and what would be right.

use std::{io, path::PathBuf};

use super::SecretError;

/// Why a configuration can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file can't be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file says something that can't be.
    #[error("{}:{line}:{column}: {problem}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// There is no such variable.
    #[error("{name}: there is no such setting; did you mean {nearest}?")]
    VariableUnknown {
        /// Its name.
        name: String,
        /// The setting whose name is nearest.
        nearest: String,
    },
    /// A variable has a value that can't be.
    #[error("{name}: {problem}")]
    Variable {
        /// Its name.
        name: String,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// A field, wherever its value comes from, has a value that can't work.
    #[error("{field}: {problem}")]
    Field {
        /// Its dotted name.
        field: &'static str,
        /// What would be right.
        problem: String,
    },
    /// The variable with the secret holds none.
    #[error("DROPCAST_TOKEN_SECRET: {0}")]
    Secret(#[from] SecretError),
    /// The file with the secret holds none.
    #[error("{}: {source}", path.display())]
    SecretFile {
        /// Which.
        path: PathBuf,
        /// Why.
        source: SecretError,
    },
    /// Nothing gives the secret.
    #[error("no token secret: set DROPCAST_TOKEN_SECRET, or token_secret_file to the name of a file that holds it")]
    SecretMissing,
}
