//! A writer of one show, as the engine would be: it claims, and appends after what it appended.

use std::sync::Arc;

use bytes::Bytes;
use dropcast::journal::{Append, AppendError, Appending, Claim, Journal, Position, RawEntry, Snapshot};

use crate::harness::Harness;

/// The time of a writer's first entry, in Unix milliseconds.
pub(crate) const START_MS: u64 = 1_700_000_000_000;

pub(crate) struct Writer {
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) claim: Claim,
    pub(crate) position: Position,
    pub(crate) now_ms: u64,
    pub(crate) entries: Vec<RawEntry>,
}

impl Writer {
    /// Claims a show.
    pub(crate) async fn claim(journal: Arc<dyn Journal>, show: &str) -> Self {
        let claim = journal.claim(show).await.unwrap();
        Self { position: claim.tail, claim, journal, now_ms: START_MS, entries: Vec::new() }
    }

    /// The entries with these bodies that follow what was written, a millisecond apart.
    pub(crate) fn entries(&mut self, bodies: &[&str]) -> Vec<RawEntry> {
        let mut position = self.position;
        let mut entries = Vec::new();
        for body in bodies {
            let entry = RawEntry::following(&position, self.now_ms, Bytes::copy_from_slice(body.as_bytes()));
            self.now_ms += 1;
            position = entry.position();
            entries.push(entry);
        }
        entries
    }

    /// An append of these bodies. The writer then counts it as written.
    pub(crate) fn next(&mut self, bodies: &[&str]) -> Append {
        let append = Append { expected: self.position, entries: self.entries(bodies), ..Append::default() };
        if let Some(last) = append.entries.last() {
            self.position = last.position();
        }
        self.entries.extend_from_slice(&append.entries);
        append
    }

    /// Calls an append and does not wait.
    pub(crate) fn call(&self, append: Append) -> Appending {
        self.journal.append(&self.claim, append)
    }

    /// Appends these bodies.
    pub(crate) async fn write(&mut self, bodies: &[&str]) {
        let append = self.next(bodies);
        self.call(append).await.unwrap();
    }

    /// Appends these bodies with a wake time.
    pub(crate) async fn write_to_wake_at(&mut self, wake_at_ms: Option<u64>) {
        let append = Append { wake_at_ms, ..self.next(&["wakes"]) };
        self.call(append).await.unwrap();
    }

    /// Appends with a card.
    pub(crate) async fn write_card(&mut self, card: &'static str) {
        let append = Append { card: Some(Bytes::from_static(card.as_bytes())), ..self.next(&["card"]) };
        self.call(append).await.unwrap();
    }

    /// Saves a snapshot at the writer's position.
    pub(crate) async fn save_snapshot(&self, body: impl Into<Bytes>) -> Result<(), AppendError> {
        self.journal.save_snapshot(&self.claim, self.snapshot(body)).await
    }

    pub(crate) fn snapshot(&self, body: impl Into<Bytes>) -> Snapshot {
        Snapshot { position: self.position, at_ms: self.now_ms, body: body.into() }
    }

    /// Everything of the show is what this writer wrote, and nothing else.
    pub(crate) async fn assert_all_there(&self) {
        let show = &self.claim.show;
        assert_eq!(self.journal.tail(show).await.unwrap(), self.position, "the tail of {show}");
        assert_eq!(read_all(&*self.journal, show, 1).await, self.entries, "the entries of {show}");
    }
}

/// All entries from this one on, read page by page.
pub(crate) async fn read_all(journal: &dyn Journal, show: &str, from_seq: u64) -> Vec<RawEntry> {
    let mut entries = Vec::new();
    loop {
        let next_seq = entries.last().map_or(from_seq, |last: &RawEntry| last.seq + 1);
        let page = journal.read(show, next_seq, 500).await.unwrap();
        if page.is_empty() {
            return entries;
        }
        entries.extend(page);
    }
}

/// Closes the journal that the writer used and opens it again, for the writer too.
pub(crate) async fn reopen(harness: &mut impl Harness, writer: &mut Writer) {
    harness.journal().close().await;
    harness.reopen();
    writer.journal = harness.journal();
}
