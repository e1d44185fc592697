//! Everybody who clicks, on one thread over epoll: a write and a read for each click and hardly more, so that what is
//! compared are the servers. All of them are clicked at by this one client.

use std::{
    collections::VecDeque,
    io::{self, ErrorKind, Read as _, Write as _},
    time::{Duration, Instant},
};

use dropcast_proto::v1::{Answer, ClientMessage, Reserve, answer_outcome, client_message, server_message};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use mio::{Events, Interest, Poll, Token, net::TcpStream};
use prost::Message as _;

use super::{
    run::CompareError,
    socket::{self, opcode},
    stage::Hall,
    viewer::Viewer,
};
use crate::{
    backoff,
    rush::show::{DROP, SKU},
    wire::Received,
};

/// How many viewers connect at once.
const HANDSHAKES_MAX: usize = 64;
/// How many clicks are made before it is looked what came.
const TOGETHER: usize = 64;
const EVENTS_MAX: usize = 1_024;
/// Larger than what a server sends at once.
const SCRATCH_BYTES: usize = 64 * 1_024;
/// How long all of it may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often it is looked whether that is over.
const STEP: Duration = Duration::from_millis(100);

/// When clicks are made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Pace {
    /// By everybody at first, and then by each as soon as the click before is answered.
    Answered,
    /// So many a second by all in turn, whether or not earlier ones are answered.
    PerSecond(f64),
    /// By all in turn, as fast as they can be sent.
    AtOnce,
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Until {
    /// The answer to every click.
    Answered,
    /// The pong to a ping behind everybody's last click, of a server that answers nothing else.
    Received,
}

/// Viewers who are there and have not clicked yet.
pub(super) struct Crowd {
    poll: Poll,
    viewers: Vec<Clicker>,
    scratch: Vec<u8>,
}

struct Clicker {
    stream: TcpStream,
    /// What has come of a frame that is not whole.
    rest: Vec<u8>,
}

/// What a crowd saw.
#[derive(Debug)]
pub(super) struct Seen {
    /// How long each click waited for its answer, from the moment at which it was to be made.
    pub(super) waits: Vec<Duration>,
    /// Clicks that got a unit; the others were refused.
    pub(super) accepted: u32,
    /// From the first click until everything that was waited for had come.
    pub(super) took: Duration,
}

/// Clicks under way. The click number `i` is made by the viewer number `i % viewers`.
struct Clicking {
    clicks: usize,
    pace: Pace,
    until: Until,
    start: Instant,
    /// When each click was to be made.
    made_at: Vec<Instant>,
    /// Clicks that a server asked to make again, and when.
    again: VecDeque<(Instant, usize)>,
    seen: Seen,
    pongs: usize,
}

impl Crowd {
    /// Everybody comes in and waits for the snapshot.
    pub(super) async fn gather(hall: &Hall) -> Result<Self, CompareError> {
        let endpoints = hall.endpoints.iter().cycle().cloned();
        let joining = endpoints
            .zip(&hall.tokens)
            .map(|(endpoint, token)| Viewer::join(endpoint, hall.show.clone(), token.clone()));
        let joined: Vec<_> = stream::iter(joining).buffer_unordered(HANDSHAKES_MAX).try_collect().await?;
        let poll = Poll::new()?;
        let mut viewers = Vec::with_capacity(joined.len());
        for (number, viewer) in joined.into_iter().enumerate() {
            let (stream, rest) = viewer.into_parts()?;
            let mut stream = TcpStream::from_std(stream);
            poll.registry().register(&mut stream, Token(number), Interest::READABLE)?;
            viewers.push(Clicker { stream, rest });
        }
        Ok(Self { poll, viewers, scratch: vec![0; SCRATCH_BYTES] })
    }

    /// Makes so many clicks. It takes its thread for that long, at most [`PATIENCE`].
    pub(super) async fn click(mut self, clicks: u32, pace: Pace, until: Until) -> Result<Seen, CompareError> {
        let clicking = move || self.click_now(clicks as usize, pace, until);
        tokio::task::spawn_blocking(clicking).await.map_err(io::Error::other)?
    }

