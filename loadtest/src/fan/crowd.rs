//! Thousands of subscribers on one thread, cheap enough not to be what is measured: one system call to learn who has
//! something, one to read it, one buffer for all, and no memory asked for per message.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;
use mio::{Events, Interest, Poll, Token, net::TcpStream};

use super::{
    check::Deliveries,
    dialect::{Dialect, Heard},
    error::FanError,
    frame::{self, Kind, Split},
    handshake::Door,
    publisher::Publisher,
};

/// Larger than any message: a snapshot is the largest.
const SCRATCH_BYTES: usize = 256 * 1_024;
const EVENTS_MAX: usize = 1_024;
const PUBLISHER: Token = Token(usize::MAX);
/// How long everybody may take to have everything, where nothing else is said.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often an interruption is looked for.
const STEP: Duration = Duration::from_millis(100);

/// Set when the program is to stop.
pub(super) static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Makes what a publisher sends, as it goes over the wire, from the message's number.
pub(super) type Compose = Box<dyn FnMut(u64) -> Vec<u8>>;

/// Subscribers, and the one who publishes.
pub(super) struct Crowd {
    poll: Poll,
    events: Events,
    scratch: Vec<u8>,
    subscribers: Vec<Subscriber>,
    publisher: Publisher,
    compose: Compose,
    tally: Tally,
}

struct Subscriber {
    stream: TcpStream,
    /// How many messages it has had.
    had: usize,
    /// What has arrived of a frame that is not whole.
    rest: Vec<u8>,
}

/// What all subscribers have heard.
struct Tally {
    dialect: Dialect,
    deliveries: Deliveries,
    /// Values of which only the newest counts, received by anybody.
    latest: u64,
    /// Messages that may be left out, received by anybody.
    best_effort: u64,
    /// Subscribers that are ready.
    ready: usize,
    /// When each message was published.
    published_at: Vec<Instant>,
    /// How long each delivery took from then, in microseconds, while that is asked for.
    delays: Option<Histogram<u64>>,
}

/// How a crowd comes.
pub(super) struct Entrance<'a> {
    pub(super) door: Door,
    /// What each subscriber says first, as it goes over the wire.
    pub(super) greetings: &'a [Vec<u8>],
    /// How many shake hands at once.
    pub(super) at_once: usize,
}

impl Crowd {
    /// A publisher whose handshake is over and nobody else.
    pub(super) fn new(
        publisher: std::net::TcpStream,
        compose: Compose,
        dialect: Dialect,
        subscribers: u32,
    ) -> Result<Self, FanError> {
        publisher.set_nonblocking(true)?;
        let mut publisher = TcpStream::from_std(publisher);
        let poll = Poll::new()?;
        poll.registry().register(&mut publisher, PUBLISHER, Interest::READABLE)?;
        let tally = Tally {
            dialect,
            deliveries: Deliveries::new(subscribers),
            latest: 0,
            best_effort: 0,
            ready: 0,
            published_at: Vec::new(),
            delays: None,
        };
        Ok(Self {
            poll,
            events: Events::with_capacity(EVENTS_MAX),
            scratch: vec![0; SCRATCH_BYTES],
            subscribers: Vec::new(),
            publisher: Publisher { stream: publisher, rest: Vec::new() },
            compose,
            tally,
        })
    }

    /// Lets subscribers in, and waits until all of them are ready.
    pub(super) fn enter(&mut self, entrance: &Entrance<'_>) -> Result<(), FanError> {
        for greetings in entrance.greetings.chunks(entrance.at_once.max(1)) {
            let knocked = greetings.iter().map(|_| entrance.door.knock()).collect::<Result<Vec<_>, _>>()?;
            for (mut stream, greeting) in knocked.into_iter().zip(greetings) {
                let rest = entrance.door.enter(&mut stream)?;
                stream.write_all(greeting)?;
                self.admit(stream, &rest)?;
            }
            self.pump(Duration::ZERO)?;
        }
        if self.tally.dialect == Dialect::Numbered {
            return Ok(());
        }
        let all = self.subscribers.len();
        self.until("everybody has a snapshot", |crowd| crowd.tally.ready >= all)
    }

    fn admit(&mut self, stream: std::net::TcpStream, rest: &[u8]) -> Result<(), FanError> {
        stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(stream);
        let index = self.subscribers.len();
        self.poll.registry().register(&mut stream, Token(index), Interest::READABLE)?;
        self.subscribers.push(Subscriber { stream, had: 0, rest: Vec::new() });
        if !rest.is_empty() {
            self.subscribers[index].take(index, rest, &mut self.tally)?;
        }
        Ok(())
    }

    /// Publishes the next message.
    pub(super) fn publish(&mut self) -> Result<(), FanError> {
        let number = self.tally.published_at.len() as u64;
        let bytes = (self.compose)(number);
        self.tally.published_at.push(Instant::now());
        // A publisher that has not so many bytes on their way never finds its socket full.
        Ok(self.publisher.stream.write_all(&bytes)?)
    }

    /// How many messages were published.
    pub(super) fn published(&self) -> usize {
        self.tally.published_at.len()
    }

