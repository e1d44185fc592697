//! Writes down what one client asks and is told.

use std::{collections::BTreeMap, time::Duration};

use dropcast_proto::v1::{Role, answer_outcome, client_message};

use super::call::{Asked, Call, Name, Owner, Told};

/// The calls of one client on one connection after the other. Bounded by how often it asks.
#[derive(Debug)]
pub(crate) struct Recorder {
    role: Role,
    name: Name,
    calls: Vec<Call>,
    /// The newest call of each key that has no answer.
    open: BTreeMap<Name, usize>,
}

impl Recorder {
    /// Of a client of this name.
    pub(crate) fn new(role: Role, name: &str) -> Self {
        Self { role, name: name.into(), calls: Vec::new(), open: BTreeMap::new() }
    }

    /// It is about to send this. Whatever asks nothing of the rules is not written down.
    pub(crate) fn asks(&mut self, now: Duration, key: &str, message: &client_message::Kind) {
        if let Some(asked) = Asked::of(message) {
            self.calls(now, key, asked);
        }
    }

    /// It is about to ask this.
    pub(crate) fn calls(&mut self, now: Duration, key: &str, asked: Asked) {
        let key = Name::from(key);
        let owner = Owner { role: self.role, name: Name::clone(&self.name), key: Name::clone(&key) };
        self.open.insert(key, self.calls.len());
        self.calls.push(Call { owner, asked, called: now, answer: None });
    }

    /// It was answered. An answer to what is not open is no news.
    pub(crate) fn is_told(&mut self, now: Duration, key: &str, outcome: &answer_outcome::Kind) {
        if let Some(call) = self.open.remove(key) {
            self.calls[call].answer = Told::of(outcome).map(|told| (now, told));
        }
    }

    /// Whether an answer to this key may still come.
    pub(crate) fn awaits(&self, key: &str) -> bool {
        self.open.contains_key(key)
    }

    /// Its connection is lost: what has no answer by now gets none.
    pub(crate) fn forgets(&mut self) {
        self.open.clear();
    }

    /// Everything that was written down.
    pub(crate) fn into_calls(self) -> Vec<Call> {
        self.calls
    }
}
