//! What bots got, for the report.

use std::fmt;

use indicatif::HumanCount;
use serde::Serialize;

use crate::{history::Call, rush::taken::Shares};

/// What connections of bots did and were told.
#[derive(Debug, Default)]
pub(in crate::rush) struct Haul {
    /// Everything that was asked so that it can be read.
    pub(in crate::rush) calls: Vec<Call>,
    /// How often something was asked.
    pub(in crate::rush) asked: u64,
    /// Answers of any kind, those that put off among them.
    pub(in crate::rush) answers: u64,
    /// Answers that put off: *retry* and *pending*.
    pub(in crate::rush) put_off: u64,
    /// Messages that can't be read.
    pub(in crate::rush) rubbish: u64,
    /// Times that a connection was opened.
    pub(in crate::rush) connections: u64,
}

impl Haul {
    /// Adds what another connection did.
    pub(super) fn add(&mut self, other: Self) {
        self.calls.extend(other.calls);
        self.asked += other.asked;
        self.answers += other.answers;
        self.put_off += other.put_off;
        self.rubbish += other.rubbish;
        self.connections += other.connections;
    }
}

/// What bots got against people, as it is reported. Displayed, it is for people.
#[derive(Debug, Serialize)]
pub(in crate::rush) struct Figures {
    /// How many bots there were.
    pub(in crate::rush) bots: u32,
    /// How often they asked something.
    bots_asked: u64,
    /// How many answers they got.
    pub(in crate::rush) bots_answered: u64,
    /// Units that they held or had bought at the end.
    bots_held: u64,
    /// The most units that one of them had at once.
    bot_most_held: u64,
    /// Units that people held or had bought at the end.
    people_held: u64,
    #[serde(skip)]
    put_off: u64,
    #[serde(skip)]
    rubbish: u64,
    #[serde(skip)]
    connections: u64,
}

impl Figures {
    /// What so many bots did, and what they and people had in the end.
    pub(in crate::rush) fn new(bots: u32, haul: &Haul, shares: &Shares) -> Self {
        Self {
            bots,
            bots_asked: haul.asked,
            bots_answered: haul.answers,
            bots_held: shares.bots,
            bot_most_held: shares.bot_most,
            people_held: shares.people,
            put_off: haul.put_off,
            rubbish: haul.rubbish,
            connections: haul.connections,
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |count: u64| HumanCount(count);
        write!(
            f,
            "{} asked {} times and sent {} unreadable messages over {} connections; {} answers, {} of them to wait; \
             they have {} units, people {}; none had more than {}",
            count(self.bots.into()),
            count(self.bots_asked),
            count(self.rubbish),
            count(self.connections),
            count(self.bots_answered),
            count(self.put_off),
            count(self.bots_held),
            count(self.people_held),
            count(self.bot_most_held),
        )
    }
}
