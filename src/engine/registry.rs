//! The shows that are loaded on this node.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use dashmap::{DashMap, Entry};
use dropcast_domain::ids::ShowId;
use tokio::{
    sync::{Mutex, MutexGuard, mpsc},
    time::Instant,
};

use super::{
    config::EngineConfig,
    context::Context,
    failover::Recent,
    following::Following,
    forwarded::Forwarded,
    handle::{Message, ShowHandle},
    load::{LoadError, Loaded, load, load_to},
    observer::{Observer, Unobserved},
    outage::Outage,
    projection::ProjectionFactory,
    seat::Part,
};
use crate::{
    clock::Clock,
    journal::{Claim, ClaimError, Journal, Position, ReadError},
};

/// Runs shows: loads each when it is first needed, and keeps at most one writer per show.
pub struct Engine {
    journal: Arc<dyn Journal>,
    clock: Arc<dyn Clock>,
    projections: Arc<dyn ProjectionFactory>,
    config: EngineConfig,
    observer: Arc<dyn Observer>,
    shows: DashMap<ShowId, Loading>,
    generations: AtomicU64,
    stopping: AtomicBool,
}

/// A place for one show. The lock lets one caller load while the others wait for it; it is not held in `shows`.
#[derive(Clone, Default)]
struct Loading {
    running: Arc<Mutex<Option<Running>>>,
}

struct Running {
    handle: ShowHandle,
    task: tokio::task::JoinHandle<()>,
    /// Whether the writer is done with the show. Its mailbox is closed long before: it finishes what is under way.
    has_ended: Arc<AtomicBool>,
}

