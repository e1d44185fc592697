//! Journals on a Redis of the test's own, and a writer of one show.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use dropcast::{
    clock::{Clock, SystemClock},
    journal::{
        Append, Appending, Claim, Exchange, Journal, Position, RawEntry, RedisJournal, RedisOptions, Renewal, Snapshot,
    },
};

use crate::redis_server::RedisServer;

pub(crate) const SHOW: &str = "spring";
/// How long a test waits for what should come at once.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn options(server: &RedisServer, node: &str) -> RedisOptions {
    RedisOptions { urls: vec![server.url()], node: node.to_owned(), ..RedisOptions::default() }
}

pub(crate) fn open(options: &RedisOptions) -> Arc<RedisJournal> {
    open_by(options, Arc::new(SystemClock))
}

pub(crate) fn open_by(options: &RedisOptions, clock: Arc<dyn Clock>) -> Arc<RedisJournal> {
    Arc::new(RedisJournal::open(options, clock).unwrap())
}

/// The journal of a node.
pub(crate) fn node(server: &RedisServer, name: &str) -> Arc<RedisJournal> {
    open(&options(server, name))
}

pub(crate) fn exchange(journal: &RedisJournal) -> Arc<dyn Exchange> {
    journal.exchange().unwrap()
}

/// A writer that counts what it called as written.
pub(crate) struct Writer {
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) claim: Claim,
    pub(crate) position: Position,
    pub(crate) now_ms: u64,
    pub(crate) entries: Vec<RawEntry>,
}

impl Writer {
    pub(crate) async fn claim(journal: &Arc<RedisJournal>) -> Self {
        Self::claim_of(Arc::clone(journal) as Arc<dyn Journal>, SHOW).await
    }

    pub(crate) async fn claim_of(journal: Arc<dyn Journal>, show: &str) -> Self {
        let claim = journal.claim(show).await.unwrap();
        Self { position: claim.tail, claim, journal, now_ms: 1_700_000_000_000, entries: Vec::new() }
    }

    /// An append of one entry with this body, counted as written.
    pub(crate) fn next(&mut self, body: impl Into<Bytes>) -> Append {
        let expected = self.position;
        self.now_ms += 1;
        let entry = RawEntry::following(&expected, self.now_ms, body.into());
        self.position = entry.position();
        self.entries.push(entry.clone());
        Append { expected, entries: vec![entry], ..Append::default() }
    }

    pub(crate) fn call(&self, append: Append) -> Appending {
        self.journal.append(&self.claim, append)
    }

    pub(crate) async fn write(&mut self, body: &str) {
        let append = self.next(body.to_owned());
        self.call(append).await.unwrap();
    }

    pub(crate) async fn wake_at(&mut self, wake_at_ms: Option<u64>) {
        let append = Append { wake_at_ms, ..self.next("wakes") };
        self.call(append).await.unwrap();
    }

    pub(crate) fn renew(&self) -> Appending {
        self.journal.renew(&self.claim, Renewal { expected: self.position, inbox: None })
    }

    pub(crate) fn snapshot(&self, body: impl Into<Bytes>) -> Snapshot {
        Snapshot { position: self.position, at_ms: self.now_ms, body: body.into() }
    }

    pub(crate) async fn save_snapshot(&self, body: impl Into<Bytes>) {
        self.journal.save_snapshot(&self.claim, self.snapshot(body)).await.unwrap();
    }

    /// Everything of the show is what this writer wrote.
    pub(crate) async fn assert_all_there(&self) {
        assert_eq!(self.journal.tail(&self.claim.show).await.unwrap(), self.position);
        assert_eq!(self.journal.read(&self.claim.show, 1, usize::MAX >> 20).await.unwrap(), self.entries);
    }
}
