//! A brand's backend in a test: tokens, a plan, and requests to a running server.

#![allow(dead_code, reason = "each test binary uses its own part of it")]

use std::{
    net::SocketAddr,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use dropcast::{
    api::auth::{Claims, TokenRole, Tokens},
    config::Secret,
};
use dropcast_domain::ids::{BrandId, PrincipalId, ShowId};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::process::{PATIENCE, SECRET, Server};

pub(crate) const BRAND: &str = "noor";
/// The show of [`Shop::go_live`], its drop and its only SKU.
pub(crate) const SHOW: &str = "spring";
pub(crate) const DROP: &str = "opening";
pub(crate) const SKU: &str = "scarf";
/// What one costs in the drop, in cents.
pub(crate) const PRICE_MINOR: u64 = 1_999;
/// How long the tests' tokens are good for, in seconds.
const TOKEN_TTL_S: i64 = 3_600;

/// A client of one server.
#[derive(Clone)]
pub(crate) struct Shop {
    base: String,
    client: reqwest::Client,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) text: String,
}

impl Shop {
    pub(crate) fn of(server: &Server) -> Self {
        Self::at(server.address)
    }

    /// A client of the server at this address.
    pub(crate) fn at(address: SocketAddr) -> Self {
        Self { base: format!("http://{address}"), client: client() }
    }

    /// A client of a server that speaks TLS, which trusts this authority.
    pub(crate) fn with_tls(server: &Server, authority: &[u8]) -> Self {
        let authority = reqwest::Certificate::from_der(authority).expect("a certificate");
        let client = reqwest::Client::builder().timeout(PATIENCE).tls_certs_only([authority]).build();
        Self { base: format!("https://{}", server.address), client: client.expect("a client") }
    }

    pub(crate) async fn request(&self, method: Method, path: &str, token: Option<&str>, body: Option<&Value>) -> Reply {
        let request = self.client.request(method, format!("{}{path}", self.base));
        let request = token.into_iter().fold(request, reqwest::RequestBuilder::bearer_auth);
        let request = body.into_iter().fold(request, reqwest::RequestBuilder::json);
        let response = request.send().await.expect("an answer");
        Reply { status: response.status(), text: response.text().await.expect("a whole answer") }
    }

    pub(crate) async fn get(&self, path: &str, token: Option<&str>) -> Reply {
        self.request(Method::GET, path, token, None).await
    }

    /// A command under this key; an error when the server goes away.
    pub(crate) async fn try_post(
        &self,
        path: &str,
        token: &str,
        key: &str,
        body: &Value,
    ) -> Result<Reply, reqwest::Error> {
        let request = self.client.post(format!("{}{path}", self.base)).bearer_auth(token);
        let response = request.header("idempotency-key", key).json(body).send().await?;
        Ok(Reply { status: response.status(), text: response.text().await? })
    }

    pub(crate) async fn post(&self, path: &str, token: &str, key: &str, body: &Value) -> Reply {
        self.try_post(path, token, key, body).await.expect("an answer")
    }

    /// Asks for units of the show's SKU.
    pub(crate) async fn reserve(&self, viewer: &str, key: &str, quantity: u32) -> Reply {
        let body = json!({ "drop": DROP, "sku": SKU, "quantity": quantity });
        self.post(&format!("/v1/shows/{SHOW}/reservations"), &viewer_token(viewer), key, &body).await
    }

    pub(crate) async fn plan(&self, units: u32, limit: u32) {
        let (path, file) = (format!("/v1/shows/{SHOW}"), plan(units, limit));
        let planned = self.request(Method::PUT, &path, Some(&brand_token()), Some(&file)).await;
        assert_eq!(planned.status, 200, "{planned:?}");
    }

    /// Plans the show, starts it and opens its drop.
    pub(crate) async fn go_live(&self, units: u32, limit: u32) {
        self.plan(units, limit).await;
        self.run("start", "start").await;
        self.run(&format!("drops/{DROP}/open"), "open").await;
    }

    /// A host's command.
    pub(crate) async fn run(&self, path: &str, key: &str) {
        let done = self.post(&format!("/v1/shows/{SHOW}/{path}"), &host_token(), key, &json!({})).await;
        assert_eq!(done.status, 200, "{done:?}");
    }

    /// The whole journal, as its lines.
    pub(crate) async fn journal(&self) -> Vec<Value> {
        let mut entries: Vec<Value> = Vec::new();
        loop {
            let path = format!("/v1/shows/{SHOW}/journal?from={}&limit=500", entries.len() + 1);
            let page = self.get(&path, Some(&brand_token())).await;
            assert_eq!(page.status, 200, "{page:?}");
            if page.text.is_empty() {
                return entries;
            }
            entries.extend(page.text.lines().map(|line| serde_json::from_str::<Value>(line).expect("an entry")));
        }
    }
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Checks that it is this problem.
    #[track_caller]
    pub(crate) fn is_problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        let document = self.json();
        assert_eq!(document["code"], code, "{self:?}");
        document
    }
}

pub(crate) fn client() -> reqwest::Client {
    // A second installation finds the first one there, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().timeout(PATIENCE).build().expect("a client")
}

/// One SKU with so many units, in one drop that gives a viewer at most `limit`.
pub(crate) fn plan(units: u32, limit: u32) -> Value {
    json!({
        "brand": BRAND,
        "title": { "en": "Spring" },
        "host_name": "Noor",
        "currency": "EUR",
        "hold_ttl_ms": 600_000,
        "watch_without_token": true,
        "products": [{
            "product": "scarf",
            "title": { "en": "Scarf" },
            "variants": [{ "sku": SKU, "title": { "en": "Red" }, "list_price_minor": 2_999, "units": units }],
        }],
        "drops": [{
            "drop": DROP,
            "title": { "en": "Opening" },
            "limit_per_viewer": limit,
            "close_when_sold_out": false,
            "items": [{ "sku": SKU, "price_minor": PRICE_MINOR }],
        }],
    })
}

pub(crate) fn viewer_token(name: &str) -> String {
    token(TokenRole::Viewer, name, Some(SHOW), None, TOKEN_TTL_S)
}

pub(crate) fn host_token() -> String {
    token(TokenRole::Host, "host", Some(SHOW), None, TOKEN_TTL_S)
}

pub(crate) fn brand_token() -> String {
    token(TokenRole::Brand, "office", None, Some(BRAND), TOKEN_TTL_S)
}

/// A token that was issued a minute ago and is good for so many seconds from now on.
pub(crate) fn token(role: TokenRole, name: &str, show: Option<&str>, brand: Option<&str>, ttl_s: i64) -> String {
    sign(SECRET, role, name, show, brand, ttl_s)
}

/// The same with another secret.
pub(crate) fn sign(
    secret: &str,
    role: TokenRole,
    name: &str,
    show: Option<&str>,
    brand: Option<&str>,
    ttl_s: i64,
) -> String {
    let now_s = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
    Tokens::new(&Secret::new(secret).expect("a secret")).sign(&Claims {
        sub: PrincipalId::new(name).expect("a name"),
        role,
        show: show.map(|show| ShowId::new(show).expect("a name")),
        brand: brand.map(|brand| BrandId::new(brand).expect("a name")),
        iat: now_s - 60,
        exp: now_s.saturating_add_signed(ttl_s),
    })
}
