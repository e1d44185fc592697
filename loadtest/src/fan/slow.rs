//! Subscribers that read too little.

use std::{
    io::Read as _,
    net::TcpStream,
    time::{Duration, Instant},
};

use super::{
    error::FanError,
    stage::{Stage, visit},
};

/// So little that the kernel holds that they soon take nothing more.
const RECEIVE_BUFFER_BYTES: usize = 4 * 1_024;
const SIP_EVERY: Duration = Duration::from_secs(1);

/// Those that read nothing, and those that read a byte a second. A server may let go of them.
pub(super) struct SlowReaders {
    _deaf: Vec<TcpStream>,
    sipping: Vec<TcpStream>,
    next_sip: Instant,
}

impl SlowReaders {
    pub(super) fn enter(stage: &Stage, deaf: u32, sipping: u32) -> Result<Self, FanError> {
        let enter = |name: &str, number| {
            let greetings = stage.greetings(name, number)?;
            greetings.iter().map(|greeting| enter(stage, greeting)).collect::<Result<Vec<_>, _>>()
        };
        Ok(Self { _deaf: enter("deaf", deaf)?, sipping: enter("sipping", sipping)?, next_sip: Instant::now() })
    }

    /// Reads a byte of each, when a second has passed since the last one.
    pub(super) fn sip(&mut self) {
        if Instant::now() < self.next_sip {
            return;
        }
        self.next_sip += SIP_EVERY;
        // One that was let go of reads no more.
        self.sipping.retain_mut(|stream| !matches!(stream.read(&mut [0]), Ok(0)));
    }
}

fn enter(stage: &Stage, greeting: &[u8]) -> Result<TcpStream, FanError> {
    let stream = visit(&stage.subscribers_door(), greeting)?;
    socket2::SockRef::from(&stream).set_recv_buffer_size(RECEIVE_BUFFER_BYTES)?;
    stream.set_nonblocking(true)?;
    Ok(stream)
}
