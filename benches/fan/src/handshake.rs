//! The server's side of the WebSocket handshake, as far as these servers need it.

use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// The end of a request without a body.
const END: &[u8] = b"\r\n\r\n";

/// A request that arrived whole.
#[derive(Debug, PartialEq)]
pub(crate) struct Request {
    pub(crate) path: String,
    /// What it is to be answered with.
    pub(crate) response: String,
    /// Its length in bytes; what follows are frames.
    pub(crate) bytes: usize,
}

/// Reads a request; `None` until all of it is there, or when it asks for no WebSocket.
pub(crate) fn read(input: &[u8]) -> Option<Request> {
    let bytes = input.windows(END.len()).position(|window| window == END)? + END.len();
    let text = std::str::from_utf8(&input[..bytes]).ok()?;
    let path = text.split(' ').nth(1)?.to_owned();
    let key = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("sec-websocket-key").then(|| value.trim())
    })?;
    let accept = derive_accept_key(key.as_bytes());
    let response = format!(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
    );
    Some(Request { path, response, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_is_answered_once_it_is_whole() {
        let head = "GET /fan HTTP/1.1\r\nHost: x\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        assert_eq!(read(&head.as_bytes()[..head.len() - 1]), None);
        let request = read(format!("{head}rest").as_bytes()).unwrap();
        assert_eq!((request.path.as_str(), request.bytes), ("/fan", head.len()));
        assert!(request.response.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
    }
}
