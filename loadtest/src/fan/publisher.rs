//! The connection of the one who publishes.

use std::io::{ErrorKind, Read as _, Write as _};

use mio::net::TcpStream;

use super::{
    error::FanError,
    frame::{self, Kind, Split},
};

/// Whether its messages came is seen at the subscribers; it only has to stay connected.
pub(super) struct Publisher {
    pub(super) stream: TcpStream,
    /// What has arrived of a frame that is not whole.
    pub(super) rest: Vec<u8>,
}

impl Publisher {
    /// Reads all that there is, and answers pings.
    pub(super) fn read(&mut self, scratch: &mut [u8]) -> Result<(), FanError> {
        loop {
            match self.stream.read(scratch) {
                Ok(0) => return Err(FanError::PublisherLost { why: "it is over".to_owned() }),
                Ok(read) => {
                    self.rest.extend_from_slice(&scratch[..read]);
                    self.answer()?;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(FanError::PublisherLost { why: error.to_string() }),
            }
        }
    }

    fn answer(&mut self) -> Result<(), FanError> {
        let mut input = self.rest.as_slice();
        while let Some(Split { kind, payload, behind }) = frame::split(input).map_err(std::io::Error::other)? {
            match kind {
                Kind::Ping => self.stream.write_all(&frame::masked(Kind::Pong, payload))?,
                Kind::Close => {
                    let why = String::from_utf8_lossy(payload.get(2..).unwrap_or_default()).into_owned();
                    return Err(FanError::PublisherLost { why });
                }
                Kind::Pong | Kind::Text | Kind::Binary => {}
            }
            input = behind;
        }
        let kept = input.len();
        self.rest.drain(..self.rest.len() - kept);
        Ok(())
    }
}
