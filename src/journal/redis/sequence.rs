//! What is written of a show goes out in the order in which it was called, though some of it has to wait for the index.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use redis::Pipeline;

use super::{
    index::Indexed,
    lane::Answer,
    outcome::Failure,
    server::{Place, Redis, Way},
    wakes::{KnownWake, Wake},
};

/// The shows that this node writes.
#[derive(Default)]
pub(super) struct Sequences(Mutex<HashMap<String, Sequence>>);

#[derive(Default)]
struct Sequence {
    /// What goes out after something before it did. Bounded as all requests are.
    waiting: VecDeque<Write>,
    /// Whether somebody sends what waits.
    draining: bool,
    known: Option<KnownWake>,
}

/// Something to be written of a show.
pub(super) struct Write {
    pub(super) slot: u16,
    pub(super) commands: Pipeline,
    pub(super) answer: Answer,
    /// What the index is lowered to before.
    pub(super) lower: Option<Lower>,
}

/// A lowering of the index.
pub(super) struct Lower {
    pub(super) token: u128,
    pub(super) change: u64,
    pub(super) wake: Wake,
    pub(super) place: Arc<Place>,
}

impl Sequences {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Sequence>> {
        // Nothing is left half-changed by a panic in between.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at what the claim knows about its wake time; `None` if another claim's is known by now.
    pub(super) fn look<T>(&self, show: &str, token: u128, look: impl FnOnce(&mut KnownWake) -> T) -> Option<T> {
        let mut shows = self.lock();
        let known = shows.get_mut(show)?.known.as_mut()?;
        (known.token == token).then(|| look(known))
    }

    /// A claim was made, of which this is known.
    pub(super) fn claimed(&self, show: &str, known: KnownWake) {
        self.lock().entry(show.to_owned()).or_default().known = Some(known);
    }

    /// A claim is over. Nothing is known any more.
    pub(super) fn forget(&self, show: &str, token: u128) {
        let mut shows = self.lock();
        let Some(sequence) = shows.get_mut(show) else { return };
        if sequence.known.as_ref().is_some_and(|known| known.token == token) {
            sequence.known = None;
        }
        if sequence.known.is_none() && !sequence.draining {
            shows.remove(show);
        }
    }

    /// Sends a write after all that were given here before it. `plan` makes it while no other can be given.
    pub(super) fn send(
        self: &Arc<Self>,
        redis: &Arc<Redis>,
        show: &str,
        plan: impl FnOnce(&mut Option<KnownWake>) -> Write,
    ) {
        let mut shows = self.lock();
        let sequence = shows.entry(show.to_owned()).or_default();
        let write = plan(&mut sequence.known);
        if write.lower.is_none() && !sequence.draining {
            redis.put(Way::Writes, write.slot, write.commands, write.answer);
            if sequence.known.is_none() {
                shows.remove(show);
            }
            return;
        }
        sequence.waiting.push_back(write);
        if !sequence.draining {
            sequence.draining = true;
            tokio::spawn(drain(Arc::clone(self), Arc::clone(redis), show.to_owned()));
        }
    }

    fn next(&self, show: &str) -> Option<Write> {
        let mut shows = self.lock();
        let sequence = shows.get_mut(show)?;
        let next = sequence.waiting.pop_front();
        sequence.draining = next.is_some();
        if sequence.known.is_none() && next.is_none() {
            shows.remove(show);
        }
        next
    }
}

async fn drain(sequences: Arc<Sequences>, redis: Arc<Redis>, show: String) {
    while let Some(write) = sequences.next(&show) {
        if let Some(Lower { token, change, wake, place }) = write.lower
            && let Err(failure) = redis.index_lower(Indexed { show: &show, token }, change, wake, place).await
        {
            sequences.look(&show, token, KnownWake::lost);
            // Only the index was asked; the show was not.
            let (Failure::NotDone(reason) | Failure::Unknown(reason)) = failure;
            (write.answer)(Err(Failure::NotDone(reason)));
            continue;
        }
        redis.put(Way::Writes, write.slot, write.commands, write.answer);
    }
}
