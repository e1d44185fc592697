//! The command `loadtest compare`: from arguments to a report.

use std::{path::Path, process::ExitCode};

use super::{
    arguments::Arguments,
    report::Report,
    run::{CompareError, run},
};
use crate::{page, rush::progress::say, stoppable};

/// The crowd has a thread of its own.
const THREADS: usize = 1;

/// Runs the comparison and reports it. It fails only when it can't be run: no figure is too low.
pub(crate) fn main(arguments: &Arguments) -> ExitCode {
    end(execute(arguments).and_then(|report| {
        publish(arguments.page.as_deref(), "redis", &report.page(), &report.table(), &report.line())
    }))
}

fn execute(arguments: &Arguments) -> Result<Report, CompareError> {
    stoppable::run(THREADS, CompareError::Interrupted, run(arguments))
}

/// Writes a section of a page, where there is one, and the figures for people and for programs.
#[allow(clippy::print_stdout, reason = "standard output is where the report goes")]
pub(super) fn publish(
    path: Option<&Path>,
    section: &str,
    page: &str,
    table: &str,
    line: &str,
) -> Result<(), CompareError> {
    if let Some(path) = path {
        page::write_section(path, section, page)?;
    }
    println!("{table}\n{line}");
    Ok(())
}

/// What the program ends with.
pub(super) fn end(result: Result<(), CompareError>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("The comparison could not be run: {error}"));
            ExitCode::FAILURE
        }
    }
}