    /// How many messages everybody has.
    pub(super) fn complete(&self) -> usize {
        self.tally.deliveries.complete()
    }

    /// How many deliveries of messages there were.
    pub(super) fn deliveries(&self) -> u64 {
        self.tally.deliveries.total()
    }

    /// How many values of the latest-value lane were received.
    pub(super) fn latest(&self) -> u64 {
        self.tally.latest
    }

    /// How many messages of the best-effort lane were received.
    pub(super) fn best_effort(&self) -> u64 {
        self.tally.best_effort
    }

    /// Notes how long each delivery takes from now on.
    pub(super) fn note_delays(&mut self) -> Result<(), FanError> {
        // Three digits of anything up to an hour.
        let delays = Histogram::new_with_bounds(1, 3_600_000_000, 3).map_err(std::io::Error::other)?;
        self.tally.delays = Some(delays);
        Ok(())
    }

    /// What was noted, in microseconds; nothing is noted any more.
    pub(super) fn take_delays(&mut self) -> Option<Histogram<u64>> {
        self.tally.delays.take()
    }

    /// Reads until something is so.
    pub(super) fn until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) -> Result<(), FanError> {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(self) {
            if Instant::now() >= deadline {
                return Err(FanError::TooLate { what: what.to_owned(), seconds: PATIENCE.as_secs() });
            }
            self.pump(STEP)?;
        }
        Ok(())
    }

    /// Reads until everybody has everything that was published.
    pub(super) fn drain(&mut self) -> Result<(), FanError> {
        self.until("everybody has every message", |crowd| crowd.complete() >= crowd.published())
    }

    /// Reads for so long.
    pub(super) fn idle(&mut self, time: Duration) -> Result<(), FanError> {
        let end = Instant::now() + time;
        while let Some(left) = end.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
            self.pump(left.min(STEP))?;
        }
        Ok(())
    }

    /// Waits at most so long for something to read, and reads all that there is for now.
    pub(super) fn pump(&mut self, wait: Duration) -> Result<(), FanError> {
        if INTERRUPTED.load(Ordering::Relaxed) {
            return Err(FanError::Interrupted);
        }
        match self.poll.poll(&mut self.events, Some(wait)) {
            Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error.into()),
            _ => {}
        }
        for event in &self.events {
            match event.token() {
                PUBLISHER => self.publisher.read(&mut self.scratch)?,
                Token(index) => self.subscribers[index].read(index, &mut self.scratch, &mut self.tally)?,
            }
        }
        Ok(())
    }
}

impl Subscriber {
    fn read(&mut self, index: usize, scratch: &mut [u8], tally: &mut Tally) -> Result<(), FanError> {
        loop {
            let kept = self.rest.len();
            scratch[..kept].copy_from_slice(&self.rest);
            match self.stream.read(&mut scratch[kept..]) {
                Ok(0) => return Err(FanError::Lost { subscriber: index }),
                Ok(read) => {
                    let filled = kept + read;
                    self.rest.clear();
                    self.take(index, &scratch[..filled], tally)?;
                    // There was no more than fits: the next event tells when there is.
                    if filled < scratch.len() {
                        return Ok(());
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(_) => return Err(FanError::Lost { subscriber: index }),
            }
        }
    }

    fn take(&mut self, index: usize, mut input: &[u8], tally: &mut Tally) -> Result<(), FanError> {
        while let Some(Split { kind, payload, behind }) =
            frame::split(input).map_err(|frame| FanError::Frame { subscriber: index, frame })?
        {
            match kind {
                Kind::Ping => self.stream.write_all(&frame::masked(Kind::Pong, payload))?,
                Kind::Pong => {}
                Kind::Close => return Err(problem(index, payload.get(2..).unwrap_or_default())),
                Kind::Text | Kind::Binary => self.hear(index, kind, payload, tally)?,
            }
            input = behind;
        }
        self.rest.extend_from_slice(input);
        Ok(())
    }

    fn hear(&mut self, index: usize, kind: Kind, payload: &[u8], tally: &mut Tally) -> Result<(), FanError> {
        let dialect = tally.dialect;
        dialect.hear(kind, payload, &mut |heard| match heard {
            Heard::Message(id) => {
                let taken = tally.deliveries.take(self.had, id);
                taken.map_err(|disorder| FanError::Disorder { subscriber: index, disorder })?;
                if let (Some(delays), Some(at)) = (&mut tally.delays, tally.published_at.get(self.had)) {
                    delays.saturating_record(u64::try_from(at.elapsed().as_micros()).unwrap_or(u64::MAX));
                }
                self.had += 1;
                Ok(())
            }
            Heard::Latest => {
                tally.latest += 1;
                Ok(())
            }
            Heard::BestEffort => {
                tally.best_effort += 1;
                Ok(())
            }
            Heard::Ready => {
                tally.ready += 1;
                Ok(())
            }
            Heard::Problem => Err(problem(index, payload)),
            Heard::Other => Ok(()),
        })
    }
}

fn problem(subscriber: usize, payload: &[u8]) -> FanError {
    FanError::Problem { subscriber, problem: String::from_utf8_lossy(payload).into_owned() }
}
