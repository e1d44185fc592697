//! The command `loadtest fan`.

use std::{fs, process::ExitCode, sync::atomic::Ordering, thread};

use tokio::{
    runtime,
    signal::unix::{SignalKind, signal},
};

use super::{arguments::Arguments, crowd::INTERRUPTED, error::FanError, report::Report, run::run};
use crate::{page, rush::progress::say};

/// Measures, and reports. It fails only when it can't be run: no figure is too high.
pub(crate) fn main(arguments: &Arguments) -> ExitCode {
    match watch_for_signals().and_then(|()| run(arguments)).and_then(|report| publish(arguments, &report)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("The fan-out could not be measured: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// An interruption is noticed by whoever reads next, so that everything that was started is stopped on the way out.
fn watch_for_signals() -> Result<(), FanError> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut interrupt, mut terminate) = {
        let _inside = runtime.enter();
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
    };
    thread::spawn(move || {
        runtime.block_on(async {
            tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
        });
        INTERRUPTED.store(true, Ordering::Relaxed);
    });
    Ok(())
}

#[allow(clippy::print_stdout, reason = "standard output is where the report goes")]
fn publish(arguments: &Arguments, report: &Report) -> Result<(), FanError> {
    if let Some((path, plot)) = arguments.plot.as_ref().zip(report.plot()) {
        fs::write(path, plot.svg())?;
    }
    if let Some(path) = &arguments.page {
        page::write_section(path, "fan", &report.section())?;
    }
    println!("{}\n{}", report.tables(), report.line());
    Ok(())
}
