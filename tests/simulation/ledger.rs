//! Every command that was asked of a node, and what became of it.

use std::sync::{Arc, Mutex, MutexGuard};

use dropcast::engine::{Answer, Reply};
use dropcast_domain::show::Request;

use crate::{
    chronicle::{Chronicle, Moment},
    trace::{Trace, brief},
};

/// A command asked of a node.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) request: Request,
    /// How often it was asked before.
    pub(crate) attempt: u32,
    pub(crate) node: usize,
    pub(crate) called: Moment,
    pub(crate) called_at_ms: u64,
    pub(crate) told: Option<(Told, Moment)>,
}

/// What became of a call.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "most of them are the large one")]
pub(crate) enum Told {
    Answer(Answer),
    /// The node could not open the show, so it decided nothing.
    NotOpened,
    /// The node crashed meanwhile.
    Crashed,
    /// It was dropped without an answer by a node that was well.
    Dropped,
}

#[derive(Clone)]
pub(crate) struct Ledger {
    book: Arc<Mutex<Book>>,
    chronicle: Chronicle,
    trace: Trace,
}

#[derive(Default)]
pub(crate) struct Book {
    pub(crate) calls: Vec<Call>,
    /// The calls that are dropped while a node goes down, if one does.
    dropped: Option<Vec<usize>>,
}

impl Book {
    /// Whether every call was told what became of it.
    pub(crate) fn is_told(&self) -> bool {
        self.calls.iter().rev().all(|call| call.told.is_some())
    }
}

impl Ledger {
    pub(crate) fn new(chronicle: Chronicle, trace: Trace) -> Self {
        Self { book: Arc::default(), chronicle, trace }
    }

    pub(crate) fn read(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap()
    }

    /// A command is asked; the slip is for its answer.
    pub(crate) fn call(&self, request: Request, attempt: u32, node: usize) -> Slip {
        let who = &request.principal.id;
        let what = brief(&request.command);
        self.trace.note(who, format_args!("asks node {node}, {:?} attempt {attempt}: {what}", request.key));
        let called = self.chronicle.now();
        let mut book = self.read();
        let called_at_ms = self.trace.now_ms();
        book.calls.push(Call { request, attempt, node, called, called_at_ms, told: None });
        Slip { ledger: self.clone(), number: book.calls.len() - 1, is_told: false }
    }

    /// Drops something that may hold slips; `told` is what becomes of their calls. They are noted in the order of the
    /// calls, since a runtime drops its tasks in the order of numbers that it shares with other threads.
    pub(crate) fn drop_with(&self, told: &Told, dropped: impl Sized) {
        self.read().dropped = Some(Vec::new());
        drop(dropped);
        let mut numbers = self.read().dropped.take().unwrap_or_default();
        numbers.sort_unstable();
        for number in numbers {
            self.tell(number, told.clone());
        }
    }

    fn tell(&self, number: usize, told: Told) {
        let now = self.chronicle.now();
        let mut book = self.read();
        let call = &mut book.calls[number];
        self.trace.note(&call.request.principal.id, format_args!("is told for {:?}: {told:?}", call.request.key));
        call.told = Some((told, now));
    }
}

/// What takes the answer to one call; whoever lets it go without one has that written down, too.
pub(crate) struct Slip {
    ledger: Ledger,
    pub(crate) number: usize,
    is_told: bool,
}

impl Slip {
    pub(crate) fn tell(mut self, told: Told) {
        self.is_told = true;
        self.ledger.tell(self.number, told);
    }

    pub(crate) fn reply(self) -> Reply {
        Box::new(move |answer| self.tell(Told::Answer(answer)))
    }
}

impl Drop for Slip {
    fn drop(&mut self) {
        if !self.is_told {
            if let Some(dropped) = &mut self.ledger.read().dropped {
                dropped.push(self.number);
                return;
            }
            self.ledger.tell(self.number, Told::Dropped);
        }
    }
}
