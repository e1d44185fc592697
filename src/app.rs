//! Wiring: the only file that names concrete journals, providers and clocks.

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use dropcast_domain::ids::ShowId;
use tokio::{net::TcpListener, sync::oneshot, task::JoinSet};

use crate::{
    api::{
        self,
        admission::Admission,
        auth::Tokens,
        limits::Limits,
        state::{ApiState, DemoTokens, Services},
    },
    clock::{Clock, SystemClock},
    config::{Config, JournalKind},
    effects::{Payments, PaymentsProjection, Sandbox, settle_orders},
    engine::{Engine, EngineConfig, Projection, ProjectionFactory, Seeds, wake_due_shows},
    feed::{FeedProjection, Feeds, count_audiences, count_nobody, publish_latest_values},
    hub::Hub,
    journal::{
        Archive, ArchivingJournal, Durability, EmbeddedJournal, Journal, Options, Position, RedisJournal, shown_url,
    },
    stats::StatsProjection,
    telemetry::{
        engine_metrics::EngineMetrics, fullness::FullnessProjection, metered_journal::MeteredJournal, metrics::Metrics,
        trouble::TroubleProjection,
    },
};

/// Anything that keeps a server from starting; its text says what to do.
pub type StartError = Box<dyn std::error::Error + Send + Sync>;

/// By which part of the time that a stop may take the audience has to have been counted for the last time, then the appends
/// to have ended, then the watchers to have been told to
/// come back, then HTTP's answers to be out; what is left is for closing the journal.
const COUNTS_UNTIL: f64 = 0.1;
const APPENDS_UNTIL: f64 = 0.5;
const DRAIN_UNTIL: f64 = 0.75;
const ANSWERS_UNTIL: f64 = 0.9;
/// The time between two closes of a drain, so that the watchers don't all come back at once.
const DRAIN_STEP: Duration = Duration::from_millis(2);
/// How soon the first watcher may come back, in milliseconds, and over how long the others are spread.
const RETRY_AFTER_MS: u64 = 500;
const RETRY_SPREAD_MS: f64 = 4_000.0;

/// A server that runs.
pub struct App {
    /// Where it listens.
    pub address: SocketAddr,
    /// What its handlers share.
    pub state: ApiState,
    journal: Arc<dyn Journal>,
    background: JoinSet<()>,
    http: tokio::task::JoinHandle<()>,
    stop_http: oneshot::Sender<()>,
}

impl App {
    /// Opens the journal, listens, and serves. With `demo`, whoever asks is given a token.
    pub async fn start(mut config: Config, demo: Option<DemoTokens>) -> Result<Self, StartError> {
        let tokens = Tokens::new(config.secret()?);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let tls = match (&config.tls.certificate_file, &config.tls.key_file) {
            (Some(certificates), Some(key)) => Some(api::tls::acceptor(certificates, key)?),
            _ => None,
        };
        let journal = open_journal(&mut config, &clock).await?;
        let listener = TcpListener::bind(config.listen)
            .await
            .map_err(|error| format!("can't listen on {}: {error}; choose another with --listen", config.listen))?;
        let address = listener.local_addr()?;
        let metrics = Metrics::new();
        let hub = Arc::new(Hub::start(config.hub.hub_config(&config.limits))?);
        let feeds = Feeds::new(Arc::clone(&hub));
        let payments = Arc::new(Payments::default());
        let projections =
            Projections { feeds: Arc::clone(&feeds), payments: Arc::clone(&payments), metrics: Arc::clone(&metrics) };
        let engine = Engine::observed(
            Arc::new(MeteredJournal::new(Arc::clone(&journal), Arc::clone(&metrics))),
            Arc::clone(&clock),
            Arc::new(projections),
            engine_config(&config),
            EngineMetrics::new(&metrics),
        );
        metrics.watch(Arc::clone(&hub), &engine, disks(&config));
        let state = ApiState::from(Services {
            limits: Limits::new(&config.limits),
            admission: Admission::new(&config.limits),
            engine: Arc::clone(&engine),
            feeds: Arc::clone(&feeds),
            hub,
            tokens: Arc::new(tokens),
            config: Arc::new(config),
            metrics,
            clock: Arc::clone(&clock),
            stopping: Arc::new(AtomicBool::new(false)),
            demo: demo.map(Arc::new),
            brands: Arc::default(),
            runtime: tokio::runtime::Handle::current(),
        });

        let mut background = JoinSet::new();
        background.spawn(wake_due_shows(Arc::clone(&engine)));
        background.spawn(publish_latest_values(Arc::clone(&feeds), Arc::clone(&clock)));
        background.spawn(count_audiences(Arc::clone(&engine), feeds, clock));
        background.spawn(settle_orders(engine, payments, Arc::new(Sandbox)));

        let (stop_http, stopped) = oneshot::channel();
        let of_http = state.clone();
        let http = tokio::spawn(async move {
            let router = api::router::router(of_http.clone());
            // Whether it was sent or dropped: it is over.
            let stopped = async { drop(stopped.await) };
            api::listen::serve(listener, tls, router, &of_http, stopped).await;
        });
        Ok(Self { address, state, journal, background, http, stop_http })
    }

    /// What an acknowledged sale survives.
    pub fn durability(&self) -> Durability {
        self.journal.durability()
    }

