//! How the suite gets a journal of each kind.

use std::sync::Arc;

use dropcast::{
    clock::SystemClock,
    journal::{EmbeddedJournal, Journal, MemoryJournal, Options, RedisJournal, RedisOptions},
};
use tempfile::TempDir;

use crate::redis_server::RedisServer;

/// A journal of one kind, and what it stands on.
pub(crate) trait Harness: Sized {
    /// A new, empty journal.
    fn start() -> Self;

    /// The journal.
    fn journal(&self) -> Arc<dyn Journal>;

    /// Opens again what is stored, as after a restart. The journal was closed before, and nobody holds it.
    fn reopen(&mut self);
}

pub(crate) struct MemoryHarness {
    journal: Arc<MemoryJournal>,
}

impl Harness for MemoryHarness {
    fn start() -> Self {
        Self { journal: Arc::new(MemoryJournal::new()) }
    }

    fn journal(&self) -> Arc<dyn Journal> {
        Arc::clone(&self.journal) as Arc<dyn Journal>
    }

    fn reopen(&mut self) {
        self.journal = Arc::new(self.journal.connect());
    }
}

pub(crate) struct EmbeddedHarness {
    journal: Arc<EmbeddedJournal>,
    data_dir: TempDir,
}

impl Harness for EmbeddedHarness {
    fn start() -> Self {
        let data_dir = tempfile::tempdir().unwrap();
        let journal = Arc::new(EmbeddedJournal::open(data_dir.path(), Options::default()).unwrap());
        Self { journal, data_dir }
    }

    fn journal(&self) -> Arc<dyn Journal> {
        Arc::clone(&self.journal) as Arc<dyn Journal>
    }

    fn reopen(&mut self) {
        self.journal = Arc::new(EmbeddedJournal::open(self.data_dir.path(), Options::default()).unwrap());
    }
}

pub(crate) struct RedisHarness {
    journal: Arc<RedisJournal>,
    options: RedisOptions,
    _server: RedisServer,
}

impl RedisHarness {
    fn open(options: &RedisOptions) -> Arc<RedisJournal> {
        Arc::new(RedisJournal::open(options, Arc::new(SystemClock)).unwrap())
    }
}

impl Harness for RedisHarness {
    fn start() -> Self {
        let server = RedisServer::start();
        let options = RedisOptions { urls: vec![server.url()], node: "node".to_owned(), ..RedisOptions::default() };
        Self { journal: Self::open(&options), options, _server: server }
    }

    fn journal(&self) -> Arc<dyn Journal> {
        Arc::clone(&self.journal) as Arc<dyn Journal>
    }

    fn reopen(&mut self) {
        self.journal = Self::open(&self.options);
    }
}
