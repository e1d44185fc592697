//! The client's side of the WebSocket handshake, for many at once.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use super::error::FanError;

/// How long a server may take to answer one handshake.
const TIMEOUT: Duration = Duration::from_secs(30);
const END: &[u8] = b"\r\n\r\n";
const RESPONSE_BYTES_MAX: usize = 8 * 1_024;

/// Where and how a WebSocket is opened.
#[derive(Clone, Debug)]
pub(super) struct Door {
    pub(super) address: SocketAddr,
    pub(super) path: &'static str,
    pub(super) subprotocol: Option<&'static str>,
}

impl Door {
    /// Connects and asks, without waiting for the answer.
    pub(super) fn knock(&self) -> Result<TcpStream, FanError> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        let subprotocol =
            self.subprotocol.map(|name| format!("Sec-WebSocket-Protocol: {name}\r\n")).unwrap_or_default();
        let request = format!(
            "GET {} HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: ZHJvcGNhc3QtbG9hZHRlcw==\r\n{subprotocol}\r\n",
            self.path, self.address
        );
        stream.write_all(request.as_bytes())?;
        Ok(stream)
    }

    /// Waits for the answer; what came behind it are the first bytes of frames.
    pub(super) fn enter(&self, stream: &mut TcpStream) -> Result<Vec<u8>, FanError> {
        let mut response = [0; RESPONSE_BYTES_MAX];
        let mut filled = 0;
        loop {
            let read = stream.read(&mut response[filled..]).map_err(|error| self.failed(error.to_string()))?;
            filled += read;
            if let Some(bytes) = self.answered(&response[..filled])? {
                return Ok(response[bytes..filled].to_vec());
            }
            if read == 0 {
                return Err(self.failed("it ended the connection".to_owned()));
            }
        }
    }

    /// How many bytes the answer has that lets one in; `None` until all of it has arrived.
    pub(super) fn answered(&self, response: &[u8]) -> Result<Option<usize>, FanError> {
        let Some(end) = response.windows(END.len()).position(|window| window == END) else { return Ok(None) };
        if !response.starts_with(b"HTTP/1.1 101 ") {
            return Err(self.failed(String::from_utf8_lossy(&response[..end]).into_owned()));
        }
        Ok(Some(end + END.len()))
    }

    fn failed(&self, why: String) -> FanError {
        FanError::Handshake { address: self.address, why }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_answer_that_switches_protocols_lets_one_in() {
        let door = Door { address: SocketAddr::from(([127, 0, 0, 1], 1)), path: "/fan", subprotocol: None };
        let answer = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
        assert_eq!(door.answered(&answer[..answer.len() - 1]).unwrap(), None);
        assert_eq!(door.answered(&[answer.as_slice(), b"frame"].concat()).unwrap(), Some(answer.len()));
        assert!(door.answered(b"HTTP/1.1 503 Full\r\n\r\n").unwrap_err().to_string().contains("503 Full"));
    }
}
