//! How the suite gets a journal of each kind.

use std::sync::Arc;

use dropcast::journal::{EmbeddedJournal, Journal, MemoryJournal, Options};
use tempfile::TempDir;

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
