//! A crowd that comes all at once: nobody waits for anybody else's handshake.

use std::{
    io::{self, ErrorKind, Read as _, Write as _},
    time::{Duration, Instant},
};

use mio::{Events, Interest, Poll, Token, net::TcpStream};

use super::{
    dialect::{Dialect, Heard},
    error::FanError,
    frame::{self, Kind, Split},
    handshake::Door,
};

const EVENTS_MAX: usize = 1_024;
const SCRATCH_BYTES: usize = 64 * 1_024;
/// How many knock before it is looked who was answered.
const KNOCKS: usize = 32;
/// How long all of it may take.
const PATIENCE: Duration = Duration::from_secs(120);
const STEP: Duration = Duration::from_millis(100);

struct Arrival<'a> {
    stream: TcpStream,
    greeting: &'a [u8],
    /// What has arrived and was not understood yet.
    input: Vec<u8>,
    is_in: bool,
    is_ready: bool,
}

/// Lets everybody come, each with a greeting, and waits until the last is ready; how long that took.
pub(super) fn arrive(door: &Door, dialect: Dialect, greetings: &[Vec<u8>]) -> Result<Duration, FanError> {
    let start = Instant::now();
    let (mut poll, mut events) = (Poll::new()?, Events::with_capacity(EVENTS_MAX));
    let mut scratch = vec![0; SCRATCH_BYTES];
    let mut arrivals: Vec<Arrival<'_>> = Vec::with_capacity(greetings.len());
    let mut ready = 0;
    while ready < greetings.len() {
        for greeting in greetings.iter().skip(arrivals.len()).take(KNOCKS) {
            let stream = door.knock()?;
            stream.set_nonblocking(true)?;
            let mut stream = TcpStream::from_std(stream);
            poll.registry().register(&mut stream, Token(arrivals.len()), Interest::READABLE)?;
            arrivals.push(Arrival { stream, greeting, input: Vec::new(), is_in: false, is_ready: false });
        }
        let wait = if arrivals.len() < greetings.len() { Duration::ZERO } else { STEP };
        match poll.poll(&mut events, Some(wait)) {
            Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error.into()),
            _ => {}
        }
        for event in &events {
            let Token(number) = event.token();
            let arrival = &mut arrivals[number];
            let was_ready = arrival.is_ready;
            arrival.read(door, dialect, &mut scratch, number)?;
            ready += usize::from(arrival.is_ready && !was_ready);
        }
        if start.elapsed() > PATIENCE {
            return Err(FanError::TooLate { what: "everybody is in".to_owned(), seconds: PATIENCE.as_secs() });
        }
    }
    Ok(start.elapsed())
}

impl Arrival<'_> {
    fn read(&mut self, door: &Door, dialect: Dialect, scratch: &mut [u8], number: usize) -> Result<(), FanError> {
        loop {
            match self.stream.read(scratch) {
                Ok(0) => return Err(FanError::Lost { subscriber: number }),
                // What comes after it was ready is of no interest.
                Ok(_) if self.is_ready => {}
                Ok(read) => {
                    self.input.extend_from_slice(&scratch[..read]);
                    self.understand(door, dialect, number)?;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(_) => return Err(FanError::Lost { subscriber: number }),
            }
        }
    }

    fn understand(&mut self, door: &Door, dialect: Dialect, number: usize) -> Result<(), FanError> {
        if !self.is_in {
            let Some(bytes) = door.answered(&self.input)? else { return Ok(()) };
            self.stream.write_all(self.greeting)?;
            self.input.drain(..bytes);
            self.is_in = true;
        }
        let mut input = self.input.as_slice();
        while let Some(Split { kind, payload, behind }) = frame::split(input).map_err(io::Error::other)? {
            if matches!(kind, Kind::Text | Kind::Binary) {
                dialect.hear(kind, payload, &mut |heard| {
                    self.is_ready |= heard == Heard::Ready;
                    Ok::<_, FanError>(())
                })?;
            } else if kind == Kind::Close {
                let problem = String::from_utf8_lossy(payload.get(2..).unwrap_or_default()).into_owned();
                return Err(FanError::Problem { subscriber: number, problem });
            }
            input = behind;
        }
        let kept = input.len();
        self.input.drain(..self.input.len() - kept);
        Ok(())
    }
}
