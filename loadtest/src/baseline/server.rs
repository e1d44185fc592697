//! The HTTP side: it says that it is ready, and hands WebSockets over.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use hyper_util::rt::TokioIo;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        handshake::derive_accept_key,
        protocol::{Role, WebSocketConfig},
    },
};

use super::{session, stock::Stock};

/// Enough for a click. The default is cleared at every read and would cost more than everything else that it does.
const READ_BUFFER_BYTES: usize = 4 * 1_024;

/// Where it is asked what.
pub(super) fn router(stock: Arc<Stock>) -> Router {
    Router::new().route("/readyz", get(StatusCode::OK)).route("/v1/ws", get(upgrade)).with_state(stock)
}

async fn upgrade(State(stock): State<Arc<Stock>>, request: Request) -> Response {
    let headers = request.headers();
    let (Some(key), Some(protocol)) =
        (headers.get(header::SEC_WEBSOCKET_KEY), headers.get(header::SEC_WEBSOCKET_PROTOCOL).cloned())
    else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let accept = derive_accept_key(key.as_bytes());
    tokio::spawn(async move {
        if let Ok(upgraded) = hyper::upgrade::on(request).await {
            let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER_BYTES);
            let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
            // A viewer whose connection breaks comes back or doesn't.
            let _ = session::serve(stock, socket).await;
        }
    });
    let mut response = StatusCode::SWITCHING_PROTOCOLS.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, header::HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, header::HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_PROTOCOL, protocol);
    if let Ok(accept) = accept.parse() {
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    }
    response
}
