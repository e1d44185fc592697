//! Viewers that click as fast as they are answered, and remember what they were promised.

#![allow(dead_code, reason = "each test binary uses its own part of it")]

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::task::JoinSet;

use crate::{
    process::{PATIENCE, Server},
    shop::{Reply, Shop, viewer_token},
    socket::{Closed, Socket},
};

/// Clicks of one viewer that wait for their answers at once.
const IN_FLIGHT: usize = 4;

/// Whose click, and its key.
pub(crate) type Click = (String, String);

/// What the viewers of a rush were told, and what they were not.
#[derive(Default, Debug)]
pub(crate) struct Told {
    /// The number of the reservation that each acknowledged click was given.
    pub(crate) held: BTreeMap<Click, u64>,
    /// Clicks that were refused for good, for now.
    pub(crate) refused: BTreeSet<Click>,
    /// Clicks that nobody knows the fate of, or that were to be sent again.
    pub(crate) open: BTreeSet<Click>,
    /// How the connections ended.
    pub(crate) closed: Vec<Closed>,
}

/// Viewers under way.
pub(crate) struct Rush {
    viewers: JoinSet<Told>,
    held: Arc<AtomicUsize>,
}

impl Rush {
    /// So many viewers click until their connection ends.
    pub(crate) async fn start(server: &Server, viewers: usize, round: usize) -> Self {
        let held = Arc::new(AtomicUsize::new(0));
        let mut rush = JoinSet::new();
        for number in 0..viewers {
            // A drop gives a viewer at most a hundred units, so each round has viewers of its own.
            let name = format!("viewer-{round}-{number}");
            let (socket, ..) = Socket::join(server, Some(&viewer_token(&name)), None).await;
            rush.spawn(click_until_closed(socket, name, round, Arc::clone(&held)));
        }
        Self { viewers: rush, held }
    }

    /// Waits until so many clicks were acknowledged.
    pub(crate) async fn acknowledged(&self, clicks: usize) {
        let deadline = Instant::now() + PATIENCE;
        while self.held.load(Ordering::Relaxed) < clicks {
            assert!(Instant::now() < deadline, "only {} clicks were acknowledged", self.held.load(Ordering::Relaxed));
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// What everybody was told, once all connections have ended.
    pub(crate) async fn told(self) -> Told {
        self.viewers.join_all().await.into_iter().fold(Told::default(), Told::and)
    }
}

impl Told {
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.held.extend(other.held);
        self.refused.extend(other.refused);
        self.open.extend(other.open);
        self.closed.extend(other.closed);
        self
    }

    /// Sends every open click again, under its key, until it is answered.
    pub(crate) async fn ask_again(&mut self, shop: &Shop) {
        for (viewer, key) in std::mem::take(&mut self.open) {
            let reply = answered(shop, &viewer, &key).await;
            match reply.status.as_u16() {
                201 => {
                    let number = reply.json()["held"]["reservation"].as_u64().expect("a reservation");
                    self.held.insert((viewer, key), number);
                }
                409 => drop(self.refused.insert((viewer, key))),
                _ => panic!("{reply:?}"),
            }
        }
    }

    /// Checks that every acknowledged click is in the journal under its key, once, and nothing else is.
    pub(crate) fn check(&self, journal: &[Value]) {
        let mut stored = BTreeMap::new();
        for entry in journal {
            let held = entry["facts"].as_array().expect("facts").iter().find_map(|fact| fact.get("reservation_held"));
            let Some(held) = held else { continue };
            let (number, cause) = (held["reservation"].as_u64().expect("a number"), &entry["cause"]);
            let text = |value: &Value| value.as_str().expect("text").to_owned();
            assert_eq!(cause["binding"]["outcome"]["reservation"], number, "{entry}");
            assert_eq!((&cause["principal"], &cause["role"]), (&held["viewer"], &Value::from("viewer")), "{entry}");
            let click = (text(&cause["principal"]), text(&cause["binding"]["key"]));
            assert_eq!(stored.insert(click, number), None, "one key was held twice: {entry}");
        }
        for (click, number) in &self.held {
            assert_eq!(stored.get(click), Some(number), "{click:?} was acknowledged");
        }
        for click in stored.keys() {
            let is_known = self.held.contains_key(click) || self.open.contains(click);
            assert!(is_known, "{click:?} is held, and the viewer was told otherwise");
        }
    }
}

/// Asks for a unit until there is an answer.
pub(crate) async fn answered(shop: &Shop, viewer: &str, key: &str) -> Reply {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let reply = shop.reserve(viewer, key, 1).await;
        if !matches!(reply.status.as_u16(), 202 | 503) {
            return reply;
        }
        assert!(Instant::now() < deadline, "never answered: {reply:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn click_until_closed(mut socket: Socket, viewer: String, round: usize, held: Arc<AtomicUsize>) -> Told {
    let mut told = Told::default();
    let mut number = 0;
    let mut waiting = 0;
    loop {
        while waiting < IN_FLIGHT {
            let key = format!("{round}-{number}");
            socket.click(&key, 1).await;
            told.open.insert((viewer.clone(), key));
            number += 1;
            waiting += 1;
        }
        match socket.next().await {
            Ok(message) if message.get("answer").is_some() => {
                waiting -= 1;
                told.take(&viewer, &message["answer"], &held);
            }
            Ok(_) => {}
            Err(closed) => {
                told.closed.push(closed);
                return told;
            }
        }
    }
}

impl Told {
    fn take(&mut self, viewer: &str, answer: &Value, held: &AtomicUsize) {
        let click = (viewer.to_owned(), answer["key"].as_str().expect("a key").to_owned());
        let outcome = &answer["outcome"];
        if let Some(reservation) = outcome["held"]["reservation"].as_u64() {
            self.open.remove(&click);
            self.held.insert(click, reservation);
            held.fetch_add(1, Ordering::Relaxed);
        } else if outcome["refused"].is_object() {
            self.open.remove(&click);
            self.refused.insert(click);
        } else {
            // It stays open, to be sent again.
            assert!(outcome["retry"].is_object() || outcome["pending"].is_object(), "{answer}");
        }
    }
}
