//! One viewer's coming in, and single clicks.

use std::{io, net::TcpStream, time::Duration};

use dropcast_proto::v1::{Answer, Hello, Reserve, client_message, server_message};
use tokio::time::timeout;

use super::{run::CompareError, socket::Socket};
use crate::{
    rush::show::{DROP, SKU},
    wire::{Endpoint, Received},
};

/// How long connecting, the handshake and the snapshot may take together.
const JOIN_TIMEOUT: Duration = Duration::from_secs(20);

/// Somebody who is there and has not clicked yet.
pub(super) struct Viewer {
    socket: Socket,
}

impl Viewer {
    /// Connects, says hello and waits for the snapshot.
    pub(super) async fn join(endpoint: Endpoint, show: String, token: String) -> Result<Self, CompareError> {
        let joined = timeout(JOIN_TIMEOUT, Self::come_in(endpoint, show, token)).await;
        joined.unwrap_or_else(|_| Err(CompareError::Server(format!("no snapshot within {JOIN_TIMEOUT:?}"))))
    }

    async fn come_in(endpoint: Endpoint, show: String, token: String) -> Result<Self, CompareError> {
        let mut socket = Socket::open(&endpoint).await.map_err(|error| broken(&error))?;
        let hello = client_message::Kind::Hello(Hello { show, token: Some(token), cursor: None, source: None });
        socket.send(hello).await.map_err(|error| broken(&error))?;
        loop {
            match socket.receive().await.map_err(|error| broken(&error))? {
                Received::Message(server_message::Kind::Snapshot(_)) => return Ok(Self { socket }),
                Received::Closed(frame) => return Err(CompareError::Server(format!("closed: {frame:?}"))),
                _ => {}
            }
        }
    }

    /// The bare connection, and what was received and not looked at.
    pub(super) fn into_parts(self) -> Result<(TcpStream, Vec<u8>), CompareError> {
        self.socket.into_parts().map_err(|error| broken(&error))
    }

    /// Sends a click that was sent `attempt` times before.
    pub(super) async fn send(&mut self, key: &str, attempt: u32) -> Result<(), CompareError> {
        let reserve = Reserve {
            key: key.to_owned(),
            attempt: (attempt > 0).then_some(attempt),
            drop: DROP.to_owned(),
            sku: SKU.to_owned(),
            quantity: 1,
            with: Vec::new(),
        };
        self.socket.send(client_message::Kind::Reserve(reserve)).await.map_err(|error| broken(&error))
    }

    /// The next answer to any click. Safe to drop while it waits.
    pub(super) async fn next_answer(&mut self) -> Result<Answer, CompareError> {
        loop {
            match self.socket.receive().await.map_err(|error| broken(&error))? {
                Received::Message(server_message::Kind::Answer(answer)) => return Ok(answer),
                Received::Message(server_message::Kind::Problem(problem)) => {
                    return Err(CompareError::Server(format!("{}: {}", problem.code, problem.detail)));
                }
                Received::Closed(frame) => return Err(CompareError::Server(format!("closed: {frame:?}"))),
                _ => {}
            }
        }
    }
}

fn broken(error: &io::Error) -> CompareError {
    CompareError::Server(format!("a viewer's connection broke: {error}"))
}
