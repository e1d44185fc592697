//! `dropcast serve`.

use tokio::signal::unix::{SignalKind, signal};

use super::{CliError, arguments::ServeArguments};
use crate::{app::App, config::Config, telemetry};

pub(super) async fn run(arguments: &ServeArguments) -> Result<(), CliError> {
    let mut config = Config::load(arguments.config.as_deref(), std::env::vars())?;
    if let Some(listen) = arguments.listen {
        config.listen = listen;
    }
    if let Some(data_dir) = &arguments.data_dir {
        config.data_dir.clone_from(data_dir);
    }
    telemetry::tracing::init(&config.log)?;
    raise_open_files_limit();
    let app = App::start(config, None).await?;
    tracing::info!(address = %app.address, durability = "embedded", "dropcast serves");
    asked_to_stop().await?;
    tracing::info!("stopping");
    app.stop().await;
    tracing::info!("stopped");
    Ok(())
}

/// Comes back at SIGTERM or SIGINT.
pub(super) async fn asked_to_stop() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// A connection is an open file; the limit that a shell starts with is low.
pub(super) fn raise_open_files_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current < maximum
        && let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })
    {
        tracing::warn!(%error, "the limit of open files stays at {current:?}");
    }
}
