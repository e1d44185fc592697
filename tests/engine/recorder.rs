//! A projection and an observer that write down what they are told.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use dropcast::{
    engine::{Observer, Projection, ProjectionFactory, Publication, RetryReason},
    journal::{AppendError, Position},
};
use dropcast_domain::{
    ids::ShowId,
    show::{Command, Entry, Refusal, Show},
};

/// What a projection of one load of a show was told, and what of it was let out.
#[derive(Clone, Default)]
pub(crate) struct Recorder(Arc<Mutex<Notes>>);

#[derive(Default)]
struct Notes {
    loaded: Vec<u64>,
    applied: Vec<u64>,
    pending: Vec<u64>,
    published: Vec<u64>,
    writes: bool,
    wrote: Vec<u64>,
    in_use: bool,
    ended: bool,
}

impl Recorder {
    /// The numbers of the entries that were let out, in that order.
    pub(crate) fn published(&self) -> Vec<u64> {
        self.0.lock().unwrap().published.clone()
    }

    /// The numbers of the entries that were applied, in that order.
    pub(crate) fn applied(&self) -> Vec<u64> {
        self.0.lock().unwrap().applied.clone()
    }

    /// The numbers of the entries that were collected as written by this node.
    pub(crate) fn wrote(&self) -> Vec<u64> {
        self.0.lock().unwrap().wrote.clone()
    }

    /// The positions that it was loaded at.
    pub(crate) fn loaded(&self) -> Vec<u64> {
        self.0.lock().unwrap().loaded.clone()
    }

    /// Whether the writer let go of it.
    pub(crate) fn has_ended(&self) -> bool {
        self.0.lock().unwrap().ended
    }

    pub(crate) fn set_in_use(&self, in_use: bool) {
        self.0.lock().unwrap().in_use = in_use;
    }
}

struct Recording(Recorder);

impl Projection for Recording {
    fn load(&mut self, _show: &Show, position: Position) {
        let mut notes = self.0.0.lock().unwrap();
        notes.loaded.push(position.seq);
        notes.pending.clear();
    }

    fn applied(&mut self, _show: &Show, position: Position, _entry: &Entry) {
        let mut notes = self.0.0.lock().unwrap();
        notes.applied.push(position.seq);
        notes.pending.push(position.seq);
    }

    fn writes(&mut self, writes: bool) {
        self.0.0.lock().unwrap().writes = writes;
    }

    fn collect(&mut self, _show: &Show) -> Option<Publication> {
        let pending = {
            let mut notes = self.0.0.lock().unwrap();
            let pending = std::mem::take(&mut notes.pending);
            if notes.writes {
                notes.wrote.extend(&pending);
            }
            pending
        };
        let recorder = self.0.clone();
        (!pending.is_empty())
            .then(|| -> Publication { Box::new(move || recorder.0.lock().unwrap().published.extend(pending)) })
    }

    fn in_use(&self) -> bool {
        self.0.0.lock().unwrap().in_use
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.0.0.lock().unwrap().ended = true;
    }
}

/// The recorders of every load of every show, and counts of what the engine said it did.
#[derive(Default)]
pub(crate) struct Recorders {
    by_show: Mutex<BTreeMap<ShowId, Vec<Recorder>>>,
    pub(crate) counts: Mutex<Counts>,
}

#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(crate) struct Counts {
    pub(crate) loaded: usize,
    pub(crate) decided: usize,
    pub(crate) refused: usize,
    pub(crate) turned_away: usize,
    pub(crate) appends: usize,
    pub(crate) entries: usize,
    pub(crate) failed: usize,
}

impl Recorders {
    pub(crate) fn newest(&self, show: &ShowId) -> Recorder {
        self.by_show.lock().unwrap()[show].last().unwrap().clone()
    }

    /// How often the show was loaded.
    pub(crate) fn loads(&self, show: &ShowId) -> usize {
        self.by_show.lock().unwrap().get(show).map_or(0, Vec::len)
    }

    pub(crate) fn counts(&self) -> Counts {
        self.counts.lock().unwrap().clone()
    }
}

impl ProjectionFactory for Recorders {
    fn projections(&self, show: &ShowId, _position: Position) -> Vec<Box<dyn Projection>> {
        let recorder = Recorder::default();
        self.by_show.lock().unwrap().entry(show.clone()).or_default().push(recorder.clone());
        vec![Box::new(Recording(recorder))]
    }
}

impl Observer for Recorders {
    fn loaded(&self, shows: usize) {
        self.counts.lock().unwrap().loaded = shows;
    }

    fn decided(&self, _command: &Command, refusal: Option<&Refusal>) {
        let mut counts = self.counts.lock().unwrap();
        counts.decided += 1;
        counts.refused += usize::from(refusal.is_some());
    }

    fn turned_away(&self, _reason: RetryReason) {
        self.counts.lock().unwrap().turned_away += 1;
    }

    fn appended(&self, entries: usize, _took: Duration) {
        let mut counts = self.counts.lock().unwrap();
        counts.appends += 1;
        counts.entries += entries;
    }

    fn append_failed(&self, _error: &AppendError) {
        self.counts.lock().unwrap().failed += 1;
    }
}
