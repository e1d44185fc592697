//! The log: one line an event, for people or for machines.

use std::io;

use tracing::Subscriber;
use tracing_subscriber::{EnvFilter, filter::ParseError, fmt::MakeWriter, layer::SubscriberExt as _, registry};

use crate::config::{LogFormat, LogSection};

/// Why nothing can be logged.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The filter is none.
    #[error("log.filter: {0}")]
    Filter(#[from] ParseError),
    /// Something else logs already.
    #[error("the log is already set up")]
    AlreadySetUp(#[from] tracing::subscriber::SetGlobalDefaultError),
}

/// Logs to standard error from now on, for the whole process. Standard output is left to what commands print.
pub fn init(log: &LogSection) -> Result<(), LogError> {
    let subscriber = subscriber(log, io::stderr)?;
    tracing::subscriber::set_global_default(subscriber)?;
    Ok(())
}

/// What writes the log to `writer`.
pub fn subscriber<W>(log: &LogSection, writer: W) -> Result<Box<dyn Subscriber + Send + Sync>, ParseError>
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let registry = registry().with(EnvFilter::try_new(&log.filter)?);
    let layer = tracing_subscriber::fmt::layer().with_writer(writer);
    Ok(match log.format {
        LogFormat::Text => Box::new(registry.with(layer.with_ansi(false))),
        LogFormat::Json => Box::new(registry.with(layer.json().flatten_event(true).with_span_list(false))),
    })
}
