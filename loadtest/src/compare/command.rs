//! The command `loadtest compare`: from arguments to a report.

use std::process::ExitCode;

use super::{
    arguments::Arguments,
    report::Report,
    run::{CompareError, run},
};
use crate::{page, rush::progress::say, stoppable};

/// Runs the comparison and reports it. It fails only when it can't be run: no figure is too low.
pub(crate) fn main(arguments: &Arguments) -> ExitCode {
    match execute(arguments).and_then(|report| publish(arguments, &report)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("The comparison could not be run: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn execute(arguments: &Arguments) -> Result<Report, CompareError> {
    stoppable::run(usize::from(arguments.threads), CompareError::Interrupted, run(arguments))
}

#[allow(clippy::print_stdout, reason = "standard output is where the report goes")]
fn publish(arguments: &Arguments, report: &Report) -> Result<(), CompareError> {
    if let Some(path) = &arguments.page {
        page::write_section(path, "redis", &report.page())?;
    }
    println!("{}\n{}", report.table(), report.line());
    Ok(())
}
