//! The servers that are measured.

use std::{net::SocketAddr, path::Path, process::Command};

use clap::ValueEnum;

use super::arguments::Arguments;

/// A server.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, ValueEnum)]
pub(crate) enum Peer {
    /// The bare `send()` loop over epoll.
    Send,
    /// The same, coalescing.
    Coalesced,
    /// uWebSockets, through the C interface in `socketify`.
    Uws,
    /// Bun, which is built on uWebSockets.
    Bun,
    /// axum and `tokio::sync::broadcast`.
    Axum,
    /// Dropcast's hub alone.
    Hub,
    /// Dropcast, its viewers in JSON.
    Json,
    /// Dropcast, its viewers in protobuf.
    Protobuf,
}

impl Peer {
    /// As it is given on the command line, and in the line for programs.
    pub(super) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// As it is called in a table.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Send => "bare `send()` loop over epoll",
            Self::Coalesced => "the same, coalescing",
            Self::Uws => "uWebSockets (`socketify`'s C interface)",
            Self::Bun => "Bun (built on uWebSockets)",
            Self::Axum => "axum ws + tokio broadcast",
            Self::Hub => "Dropcast's hub alone",
            Self::Json => "Dropcast, JSON",
            Self::Protobuf => "Dropcast, protobuf",
        }
    }

    /// What starts it, when it is a program that only broadcasts.
    pub(super) fn command(self, arguments: &Arguments, address: SocketAddr) -> Option<Command> {
        let script = |interpreter: &Path, file: &str| {
            let mut command = Command::new(interpreter);
            command.arg(arguments.programs.join(file)).arg(address.port().to_string());
            command
        };
        match self {
            Self::Uws => Some(script(&arguments.python, "uws.py")),
            Self::Bun => Some(script(&arguments.bun, "bun.js")),
            Self::Send | Self::Coalesced | Self::Axum | Self::Hub => {
                let mut command = Command::new(&arguments.fan_server);
                command.args([self.name(), "--listen".to_owned(), address.to_string()]);
                Some(command)
            }
            Self::Json | Self::Protobuf => None,
        }
    }
}
