//! A simulated viewer: watches over a WebSocket like anybody, buys some of what drops, waits in line for what is sold
//! out, and changes its mind at times.

use std::{collections::BTreeSet, net::SocketAddr, sync::Arc, time::Duration};

use dropcast_domain::ids::{PrincipalId, ShowId};
use dropcast_proto::{
    SUBPROTOCOL_JSON,
    v1::{self, answer_outcome, client_message, server_message},
};
use futures_util::{SinkExt as _, StreamExt as _};
use rand::RngExt as _;
use tokio::{net::TcpStream, sync::watch, time::Instant};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{self, Message, client::IntoClientRequest as _, http::HeaderValue},
};

use crate::{
    api::auth::{Claims, TokenRole, Tokens},
    clock::{Clock as _, SystemClock},
};

/// Within how long of its opening a drop is clicked, if at all; most click early.
const CLICK_WITHIN: Duration = Duration::from_secs(40);
/// How long a viewer thinks before paying or giving back.
const THINKS_FOR: Duration = Duration::from_secs(12);
/// The share of drops that a viewer clicks.
const CLICKS: f64 = 0.7;
/// What becomes of a hold or an offer: so many are paid, so many given back, and the rest runs out.
const PAYS: f64 = 0.8;
const GIVES_BACK: f64 = 0.1;
/// Where viewers come from; those of the last, empty one don't say.
const SOURCES: [&str; 5] = ["instagram.com", "tiktok.com", "newsletter", "instagram.com", ""];
/// How long a token of a simulated viewer is good for, in seconds.
const TOKEN_TTL_S: u64 = 6 * 3_600;
/// How long a viewer waits before it connects again.
const BACK_AFTER: Duration = Duration::from_secs(2);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub(super) struct Viewer {
    principal: PrincipalId,
    source: &'static str,
    address: SocketAddr,
    tokens: Arc<Tokens>,
    shows: watch::Receiver<ShowId>,
    /// What it is about to do, and when.
    intents: Vec<(Instant, client_message::Kind)>,
    /// The drops that it has made up its mind about.
    considered: BTreeSet<String>,
    keys: u64,
}

impl Viewer {
    pub(super) fn new(
        principal: PrincipalId,
        address: SocketAddr,
        tokens: Arc<Tokens>,
        shows: watch::Receiver<ShowId>,
    ) -> Self {
        let source = SOURCES[rand::rng().random_range(0..SOURCES.len())];
        Self { principal, source, address, tokens, shows, intents: Vec::new(), considered: BTreeSet::new(), keys: 0 }
    }

    /// Watches show after show.
    pub(super) async fn run(mut self) {
        loop {
            let show = self.shows.borrow_and_update().clone();
            self.intents.clear();
            self.considered.clear();
            if let Err(error) = self.watch(&show).await {
                tracing::debug!(viewer = %self.principal, %error, "a simulated viewer was disconnected");
            }
            let pause = BACK_AFTER.mul_f64(rand::rng().random_range(0.1..1.0));
            tokio::time::sleep(pause).await;
        }
    }

