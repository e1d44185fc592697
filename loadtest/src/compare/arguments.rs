//! What can be asked of a comparison.

use std::path::PathBuf;

use clap::{Args, value_parser};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The server program that is started, two nodes on a Redis of their own.
    #[arg(long, value_name = "BINARY")]
    pub(super) server: PathBuf,
    /// How often each is measured.
    #[arg(long, default_value_t = 3, value_parser = value_parser!(u32).range(1..=100))]
    pub(super) rounds: u32,
    /// How many WebSockets click; each makes its next click when the one before is answered.
    #[arg(long, default_value_t = 1_000, value_parser = value_parser!(u32).range(1..=20_000))]
    pub(super) viewers: u32,
    /// How many clicks each of them makes; every click gets a unit.
    #[arg(long, default_value_t = 100, value_parser = value_parser!(u32).range(1..=100))]
    pub(super) clicks: u32,
    /// The last line of the benchmark of the engine and the journal alone, to be taken into the report.
    #[arg(long, value_name = "FILE")]
    pub(super) engine: Option<PathBuf>,
    /// Where to write the report as a page.
    #[arg(long, value_name = "FILE")]
    pub(super) page: Option<PathBuf>,
}
