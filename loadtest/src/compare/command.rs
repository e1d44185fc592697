//! The command `loadtest compare`: from arguments to a report.

use std::process::ExitCode;

use tokio::{
    runtime,
    signal::unix::{SignalKind, signal},
};

use super::{
    arguments::Arguments,
    report::Report,
    run::{CompareError, run},
};
use crate::{page, rush::progress::say};

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
    let threads = usize::from(arguments.threads);
    let runtime = runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build()?;
    let result = runtime.block_on(async {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        // Whichever ends first, the comparison is dropped here and takes its servers with it.
        tokio::select! {
            report = run(arguments) => report,
            _ = interrupt.recv() => Err(CompareError::Interrupted),
            _ = terminate.recv() => Err(CompareError::Interrupted),
        }
    });
    runtime.shutdown_background();
    result
}

#[allow(clippy::print_stdout, reason = "standard output is where the report goes")]
fn publish(arguments: &Arguments, report: &Report) -> Result<(), CompareError> {
    if let Some(path) = &arguments.page {
        page::write_section(path, "redis", &report.page())?;
    }
    println!("{}\n{}", report.table(), report.line());
    Ok(())
}