    async fn watch(&mut self, show: &ShowId) -> Result<(), tungstenite::Error> {
        let mut socket = self.connect(show).await?;
        loop {
            let due = self.intents.iter().map(|(at, _)| *at).min();
            tokio::select! {
                message = socket.next() => match message {
                    Some(Ok(Message::Text(text))) => self.receive(&text),
                    Some(Ok(Message::Close(_))) | None => return Ok(()),
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Err(error),
                },
                () = tokio::time::sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    self.act(&mut socket).await?;
                }
                // The show is over and another one has begun.
                Ok(()) = self.shows.changed() => return socket.close(None).await,
            }
        }
    }

    async fn connect(&self, show: &ShowId) -> Result<Socket, tungstenite::Error> {
        let mut request = format!("ws://{}/v1/ws", self.address).into_client_request()?;
        request.headers_mut().insert("Sec-WebSocket-Protocol", HeaderValue::from_static(SUBPROTOCOL_JSON));
        let (mut socket, _) = tokio_tungstenite::connect_async(request).await?;
        let issued_at_s = SystemClock.now().0 / 1_000;
        let claims = Claims {
            sub: self.principal.clone(),
            role: TokenRole::Viewer,
            show: Some(show.clone()),
            brand: None,
            iat: issued_at_s,
            exp: issued_at_s + TOKEN_TTL_S,
        };
        let token = Some(self.tokens.sign(&claims));
        let source = Some(self.source.to_owned()).filter(|source| !source.is_empty());
        let hello = v1::Hello { show: show.to_string(), token, cursor: None, source };
        send(&mut socket, client_message::Kind::Hello(hello)).await?;
        Ok(socket)
    }

    fn receive(&mut self, text: &str) {
        // Kinds that a newer server sends are none of its business.
        let Ok(message) = serde_json::from_str::<v1::ServerMessage>(text) else { return };
        match message.kind {
            Some(server_message::Kind::Snapshot(snapshot)) => {
                let drops = snapshot.public.into_iter().flat_map(|public| public.drops);
                drops.for_each(|drop| self.notice(&drop));
            }
            Some(server_message::Kind::DropChanged(v1::DropChanged { drop: Some(drop), .. })) => self.notice(&drop),
            Some(server_message::Kind::Answer(v1::Answer { outcome: Some(outcome), .. })) => self.answered(outcome),
            Some(server_message::Kind::ReservationChanged(v1::ReservationChanged {
                reservation: Some(reservation),
            })) if reservation.state() == v1::ReservationState::Offered => {
                self.make_up_its_mind(&reservation);
            }
            _ => {}
        }
    }

    /// A drop that is open may be worth a click, once.
    fn notice(&mut self, drop: &v1::Drop) {
        if drop.phase != i32::from(v1::DropPhase::Open) || !self.considered.insert(drop.drop.clone()) {
            return;
        }
        let mut random = rand::rng();
        let items: Vec<_> = drop.items.iter().filter(|item| item.available > 0).collect();
        if items.is_empty() || !random.random_bool(CLICKS) {
            return;
        }
        let sku = items[random.random_range(0..items.len())].sku.clone();
        let eagerness: f64 = random.random_range(0.02..1.0);
        let wish =
            v1::Reserve { key: self.key(), attempt: None, drop: drop.drop.clone(), sku, quantity: 1, with: Vec::new() };
        self.after(CLICK_WITHIN.mul_f64(eagerness.powi(2)), client_message::Kind::Reserve(wish));
    }

    /// Who is answered a place in line waits for what is offered.
    fn answered(&mut self, outcome: v1::AnswerOutcome) {
        if let Some(answer_outcome::Kind::Held(reservation)) = outcome.kind {
            self.make_up_its_mind(&reservation);
        }
    }

    fn make_up_its_mind(&mut self, reservation: &v1::Reservation) {
        let (mood, haste) = (rand::rng().random_range(0.0..1.0), rand::rng().random_range(0.1..1.0));
        let (key, reservation) = (self.key(), reservation.reservation);
        let kind = if mood < PAYS {
            client_message::Kind::Confirm(v1::Confirm { key, attempt: None, reservation })
        } else if mood < PAYS + GIVES_BACK {
            client_message::Kind::Release(v1::Release { key, attempt: None, reservation })
        } else {
            return;
        };
        self.after(THINKS_FOR.mul_f64(haste), kind);
    }

    async fn act(&mut self, socket: &mut Socket) -> Result<(), tungstenite::Error> {
        let now = Instant::now();
        let (due, later): (Vec<_>, Vec<_>) = self.intents.drain(..).partition(|(at, _)| *at <= now);
        self.intents = later;
        for (_, kind) in due {
            send(socket, kind).await?;
        }
        Ok(())
    }

    fn after(&mut self, wait: Duration, kind: client_message::Kind) {
        self.intents.push((Instant::now() + wait, kind));
    }

    fn key(&mut self) -> String {
        self.keys += 1;
        format!("{}-{:08x}", self.keys, rand::rng().random::<u32>())
    }
}

async fn send(socket: &mut Socket, kind: client_message::Kind) -> Result<(), tungstenite::Error> {
    let message = v1::ClientMessage { kind: Some(kind) };
    // Every field of a client's message can be written.
    let text = serde_json::to_string(&message).unwrap_or_default();
    socket.send(Message::text(text)).await
}
