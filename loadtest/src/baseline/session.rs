//! One viewer's WebSocket.

use std::sync::Arc;

use dropcast_proto::v1::{
    self, Answer, AnswerOutcome, ClientMessage, Refusal, RefusalCode, Reservation, Reserve, Retry, ServerMessage,
    answer_outcome, client_message, server_message,
};
use futures_util::{SinkExt as _, StreamExt as _};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use prost::Message as _;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Error as SocketError, Message},
};

use super::stock::{Decided, Stock};

type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// How long whose click Redis did not answer waits before it clicks again.
const RETRY_AFTER_MS: u64 = 250;

/// Serves until either side is gone. Who says hello is believed: a token would be looked at here, once.
pub(super) async fn serve(stock: Arc<Stock>, mut socket: Socket) -> Result<(), SocketError> {
    let mut viewer = String::new();
    while let Some(message) = socket.next().await {
        let Message::Binary(bytes) = message? else { continue };
        match ClientMessage::decode(bytes).unwrap_or_default().kind {
            Some(client_message::Kind::Hello(hello)) => {
                viewer = hello.token.unwrap_or_default();
                send(&mut socket, server_message::Kind::Welcome(v1::Welcome::default())).await?;
                let public = Some(v1::PublicState::default());
                let snapshot = v1::Snapshot { public, ..v1::Snapshot::default() };
                send(&mut socket, server_message::Kind::Snapshot(snapshot)).await?;
            }
            Some(client_message::Kind::Reserve(reserve)) => {
                let answer = decide(&stock, &viewer, reserve).await;
                send(&mut socket, server_message::Kind::Answer(answer)).await?;
            }
            _ => {}
        }
    }
    Ok(())
}

async fn decide(stock: &Stock, viewer: &str, reserve: Reserve) -> Answer {
    let kind = match stock.reserve(viewer, &reserve.key, reserve.quantity).await {
        Ok(Decided::Held { reservation, expires_at }) => answer_outcome::Kind::Held(Reservation {
            reservation,
            drop: reserve.drop,
            sku: reserve.sku,
            quantity: reserve.quantity,
            expires_at,
            ..Reservation::default()
        }),
        Ok(Decided::SoldOut) => refused(RefusalCode::SoldOut),
        Ok(Decided::LimitReached) => refused(RefusalCode::LimitReached),
        Err(_) => answer_outcome::Kind::Retry(Retry { after_ms: RETRY_AFTER_MS, ..Retry::default() }),
    };
    Answer { key: reserve.key, outcome: Some(AnswerOutcome { kind: Some(kind) }), receipt: None }
}

fn refused(code: RefusalCode) -> answer_outcome::Kind {
    answer_outcome::Kind::Refused(Refusal { code: code.into(), ..Refusal::default() })
}

async fn send(socket: &mut Socket, kind: server_message::Kind) -> Result<(), SocketError> {
    socket.send(Message::Binary(ServerMessage { kind: Some(kind) }.encode_to_vec().into())).await
}
