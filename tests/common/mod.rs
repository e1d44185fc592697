//! A whole server in a test: real sockets on a free port of the loopback, a journal in memory whose faults can be asked
//! for, and a clock that moves when it is told to.

#![allow(dead_code, reason = "each test binary uses its own part of it")]

use std::{
    net::SocketAddr,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use bytes::Bytes;
use dropcast::{
    api::{
        admission::Admission,
        auth::{Claims, TokenRole, Tokens},
        limits::Limits,
        listen,
        router::router,
        state::{ApiState, DemoTokens, Services},
    },
    clock::{Clock as _, ManualClock},
    config::{Config, Secret},
    engine::{Engine, EngineConfig, Projection, ProjectionFactory, Seeds},
    feed::{FeedProjection, Feeds},
    hub::Hub,
    journal::{Faults, Journal, MemoryJournal, Position, Snapshot},
    stats::StatsProjection,
    telemetry::{engine_metrics::EngineMetrics, metered_journal::MeteredJournal, metrics::Metrics},
};
use dropcast_domain::{
    ids::{BrandId, PrincipalId, ShowId},
    time::Timestamp,
};
use reqwest::{Method, RequestBuilder, StatusCode, header::HeaderMap};
use serde_json::{Value, json};

/// When every test's clock starts: 2026-05-01T18:00:00Z.
pub(crate) const START: Timestamp = Timestamp(1_777_658_400_000);
/// The show of [`TestServer::plan`], and the brand that owns it.
pub(crate) const SHOW: &str = "spring";
pub(crate) const BRAND: &str = "noor";
/// Signs the tests' tokens.
pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef";
/// How long a test waits for what should come at once.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server on a port of its own, until it is dropped.
pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    pub(crate) state: ApiState,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) journal: MemoryJournal,
    pub(crate) faults: Faults,
    pub(crate) client: reqwest::Client,
    serving: tokio::task::JoinHandle<()>,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl TestServer {
    /// A server without rates, so that only a test of rates meets one.
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// A server with other settings.
    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::build(change, None, Some(Seeds::new(SECRET.as_bytes()))).await
    }

    /// A server that binds no draws and draws no lots, as one whose deployment has another secret than when they were
    /// bound.
    pub(crate) async fn without_seeds() -> Self {
        Self::build(|_| {}, None, None).await
    }

    /// A server that gives tokens to whoever asks.
    pub(crate) async fn demo() -> Self {
        Self::build(|_| {}, Some(DemoTokens::new(brand_id(BRAND), show_id(SHOW), None)), None).await
    }

    async fn build(change: impl FnOnce(&mut Config), demo: Option<DemoTokens>, seeds: Option<Seeds>) -> Self {
        let mut config = Config::default();
        config.hub.shards = 1;
        (config.limits.per_address_per_second, config.limits.per_token_per_second) = (0, 0);
        change(&mut config);
        let journal = MemoryJournal::new();
        let clock = Arc::new(ManualClock::new(START));
        let metrics = Metrics::new();
        let hub = Arc::new(Hub::start(config.hub.hub_config(&config.limits)).expect("a hub"));
        let feeds = Feeds::new(Arc::clone(&hub));
        let metered: Arc<dyn Journal> =
            Arc::new(MeteredJournal::new(Arc::new(journal.connect()), Arc::clone(&metrics)));
        let projections = Arc::new(Projections(Arc::clone(&feeds)));
        let engine_config = EngineConfig { seeds, ..config.engine.engine_config() };
        let observer = EngineMetrics::new(&metrics);
        let engine = Engine::observed(metered, clock.clone(), projections, engine_config, observer);
        metrics.watch(Arc::clone(&hub), &engine, Vec::new());
        let state = ApiState::from(Services {
            engine,
            feeds,
            hub,
            tokens: Arc::new(Tokens::new(&Secret::new(SECRET).expect("a secret"))),
            limits: Limits::new(&config.limits),
            admission: Admission::new(&config.limits),
            config: Arc::new(config),
            metrics,
            clock: clock.clone(),
            stopping: Arc::new(AtomicBool::new(false)),
            demo: demo.map(Arc::new),
            brands: Arc::default(),
            runtime: tokio::runtime::Handle::current(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let of_http = state.clone();
        let serving = tokio::spawn(async move {
            listen::serve(listener, None, router(of_http.clone()), &of_http, std::future::pending()).await;
        });
        let faults = journal.faults();
        Self { address, state, clock, journal, faults, client: client(), serving }
    }

    /// A token of a viewer for the show.
    pub(crate) fn viewer(&self, name: &str) -> String {
        self.token(TokenRole::Viewer, name, Some(SHOW), None)
    }

    /// A token of a host for the show.
    pub(crate) fn host(&self) -> String {
        self.token(TokenRole::Host, "host", Some(SHOW), None)
    }

    /// A token of the brand.
    pub(crate) fn brand(&self) -> String {
        self.token(TokenRole::Brand, "office", None, Some(BRAND))
    }

    /// A token that is good for an hour.
    pub(crate) fn token(&self, role: TokenRole, name: &str, show: Option<&str>, brand: Option<&str>) -> String {
        let iat = self.clock.now().0 / 1_000;
        self.state.tokens.sign(&Claims {
            sub: PrincipalId::new(name).expect("a name"),
            role,
            show: show.map(show_id),
            brand: brand.map(brand_id),
            iat,
            exp: iat + 3_600,
        })
    }

    /// A request, for what the shorter ways don't say.
    pub(crate) fn request(&self, method: Method, path: &str, token: Option<&str>) -> RequestBuilder {
        let request = self.client.request(method, format!("http://{}{path}", self.address));
        match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub(crate) async fn get(&self, path: &str, token: Option<&str>) -> Reply {
        read(self.request(Method::GET, path, token)).await
    }

    /// A command with its key.
    pub(crate) async fn post(&self, path: &str, token: &str, key: &str, body: Value) -> Reply {
        read(self.request(Method::POST, path, Some(token)).header("idempotency-key", key).json(&body)).await
    }

    pub(crate) async fn put_show(&self, show: &str, token: &str, file: &Value) -> Reply {
        read(self.request(Method::PUT, &format!("/v1/shows/{show}"), Some(token)).json(file)).await
    }

    /// Plans the show: 10 red scarves and 5 blue ones in the drop `opening`, at most 2 a viewer.
    pub(crate) async fn plan(&self) {
        let planned = self.put_show(SHOW, &self.brand(), &show_file()).await;
        assert_eq!(planned.status, 200, "{planned:?}");
    }

    /// Plans the show, starts it and opens its drop.
    pub(crate) async fn go_live(&self) {
        self.go_live_with(&show_file()).await;
    }

    /// The same with another plan.
    pub(crate) async fn go_live_with(&self, file: &Value) {
        let planned = self.put_show(SHOW, &self.brand(), file).await;
        assert_eq!(planned.status, 200, "{planned:?}");
        let host = self.host();
        for path in ["start", "drops/opening/open"] {
            let done = self.post(&format!("/v1/shows/{SHOW}/{path}"), &host, path_key(path), json!({})).await;
            assert_eq!(done.status, 200, "{done:?}");
        }
    }

    /// Where the show's journal ends.
    pub(crate) async fn journal_tail(&self) -> Position {
        self.journal.tail(SHOW).await.expect("a tail")
    }

    /// Forgets the show's entries up to this one, as an archive does that has them: puts the show away first.
    pub(crate) async fn trim_through(&self, seq: u64) {
        let handle = self.state.engine.open(&show_id(SHOW)).await.expect("the show");
        let state = handle.read(|_, position| position).await.expect("its position");
        let claim = self.journal.claim(SHOW).await.expect("a claim");
        let snapshot = Snapshot { position: state, at_ms: self.clock.now().0, body: Bytes::from_static(b"not read") };
        self.journal.save_snapshot(&claim, snapshot).await.expect("a snapshot");
        self.journal.trim(&claim, seq).await.expect("trimmed");
    }

    /// Asks for red scarves.
    pub(crate) async fn reserve(&self, viewer: &str, key: &str, quantity: u32) -> Reply {
        let body = json!({ "drop": "opening", "sku": "scarf-red", "quantity": quantity });
        self.post(&format!("/v1/shows/{SHOW}/reservations"), &self.viewer(viewer), key, body).await
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.serving.abort();
        // Its threads end by themselves; a test that is over does not wait for them.
        let _ = self.state.hub.shutdown(Duration::ZERO);
    }
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Checks that it is this problem, told as a problem document.
    #[track_caller]
    pub(crate) fn is_problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.headers["content-type"], "application/problem+json", "{self:?}");
        let document = self.json();
        assert_eq!(document["code"], code, "{self:?}");
        assert_eq!(document["status"], status);
        assert_eq!(document["type"], format!("/docs/problems#{code}"));
        assert!(document["title"].is_string() && document["detail"].is_string(), "{self:?}");
        document
    }
}

/// The plan of [`TestServer::plan`].
pub(crate) fn show_file() -> Value {
    json!({
        "brand": BRAND,
        "title": { "en": "Spring", "nl": "Lente" },
        "host_name": "Noor",
        "currency": "EUR",
        "hold_ttl_ms": 120_000,
        "watch_without_token": true,
        "products": [{
            "product": "scarf",
            "title": { "en": "Scarf" },
            "variants": [
                { "sku": "scarf-red", "title": { "en": "Red" }, "list_price_minor": 4_995, "units": 10 },
                { "sku": "scarf-blue", "title": { "en": "Blue" }, "list_price_minor": 4_995, "units": 5 },
            ],
        }],
        "drops": [{
            "drop": "opening",
            "title": { "en": "Opening" },
            "limit_per_viewer": 2,
            "duration_ms": 600_000,
            "items": [{ "sku": "scarf-red", "price_minor": 3_995 }, { "sku": "scarf-blue" }],
        }],
    })
}

/// Sends a request and reads the answer whole.
pub(crate) async fn read(request: RequestBuilder) -> Reply {
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status(), response.headers().clone());
    let text = response.text().await.expect("a whole answer");
    Reply { status, headers, text }
}

/// Waits until `check` holds.
pub(crate) async fn eventually(what: &str, mut check: impl AsyncFnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !check().await {
        assert!(tokio::time::Instant::now() < deadline, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

pub(crate) fn show_id(name: &str) -> ShowId {
    ShowId::new(name).expect("a name")
}

pub(crate) fn brand_id(name: &str) -> BrandId {
    BrandId::new(name).expect("a name")
}

fn path_key(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn client() -> reqwest::Client {
    // A second installation finds the first one there, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).build().expect("a client")
}

/// Who reads facts beside a show's writer.
struct Projections(Arc<Feeds>);

impl ProjectionFactory for Projections {
    fn projections(&self, show: &ShowId, position: Position) -> Vec<Box<dyn Projection>> {
        let feed = self.0.open(show, position);
        vec![
            Box::new(FeedProjection::new(Arc::clone(&self.0), Arc::clone(&feed))),
            Box::new(StatsProjection::new(Arc::clone(feed.stats()))),
        ]
    }
}
