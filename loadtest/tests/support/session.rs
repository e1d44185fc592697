//! One WebSocket of the small server.

use std::sync::Arc;

use dropcast_proto::v1::{self, Answer, ClientMessage, Hello, ServerMessage, client_message, server_message};
use futures_util::{SinkExt as _, StreamExt as _};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use prost::Message as _;
use tokio_tungstenite::{WebSocketStream, tungstenite::Message};

use super::{
    server::{Shared, holder},
    world::{Behaviour, World},
};

type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// Serves until either side is gone.
pub(crate) async fn serve(shared: Arc<Shared>, mut socket: Socket) {
    let mut news = shared.news.subscribe();
    let Some(Ok(Message::Binary(first))) = socket.next().await else { return };
    let Some(client_message::Kind::Hello(hello)) = ClientMessage::decode(first).unwrap().kind else { return };
    let (role, viewer) = holder(hello.token.as_deref().unwrap());
    assert_eq!(role, "viewer");
    let greeting = greeting(&mut shared.world(), &viewer, &hello);
    for kind in greeting {
        send(&mut socket, kind).await;
    }
    loop {
        let answer = tokio::select! {
            message = socket.next() => match message {
                Some(Ok(Message::Binary(bytes))) => shared.change(|world| take(world, &viewer, &bytes)),
                Some(Ok(_)) => None,
                Some(Err(_)) | None => return,
            },
            Ok((whose, kind)) = news.recv() => whose.is_none_or(|whose| whose == viewer).then_some(kind),
        };
        if let Some(answer) = answer {
            send(&mut socket, answer).await;
        }
    }
}

fn greeting(world: &mut World, viewer: &str, hello: &Hello) -> Vec<server_message::Kind> {
    use server_message::Kind;
    let position: Option<u64> = hello.cursor.as_ref().map(|cursor| cursor.parse().unwrap());
    world.resumed += u64::from(position.is_some());
    let welcome = v1::Welcome { resumed: position.is_some(), ..Default::default() };
    let cursor = world.journal.len().to_string();
    let public = v1::PublicState { drops: vec![world.drop_view()], ..Default::default() };
    let numbers = (1_u64..).zip(&world.held).filter(|(_, held)| held.viewer == viewer);
    let reservations = numbers.map(|(number, _)| world.reservation(number)).collect();
    let waiters = world.line.place_of(viewer).map(|waiter| world.waiter(waiter)).into_iter().collect();
    let public = position.is_none().then_some(public);
    let snapshot = Kind::Snapshot(v1::Snapshot { cursor, public, reservations, waiters, ..Default::default() });
    let missed = position.is_some_and(|seq| world.changed_after(seq));
    let mut greeting = vec![Kind::Welcome(welcome), snapshot];
    greeting.extend(missed.then(|| drop_changed(world)));
    greeting
}

fn drop_changed(world: &World) -> server_message::Kind {
    let (cursor, drop) = (world.journal.len().to_string(), Some(world.drop_view()));
    server_message::Kind::DropChanged(v1::DropChanged { cursor, drop })
}

fn take(world: &mut World, viewer: &str, bytes: &[u8]) -> Option<server_message::Kind> {
    let Some(kind) = ClientMessage::decode(bytes).ok().and_then(|message| message.kind) else {
        return Some(server_message::Kind::Problem(v1::Problem::default()));
    };
    if world.behaviour == Behaviour::DeafToBots && viewer.starts_with("bot-") {
        return None;
    }
    let (key, outcome) = match kind {
        client_message::Kind::Reserve(reserve) => (reserve.key.clone(), world.reserve(viewer, &reserve)),
        client_message::Kind::Confirm(confirm) => (confirm.key.clone(), world.confirm(viewer, &confirm)),
        client_message::Kind::Release(release) => (release.key.clone(), world.release(viewer, &release)),
        client_message::Kind::JoinWaitlist(join) => (join.key.clone(), world.join_waitlist(viewer, &join)),
        client_message::Kind::LeaveWaitlist(leave) => (leave.key.clone(), world.leave_waitlist(viewer, &leave)),
        client_message::Kind::ExtendHold(extend) => (extend.key.clone(), world.extend_hold(viewer, &extend)),
        other => panic!("a rush does not send {other:?}"),
    };
    outcome.map(|outcome| server_message::Kind::Answer(Answer { key, outcome: Some(outcome), receipt: None }))
}

async fn send(socket: &mut Socket, kind: server_message::Kind) {
    let bytes = ServerMessage { kind: Some(kind) }.encode_to_vec();
    // A viewer that is gone comes back or doesn't.
    let _ = socket.send(Message::Binary(bytes.into())).await;
}
