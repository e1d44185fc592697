//! The `dropcast` program.

use std::{
    error::Error,
    io::{self, Write as _},
    process::ExitCode,
};

use clap::Parser as _;
use dropcast::cli::{Arguments, Ending, FAILED, run};
use mimalloc::MiMalloc;

/// What is allocated on one thread and freed on another, as everything of a click is, costs the system's allocator locks.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    use_small_pages();
    match run(Arguments::parse()).await {
        Ok(Ending::Well) => ExitCode::SUCCESS,
        Ok(Ending::Violations) => ExitCode::FAILURE,
        // Whoever read the output has seen enough.
        Err(error) if is_broken_pipe(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell when this fails.
            let _ = writeln!(io::stderr(), "dropcast: {error}");
            ExitCode::from(FAILED)
        }
    }
}

/// An allocation that is large, but not as large as a huge page, would have a whole one cleared for it; what a connection
/// costs would be hidden by them, too.
fn use_small_pages() {
    // Where it can't be had, the program is only slower.
    #[cfg(target_os = "linux")]
    drop(rustix::thread::disable_transparent_huge_pages(true));
}

fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
    let json = error.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind);
    kind.or(json) == Some(io::ErrorKind::BrokenPipe)
}
