//! What can be chosen about a journal on Redis.

use std::{fmt, path::PathBuf, time::Duration};

use crate::journal::contract::Durability;

/// How far a node's clock may be from Redis' own, in milliseconds; whoever is further off claims, appends and renews
/// nothing.
pub const CLOCK_APART_MS_MAX: u64 = 2_000;

/// What can be chosen about a journal on Redis.
#[derive(Clone)]
pub struct RedisOptions {
    /// Where Redis is: `redis://` or, with TLS, `rediss://`. Of a cluster, some of its nodes; otherwise one.
    pub urls: Vec<String>,
    /// Whether it is a Redis Cluster.
    pub cluster: bool,
    /// The password, unless the URL has it or none is needed.
    pub password: Option<Password>,
    /// The certificates (PEM) that the server's must descend from; those of the machine when there is none.
    pub ca_file: Option<PathBuf>,
    /// The name of this node. Whoever has the same name may take its shows at once, so no two nodes may share one.
    pub node: String,
    /// For how long a claim keeps other nodes away.
    pub lease: Duration,
    /// What is waited for before an append counts as durable.
    pub durability: RedisDurability,
    /// How long Redis may take to answer a call.
    pub call_limit: Duration,
    /// How many calls of [`Exchange::listen`](crate::journal::Exchange::listen) and
    /// [`Exchange::collect`](crate::journal::Exchange::collect) may wait at once; each has a connection of its own.
    pub waiting_connections_max: usize,
}

/// What is waited for before an append counts as durable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RedisDurability {
    /// Redis itself.
    One,
    /// Replicas, too.
    Two {
        /// At least so many.
        replicas_min: u32,
        /// For how long; then the append is in doubt.
        wait_limit: Duration,
    },
}

impl RedisDurability {
    /// Its level.
    #[must_use]
    pub fn level(self) -> Durability {
        match self {
            Self::One => Durability::Redis1,
            Self::Two { .. } => Durability::Redis2,
        }
    }

    /// How long is waited for replicas.
    pub(super) fn wait_limit(self) -> Duration {
        match self {
            Self::One => Duration::ZERO,
            Self::Two { wait_limit, .. } => wait_limit,
        }
    }
}

impl Default for RedisOptions {
    fn default() -> Self {
        Self {
            urls: vec!["redis://127.0.0.1:6379".to_owned()],
            cluster: false,
            password: None,
            ca_file: None,
            node: random_node(),
            lease: Duration::from_secs(2),
            durability: RedisDurability::One,
            call_limit: Duration::from_secs(2),
            waiting_connections_max: 256,
        }
    }
}

/// A name that no other node has.
fn random_node() -> String {
    format!("{:016x}", rand::random::<u64>())
}

impl fmt::Debug for RedisOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let urls: Vec<String> = self.urls.iter().map(|url| shown_url(url)).collect();
        f.debug_struct("RedisOptions")
            .field("urls", &urls)
            .field("cluster", &self.cluster)
            .field("node", &self.node)
            .field("lease", &self.lease)
            .field("durability", &self.durability)
            .field("call_limit", &self.call_limit)
            .finish_non_exhaustive()
    }
}

/// A password: printed as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// Takes the text without the white space around it, so that a file may end in a line break.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// The URL without what is secret in it: fit for a log.
#[must_use]
pub fn shown_url(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let end = rest.find('/').unwrap_or(rest.len());
    // What comes before the last @ of the authority is who asks, and his password; a query may hold one, too.
    let authority = &rest[..end];
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = host.split_once('?').map_or(host, |(host, _)| host);
    let path = rest[end..].split_once('?').map_or(&rest[end..], |(path, _)| path);
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        for (url, shown) in [
            ("redis://127.0.0.1:6379", "redis://127.0.0.1:6379"),
            ("redis://:hush@host:1/2", "redis://host:1/2"),
            ("rediss://user:hu@sh@host", "rediss://host"),
            ("redis://host?password=hush", "redis://host"),
            ("redis://host/0?password=hush", "redis://host/0"),
        ] {
            assert_eq!(shown_url(url), shown);
        }
        let options = RedisOptions { urls: vec!["redis://:hush@host".into()], ..RedisOptions::default() };
        let options = RedisOptions { password: Some(Password::new("hush\n")), ..options };
        assert!(!format!("{options:?} {:?}", options.password).contains("hush"));
    }
}
