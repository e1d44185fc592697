//! The command `loadtest noop`.

use std::{net::SocketAddr, process::ExitCode};

use clap::Args;

use super::server;
use crate::rush::progress::say;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Where it listens.
    #[arg(long, default_value = "127.0.0.1:8082")]
    listen: SocketAddr,
}

/// Serves until it is killed.
pub(crate) fn main(arguments: &Arguments) -> ExitCode {
    match server::serve(arguments.listen) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("it can't listen or serve: {error}"));
            ExitCode::FAILURE
        }
    }
}