    fn click_now(&mut self, clicks: usize, pace: Pace, until: Until) -> Result<Seen, CompareError> {
        let start = Instant::now();
        let seen = Seen { waits: Vec::with_capacity(clicks), accepted: 0, took: Duration::ZERO };
        let made_at = vec![start; clicks];
        let mut clicking = Clicking { clicks, pace, until, start, made_at, again: VecDeque::new(), seen, pongs: 0 };
        let unprompted = if pace == Pace::Answered { clicks.min(self.viewers.len()) } else { clicks };
        let (mut next, mut events) = (0, Events::with_capacity(EVENTS_MAX));
        while !clicking.is_over(self.viewers.len()) {
            if start.elapsed() > PATIENCE {
                let answered = clicking.seen.waits.len();
                return Err(CompareError::Server(format!("{answered} of {clicks} answers within {PATIENCE:?}")));
            }
            let wait = self.make_due(&mut clicking, &mut next, unprompted)?;
            match self.poll.poll(&mut events, Some(wait)) {
                Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error.into()),
                _ => {}
            }
            for event in &events {
                self.read(event.token().0, &mut clicking)?;
            }
        }
        clicking.seen.took = start.elapsed();
        Ok(clicking.seen)
    }

    /// Makes clicks that are due, a few at most; how long there is nothing more to do.
    fn make_due(
        &mut self,
        clicking: &mut Clicking,
        next: &mut usize,
        unprompted: usize,
    ) -> Result<Duration, CompareError> {
        let now = Instant::now();
        while clicking.again.front().is_some_and(|(at, _)| *at <= now) {
            let Some((_, click)) = clicking.again.pop_front() else { break };
            self.send(click, 1, clicking)?;
        }
        for _ in 0..TOGETHER {
            if *next == unprompted {
                return Ok(STEP);
            }
            let due = clicking.due(*next);
            if due > now {
                return Ok(due - now);
            }
            clicking.made_at[*next] = due;
            self.send(*next, 0, clicking)?;
            *next += 1;
        }
        Ok(Duration::ZERO)
    }

    /// Sends a click that was sent `attempt` times before.
    fn send(&mut self, click: usize, attempt: u32, clicking: &Clicking) -> Result<(), CompareError> {
        let reserve = Reserve {
            key: format!("click-{click}"),
            attempt: (attempt > 0).then_some(attempt),
            drop: DROP.to_owned(),
            sku: SKU.to_owned(),
            quantity: 1,
            with: Vec::new(),
        };
        let message = ClientMessage { kind: Some(client_message::Kind::Reserve(reserve)) };
        let mut frames = socket::masked(opcode::BINARY, &message.encode_to_vec())?;
        let viewers = self.viewers.len();
        if clicking.until == Until::Received && click + viewers >= clicking.clicks {
            frames.extend(socket::masked(opcode::PING, &[])?);
        }
        self.viewers[click % viewers].write(&frames)
    }

    /// Takes in what a viewer was sent.
    fn read(&mut self, number: usize, clicking: &mut Clicking) -> Result<(), CompareError> {
        loop {
            let viewer = &mut self.viewers[number];
            let bytes = match viewer.stream.read(&mut self.scratch) {
                Ok(0) => return Err(CompareError::Server("a viewer's connection was closed".to_owned())),
                Ok(bytes) => bytes,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            };
            let mut input = std::mem::take(&mut viewer.rest);
            let mut next = None;
            if input.is_empty() {
                let taken = clicking.take(viewer, &self.scratch[..bytes], &mut next)?;
                input.extend_from_slice(&self.scratch[taken..bytes]);
            } else {
                input.extend_from_slice(&self.scratch[..bytes]);
                let taken = clicking.take(viewer, &input, &mut next)?;
                input.drain(..taken);
            }
            viewer.rest = input;
            if let Some(answered) = next {
                self.click_again(answered, clicking)?;
            }
            if bytes < self.scratch.len() {
                return Ok(());
            }
        }
    }

    /// The click after this one, which was answered.
    fn click_again(&mut self, answered: usize, clicking: &mut Clicking) -> Result<(), CompareError> {
        let click = answered + self.viewers.len();
        if clicking.pace == Pace::Answered && click < clicking.clicks {
            clicking.made_at[click] = Instant::now();
            self.send(click, 0, clicking)?;
        }
        Ok(())
    }
}

