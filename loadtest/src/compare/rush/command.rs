//! The command `loadtest compare-rush`: from arguments to a report.

use std::process::ExitCode;

use super::{arguments::Arguments, report::Report, run::run};
use crate::{
    compare::{command, run::CompareError},
    stoppable,
};

/// One carries the crowd, the other all else; a second crowd has a thread of its own.
const THREADS: usize = 1;

/// Runs the comparison and reports it. It fails only when it can't be run: no figure is too low.
pub(crate) fn main(arguments: &Arguments) -> ExitCode {
    command::end(execute(arguments).and_then(|report| {
        command::publish(arguments.page.as_deref(), "rush", &report.page(), &report.table(), &report.line())
    }))
}

fn execute(arguments: &Arguments) -> Result<Report<'_>, CompareError> {
    let (rounds, beside) = stoppable::run(THREADS, CompareError::Interrupted, run(arguments))?;
    Ok(Report { rounds, beside, arguments })
}
