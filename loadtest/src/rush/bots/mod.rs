//! Viewers that play foul: they hammer from before the drop opens until the rush is over, and are owed nothing by it.

mod bot;
mod figures;
mod memory;
mod moves;
mod turns;

use std::sync::{Arc, Mutex};

pub(super) use figures::{Figures, Haul};
use tokio::{sync::watch, task::JoinHandle};

use self::{bot::Bot, memory::Memory, moves::Moves, turns::Turns};
use super::{crowd::Guest, shared::Shared};

/// What every bot's name starts with, and no other viewer's.
pub(super) const NAME: &str = "bot-";
/// How many connections each has at once.
const CONNECTIONS: usize = 3;

/// Bots at work.
pub(super) struct Bots {
    connections: Vec<JoinHandle<Haul>>,
    stop: watch::Sender<bool>,
}

impl Bots {
    /// Lets them loose on a show in which one viewer may have `limit` units.
    pub(super) fn unleash(shared: &Arc<Shared>, bots: Vec<Guest>, limit: u32, seed: u64) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut connections = Vec::with_capacity(bots.len() * CONNECTIONS);
        for (bot, guest) in (0..).zip(bots) {
            let (turns, memory) = (Turns::new(bot), Arc::new(Mutex::new(Memory::default())));
            for _ in 0..CONNECTIONS {
                let (number, memory) = (connections.len(), Arc::clone(&memory));
                let moves = Moves::new(number, limit, seed);
                let bot = Bot::new(Arc::clone(shared), &guest, number, memory, turns, moves);
                connections.push(tokio::spawn(bot.run(stopped.clone())));
            }
        }
        Self { connections, stop }
    }

    /// Calls them off; what they got, together.
    pub(super) async fn recall(self) -> Haul {
        self.stop.send_replace(true);
        let mut haul = Haul::default();
        for connection in self.connections {
            match connection.await.map_err(tokio::task::JoinError::try_into_panic) {
                Ok(own) => haul.add(own),
                Err(Ok(panic)) => std::panic::resume_unwind(panic),
                // Nobody cancels one.
                Err(Err(_)) => {}
            }
        }
        haul
    }
}
