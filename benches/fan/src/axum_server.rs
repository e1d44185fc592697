//! axum's WebSockets and `tokio::sync::broadcast`: a task per subscriber, which waits for the next message and sends it.

use std::{io, net::SocketAddr};

use axum::{
    Router,
    extract::{
        State,
        ws::{Message, WebSocket, WebSocketUpgrade},
    },
    http::StatusCode,
    response::Response,
    routing::get,
    serve::ListenerExt as _,
};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::{net::TcpListener, runtime, sync::broadcast};

use crate::{FAN, PUBLISH};

/// More than are ever on their way, so that nobody misses any.
const MESSAGES_MAX: usize = 1_024;

/// Serves with as many threads as there are processors for it.
pub(crate) fn serve(listen: SocketAddr) -> io::Result<()> {
    runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let (sender, _) = broadcast::channel::<String>(MESSAGES_MAX);
        let router = Router::new()
            .route("/readyz", get(StatusCode::OK))
            .route(FAN, get(subscribe))
            .route(PUBLISH, get(publish))
            .with_state(sender);
        let listener = TcpListener::bind(listen).await?.tap_io(|stream| {
            // Where it is refused, messages are late and nothing else.
            let _ = stream.set_nodelay(true);
        });
        axum::serve(listener, router).await
    })
}

async fn subscribe(upgrade: WebSocketUpgrade, State(sender): State<broadcast::Sender<String>>) -> Response {
    // As soon as the handshake is answered, a message may be meant for this subscriber.
    let messages = sender.subscribe();
    upgrade.on_upgrade(|socket| deliver(socket, messages))
}

async fn deliver(socket: WebSocket, mut messages: broadcast::Receiver<String>) {
    let (mut outgoing, mut incoming) = socket.split();
    let mut sending = tokio::spawn(async move {
        while let Ok(text) = messages.recv().await {
            if outgoing.send(Message::Text(text.into())).await.is_err() {
                return;
            }
        }
    });
    let mut receiving = tokio::spawn(async move { while let Some(Ok(_)) = incoming.next().await {} });
    tokio::select! {
        _ = &mut sending => receiving.abort(),
        _ = &mut receiving => sending.abort(),
    }
}

async fn publish(upgrade: WebSocketUpgrade, State(sender): State<broadcast::Sender<String>>) -> Response {
    upgrade.on_upgrade(|mut socket| async move {
        while let Some(Ok(Message::Text(text))) = socket.next().await {
            // It fails only when nobody listens.
            let _ = sender.send(text.to_string());
        }
    })
}
