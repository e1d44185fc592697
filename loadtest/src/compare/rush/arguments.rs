//! What can be asked of a comparison of rushes.

use std::path::PathBuf;

use clap::{Args, value_parser};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The server program that is started.
    #[arg(long, value_name = "BINARY")]
    pub(super) server: PathBuf,
    /// How often each is measured.
    #[arg(long, default_value_t = 3, value_parser = value_parser!(u32).range(1..=100))]
    pub(super) rounds: u32,
    /// How many WebSockets click while there is a unit for every click, and when nothing is left.
    #[arg(long, default_value_t = 5_000, value_parser = value_parser!(u32).range(1..=15_000))]
    pub(super) viewers: u32,
    /// How many clicks each of them makes.
    #[arg(long, default_value_t = 40, value_parser = value_parser!(u32).range(1..=100))]
    pub(super) clicks: u32,
    /// How many WebSockets rush for a few units.
    #[arg(long, default_value_t = 15_000, value_parser = value_parser!(u32).range(1..=15_000))]
    pub(super) rush_viewers: u32,
    /// How many clicks they make together.
    #[arg(long, default_value_t = 100_000, value_parser = value_parser!(u32).range(1..=1_000_000))]
    pub(super) rush_clicks: u32,
    /// For how many units.
    #[arg(long, default_value_t = 500, value_parser = value_parser!(u32).range(1..))]
    pub(super) rush_units: u32,
    /// The last line of the benchmark of the engine and its journals alone, to be taken into the report.
    #[arg(long, value_name = "FILE")]
    pub(super) engine: Option<PathBuf>,
    /// The last line of the benchmark of a show's memory, to be taken into the report.
    #[arg(long, value_name = "FILE")]
    pub(super) memory: Option<PathBuf>,
    /// Where to write the report as a page.
    #[arg(long, value_name = "FILE")]
    pub(super) page: Option<PathBuf>,
}