    /// How long a stop may take, as the configuration says.
    pub fn stop_limit(&self) -> Duration {
        Duration::from_millis(self.state.config.shutdown_limit_ms)
    }

    /// Takes no more work, finishes what is under way, sends the watchers away with 1012 and ends, within
    /// [`App::stop_limit`] unless the disk does not answer.
    pub async fn stop(mut self) {
        let (limit, started) = (self.stop_limit(), tokio::time::Instant::now());
        let deadline = started + limit.mul_f64(ANSWERS_UNTIL);
        self.state.stopping.store(true, Ordering::Release);
        let counted = count_nobody(&self.state.engine, &self.state.feeds);
        if tokio::time::timeout_at(started + limit.mul_f64(COUNTS_UNTIL), counted).await.is_err() {
            tracing::warn!("not every show was told that nobody watches here any more");
        }
        let appends_until = started + limit.mul_f64(APPENDS_UNTIL);
        if tokio::time::timeout_at(appends_until, self.state.engine.stop()).await.is_err() {
            tracing::error!("some appends had not ended in time; what they hold was not acknowledged");
        }
        self.background.shutdown().await;
        self.drain(started + limit.mul_f64(DRAIN_UNTIL)).await;
        // Whoever still waits for an HTTP answer gets it; then the listener is gone.
        let _ = self.stop_http.send(());
        if tokio::time::timeout_at(deadline, &mut self.http).await.is_err() {
            self.http.abort();
        }
        let hub = self.state.hub.clone();
        let left = deadline.saturating_duration_since(tokio::time::Instant::now());
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || hub.shutdown(left)).await {
            tracing::warn!(%error, "the hub had not ended in time");
        }
        // What the hub said last is still on its way to those behind TLS.
        while self.state.metrics.tls_connections() > 0 && tokio::time::Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.journal.close().await;
    }

    async fn drain(&self, until: tokio::time::Instant) {
        let hub = &self.state.hub;
        let connections = u32::try_from(hub.connections()).unwrap_or(u32::MAX);
        let over = DRAIN_STEP
            .saturating_mul(connections)
            .min(until.saturating_duration_since(tokio::time::Instant::now()) / 2);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and RETRY_SPREAD_MS")]
        hub.drain(over, |done| api::ws::restarting(RETRY_AFTER_MS + (done.clamp(0.0, 1.0) * RETRY_SPREAD_MS) as u64));
        while hub.connections() > 0 && tokio::time::Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// The journal that the configuration names. A node that has no name gets one.
async fn open_journal(config: &mut Config, clock: &Arc<dyn Clock>) -> Result<Arc<dyn Journal>, StartError> {
    if config.journal == JournalKind::Embedded {
        return Ok(Arc::new(EmbeddedJournal::open(&config.data_dir, Options::default())?));
    }
    let options = config.redis.options();
    config.redis.node.clone_from(&options.node);
    let (journal, findings) = RedisJournal::connect(&options, Arc::clone(clock)).await?;
    let url: Vec<String> = options.urls.iter().map(|url| shown_url(url)).collect();
    tracing::info!(
        url = url.join(","),
        version = findings.version,
        durability = findings.asked_for.as_str(),
        node = options.node,
        "the journal is on Redis"
    );
    for finding in &findings.noteworthy {
        tracing::warn!("{finding}");
    }
    let journal: Arc<dyn Journal> = Arc::new(journal);
    if let Some(folder) = &config.redis.archive_dir {
        return Ok(Arc::new(ArchivingJournal::new(journal, Archive::new(folder))));
    }
    tracing::warn!("redis.archive_dir is not set: nothing is trimmed, and Redis keeps every entry of every show");
    Ok(journal)
}

/// Where this node itself writes something that fills up.
fn disks(config: &Config) -> Vec<(&'static str, PathBuf)> {
    match config.journal {
        JournalKind::Embedded => vec![("journal", config.data_dir.clone())],
        JournalKind::Redis => config.redis.archive_dir.iter().map(|folder| ("archive", folder.clone())).collect(),
    }
}

/// Without an archive nothing is trimmed: a show can always be added up from its beginning.
fn engine_config(config: &Config) -> EngineConfig {
    let archives = config.journal == JournalKind::Redis && config.redis.archive_dir.is_some();
    EngineConfig {
        node: config.redis.node.clone(),
        keep_entries: archives.then_some(config.engine.keep_entries),
        seeds: config.secret().ok().map(|secret| Seeds::new(secret.expose())),
        ..config.engine.engine_config()
    }
}

/// Who reads a show's facts beside its writer.
struct Projections {
    feeds: Arc<Feeds>,
    payments: Arc<Payments>,
    metrics: Arc<Metrics>,
}

impl ProjectionFactory for Projections {
    fn projections(&self, show: &ShowId, position: Position) -> Vec<Box<dyn Projection>> {
        let feed = self.feeds.open(show, position);
        vec![
            // First, so that an opening waits for nothing else.
            Box::new(FeedProjection::new(Arc::clone(&self.feeds), Arc::clone(&feed))),
            Box::new(StatsProjection::new(Arc::clone(feed.stats()))),
            Box::new(PaymentsProjection::new(show.clone(), Arc::clone(&self.payments))),
            Box::new(TroubleProjection::new(Arc::clone(&self.metrics))),
            Box::new(FullnessProjection::new(Arc::clone(&self.metrics))),
        ]
    }
}