impl Clicker {
    fn write(&mut self, bytes: &[u8]) -> Result<(), CompareError> {
        // A viewer has so little under way that there is always room for it.
        match self.stream.write(bytes)? {
            written if written == bytes.len() => Ok(()),
            _ => Err(CompareError::Server("a viewer's socket is full".to_owned())),
        }
    }
}

impl Clicking {
    fn due(&self, click: usize) -> Instant {
        match self.pace {
            #[allow(clippy::cast_precision_loss, reason = "counts of clicks are far below 2^52")]
            Pace::PerSecond(per_s) => self.start + Duration::from_secs_f64(click as f64 / per_s),
            Pace::Answered | Pace::AtOnce => self.start,
        }
    }

    fn is_over(&self, viewers: usize) -> bool {
        match self.until {
            Until::Answered => self.seen.waits.len() == self.clicks,
            Until::Received => self.pongs == viewers,
        }
    }

    /// Takes whole frames; how many bytes they were, and the click that was answered last, if one was.
    fn take(
        &mut self,
        viewer: &mut Clicker,
        bytes: &[u8],
        answered: &mut Option<usize>,
    ) -> Result<usize, CompareError> {
        let mut taken = 0;
        while let Some((opcode, start, end)) = socket::frame(&bytes[taken..]) {
            let payload = &bytes[taken + start..taken + end];
            taken += end;
            match opcode {
                opcode::BINARY => *answered = self.hear(payload)?.or(*answered),
                opcode::PING => viewer.write(&socket::masked(opcode::PONG, payload)?)?,
                opcode::PONG => self.pongs += 1,
                opcode::CLOSE => return Err(CompareError::Server("a viewer's connection was closed".to_owned())),
                _ => {}
            }
        }
        Ok(taken)
    }

    /// Takes a message; the click that it answers for good, if it does.
    fn hear(&mut self, message: &[u8]) -> Result<Option<usize>, CompareError> {
        match Received::of(message) {
            Received::Message(server_message::Kind::Answer(answer)) => self.note(&answer),
            Received::Message(server_message::Kind::Problem(problem)) => {
                Err(CompareError::Server(format!("{}: {}", problem.code, problem.detail)))
            }
            _ => Ok(None),
        }
    }

    fn note(&mut self, answer: &Answer) -> Result<Option<usize>, CompareError> {
        let click = answer.key.strip_prefix("click-").and_then(|click| click.parse().ok());
        let Some(click) = click.filter(|click| *click < self.clicks) else {
            return Err(CompareError::Server(format!("an answer to what nobody asked: {}", answer.key)));
        };
        let kind = answer.outcome.as_ref().and_then(|outcome| outcome.kind.as_ref());
        let again_after = match kind {
            Some(answer_outcome::Kind::Retry(retry)) => Some(retry.after_ms),
            Some(answer_outcome::Kind::Pending(pending)) => Some(pending.after_ms),
            _ => None,
        };
        let now = Instant::now();
        if let Some(after_ms) = again_after {
            self.again.push_back((now + backoff::asked(after_ms), click));
            return Ok(None);
        }
        self.seen.accepted += u32::from(matches!(kind, Some(answer_outcome::Kind::Held(_))));
        self.seen.waits.push(now.saturating_duration_since(self.made_at[click]));
        Ok(Some(click))
    }
}
