//! The small server's HTTP, and its life and death.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    extract::{Path, Query, Request, State},
    http::{HeaderMap, Response, StatusCode, header},
    routing::{get, post, put},
};
use dropcast_proto::v1::{Cause, DoneOutcome, Role, key_outcome, server_message};
use hyper_util::rt::TokioIo;
use jsonwebtoken::{DecodingKey, Validation};
use serde_json::{Value, json};
use tokio::{net::TcpListener, runtime::Runtime, sync::broadcast, time::sleep};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{handshake::derive_accept_key, protocol},
};

use super::{
    session,
    world::{Behaviour, World, cause},
};

pub(crate) const SECRET: &str = "a secret of the tests";

/// Any free port.
const LOOPBACK: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// What all connections share; it survives a kill, as a disk would.
pub(crate) struct Shared {
    world: Mutex<World>,
    pub(crate) news: broadcast::Sender<(Option<String>, server_message::Kind)>,
}

/// How many messages a connection may be behind.
const NEWS_MAX: usize = 10_000;

impl Shared {
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    /// Changes the world, and tells who watches.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        let mut world = self.world();
        let changed = change(&mut world);
        for news in world.news.drain(..) {
            // Nobody may watch.
            let _ = self.news.send(news);
        }
        changed
    }
}

/// A running server.
pub(crate) struct Server {
    pub(crate) shared: Arc<Shared>,
    address: SocketAddr,
    runtime: Option<Runtime>,
}

impl Server {
    pub(crate) fn start(behaviour: Behaviour) -> Self {
        let world = Mutex::new(World::new(behaviour));
        Self::of(Arc::new(Shared { world, news: broadcast::channel(NEWS_MAX).0 }))
    }

    /// Another server of the same world.
    pub(crate) fn start_beside(other: &Self) -> Self {
        Self::of(Arc::clone(&other.shared))
    }

    /// A server that is up and takes no work.
    pub(crate) fn start_unavailable() -> Self {
        let world = Mutex::new(World::new(Behaviour::Honest));
        let shared = Arc::new(Shared { world, news: broadcast::channel(NEWS_MAX).0 });
        let (address, runtime) = listen(Router::new().fallback(StatusCode::SERVICE_UNAVAILABLE), LOOPBACK);
        Self { shared, address, runtime: Some(runtime) }
    }

    fn of(shared: Arc<Shared>) -> Self {
        let (address, runtime) = listen(router(&shared), LOOPBACK);
        let passing = Arc::clone(&shared);
        runtime.spawn(async move {
            loop {
                passing.change(World::pass);
                sleep(Duration::from_millis(10)).await;
            }
        });
        Self { shared, address, runtime: Some(runtime) }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Drops every connection in the middle of whatever it does, and listens again.
    pub(crate) fn kill_and_restart(&mut self) {
        self.runtime.take().unwrap().shutdown_background();
        let (_, runtime) = listen(router(&self.shared), self.address);
        self.runtime = Some(runtime);
    }

    /// Waits until the world is as asked; fails after half a minute.
    pub(crate) fn wait_until(&self, reached: impl Fn(&World) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while !reached(&self.shared.world()) {
            assert!(Instant::now() < deadline, "it did not come to that");
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// The role and the name that a token speaks for.
pub(crate) fn holder(token: &str) -> (String, String) {
    let key = DecodingKey::from_secret(SECRET.as_bytes());
    let claims = jsonwebtoken::decode::<Value>(token, &key, &Validation::default()).unwrap().claims;
    let text = |name: &str| claims[name].as_str().unwrap().to_owned();
    (text("role"), text("sub"))
}

fn listen(router: Router, address: SocketAddr) -> (SocketAddr, Runtime) {
    let runtime = Runtime::new().unwrap();
    let listener = runtime.block_on(async {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            // After a kill the old listener goes when its thread gets to it.
            match TcpListener::bind(address).await {
                Ok(listener) => return listener,
                Err(error) => assert!(Instant::now() < deadline, "{error}"),
            }
            tokio::task::yield_now().await;
        }
    });
    let address = listener.local_addr().unwrap();
    runtime.spawn(async move { axum::serve(listener, router).await });
    (address, runtime)
}

fn router(shared: &Arc<Shared>) -> Router {
    Router::new()
        .route("/v1/shows/{show}", put(apply))
        .route("/v1/shows/{show}/start", post(start))
        .route("/v1/shows/{show}/drops/{drop}/open", post(open))
        .route("/v1/shows/{show}/journal", get(journal))
        .route("/v1/ws", get(upgrade))
        .with_state(Arc::clone(shared))
}

/// Checks who asks.
fn check(headers: &HeaderMap, role: &str) -> String {
    let bearer = headers[header::AUTHORIZATION].to_str().unwrap().strip_prefix("Bearer ").unwrap();
    let (found, name) = holder(bearer);
    assert_eq!(found, role);
    name
}

/// What an entry says about the host that asked for it.
fn host(headers: &HeaderMap) -> Cause {
    let key = headers["idempotency-key"].to_str().unwrap();
    cause(Role::Host, &check(headers, "host"), key, key_outcome::Kind::Done(DoneOutcome {}))
}

async fn apply(State(shared): State<Arc<Shared>>, headers: HeaderMap, Json(plan): Json<Value>) -> Json<Value> {
    check(&headers, "brand");
    shared.change(|world| world.plan(&plan));
    Json(json!({}))
}

async fn start(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Json<Value> {
    shared.change(|world| world.start(host(&headers)));
    Json(json!({"done": {}}))
}

async fn open(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(path): Path<(String, String)>,
) -> Json<Value> {
    assert_eq!(path.1, "rush");
    shared.change(|world| world.open(host(&headers)));
    Json(json!({"done": {}}))
}

#[derive(serde::Deserialize)]
struct Page {
    from: usize,
    limit: usize,
}

async fn journal(State(shared): State<Arc<Shared>>, headers: HeaderMap, Query(page): Query<Page>) -> String {
    check(&headers, "brand");
    let world = shared.world();
    let entries = world.journal.iter().skip(page.from - 1).take(page.limit);
    entries.map(|entry| serde_json::to_string(entry).unwrap() + "\n").collect()
}

async fn upgrade(State(shared): State<Arc<Shared>>, request: Request) -> Response<String> {
    let key = request.headers()[header::SEC_WEBSOCKET_KEY].as_bytes().to_owned();
    let protocol = request.headers()[header::SEC_WEBSOCKET_PROTOCOL].clone();
    tokio::spawn(async move {
        if let Ok(upgraded) = hyper::upgrade::on(request).await {
            let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), protocol::Role::Server, None).await;
            session::serve(shared, socket).await;
        }
    });
    Response::builder()
        .status(StatusCode::SWITCHING_PROTOCOLS)
        .header(header::CONNECTION, "upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_ACCEPT, derive_accept_key(&key))
        .header(header::SEC_WEBSOCKET_PROTOCOL, protocol)
        .body(String::new())
        .unwrap()
}
