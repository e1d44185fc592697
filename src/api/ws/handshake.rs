//! From HTTP to a WebSocket (RFC 6455 section 4.2): axum routes and answers, then the hub takes the stream over.

use std::{
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{
            CONNECTION, HOST, ORIGIN, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_KEY,
            SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
        },
    },
    response::Response,
    routing::get,
};
use bytes::Bytes;
use dropcast_proto::{SUBPROTOCOL_JSON, SUBPROTOCOL_PROTO};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::{extensions, session::WebSocketSession};
use crate::{
    api::{
        limits::{ConnectionPermit, client_address},
        problem::{Problem, ProblemCode},
        state::ApiState,
        tls::{self, RelayLimits, TlsStream},
    },
    feed::{Encoding, Wire},
    hub::Handshake,
    telemetry::door_metrics::LimitedBy,
};

/// How long a client is asked to stay away from a full node.
const FULL_RETRY_AFTER_MS: u64 = 5_000;

/// `GET /v1/ws`.
pub fn router() -> Router<ApiState> {
    Router::new().route("/v1/ws", get(upgrade))
}

async fn upgrade(
    State(state): State<ApiState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
) -> Result<Response, Problem> {
    state.check_running()?;
    let headers = request.headers();
    let accept = accept_key(headers)?;
    let subprotocol = subprotocol(headers)?;
    check_origin(&state, headers)?;
    let address = client_address(Some(peer), headers, state.config.trust_forwarded_for);
    let permit = state
        .limits
        .open_connection(address)
        .inspect_err(|_| state.metrics.rate_limited(LimitedBy::Connections))
        .map_err(Problem::from)?;
    if state.hub.refusal().is_some() {
        state.metrics.rate_limited(LimitedBy::Server);
        let detail = "this server has as many connections as it may";
        return Err(Problem::new(ProblemCode::ServerFull, detail).retry_after(FULL_RETRY_AFTER_MS));
    }
    await_turn(&state).await?;
    let extension = state.hub.compressor().and_then(|_| extensions::agreed(headers));
    let upgraded = hyper::upgrade::on(&mut request);
    let encoding = subprotocol.map_or(Encoding::Json, |(_, encoding)| encoding);
    let wire = Wire { encoding, is_compressed: extension.is_some() };
    tokio::spawn(Newcomer { wire, permit }.take_over(state, upgraded));
    Ok(switching_protocols(&accept, subprotocol.map(|(name, _)| name), extension))
}

/// Waits until the client may come in.
async fn await_turn(state: &ApiState) -> Result<(), Problem> {
    let wait = state.admission.take_turn(Instant::now()).map_err(|retry| {
        state.metrics.rate_limited(LimitedBy::Admission);
        let detail = "too many connect at once; come back later";
        Problem::new(ProblemCode::ServerBusy, detail).retry_after(retry.after_ms)
    })?;
    if wait.is_zero() {
        return Ok(());
    }
    state.metrics.connection_delayed();
    tokio::time::sleep(wait).await;
    state.check_running()
}

/// A client that was let in, whose stream belongs to the hub as soon as the answer is out.
struct Newcomer {
    wire: Wire,
    permit: ConnectionPermit,
}

impl Newcomer {
    async fn take_over(self, state: ApiState, upgraded: OnUpgrade) {
        // A client that left before the answer was out is nobody's trouble.
        let Ok(upgraded) = upgraded.await else { return };
        let (stream, leftover) = match into_stream(&state, upgraded) {
            Ok(taken) => taken,
            Err(error) => return tracing::warn!(%error, "a connection can't be taken over"),
        };
        let hub = std::sync::Arc::clone(&state.hub);
        let handshake = Handshake { leftover, is_compressed: self.wire.is_compressed };
        let session = WebSocketSession::new(state, self.wire, self.permit);
        if let Err(refused) = hub.adopt(stream, handshake, Box::new(session)) {
            // It filled up between the answer and now; the client comes back with a delay of its own.
            tracing::debug!(refusal = %refused.refusal, "a connection was not taken over");
        }
    }
}

