//! The public protocol from a client's side: one WebSocket, in JSON or protobuf, its messages seen as JSON either way.

#![allow(dead_code, reason = "each test binary uses its own part of it")]

use std::net::SocketAddr;

use dropcast_proto::{
    SUBPROTOCOL_JSON, SUBPROTOCOL_PROTO,
    v1::{ClientMessage, ServerMessage},
};
use futures_util::{SinkExt as _, StreamExt as _};
use prost::Message as _;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest as _,
        handshake::client::Response,
        http::{HeaderMap, HeaderName, HeaderValue},
    },
};

use crate::{
    process::{PATIENCE, Server},
    shop::{DROP, SHOW, SKU},
};

/// A connection.
pub(crate) struct Socket {
    stream: WebSocketStream<Box<dyn Transport>>,
    encoding: Encoding,
}

/// What carries a WebSocket.
pub(crate) trait Transport: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Transport for T {}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Encoding {
    Json,
    Proto,
}

/// How a connection ended: the close frame's code and reason; 1006 and nothing when there was none.
pub(crate) type Closed = (u16, String);

impl Socket {
    /// Connects with this subprotocol and says nothing.
    pub(crate) async fn open(server: &Server, encoding: Encoding) -> Self {
        Self::at(server.address, encoding).await
    }

    /// The same at this address.
    pub(crate) async fn at(address: SocketAddr, encoding: Encoding) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        stream.set_nodelay(true).expect("a socket");
        Self::over(Box::new(stream), address, encoding, &[]).await.0
    }

    /// The same over this transport and with these headers beside; and the server's answer.
    pub(crate) async fn over(
        transport: Box<dyn Transport>,
        address: SocketAddr,
        encoding: Encoding,
        headers: &[(&'static str, &str)],
    ) -> (Self, Response) {
        let subprotocol = match encoding {
            Encoding::Json => SUBPROTOCOL_JSON,
            Encoding::Proto => SUBPROTOCOL_PROTO,
        };
        let headers = [&[("sec-websocket-protocol", subprotocol)], headers].concat();
        let (stream, response) = handshake_over(transport, address, &headers).await.expect("a 101");
        assert_eq!(response.headers()["sec-websocket-protocol"], subprotocol);
        (Self { stream, encoding }, response)
    }

    /// Connects and says hello, in JSON.
    pub(crate) async fn hello(server: &Server, token: Option<&str>, cursor: Option<&str>) -> Self {
        let mut socket = Self::open(server, Encoding::Json).await;
        socket.send(&json!({ "hello": { "show": SHOW, "token": token, "cursor": cursor } })).await;
        socket
    }

    /// Connects and waits for the snapshot; it and the welcome before it.
    pub(crate) async fn join(server: &Server, token: Option<&str>, cursor: Option<&str>) -> (Self, Value, Value) {
        let mut socket = Self::hello(server, token, cursor).await;
        let welcome = socket.expect("welcome").await;
        let snapshot = socket.expect("snapshot").await;
        (socket, welcome, snapshot)
    }

    /// Sends a message as the subprotocol says.
    pub(crate) async fn send(&mut self, message: &Value) {
        let frame = match self.encoding {
            Encoding::Json => Message::text(message.to_string()),
            Encoding::Proto => {
                let message: ClientMessage = serde_json::from_value(message.clone()).expect("a message");
                Message::binary(message.encode_to_vec())
            }
        };
        self.send_raw(frame).await;
    }

    /// Sends any frame. That the server is gone shows when something is read.
    pub(crate) async fn send_raw(&mut self, frame: Message) {
        let _ = timeout(PATIENCE, self.stream.send(frame)).await.expect("the server takes nothing");
    }

    /// Clicks *buy now*.
    pub(crate) async fn click(&mut self, key: &str, quantity: u32) {
        let reserve = json!({ "key": key, "attempt": null, "drop": DROP, "sku": SKU, "quantity": quantity });
        self.send(&json!({ "reserve": reserve })).await;
    }

    /// Clicks, and waits for the outcome.
    pub(crate) async fn buy(&mut self, key: &str, quantity: u32) -> Value {
        self.click(key, quantity).await;
        self.answer(key).await
    }

    /// The outcome of the command with this key; messages of the other lanes may come before it.
    pub(crate) async fn answer(&mut self, key: &str) -> Value {
        self.whole_answer(key).await["outcome"].clone()
    }

    /// The same, with the receipt beside the outcome.
    pub(crate) async fn whole_answer(&mut self, key: &str) -> Value {
        loop {
            let answer = self.wait_for("answer").await;
            if answer["key"] == key {
                return answer;
            }
        }
    }

    /// The next message, which is of this kind.
    pub(crate) async fn expect(&mut self, kind: &str) -> Value {
        let message = self.next().await.unwrap_or_else(|closed| panic!("{kind} expected, not {closed:?}"));
        assert!(message.get(kind).is_some(), "{kind} expected, not {message}");
        message[kind].clone()
    }

    /// The next message of this kind.
    pub(crate) async fn wait_for(&mut self, kind: &str) -> Value {
        self.wait_until(|message| message.get(kind).is_some()).await[kind].clone()
    }

    /// The next message that is as asked.
    pub(crate) async fn wait_until(&mut self, is_wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.next().await.unwrap_or_else(|closed| panic!("closed instead: {closed:?}"));
            if is_wanted(&message) {
                return message;
            }
        }
    }

    /// The next message, or how the connection ended.
    pub(crate) async fn next(&mut self) -> Result<Value, Closed> {
        loop {
            let frame = timeout(PATIENCE, self.stream.next()).await.expect("the server says nothing");
            match frame {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).expect("JSON")),
                Some(Ok(Message::Binary(bytes))) => {
                    let message = ServerMessage::decode(bytes).expect("a message");
                    return Ok(serde_json::to_value(message).expect("JSON"));
                }
                Some(Ok(Message::Close(Some(close)))) => return Err((close.code.into(), close.reason.to_string())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err((1_006, String::new())),
            }
        }
    }

    /// How the connection ends; messages before that are let go by.
    pub(crate) async fn closed(&mut self) -> Closed {
        loop {
            if let Err(closed) = self.next().await {
                return closed;
            }
        }
    }

    /// Checks that what was sent was understood, by a question that is always answered: everything sent before was
    /// taken in, too. The messages that came before the answer.
    pub(crate) async fn sync(&mut self) -> Vec<Value> {
        self.send(&json!({ "clock": { "echo_ms": 7 } })).await;
        let mut before = Vec::new();
        loop {
            let message = self.next().await.unwrap_or_else(|closed| panic!("closed instead: {closed:?}"));
            if message.get("clock").is_some() {
                return before;
            }
            before.push(message);
        }
    }
}

/// Opens a WebSocket with these headers.
pub(crate) async fn handshake(
    address: SocketAddr,
    headers: &[(&'static str, &str)],
) -> Result<(WebSocketStream<TcpStream>, Response), Error> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    handshake_over(stream, address, headers).await
}

/// The same over this transport.
async fn handshake_over<T: Transport>(
    transport: T,
    address: SocketAddr,
    headers: &[(&'static str, &str)],
) -> Result<(WebSocketStream<T>, Response), Error> {
    let mut request = format!("ws://{address}/v1/ws").into_client_request()?;
    let added: HeaderMap = headers
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value")))
        .collect();
    request.headers_mut().extend(added);
    timeout(PATIENCE, client_async(request, transport)).await.expect("no answer to the handshake")
}
