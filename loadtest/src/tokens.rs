//! Signed tokens, as the deployment's own backend would make them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jsonwebtoken::{EncodingKey, Header};
use serde::Serialize;

/// Makes tokens with a deployment's secret.
pub(crate) struct Signer {
    key: EncodingKey,
    ttl: Duration,
}

/// Whom a token speaks for.
#[derive(Clone, Copy)]
pub(crate) enum Holder<'a> {
    /// A viewer of one show.
    Viewer { show: &'a str, name: &'a str },
    /// A host of one show.
    Host { show: &'a str, name: &'a str },
    /// A brand, under its own name.
    Brand { brand: &'a str },
}

#[derive(Serialize)]
struct Claims<'a> {
    sub: &'a str,
    role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    show: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    brand: Option<&'a str>,
    iat: u64,
    exp: u64,
}

impl Signer {
    /// Tokens of this signer are good for `ttl` from the moment they are made.
    pub(crate) fn new(secret: &str, ttl: Duration) -> Self {
        Self { key: EncodingKey::from_secret(secret.as_bytes()), ttl }
    }

    /// A token, signed with HMAC-SHA-256.
    pub(crate) fn sign(&self, holder: Holder<'_>) -> Result<String, jsonwebtoken::errors::Error> {
        let (sub, role, show, brand) = match holder {
            Holder::Viewer { show, name } => (name, "viewer", Some(show), None),
            Holder::Host { show, name } => (name, "host", Some(show), None),
            Holder::Brand { brand } => (brand, "brand", None, Some(brand)),
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let claims = Claims { sub, role, show, brand, iat: now.as_secs(), exp: (now + self.ttl).as_secs() };
        jsonwebtoken::encode(&Header::default(), &claims, &self.key)
    }
}
