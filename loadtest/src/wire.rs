//! The WebSocket side of the public protocol: one connection, in protobuf.

use std::time::Duration;

use dropcast_proto::{
    SUBPROTOCOL_PROTO,
    v1::{ClientMessage, ServerMessage, client_message, server_message},
};
use futures_util::{SinkExt as _, StreamExt as _};
use prost::Message as _;
use reqwest::Url;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        Error as SocketError, Message,
        client::IntoClientRequest as _,
        http::HeaderValue,
        protocol::{CloseFrame, WebSocketConfig},
    },
};

/// How long connecting and the handshake may take together.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// A snapshot takes several reads; everything else fits. Small, because a crowd has thousands of these.
const READ_BUFFER_BYTES: usize = 4 * 1_024;
/// The lowest field number of the latest-value lane in `server.proto`, which is that of stock: a crowd receives those
/// messages by the million and mostly has no use for what they say.
const LATEST_VALUE_FIRST: u64 = 40;

/// Where to connect to.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    authority: String,
    address: String,
}

impl Endpoint {
    /// The WebSocket endpoint of the server at `base`, such as `http://127.0.0.1:8080`; in words what is wrong with it.
    pub(crate) fn of(base: &str) -> Result<Self, String> {
        let url: Url = base.parse().map_err(|error| format!("{base:?} is not an address: {error}"))?;
        if url.scheme() != "http" {
            return Err(format!("{base:?}: a load test speaks plain http, beside the server or behind its TLS proxy"));
        }
        let authority = format!(
            "{}:{}",
            url.host_str().ok_or_else(|| format!("{base:?} names no host"))?,
            url.port_or_known_default().unwrap_or(80)
        );
        Ok(Self { address: format!("ws://{authority}/v1/ws"), authority })
    }

    /// Host and port.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }
}

/// What came.
#[allow(clippy::large_enum_variant, reason = "each is taken apart at once, and a box would be an allocation for each")]
pub(crate) enum Received {
    /// A message of a kind that this version knows, and that is not of the latest-value lane, but for stock where that is
    /// read.
    Message(server_message::Kind),
    /// One that doesn't matter here.
    Other,
    /// The connection is over; with what the server said about it, if it did.
    Closed(Option<CloseFrame>),
}

/// An open connection.
pub(crate) struct Connection {
    socket: WebSocketStream<TcpStream>,
    reads_stock: bool,
}

impl Connection {
    /// Connects and shakes hands.
    pub(crate) async fn open(endpoint: &Endpoint) -> Result<Self, String> {
        timeout(CONNECT_TIMEOUT, Self::connect(endpoint))
            .await
            .map_err(|_| format!("no handshake within {CONNECT_TIMEOUT:?}"))?
            .map_err(|error| error.to_string())
    }

    async fn connect(endpoint: &Endpoint) -> Result<Self, SocketError> {
        let mut request = endpoint.address.as_str().into_client_request()?;
        request.headers_mut().insert("Sec-WebSocket-Protocol", HeaderValue::from_static(SUBPROTOCOL_PROTO));
        let stream = TcpStream::connect(&endpoint.authority).await?;
        stream.set_nodelay(true)?;
        let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER_BYTES);
        let (socket, _) = client_async_with_config(request, stream, Some(config)).await?;
        Ok(Self { socket, reads_stock: false })
    }

    /// Reads what is said about stock, too, where asked.
    pub(crate) fn reading_stock(self, reads_stock: bool) -> Self {
        Self { reads_stock, ..self }
    }

    /// Queues a message; [`Connection::flush`] sends what is queued.
    pub(crate) async fn feed(&mut self, kind: client_message::Kind) -> Result<(), SocketError> {
        let bytes = ClientMessage { kind: Some(kind) }.encode_to_vec();
        self.socket.feed(Message::Binary(bytes.into())).await
    }

    /// Sends what is queued.
    pub(crate) async fn flush(&mut self) -> Result<(), SocketError> {
        self.socket.flush().await
    }

    /// Sends a frame as it is.
    pub(crate) async fn throw(&mut self, frame: Message) -> Result<(), SocketError> {
        self.socket.send(frame).await
    }

    /// The next message. Safe to drop while it waits.
    pub(crate) async fn receive(&mut self) -> Received {
        match self.socket.next().await {
            Some(Ok(Message::Binary(bytes))) => {
                let is_stock = self.reads_stock && first_field(&bytes) == Some(LATEST_VALUE_FIRST);
                if is_stock { Received::read(&bytes) } else { Received::of(&bytes) }
            }
            Some(Ok(Message::Close(frame))) => Received::Closed(frame),
            Some(Ok(_)) => Received::Other,
            Some(Err(_)) | None => Received::Closed(None),
        }
    }
}

impl Received {
    /// What a server's message says.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        if first_field(bytes).is_some_and(|field| field >= LATEST_VALUE_FIRST) {
            return Self::Other;
        }
        Self::read(bytes)
    }

    fn read(bytes: &[u8]) -> Self {
        // What can't be read is of no kind, like what came later: both are skipped, and a click that was to be answered
        // by it stays unanswered, which the verdict shows.
        let message = ServerMessage::decode(bytes).unwrap_or_default();
        message.kind.map_or(Self::Other, Self::Message)
    }
}

/// The number of the first field, without reading more.
fn first_field(mut bytes: &[u8]) -> Option<u64> {
    prost::encoding::decode_varint(&mut bytes).ok().map(|tag| tag >> 3)
}

#[cfg(test)]
mod tests {
    use dropcast_proto::v1::{Answer, Audience, Stock};

    use super::*;

    fn is_read(kind: server_message::Kind) -> bool {
        matches!(Received::of(&ServerMessage { kind: Some(kind) }.encode_to_vec()), Received::Message(_))
    }

    #[test]
    fn latest_values_are_skipped_and_answers_are_not() {
        assert!(is_read(server_message::Kind::Answer(Answer::default())));
        assert!(!is_read(server_message::Kind::Stock(Stock::default())));
        assert!(!is_read(server_message::Kind::Audience(Audience::default())));
        assert!(matches!(Received::of(&[]), Received::Other));
        assert!(matches!(Received::of(&[0xff; 20]), Received::Other));
    }

    #[test]
    fn an_endpoint_is_read_from_an_address() {
        let endpoint = Endpoint::of("http://127.0.0.1:8080/").unwrap();
        assert_eq!(
            (endpoint.authority.as_str(), endpoint.address.as_str()),
            ("127.0.0.1:8080", "ws://127.0.0.1:8080/v1/ws")
        );
        assert!(Endpoint::of("https://shop.example").unwrap_err().contains("plain http"));
        assert!(Endpoint::of("shop").unwrap_err().contains("not an address"));
    }
}
