//! The command `loadtest rush`: from arguments to an exit code.

use std::{fs, io, process::ExitCode};

use super::{
    arguments::Arguments,
    progress::{Progress, say},
    report::Report,
    run::{RunError, run},
};
use crate::stoppable;

/// The journal keeps every promise and every click got an answer.
const WENT_WELL: u8 = 0;
/// It does not.
const FAULTS: u8 = 1;
/// It could not be found out.
const NOT_RUN: u8 = 2;

/// Runs the rush and reports it.
pub(crate) fn main(arguments: &Arguments) -> ExitCode {
    let progress = Progress::new();
    let code = match execute(arguments, &progress).and_then(|report| publish(arguments, &report)) {
        Ok(code) => code,
        Err(error) => {
            say(&format!("The rush could not be run: {error}"));
            NOT_RUN
        }
    };
    ExitCode::from(code)
}

fn execute(arguments: &Arguments, progress: &Progress) -> Result<Report, RunError> {
    stoppable::run(usize::from(arguments.threads), RunError::Interrupted, run(arguments, progress))
}

#[allow(clippy::print_stdout, reason = "standard output is where the report goes")]
fn publish(arguments: &Arguments, report: &Report) -> Result<u8, RunError> {
    let line = serde_json::to_string(&report.line).map_err(io::Error::from)?;
    if let Some(path) = &arguments.json {
        fs::write(path, format!("{line}\n"))?;
    }
    println!("{report}");
    report.faults.iter().for_each(|fault| say(fault));
    println!("{line}");
    Ok(if report.faults.is_empty() { WENT_WELL } else { FAULTS })
}
