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
        // Before the work begins: what it has started must not be left behind by a signal that nobody listens for.
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            result = work => result,
            _ = interrupt.recv() => Err(interrupted),
            _ = terminate.recv() => Err(interrupted),
        }
    });
    runtime.shutdown_background();
    result
}
