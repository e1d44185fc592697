//! One viewer: a WebSocket, and clicks one after the other.

use std::{io, time::Duration};

use dropcast_proto::v1::{Answer, Hello, Reserve, answer_outcome, client_message, server_message};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::{run::CompareError, socket::Socket};
use crate::{
    backoff,
    rush::show::{DROP, SKU},
    wire::{Endpoint, Received},
};

/// How long connecting and the handshake may take together.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Somebody who is there and has not clicked yet.
pub(super) struct Viewer {
    socket: Socket,
}

/// When each click is made, at the earliest: the first at `start`, the next one so much later each time.
#[derive(Clone, Copy)]
pub(super) struct Beat {
    pub(super) start: Instant,
    pub(super) every: Duration,
}

/// What a viewer saw.
#[derive(Default)]
pub(super) struct Seen {
    /// How long each click waited for its unit, from the moment it was to be made.
    pub(super) waits: Vec<Duration>,
    /// Clicks that got none.
    pub(super) refused: u64,
    /// When the last answer came.
    pub(super) ended_at: Option<Instant>,
}

impl Viewer {
    /// Connects, says hello and waits for the snapshot.
    pub(super) async fn join(endpoint: Endpoint, show: String, token: String) -> Result<Self, CompareError> {
        let opened = timeout(CONNECT_TIMEOUT, Socket::open(&endpoint)).await;
        let mut socket = opened
            .map_err(|_| CompareError::Server("no handshake in time".to_owned()))?
            .map_err(|error| broken(&error))?;
        let hello = client_message::Kind::Hello(Hello { show, token: Some(token), cursor: None });
        socket.send(hello).await.map_err(|error| broken(&error))?;
        loop {
            match socket.receive().await.map_err(|error| broken(&error))? {
                Received::Message(server_message::Kind::Snapshot(_)) => return Ok(Self { socket }),
                Received::Closed(frame) => return Err(CompareError::Server(format!("closed: {frame:?}"))),
                _ => {}
            }
        }
    }

    /// Clicks so often, each time as soon as the beat says and the click before is answered.
    pub(super) async fn click(mut self, clicks: u32, beat: Beat) -> Result<Seen, CompareError> {
        let mut seen = Seen::default();
        for number in 0..clicks {
            // Without a beat a click is made when the one before is answered.
            let waits = number == 0 || !beat.every.is_zero();
            let due = if waits { beat.start + beat.every * number } else { Instant::now() };
            if waits {
                sleep_until(due).await;
            }
            if self.one_click(number).await? {
                seen.waits.push(due.elapsed());
            } else {
                seen.refused += 1;
            }
        }
        seen.ended_at = Some(Instant::now());
        Ok(seen)
    }

    /// Whether a unit is held.
    async fn one_click(&mut self, number: u32) -> Result<bool, CompareError> {
        let key = format!("click-{number}");
        let mut attempt = 0;
        loop {
            self.send(&key, attempt).await?;
            match self.answer(&key).await? {
                Some(answer_outcome::Kind::Held(_)) => return Ok(true),
                Some(answer_outcome::Kind::Retry(retry)) => sleep(backoff::asked(retry.after_ms)).await,
                Some(answer_outcome::Kind::Pending(pending)) => sleep(backoff::asked(pending.after_ms)).await,
                _ => return Ok(false),
            }
            attempt += 1;
        }
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

    async fn answer(&mut self, key: &str) -> Result<Option<answer_outcome::Kind>, CompareError> {
        loop {
            let answer = self.next_answer().await?;
            if answer.key == key {
                return Ok(answer.outcome.and_then(|outcome| outcome.kind));
            }
        }
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
