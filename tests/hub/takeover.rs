//! The plain TCP stream is taken over after axum's handshake, with an asynchronous tungstenite client at the other end.

use axum::{Router, extract::Request, http::StatusCode, response::IntoResponse, routing::get};
use dropcast::hub::{Connection, Frame, Hub, HubConfig, Message, Session};
use futures_util::{SinkExt, StreamExt};
use hyper_util::{rt::TokioIo, server::conn::auto};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::{self, handshake::derive_accept_key};

struct Echo;

impl Session for Echo {
    fn message(&mut self, connection: &Connection, message: Message<'_>) {
        let frame = match message {
            Message::Text(text) => Frame::text(text),
            Message::Binary(bytes) => Frame::binary(bytes),
        };
        connection.send(frame).unwrap();
    }

    fn lagged(&mut self, _connection: &Connection) {}
}

fn upgrade(hub: Hub, request: Request) -> impl IntoResponse {
    let accept = derive_accept_key(request.headers()["sec-websocket-key"].as_bytes());
    tokio::spawn(async move {
        let upgraded = hyper::upgrade::on(request).await.unwrap();
        let parts = auto::upgrade::downcast::<TokioIo<TcpStream>>(upgraded).unwrap();
        let stream = parts.io.into_inner().into_std().unwrap();
        hub.adopt(stream, parts.read_buf, Box::new(Echo)).unwrap();
    });
    let headers = [("upgrade", "websocket".to_owned()), ("connection", "upgrade".to_owned())];
    (StatusCode::SWITCHING_PROTOCOLS, headers, [("sec-websocket-accept", accept)])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn takes_over_from_axum() {
    let hub = Hub::start(HubConfig { shards: 1, ..HubConfig::default() }).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let adopting = hub.clone();
    let router = Router::new().route("/", get(async move |request| upgrade(adopting.clone(), request)));
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let (mut client, _) = tokio_tungstenite::connect_async(format!("ws://{address}/")).await.unwrap();
    for length in [0, 1, 125, 126, 5_000, 16_000] {
        let text = "x".repeat(length);
        client.send(tungstenite::Message::text(&text)).await.unwrap();
        assert_eq!(client.next().await.unwrap().unwrap(), tungstenite::Message::text(&text));
    }
    client.close(None).await.unwrap();
    assert!(client.next().await.unwrap().unwrap().is_close());
    server.abort();
    let stopped = tokio::task::spawn_blocking(move || hub.shutdown(crate::server::PATIENCE)).await.unwrap();
    assert_eq!(stopped, Ok(()));
}
