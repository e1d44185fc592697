//! The servers that are measured, each started alike.

use std::{net::SocketAddr, path::PathBuf, process::Command, time::Duration};

use clap::ValueEnum;
use tempfile::TempDir;

use super::{
    arguments::Arguments,
    crowd::{Crowd, Entrance},
    dialect::{Dialect, numbered},
    error::FanError,
    frame::{Kind, masked},
    handshake::Door,
    processor::Processors,
    usage::Usage,
};
use crate::rush::process::{Process, free_port};

/// How many shake hands at once when that is not what is measured.
const AT_ONCE: usize = 128;

/// A server.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Peer {
    /// The bare `send()` loop over epoll.
    Send,
    /// The same, coalescing.
    Coalesced,
    /// axum and `tokio::sync::broadcast`.
    Axum,
    /// uWebSockets, through the C interface in `socketify`.
    Uws,
    /// Bun, which is built on uWebSockets.
    Bun,
    /// Dropcast's hub alone.
    Hub,
}

impl Peer {
    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// A server that runs. Dropping it kills it.
pub(super) struct Running {
    _process: Process,
    _folder: TempDir,
    pub(super) usage: Usage,
    pub(super) address: SocketAddr,
}

impl Running {
    /// Starts it on these processors; the calling thread is bound to them afterwards.
    pub(super) fn start(peer: Peer, arguments: &Arguments, processors: Processors) -> Result<Self, FanError> {
        processors.bind()?;
        let folder = tempfile::Builder::new().prefix("dropcast-fan-").tempdir()?;
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()?));
        let mut command = command(peer, arguments, address);
        let mut process = Process::spawn(&peer.name(), folder.path(), &mut command)?;
        let usage = Usage(process.id());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listens = async || tokio::net::TcpStream::connect(address).await.is_ok();
        runtime.block_on(process.wait_until(listens))?;
        Ok(Self { _process: process, _folder: folder, usage, address })
    }

    /// The publisher's connection, and nobody else yet.
    pub(super) fn crowd(&self, subscribers: u32) -> Result<Crowd, FanError> {
        let door = self.door("/publish");
        let mut publisher = door.knock()?;
        door.enter(&mut publisher)?;
        let compose = Box::new(|number| masked(Kind::Text, &numbered(number)));
        let mut crowd = Crowd::new(publisher, compose, Dialect::Numbered, subscribers)?;
        crowd.idle(Duration::from_millis(300))?;
        Ok(crowd)
    }

    /// Lets all subscribers in.
    pub(super) fn fill(&self, crowd: &mut Crowd, subscribers: u32) -> Result<(), FanError> {
        let greetings = vec![Vec::new(); subscribers as usize];
        let entrance =
            Entrance { door: self.door("/fan"), greetings: &greetings, dialect: Dialect::Numbered, at_once: AT_ONCE };
        crowd.enter(&entrance)
    }

    fn door(&self, path: &'static str) -> Door {
        Door { address: self.address, path, subprotocol: None }
    }
}

fn command(peer: Peer, arguments: &Arguments, address: SocketAddr) -> Command {
    let program = |interpreter: &PathBuf, file: &str| {
        let mut command = Command::new(interpreter);
        command.arg(arguments.programs.join(file)).arg(address.port().to_string());
        command
    };
    match peer {
        Peer::Uws => program(&arguments.python, "uws.py"),
        Peer::Bun => program(&arguments.bun, "bun.js"),
        Peer::Send | Peer::Coalesced | Peer::Axum | Peer::Hub => {
            let mut command = Command::new(&arguments.fan_server);
            command.args([peer.name(), "--listen".to_owned(), address.to_string()]);
            command
        }
    }
}
