//! Clicks that wait their turn: for each line as many are undecided as it has units, and mostly the rest never has to
//! leave the node.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use tokio::time::Instant;

use crate::engine::{forwarded::Line, handle::Asked};

/// Clicks by line, in the order in which they came.
#[derive(Default)]
pub(super) struct Queue {
    lines: BTreeMap<Line, VecDeque<Asked>>,
    waiting: usize,
}

impl Queue {
    /// A click waits behind those before it.
    pub(super) fn push(&mut self, line: Line, asked: Asked) {
        self.lines.entry(line).or_default().push_back(asked);
        self.waiting += 1;
    }

    /// Whether somebody waits for this line.
    pub(super) fn has(&self, line: &Line) -> bool {
        self.lines.contains_key(line)
    }

    /// The lines that somebody waits for.
    pub(super) fn lines(&self) -> Vec<Line> {
        self.lines.keys().cloned().collect()
    }

    /// Who was taken out waits first again.
    pub(super) fn put_back(&mut self, line: Line, asked: Asked) {
        self.lines.entry(line).or_default().push_front(asked);
        self.waiting += 1;
    }

    /// Takes out who waits first for this line.
    pub(super) fn pop(&mut self, line: &Line) -> Option<Asked> {
        let waiting = self.lines.get_mut(line)?;
        let first = waiting.pop_front()?;
        if waiting.is_empty() {
            self.lines.remove(line);
        }
        self.waiting -= 1;
        Some(first)
    }

    /// Takes out who has waited longer than `limit`.
    pub(super) fn take_overdue(&mut self, now: Instant, limit: Duration) -> Vec<Asked> {
        let mut overdue = Vec::new();
        for waiting in self.lines.values_mut() {
            while waiting.front().is_some_and(|first| now.duration_since(first.since) >= limit) {
                overdue.extend(waiting.pop_front());
            }
        }
        self.lines.retain(|_, waiting| !waiting.is_empty());
        self.waiting -= overdue.len();
        overdue
    }

    /// Takes out everybody.
    pub(super) fn take_all(&mut self) -> Vec<Asked> {
        self.waiting = 0;
        let lines = std::mem::take(&mut self.lines);
        lines.into_values().flatten().collect()
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.waiting
    }

    /// Whether nobody waits.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting == 0
    }
}
