//! `dropcast serve`.

use tokio::signal::unix::{Signal, SignalKind, signal};

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
    let tls = config.tls.certificate_file.is_some();
    let app = App::start(config, None).await?;
    tracing::info!(address = %app.address, durability = app.durability().as_str(), tls, "dropcast serves");
    StopSignals::catch()?.received().await;
    tracing::info!("stopping");
    stop(app).await;
    tracing::info!("stopped");
    Ok(())
}

/// SIGTERM and SIGINT, which no longer end the process by themselves.
pub(super) struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    /// Catches them from now on.
    pub(super) fn catch() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Comes back at the first of them, at once if it was caught before.
    pub(super) async fn received(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Stops the server; at the limit of a stop the process ends, whatever still hangs. That is as safe as a crash: nothing
/// is half-appended, and nothing was acknowledged that is not durable.
pub(super) async fn stop(app: App) {
    let limit = app.stop_limit();
    // Apart, because to drop what hangs would be to wait for it.
    let stopping = tokio::spawn(app.stop());
    if tokio::time::timeout(limit, stopping).await.is_err() {
        tracing::error!(limit_ms = limit.as_millis(), "the stop took too long and is cut off");
        std::process::exit(i32::from(crate::cli::FAILED));
    }
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
