//! One connection of a bot.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use dropcast_proto::v1::{Answer, Hello, Role, answer_outcome, client_message, server_message};
use tokio::{
    sync::watch,
    time::{sleep, sleep_until},
};

use super::{
    figures::Haul,
    memory::Memory,
    moves::{Move, Moves},
    turns::Turns,
};
use crate::{
    history::Recorder,
    rush::{crowd::Guest, shared::Shared},
    wire::{Connection, Endpoint, Received},
};

/// How long it stays away when it was thrown out, however often that happens.
const COMES_BACK_AFTER: Duration = Duration::from_millis(50);

/// One connection of a bot, which is opened again whenever it ends.
pub(super) struct Bot {
    shared: Arc<Shared>,
    token: String,
    number: usize,
    memory: Arc<Mutex<Memory>>,
    turns: Turns,
    moves: Moves,
    recorder: Recorder,
    haul: Haul,
}

impl Bot {
    /// A connection of the guest, which shares what it knows with the others.
    pub(super) fn new(
        shared: Arc<Shared>,
        guest: &Guest,
        number: usize,
        memory: Arc<Mutex<Memory>>,
        turns: Turns,
        moves: Moves,
    ) -> Self {
        let recorder = Recorder::new(Role::Viewer, &guest.name);
        Self { shared, token: guest.token.clone(), number, memory, turns, moves, recorder, haul: Haul::default() }
    }

    /// Hammers until it is told to stop.
    pub(super) async fn run(mut self, mut stop: watch::Receiver<bool>) -> Haul {
        tokio::select! {
            () = self.live() => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
        Haul { calls: self.recorder.into_calls(), ..self.haul }
    }

    async fn live(&mut self) {
        for connection in self.number.. {
            let endpoint = self.shared.endpoints[connection % self.shared.endpoints.len()].clone();
            // Why it ended is no news: most often it is the bot's own doing.
            let _ = self.session(&endpoint).await;
            self.recorder.forgets();
            sleep(COMES_BACK_AFTER).await;
        }
    }

    async fn session(&mut self, endpoint: &Endpoint) -> Result<(), String> {
        let mut connection = {
            let _turn = self.shared.handshake_turn().await;
            Connection::open(endpoint).await?
        };
        self.haul.connections += 1;
        let (show, token) = (self.shared.show.clone(), Some(self.token.clone()));
        send(&mut connection, client_message::Kind::Hello(Hello { show, token, cursor: None, source: None })).await?;
        let mut turn = self.turns.next(self.shared.clock());
        loop {
            tokio::select! {
                received = connection.receive() => match received {
                    Received::Message(server_message::Kind::Answer(answer)) => self.take(&answer),
                    Received::Message(_) | Received::Other => {}
                    Received::Closed(_) => return Ok(()),
                },
                () = sleep_until(self.shared.moment(self.turns.begins(turn))) => {
                    self.make_move(turn, &mut connection).await?;
                    turn = self.turns.next(self.shared.clock()).max(turn + 1);
                }
            }
        }
    }

    async fn make_move(&mut self, turn: u64, connection: &mut Connection) -> Result<(), String> {
        let next = self.with_memory(|memory, moves| moves.next(turn, memory));
        match next {
            Move::Rubbish(rubbish) => {
                self.haul.rubbish += 1;
                connection.throw(rubbish).await.map_err(|error| error.to_string())
            }
            // Of two answers to one key on one connection nobody could tell which is whose.
            Move::Press(press) if self.recorder.awaits(&press.key) => Ok(()),
            Move::Press(press) => {
                self.with_memory(|memory, _| memory.press(&press));
                self.haul.asked += 1;
                self.recorder.asks(self.shared.clock(), &press.key, &press.message);
                send(connection, press.message).await
            }
        }
    }

    fn take(&mut self, answer: &Answer) {
        let Some(outcome) = answer.outcome.as_ref().and_then(|outcome| outcome.kind.as_ref()) else { return };
        self.recorder.is_told(self.shared.clock(), &answer.key, outcome);
        self.haul.answers += 1;
        self.haul.put_off +=
            u64::from(matches!(outcome, answer_outcome::Kind::Retry(_) | answer_outcome::Kind::Pending(_)));
        self.with_memory(|memory, _| memory.learn(outcome));
    }

    fn with_memory<T>(&mut self, look: impl FnOnce(&mut Memory, &mut Moves) -> T) -> T {
        look(&mut self.memory.lock().unwrap_or_else(PoisonError::into_inner), &mut self.moves)
    }
}

async fn send(connection: &mut Connection, kind: client_message::Kind) -> Result<(), String> {
    connection.feed(kind).await.map_err(|error| error.to_string())?;
    connection.flush().await.map_err(|error| error.to_string())
}
