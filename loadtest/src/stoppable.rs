//! Work that ends early when somebody asks to stop.

use std::io;

use tokio::{
    runtime,
    signal::unix::{SignalKind, signal},
};

/// Runs the work on so many threads until it ends or somebody interrupts or terminates the program, which is `interrupted`.
/// Whichever comes first, the work is dropped here and takes its servers with it.
pub(crate) fn run<T, E: From<io::Error>>(
    threads: usize,
    interrupted: E,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let runtime = runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build()?;
    let result = runtime.block_on(async {
        tokio::select! {
            result = work => result,
            stopped = stop_asked_for() => Err(stopped.map_or_else(E::from, |()| interrupted)),
        }
    });
    runtime.shutdown_background();
    result
}

/// Comes back when somebody asks to stop.
async fn stop_asked_for() -> io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}
