//! What can be measured of the engine.

use std::time::Duration;

use dropcast_domain::show::{Command, Refusal};

use super::answer::RetryReason;
use crate::journal::AppendError;

/// How long a command took, from stage to stage.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stages {
    /// From its arrival at the show until it was decided.
    pub decide: Duration,
    /// From there until the show knew that what the answer rests on is durable.
    pub journal: Duration,
    /// From there until the answer was handed over.
    pub hand_over: Duration,
}

/// Is told what happens, to measure it. Called on the shows' tasks and by whoever asks: it must not block.
pub trait Observer: Send + Sync + 'static {
    /// So many shows are loaded now.
    fn loaded(&self, _shows: usize) {}

    /// A command was decided; whether it becomes durable is not known yet.
    fn decided(&self, _command: &Command, _refusal: Option<&Refusal>) {}

    /// A command that this node decides was answered; every so many are told of.
    fn answered(&self, _stages: &Stages) {}

    /// A command was turned away undecided.
    fn turned_away(&self, _reason: RetryReason) {}

    /// An append of so many entries became durable, so long after it was handed to the journal.
    fn appended(&self, _entries: usize, _took: Duration) {}

    /// A show is written by this node from now on, or no more.
    fn writes(&self, _begins: bool) {}

    /// A show is followed by this node from now on, or no more.
    fn follows(&self, _begins: bool) {}

    /// A show that this node followed was taken over from another node.
    fn took_over(&self) {}

    /// So many commands were handed to another node.
    fn forwarded(&self, _commands: usize) {}

    /// So many commands were turned away because the inbox of a show is full.
    fn inbox_full(&self, _commands: usize) {}

    /// A journal that had lost the last so many entries got them back.
    fn healed(&self, _entries: u64) {}

    /// A journal goes on without so many entries that were durable; so much of what they promised is reclaimed.
    fn forked(&self, _entries: u64, _promises: usize) {}

    /// An append did not end as *appended*.
    fn append_failed(&self, _error: &AppendError) {}
}

/// Measures nothing.
#[derive(Debug, Default, Clone, Copy)]
pub struct Unobserved;

impl Observer for Unobserved {}
