//! The HTTP side of the public protocol, as far as a load test needs it.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;
use tokio::time::Instant;

use crate::backoff;

/// How long one call may take.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a call is tried again while the server is away or says *retry*.
const PATIENCE: Duration = Duration::from_secs(30);

/// *Pending*, *too fast* and *retry*: what is asked again, with the same key.
const LATER: [StatusCode; 3] = [StatusCode::ACCEPTED, StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE];

/// Why a call did not come through.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// The client could not be made.
    #[error("no HTTP client: {0}")]
    Client(#[source] reqwest::Error),
    /// The server did not answer within [`PATIENCE`].
    #[error("{what}: {}", causes(source))]
    Unreachable { what: String, source: reqwest::Error },
    /// The server said no, or *later* for longer than [`PATIENCE`].
    #[error("{what}: {status} {problem}")]
    Refused { what: String, status: StatusCode, problem: String },
}

/// A caller of servers that are alike: it stays with one for as long as that one answers.
pub(crate) struct Api {
    client: reqwest::Client,
    bases: Vec<String>,
    /// Counts the servers that were left; where it stands decides whom the next call goes to.
    turn: AtomicUsize,
}

impl Api {
    /// A caller of the servers at `bases`, such as `http://127.0.0.1:8080`, of which there is at least one.
    pub(crate) fn new(bases: &[String]) -> Result<Self, ApiError> {
        let client = reqwest::Client::builder()
            .timeout(CALL_TIMEOUT)
            .tcp_nodelay(true)
            .no_proxy()
            .build()
            .map_err(ApiError::Client)?;
        let bases = bases.iter().map(|base| base.trim_end_matches('/').to_owned()).collect();
        Ok(Self { client, bases, turn: AtomicUsize::new(0) })
    }

    /// Makes a show what the plan says. Safe to repeat.
    pub(crate) async fn apply_show(&self, token: &str, show: &str, plan: &Value) -> Result<(), ApiError> {
        let path = format!("/v1/shows/{show}");
        self.call(&path, || self.request(Method::PUT, &path, token).json(plan)).await.map(drop)
    }

    /// Carries out a command that needs no body: `verb` is the rest of the path after the show. Safe to repeat, by key.
    pub(crate) async fn command(&self, token: &str, show: &str, verb: &str, key: &str) -> Result<(), ApiError> {
        let path = format!("/v1/shows/{show}/{verb}");
        let request = || self.request(Method::POST, &path, token).header("Idempotency-Key", key);
        self.call(&path, request).await.map(drop)
    }

    /// At most `limit` entries of a show's journal from number `from` on, one JSON object a line; empty at the end.
    pub(crate) async fn journal(&self, token: &str, show: &str, from: u64, limit: usize) -> Result<String, ApiError> {
        let path = format!("/v1/shows/{show}/journal?from={from}&limit={limit}");
        let response = self.call(&path, || self.request(Method::GET, &path, token)).await?;
        response.text().await.map_err(|source| ApiError::Unreachable { what: path.clone(), source })
    }

    /// Whether the server whose turn it is says that it is ready.
    pub(crate) async fn is_ready(&self) -> bool {
        let answer = self.client.get(format!("{}/readyz", self.base())).send().await;
        answer.is_ok_and(|response| response.status().is_success())
    }

    fn base(&self) -> &str {
        // No other memory hangs on the turn, so no order is needed.
        &self.bases[self.turn.load(Ordering::Relaxed) % self.bases.len()]
    }

    fn request(&self, method: Method, path: &str, token: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base())).bearer_auth(token)
    }

    /// Makes a call until it comes through: of a server that can't be reached or is unavailable the next one is asked,
    /// and after all were asked, all again after a wait.
    async fn call(&self, what: &str, request: impl Fn() -> RequestBuilder) -> Result<Response, ApiError> {
        let deadline = Instant::now() + PATIENCE;
        let (mut asked, mut waits) = (0_usize, 0);
        loop {
            let error = match request().send().await {
                Ok(response) if response.status() == StatusCode::OK || response.status() == StatusCode::CREATED => {
                    return Ok(response);
                }
                Ok(response) => {
                    let status = response.status();
                    let problem = response.text().await.unwrap_or_default();
                    let error = ApiError::Refused { what: what.to_owned(), status, problem };
                    if !LATER.contains(&status) {
                        return Err(error);
                    }
                    error
                }
                Err(source) => ApiError::Unreachable { what: what.to_owned(), source },
            };
            if Instant::now() >= deadline {
                return Err(error);
            }
            if is_away(&error) {
                self.turn.fetch_add(1, Ordering::Relaxed);
                asked += 1;
            }
            if !is_away(&error) || asked.is_multiple_of(self.bases.len()) {
                tokio::time::sleep(backoff::wait(waits)).await;
                waits += 1;
            }
        }
    }
}

/// Whether another server may be better off.
fn is_away(error: &ApiError) -> bool {
    match error {
        ApiError::Unreachable { .. } => true,
        ApiError::Refused { status, .. } => *status == StatusCode::SERVICE_UNAVAILABLE,
        ApiError::Client(_) => false,
    }
}

fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
