//! A viewer who is busy in every drop, and writes down what it is told.

use serde_json::{Value, json};
use tokio::sync::{mpsc::UnboundedSender, watch};

use super::{
    ledger::Ledger,
    show::{EVENING, FLASH, HAT},
};
use crate::{
    shop::{DROP, SKU},
    socket::Socket,
};

/// A viewer.
pub(crate) struct Buyer {
    socket: Socket,
    number: usize,
    ledger: Ledger,
}

impl Buyer {
    pub(crate) fn new(socket: Socket, number: usize) -> Self {
        Self { socket, number, ledger: Ledger::default() }
    }

    /// Buys, keeps and gives back until every drop was visited, and what runs out has run out.
    pub(crate) async fn be_busy(mut self, visited: UnboundedSender<()>, mut closed: watch::Receiver<bool>) -> Ledger {
        self.visit_opening().await;
        let runs_out = self.visit_flash().await;
        self.click("evening", EVENING, HAT, 1).await;
        // A host who has closed it by now waits for nobody.
        let _ = visited.send(());
        closed.wait_for(|closed| *closed).await.expect("a host who closes");
        self.click("late", EVENING, SKU, 1).await;
        if let Some(reservation) = runs_out {
            while self.ledger.reservations[&reservation].state == "held" {
                self.hear().await;
            }
        }
        self.ledger
    }

    /// Of two clicks, one may be bought and one given back.
    async fn visit_opening(&mut self) {
        let quantity = if self.number.is_multiple_of(3) { 2 } else { 1 };
        for click in 0..2 {
            let Some(reservation) = self.click(&format!("click-{click}"), DROP, SKU, quantity).await else { continue };
            match (self.number + click) % 3 {
                0 => self.settle("confirm", reservation).await,
                1 => self.settle("release", reservation).await,
                _ => {}
            }
        }
    }

    /// What it holds there and does not buy.
    async fn visit_flash(&mut self) -> Option<u64> {
        let reservation = self.click("flash", FLASH, HAT, 1 + u32::from(self.number.is_multiple_of(3))).await?;
        if self.number.is_multiple_of(2) {
            self.settle("confirm", reservation).await;
        }
        Some(reservation)
    }

    async fn click(&mut self, key: &str, drop: &str, sku: &str, quantity: u32) -> Option<u64> {
        let reserve = json!({ "key": key, "attempt": null, "drop": drop, "sku": sku, "quantity": quantity });
        self.socket.send(&json!({ "reserve": reserve })).await;
        let outcome = self.answer(key).await;
        self.ledger.click(&outcome)
    }

    async fn settle(&mut self, kind: &str, reservation: u64) {
        let key = format!("{kind}-{reservation}");
        self.socket.send(&json!({ kind: { "key": key, "attempt": null, "reservation": reservation } })).await;
        let outcome = self.answer(&key).await;
        self.ledger.settled(&outcome);
    }

    async fn answer(&mut self, key: &str) -> Value {
        loop {
            if let Some(answer) = self.hear().await.filter(|answer| answer["key"] == key) {
                return answer["outcome"].clone();
            }
        }
    }

    /// Hears the next message, and what it says about a reservation; an answer is given back.
    async fn hear(&mut self) -> Option<Value> {
        let message = self.socket.next().await.expect("an open connection");
        if let Some(changed) = message.get("reservation_changed") {
            self.ledger.reservation(&changed["reservation"]);
        }
        message.get("answer").cloned()
    }
}
