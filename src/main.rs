//! The `dropcast` program.

use std::{io::Write as _, process::ExitCode};

use clap::Parser as _;
use dropcast::cli::{Arguments, Ending, run};

/// It could not be carried out.
const FAILED: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(Ending::Well) => ExitCode::SUCCESS,
        Ok(Ending::Violations) => ExitCode::FAILURE,
        Err(error) => {
            // Nobody is left to tell when this fails.
            let _ = writeln!(std::io::stderr(), "dropcast: {error}");
            ExitCode::from(FAILED)
        }
    }
}
