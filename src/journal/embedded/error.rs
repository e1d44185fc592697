//! Why an embedded journal could not be opened.

use std::path::PathBuf;

/// Why an embedded journal could not be opened. Its text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has the file open.
    #[error("{} is in use by another process: stop that one, or ask it with --url", path.display())]
    InUse {
        /// The journal's file.
        path: PathBuf,
    },
    /// There is nothing to read.
    #[error("there is no journal at {}: check --data-dir", path.display())]
    Missing {
        /// The journal's file.
        path: PathBuf,
    },
    /// The file is not a journal that this version understands.
    #[error("{} has the format {found}, and this version understands {understood}: use the version that wrote it",
        path.display())]
    Format {
        /// The journal's file.
        path: PathBuf,
        /// The format that the file says it has.
        found: u64,
        /// The format that this version reads and writes.
        understood: u64,
    },
    /// The file can't be opened, read or repaired.
    #[error("{} can't be opened: {reason}", path.display())]
    Storage {
        /// The journal's file.
        path: PathBuf,
        /// What redb or the operating system says.
        reason: String,
    },
}
