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
        let failed = |why: String| FanError::Handshake { address: self.address, why };
        let mut response = [0; RESPONSE_BYTES_MAX];
        let mut filled = 0;
        loop {
            let read = stream.read(&mut response[filled..]).map_err(|error| failed(error.to_string()))?;
            filled += read;
            let answer = &response[..filled];
            if let Some(end) = answer.windows(END.len()).position(|window| window == END) {
                if !answer.starts_with(b"HTTP/1.1 101 ") {
                    return Err(failed(String::from_utf8_lossy(&answer[..end]).into_owned()));
                }
                return Ok(answer[end + END.len()..].to_vec());
            }
            if read == 0 {
                return Err(failed("it ended the connection".to_owned()));
            }
        }
    }
}
