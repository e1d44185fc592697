//! What every request can reach.

use std::{
    fmt,
    ops::Deref,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use dropcast_domain::ids::{BrandId, ShowId};

use super::{
    access::ShowBrands, admission::Admission, auth::Tokens, limits::Limits, looping_video::LoopingVideo,
    problem::Problem,
};
use crate::{clock::Clock, config::Config, engine::Engine, feed::Feeds, hub::Hub, telemetry::metrics::Metrics};

/// What every request and every connection can reach. Cheap to clone, and as small as a pointer: each viewer has one.
#[derive(Clone)]
pub struct ApiState(Arc<Services>);

/// What makes up a server.
pub struct Services {
    /// Runs shows.
    pub engine: Arc<Engine>,
    /// What watchers of loaded shows share.
    pub feeds: Arc<Feeds>,
    /// The viewers' connections.
    pub hub: Arc<Hub>,
    /// Signs and verifies tokens.
    pub tokens: Arc<Tokens>,
    /// How much one may ask for.
    pub limits: Arc<Limits>,
    /// How fast WebSockets are let in.
    pub admission: Admission,
    /// What the operator set.
    pub config: Arc<Config>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Set once no new work is taken.
    pub stopping: Arc<AtomicBool>,
    /// What only the demo has; `None` outside the demo.
    pub demo: Option<Arc<DemoTokens>>,
    /// Whose show is whose, as far as it was asked before; starts empty.
    pub brands: Arc<ShowBrands>,
    /// Where what has to wait runs, for those who must not: the hub's threads.
    pub runtime: tokio::runtime::Handle,
}

impl From<Services> for ApiState {
    fn from(services: Services) -> Self {
        Self(Arc::new(services))
    }
}

impl Deref for ApiState {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.0
    }
}

impl ApiState {
    /// Refuses new work once the server is stopping.
    pub fn check_running(&self) -> Result<(), Problem> {
        if self.stopping.load(Ordering::Acquire) { Err(Problem::stopping(self.retry_after_ms())) } else { Ok(()) }
    }

    /// How long a client is asked to wait before it tries again.
    pub fn retry_after_ms(&self) -> u64 {
        self.config.engine.retry_after_ms
    }
}

impl fmt::Debug for ApiState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiState").field("engine", &self.engine).field("demo", &self.demo).finish_non_exhaustive()
    }
}

/// The demo gives its pages tokens without a shop's sign-in, and a video without an encoder.
#[derive(Debug)]
pub struct DemoTokens {
    /// The brand whose show is on.
    pub brand: BrandId,
    /// The show that is on; another follows when it ends.
    show: RwLock<ShowId>,
    /// What its shows play; `None` where none could be made.
    pub video: Option<LoopingVideo>,
}

impl DemoTokens {
    /// Tokens for this show, which plays this video.
    pub fn new(brand: BrandId, show: ShowId, video: Option<LoopingVideo>) -> Self {
        Self { brand, show: RwLock::new(show), video }
    }

    /// The show that is on.
    pub fn show(&self) -> ShowId {
        // A name is replaced whole, so a panic elsewhere leaves it whole.
        self.show.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Another show is on.
    pub fn set_show(&self, show: ShowId) {
        *self.show.write().unwrap_or_else(PoisonError::into_inner) = show;
    }
}
