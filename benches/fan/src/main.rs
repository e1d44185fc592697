//! `fan-server`: servers that hand every message of a publisher to every subscriber, and do nothing else.
//!
//! A WebSocket at `/fan` subscribes; what a WebSocket at `/publish` sends is broadcast. `loadtest fan` measures them.

mod axum_server;
mod bare;
mod handshake;
mod hub;

use std::{io, net::SocketAddr, process::ExitCode};

use clap::{Parser, ValueEnum};

/// Where one subscribes.
const FAN: &str = "/fan";
/// Where one publishes.
const PUBLISH: &str = "/publish";

#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    /// How it broadcasts.
    kind: Kind,
    /// Where it listens.
    #[arg(long)]
    listen: SocketAddr,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// One thread over epoll; a `send()` of a ready-made frame for each message and subscriber: the limit.
    Send,
    /// The same, but what was published together goes out in one `send()`.
    Coalesced,
    /// axum and `tokio::sync::broadcast`, as a tutorial has it.
    Axum,
    /// Dropcast's hub, without anything else of Dropcast.
    Hub,
}

#[allow(clippy::print_stderr, reason = "a bench program's log")]
fn main() -> ExitCode {
    let Arguments { kind, listen } = Arguments::parse();
    match serve(kind, listen) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("It can't serve: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(kind: Kind, listen: SocketAddr) -> io::Result<()> {
    match kind {
        Kind::Send => bare::serve(listen, bare::Coalesce::No),
        Kind::Coalesced => bare::serve(listen, bare::Coalesce::Yes),
        Kind::Axum => axum_server::serve(listen),
        Kind::Hub => hub::serve(listen),
    }
}
