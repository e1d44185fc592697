//! A viewer's line to one node: a WebSocket, or requests over HTTP.

use std::{net::SocketAddr, time::Duration};

use dropcast_proto::SUBPROTOCOL_JSON;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::{
    net::TcpStream,
    time::{Instant, timeout, timeout_at},
};
use tokio_tungstenite::{WebSocketStream, tungstenite::Message};

use crate::{
    shop::{DROP, SHOW, SKU, Shop},
    socket::handshake,
};

/// How long a viewer waits for anything before he tries another node.
const PATIENCE: Duration = Duration::from_millis(2_500);

/// Stands for the code of a close frame where there are none.
pub(crate) const NOT_A_SOCKET: u16 = 0;

/// The same, where nobody closed anything.
pub(crate) const SILENCE: u16 = 1;

/// How viewers talk to nodes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Http,
    WebSocket,
}

/// One of the two.
pub(crate) enum Line {
    Http(Shop),
    WebSocket(Box<WebSocketStream<TcpStream>>),
}

/// What a viewer hears of a click.
#[derive(Debug)]
pub(crate) enum Heard {
    Held(u64),
    Refused(String),
    /// *Retry* or *pending*.
    Again {
        after: Duration,
    },
    /// Nothing: there is nobody.
    Unreachable,
    /// Nothing, and the line is of no use any more: the close frame's code, 1006 without one, [`NOT_A_SOCKET`] over HTTP,
    /// [`SILENCE`] when nothing came in time.
    Lost {
        code: u16,
    },
    /// What no node may say.
    Strange(String),
}

impl Line {
    /// A line to the node at this address, or what is heard instead.
    pub(crate) async fn open(way: Way, address: SocketAddr, token: &str) -> Result<Self, Heard> {
        if way == Way::Http {
            return Ok(Self::Http(Shop::at(address)));
        }
        let opened = timeout(PATIENCE, handshake(address, &[("sec-websocket-protocol", SUBPROTOCOL_JSON)])).await;
        let Ok(Ok((mut stream, _))) = opened else { return Err(Heard::Unreachable) };
        let hello = json!({ "hello": { "show": SHOW, "token": token, "cursor": null } });
        stream.send(Message::text(hello.to_string())).await.map_err(|_| Heard::Unreachable)?;
        let until = Instant::now() + PATIENCE;
        while next(&mut stream, until).await.map_err(|code| Heard::Lost { code })?.get("welcome").is_none() {}
        Ok(Self::WebSocket(Box::new(stream)))
    }

    /// Clicks, for the so-manieth time, and waits for an answer.
    pub(crate) async fn click(&mut self, token: &str, key: &str, attempt: u32) -> Heard {
        match self {
            Self::Http(shop) => by_http(shop, token, key).await,
            Self::WebSocket(stream) => by_socket(stream, key, attempt).await,
        }
    }
}

async fn by_http(shop: &Shop, token: &str, key: &str) -> Heard {
    let body = json!({ "drop": DROP, "sku": SKU, "quantity": 1 });
    let path = format!("/v1/shows/{SHOW}/reservations");
    let asking = shop.try_post(&path, token, key, &body);
    let reply = match timeout(PATIENCE, asking).await {
        Ok(Ok(reply)) => reply,
        Ok(Err(error)) if error.is_connect() => return Heard::Unreachable,
        Ok(Err(_)) => return Heard::Lost { code: NOT_A_SOCKET },
        Err(_) => return Heard::Lost { code: SILENCE },
    };
    match reply.status.as_u16() {
        201 => match reply.json()["held"]["reservation"].as_u64() {
            Some(number) => Heard::Held(number),
            None => Heard::Strange(reply.text),
        },
        409 => Heard::Refused(reply.json()["code"].as_str().unwrap_or_default().to_owned()),
        202 | 503 => Heard::Again { after: Duration::from_millis(50) },
        _ => Heard::Strange(format!("{reply:?}")),
    }
}

async fn by_socket(stream: &mut WebSocketStream<TcpStream>, key: &str, attempt: u32) -> Heard {
    let attempt = (attempt > 0).then_some(attempt);
    let reserve = json!({ "key": key, "attempt": attempt, "drop": DROP, "sku": SKU, "quantity": 1 });
    let sent = timeout(PATIENCE, stream.send(Message::text(json!({ "reserve": reserve }).to_string()))).await;
    if !matches!(sent, Ok(Ok(()))) {
        return Heard::Lost { code: 1_006 };
    }
    let until = Instant::now() + PATIENCE;
    loop {
        let message = match next(stream, until).await {
            Ok(message) => message,
            Err(code) => return Heard::Lost { code },
        };
        if message["answer"]["key"] == key {
            return outcome(&message["answer"]["outcome"]);
        }
    }
}

/// The next message, or the code with which the connection ended.
async fn next(stream: &mut WebSocketStream<TcpStream>, until: Instant) -> Result<Value, u16> {
    loop {
        match timeout_at(until, stream.next()).await {
            Ok(Some(Ok(Message::Text(text)))) => return Ok(serde_json::from_str(&text).expect("JSON")),
            Ok(Some(Ok(Message::Close(Some(close))))) => return Err(close.code.into()),
            Ok(Some(Ok(_))) => {}
            Ok(Some(Err(_)) | None) => return Err(1_006),
            Err(_) => return Err(SILENCE),
        }
    }
}

/// What an outcome on a WebSocket says.
pub(crate) fn outcome(outcome: &Value) -> Heard {
    if let Some(number) = outcome["held"]["reservation"].as_u64() {
        return Heard::Held(number);
    }
    if let Some(code) = outcome["refused"]["code"].as_str() {
        return Heard::Refused(code.to_owned());
    }
    let after = ["retry", "pending"].iter().find_map(|kind| outcome[kind]["after_ms"].as_u64());
    match after {
        Some(after_ms) => Heard::Again { after: Duration::from_millis(after_ms) },
        None => Heard::Strange(outcome.to_string()),
    }
}
