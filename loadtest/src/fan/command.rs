//! The command `loadtest fan`.

use std::{process::ExitCode, sync::atomic::Ordering, thread, time::Duration};

use tokio::{
    runtime,
    signal::unix::{SignalKind, signal},
};

use super::{
    arguments::Arguments,
    crowd::INTERRUPTED,
    error::FanError,
    measure::{Stretch, as_float, last, stretch},
    peer::{Peer, Running},
    processor::Processors,
};
use crate::rush::progress::say;

/// Measures, and reports. It fails only when it can't be run: no figure is too high.
pub(crate) fn main(arguments: &Arguments) -> ExitCode {
    match watch_for_signals().and_then(|()| run(arguments)) {
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
    let (mut interrupt, mut terminate) = runtime.block_on(async {
        Ok::<_, std::io::Error>((signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?))
    })?;
    thread::spawn(move || {
        runtime.block_on(async {
            tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
        });
        INTERRUPTED.store(true, Ordering::Relaxed);
    });
    Ok(())
}

fn run(arguments: &Arguments) -> Result<(), FanError> {
    let given = Processors::given()?;
    for round in 1..=arguments.rounds {
        for peer in &arguments.peers {
            let measured = measure(*peer, arguments, given)?;
            say(&format!("round {round}, {peer:?}: {measured:?}"));
        }
    }
    Ok(())
}

/// What one server came to, with the server on one processor and the subscribers on another.
#[derive(Debug)]
#[allow(dead_code)]
struct Measured {
    one: Stretch,
    eight: Stretch,
    sixty_four: Stretch,
    last: Vec<Duration>,
    bytes_per_connection: f64,
}

fn measure(peer: Peer, arguments: &Arguments, given: Processors) -> Result<Measured, FanError> {
    let server = Running::start(peer, arguments, given.first())?;
    given.second().bind()?;
    let mut crowd = server.crowd(arguments.connections)?;
    let before = server.usage.memory()?;
    server.fill(&mut crowd, arguments.connections)?;
    crowd.idle(Duration::from_millis(500))?;
    let grown = server.usage.memory()?.saturating_sub(before);
    let time = Duration::from_millis(arguments.stretch_ms);
    Ok(Measured {
        one: stretch(&mut crowd, server.usage, 1, time)?,
        eight: stretch(&mut crowd, server.usage, 8, time)?,
        sixty_four: stretch(&mut crowd, server.usage, 64, time)?,
        last: last(&mut crowd, arguments.beats as usize)?,
        bytes_per_connection: as_float(grown) / f64::from(arguments.connections),
    })
}