/// Why a show can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no such show.
    #[error("there is no such show")]
    Unknown,
    /// This node takes no more work.
    #[error("this node is stopping")]
    Stopping,
    /// Its journal can't be claimed now.
    #[error(transparent)]
    Claim(#[from] ClaimError),
    /// Its journal can't be read, or understood.
    #[error(transparent)]
    Load(#[from] LoadError),
}

impl From<ReadError> for OpenError {
    fn from(error: ReadError) -> Self {
        Self::Load(error.into())
    }
}

impl Engine {
    /// An engine over this journal.
    pub fn new(
        journal: Arc<dyn Journal>,
        clock: Arc<dyn Clock>,
        projections: Arc<dyn ProjectionFactory>,
        config: EngineConfig,
    ) -> Arc<Self> {
        Self::observed(journal, clock, projections, config, Arc::new(Unobserved))
    }

    /// An engine over this journal that is measured.
    pub fn observed(
        journal: Arc<dyn Journal>,
        clock: Arc<dyn Clock>,
        projections: Arc<dyn ProjectionFactory>,
        config: EngineConfig,
        observer: Arc<dyn Observer>,
    ) -> Arc<Self> {
        Arc::new(Self {
            journal,
            clock,
            projections,
            config,
            observer,
            shows: DashMap::new(),
            generations: AtomicU64::new(0),
            stopping: AtomicBool::new(false),
        })
    }

    /// The journal underneath, for reading.
    pub fn journal(&self) -> &Arc<dyn Journal> {
        &self.journal
    }

    /// The clock that shows run by.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// A show that exists, loaded when it wasn't.
    pub async fn open(self: &Arc<Self>, show: &ShowId) -> Result<ShowHandle, OpenError> {
        if let Some(handle) = self.running(show).await {
            return Ok(handle);
        }
        // A name that nobody planned must not cost a task and a durable claim.
        if self.journal.tail(show.as_str()).await? == Position::default() {
            return Err(OpenError::Unknown);
        }
        self.open_or_create(show).await
    }

    /// A show that may be empty yet, for planning it.
    pub async fn open_or_create(self: &Arc<Self>, show: &ShowId) -> Result<ShowHandle, OpenError> {
        loop {
            let place = self.shows.entry(show.clone()).or_default().clone();
            let running = place.running.lock().await;
            // While this waited its place may have been taken out of the list, and the next one gets another.
            let is_listed = self.shows.get(show).is_some_and(|listed| Arc::ptr_eq(&listed.running, &place.running));
            if is_listed {
                let opened = self.open_at(show, &place, running).await;
                if opened.is_err() {
                    self.forget(show, &place);
                }
                return opened;
            }
        }
    }

    async fn open_at(
        self: &Arc<Self>,
        show: &ShowId,
        place: &Loading,
        mut running: MutexGuard<'_, Option<Running>>,
    ) -> Result<ShowHandle, OpenError> {
        if let Some(running) = &*running
            && running.handle.is_open()
        {
            return Ok(running.handle.clone());
        }
        if self.stopping.load(Ordering::Acquire) {
            return Err(OpenError::Stopping);
        }
        if let Some(former) = running.take() {
            // The former writer finishes what it has before it is followed.
            let _ = former.task.await;
        }
        let started = self.start(show, place).await?;
        self.observer.loaded(self.loaded());
        Ok(running.insert(started).handle.clone())
    }

    /// A show that is loaded here and not just being loaded or put away. Waits for nothing.
    pub(crate) fn loaded_show(&self, show: &ShowId) -> Option<ShowHandle> {
        let place = self.shows.get(show)?.clone();
        let handle = place.running.try_lock().ok()?.as_ref()?.handle.clone();
        handle.is_open().then_some(handle)
    }

    /// How many commands wait to be decided in the show that has the most of them, of those that are not just being
    /// loaded or put away.
    pub fn waiting_max(&self) -> usize {
        let waiting = |place: &Loading| Some(place.running.try_lock().ok()?.as_ref()?.handle.waiting());
        self.shows.iter().filter_map(|entry| waiting(entry.value())).max().unwrap_or(0)
    }

    /// How many commands may wait in each show.
    pub fn mailbox_max(&self) -> usize {
        self.config.mailbox_max
    }

    /// How many shows are loaded.
    pub fn loaded(&self) -> usize {
        self.shows.len()
    }

    /// Takes no more work, finishes what is under way in every show, and gives all shows back.
    pub async fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        let places: Vec<_> = self.shows.iter().map(|entry| (entry.key().clone(), entry.value().clone())).collect();
        for (_, place) in &places {
            if let Some(running) = &*place.running.lock().await {
                // A writer that is gone already has nothing to stop.
                let _ = running.handle.mailbox.send(Message::Stop).await;
            }
        }
        for (show, place) in &places {
            let running = place.running.lock().await.take();
            if let Some(running) = running {
                // A writer that panicked has ended, too.
                let _ = running.task.await;
            }
            self.forget(show, place);
        }
    }

    /// A show that is loaded here. Waits for one that is just being loaded, and loads none.
    pub(crate) async fn running(&self, show: &ShowId) -> Option<ShowHandle> {
        let place = self.shows.get(show)?.clone();
        let handle = place.running.lock().await.as_ref().map(|running| running.handle.clone());
        let handle = handle.filter(ShowHandle::is_open);
        if handle.is_none() {
            // The writer that ended could not, if the lock was held just then.
            self.forget(show, &place);
        }
        handle
    }

    async fn start(self: &Arc<Self>, id: &ShowId, place: &Loading) -> Result<Running, OpenError> {
        let (sender, mailbox) = mpsc::channel(self.config.mailbox_max);
        let part = self.part(id, mailbox).await?;
        let generation = self.generations.fetch_add(1, Ordering::Relaxed);
        tracing::info!(show = %id, generation, "show loaded");
        let has_ended = Arc::new(AtomicBool::new(false));
        let (engine, id, place, ends) = (Arc::downgrade(self), id.clone(), place.clone(), Arc::clone(&has_ended));
        let task = tokio::spawn(async move {
            let ended = part.run().await;
            tracing::info!(show = %id, ?ended, generation, "show put away");
            ends.store(true, Ordering::Release);
            if let Some(engine) = engine.upgrade() {
                engine.forget(&id, &place);
            }
        });
        let (retry_after_ms, observer) = (self.config.retry_after_ms, Arc::clone(&self.observer));
        Ok(Running { handle: ShowHandle { mailbox: sender, retry_after_ms, observer }, task, has_ended })
    }

    /// Writes the show, or follows it while another node does.
    async fn part(&self, id: &ShowId, mailbox: mpsc::Receiver<Message>) -> Result<Part, OpenError> {
        let (journal, exchange) = (&self.journal, self.journal.exchange());
        // A node that can't read the show leaves it to those that can.
        let read = if exchange.is_some() { Some(load(&**journal, id.as_str()).await?) } else { None };
        let called_at = Instant::now();
        match (journal.claim(id.as_str()).await, exchange, read) {
            (Ok(claim), _, read) => {
                let loaded = match read.filter(|read| read.position == claim.tail) {
                    Some(read) => read,
                    None => self.load_claimed(&claim).await?,
                };
                Ok(Part::writing(self.context(id, mailbox, loaded.position), claim, called_at, loaded))
            }
            (Err(ClaimError::Held { left_ms }), Some(exchange), Some(read)) => {
                let context = self.context(id, mailbox, read.position);
                Ok(Part::following(context, exchange, read, called_at + Duration::from_millis(left_ms)))
            }
            (Err(error), ..) => Err(error.into()),
        }
    }

    /// Loads a show that was claimed; one that can't be loaded is given back.
    async fn load_claimed(&self, claim: &Claim) -> Result<Loaded, OpenError> {
        let loaded = load_to(&*self.journal, &claim.show, claim.tail).await;
        if loaded.is_err()
            && let Err(error) = self.journal.release(claim).await
        {
            tracing::warn!(show = claim.show, %error, "the show was not given back; its claim has to run out");
        }
        Ok(loaded?)
    }

    fn context(&self, id: &ShowId, mailbox: mpsc::Receiver<Message>, position: Position) -> Context {
        Context {
            id: id.clone(),
            journal: Arc::clone(&self.journal),
            exchange: self.journal.exchange(),
            clock: Arc::clone(&self.clock),
            config: self.config.clone(),
            observer: Arc::clone(&self.observer),
            mailbox,
            projections: self.projections.projections(id, position),
            recent: Recent::default(),
            forwarded: Forwarded::starting_at(self.clock.now()),
            outage: Outage::default(),
            following: Following::default(),
        }
    }

    /// Takes the place of a show that nobody runs out of the list, unless somebody has begun to load it again.
    fn forget(&self, show: &ShowId, place: &Loading) {
        if let Entry::Occupied(entry) = self.shows.entry(show.clone())
            && Arc::ptr_eq(&entry.get().running, &place.running)
            && let Ok(running) = place.running.try_lock()
            && running.as_ref().is_none_or(|running| running.has_ended.load(Ordering::Acquire))
        {
            entry.remove();
        }
        self.observer.loaded(self.loaded());
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("loaded", &self.loaded()).finish_non_exhaustive()
    }
}