/// What the hub takes over: the TCP stream itself, or for TLS its end of a relay.
fn into_stream(state: &ApiState, upgraded: Upgraded) -> io::Result<(std::net::TcpStream, Bytes)> {
    let upgraded = match upgraded.downcast::<TokioIo<TcpStream>>() {
        Ok(parts) => return Ok((parts.io.into_inner().into_std()?, parts.read_buf)),
        Err(upgraded) => upgraded,
    };
    let parts = upgraded.downcast::<TokioIo<TlsStream>>();
    let parts =
        parts.map_err(|_| io::Error::new(io::ErrorKind::Unsupported, "neither a TCP stream nor one with TLS"))?;
    let (of_hub, of_relay) = tls::socket_pair()?;
    let hub = &state.config.hub;
    let limits = RelayLimits {
        write_stall: Duration::from_millis(hub.write_stall_limit_ms),
        close: Duration::from_millis(hub.close_limit_ms),
    };
    let counted = state.metrics.tls_connection();
    tokio::spawn(async move {
        tls::relay(parts.io.into_inner(), of_relay, limits).await;
        drop(counted);
    });
    Ok((of_hub, parts.read_buf))
}

fn switching_protocols(accept: &str, subprotocol: Option<&'static str>, extension: Option<HeaderValue>) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    if let Ok(accept) = HeaderValue::from_str(accept) {
        headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    }
    if let Some(subprotocol) = subprotocol {
        headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(subprotocol));
    }
    if let Some(extension) = extension {
        headers.insert(SEC_WEBSOCKET_EXTENSIONS, extension);
    }
    response
}

fn accept_key(headers: &HeaderMap) -> Result<String, Problem> {
    let wants = |name: HeaderName, token: &str| tokens(headers, &name).any(|each| each.eq_ignore_ascii_case(token));
    if !wants(CONNECTION, "upgrade") || !wants(UPGRADE, "websocket") {
        return Err(upgrade_required("this address speaks WebSocket only: send an upgrade request"));
    }
    if !wants(SEC_WEBSOCKET_VERSION, "13") {
        return Err(upgrade_required("the only WebSocket version is 13"));
    }
    let key = headers.get(SEC_WEBSOCKET_KEY).filter(|key| key.len() == 24);
    let key = key.ok_or_else(|| upgrade_required("Sec-WebSocket-Key must be 16 bytes in base64"))?;
    Ok(derive_accept_key(key.as_bytes()))
}

fn upgrade_required(detail: &str) -> Problem {
    Problem::new(ProblemCode::UpgradeRequired, detail)
}

/// The first subprotocol of the client's that is known. A client that names none speaks JSON.
fn subprotocol(headers: &HeaderMap) -> Result<Option<(&'static str, Encoding)>, Problem> {
    let known = [(SUBPROTOCOL_JSON, Encoding::Json), (SUBPROTOCOL_PROTO, Encoding::Proto)];
    let mut offered = tokens(headers, &SEC_WEBSOCKET_PROTOCOL).peekable();
    if offered.peek().is_none() {
        return Ok(None);
    }
    let chosen = offered.find_map(|offer| known.into_iter().find(|(name, _)| *name == offer));
    let detail = "none of the subprotocols is known; use dropcast.v1.json or dropcast.v1.proto";
    chosen.map(Some).ok_or_else(|| upgrade_required(detail))
}

/// A browser says which page it is; others say nothing and are known by their tokens alone.
fn check_origin(state: &ApiState, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(origin) = headers.get(ORIGIN) else { return Ok(()) };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let allowed = origin.to_str().is_ok_and(|origin| state.config.allows_origin(origin, host));
    if allowed {
        Ok(())
    } else {
        Err(Problem::new(ProblemCode::OriginForbidden, "list the page's origin in allowed_origins to let it connect"))
    }
}

fn tokens<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim).filter(|token| !token.is_empty())
}
