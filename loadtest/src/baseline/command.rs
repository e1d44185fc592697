//! The command `loadtest baseline`.

use std::{net::SocketAddr, process::ExitCode, sync::Arc};

use axum::serve::ListenerExt as _;
use clap::{Args, value_parser};
use redis::RedisError;
use tokio::{net::TcpListener, runtime};

use super::{server::router, stock::Stock};
use crate::rush::progress::say;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Where it listens.
    #[arg(long, default_value = "127.0.0.1:8081")]
    listen: SocketAddr,
    /// Where Redis is.
    #[arg(long, default_value = "redis://127.0.0.1:6379")]
    redis: String,
    /// How many units there are.
    #[arg(long, default_value_t = 500, value_parser = value_parser!(u32).range(1..))]
    units: u32,
    /// How many units one viewer may have.
    #[arg(long, default_value_t = 1, value_parser = value_parser!(u32).range(1..))]
    limit: u32,
}

/// Why it does not serve.
#[derive(Debug, thiserror::Error)]
enum BaselineError {
    #[error("Redis at the address given can't be asked: {0}")]
    Redis(#[from] RedisError),
    #[error("it can't listen or serve: {0}")]
    System(#[from] std::io::Error),
}

/// Serves until it is killed.
pub(crate) fn main(arguments: &Arguments) -> ExitCode {
    match serve(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn serve(arguments: &Arguments) -> Result<(), BaselineError> {
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let stock = Arc::new(Stock::open(&arguments.redis, arguments.units, arguments.limit).await?);
        let listener = TcpListener::bind(arguments.listen).await?;
        let listener = listener.tap_io(|stream| {
            // Without it an answer waits for more to send; where it is refused, answers are late and nothing else.
            let _ = stream.set_nodelay(true);
        });
        Ok(axum::serve(listener, router(stock)).await?)
    })
}
