//! What can be asked of the measurement of the fan-out.

use std::path::PathBuf;

use clap::{Args, value_parser};

use super::peer::Peer;

#[derive(Args, Clone, Debug)]
pub(crate) struct Arguments {
    /// The server program.
    #[arg(long, value_name = "BINARY", default_value = "target/release/dropcast")]
    pub(super) server: PathBuf,
    /// The program that is the bare loop, axum's tutorial, and the hub alone.
    #[arg(long, value_name = "BINARY", default_value = "target/release/fan-server")]
    pub(super) fan_server: PathBuf,
    /// A Python that has the package `socketify`.
    #[arg(long, value_name = "BINARY", default_value = "target/fan/python/bin/python")]
    pub(super) python: PathBuf,
    /// Bun.
    #[arg(long, value_name = "BINARY", default_value = "target/fan/node/node_modules/.bin/bun")]
    pub(super) bun: PathBuf,
    /// Where Node finds the package `ws`.
    #[arg(long, value_name = "FOLDER", default_value = "target/fan/node/node_modules")]
    pub(super) node_modules: PathBuf,
    /// Where the programs are that make servers of others broadcast.
    #[arg(long, value_name = "FOLDER", default_value = "benches/fan/peers")]
    pub(super) programs: PathBuf,
    /// Who is measured.
    #[arg(long, value_delimiter = ',', default_value = "send,coalesced,uws,bun,axum,hub,json,protobuf")]
    pub(super) peers: Vec<Peer>,
    /// Who is measured besides, once.
    #[arg(long, value_delimiter = ',')]
    pub(super) once: Vec<Peer>,
    /// How often each of the others is measured.
    #[arg(long, default_value_t = 3, value_parser = value_parser!(u32).range(1..=100))]
    pub(super) rounds: u32,
    /// How many subscribers there are.
    #[arg(long, default_value_t = 10_000, value_parser = value_parser!(u32).range(1..=19_000))]
    pub(super) connections: u32,
    /// How long messages are published with one, eight and sixty-four outstanding, in milliseconds each.
    #[arg(long, default_value_t = 3_000, value_parser = value_parser!(u64).range(1..=600_000))]
    pub(super) stretch_ms: u64,
    /// How many messages are published a second apart.
    #[arg(long, default_value_t = 5, value_parser = value_parser!(u32).range(0..=1_000))]
    pub(super) beats: u32,
    /// Leaves out how the cost grows, and the storms.
    #[arg(long)]
    pub(super) brief: bool,
    /// The page whose section is written.
    #[arg(long, value_name = "FILE")]
    pub(super) page: Option<PathBuf>,
    /// Where how the cost grows is drawn.
    #[arg(long, value_name = "FILE")]
    pub(super) plot: Option<PathBuf>,
}

impl Arguments {
    /// Everybody who is measured.
    pub(super) fn everybody(&self) -> Vec<Peer> {
        self.peers.iter().chain(&self.once).copied().collect()
    }
}
