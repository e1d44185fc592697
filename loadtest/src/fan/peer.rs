//! The servers that are measured.

use std::{io, net::SocketAddr, path::Path, process::Command};

use clap::ValueEnum;

use super::{
    arguments::Arguments,
    foreign::{self, Manners},
};

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
    /// nginx with Nchan.
    Nchan,
    /// NATS over WebSockets.
    Nats,
    /// Mosquitto, MQTT over WebSockets.
    Mosquitto,
    /// The package `ws` on Node.
    Ws,
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
            Self::Nchan => "Nchan (nginx)",
            Self::Nats => "NATS WebSocket",
            Self::Mosquitto => "Mosquitto WebSocket",
            Self::Ws => "Node `ws`",
        }
    }

    /// The same without what is in brackets, for a plot.
    pub(super) fn short_title(self) -> String {
        self.title().split(" (").next().unwrap_or_default().replace('`', "")
    }

    /// What its clients do otherwise than those of a server that only broadcasts.
    pub(super) fn manners(self) -> Option<Manners> {
        match self {
            Self::Nats => Some(foreign::nats()),
            Self::Mosquitto => Some(foreign::mqtt()),
            _ => None,
        }
    }

    /// What starts it with files in a folder of its own; nothing for Dropcast, which needs a show besides.
    pub(super) fn command(
        self,
        arguments: &Arguments,
        address: SocketAddr,
        folder: &Path,
    ) -> io::Result<Option<Command>> {
        let script = |interpreter: &Path, file: &str| {
            let mut command = Command::new(interpreter);
            command.arg(arguments.programs.join(file)).arg(address.port().to_string());
            command
        };
        let command = match self {
            Self::Uws => script(&arguments.python, "uws.py"),
            Self::Bun => script(&arguments.bun, "bun.js"),
            Self::Ws => {
                let mut command = script(Path::new("node"), "ws.cjs");
                command.env("NODE_PATH", &arguments.node_modules);
                command
            }
            Self::Nchan => foreign::nchan(address, folder)?,
            Self::Nats => foreign::nats_server(address, folder)?,
            Self::Mosquitto => foreign::mosquitto(address, folder)?,
            Self::Send | Self::Coalesced | Self::Axum | Self::Hub => {
                let mut command = Command::new(&arguments.fan_server);
                command.args([self.name(), "--listen".to_owned(), address.to_string()]);
                command
            }
            Self::Json | Self::Protobuf => return Ok(None),
        };
        Ok(Some(command))
    }
}
