//! The journal that several nodes share.

use std::{fmt, path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};

use super::engine::milliseconds;
use crate::journal::{Password, RedisDurability, RedisOptions, shown_url};

/// The journal on Redis.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RedisSection {
    /// Where Redis is: `redis://HOST:PORT`, or `rediss://` with TLS; of a cluster, some of its nodes, with commas.
    /// Default: `redis://127.0.0.1:6379`.
    pub url: RedisUrl,
    /// Whether it is a Redis Cluster. Default: false.
    pub cluster: bool,
    /// Only from `DROPCAST_REDIS__PASSWORD` or the file that [`RedisSection::password_file`] names.
    #[serde(skip)]
    pub password: Option<Password>,
    /// The file that holds the password. Default: none.
    pub password_file: Option<PathBuf>,
    /// The certificates (PEM) that the server's must descend from. Default: none, which is those of the machine.
    pub ca_file: Option<PathBuf>,
    /// What an acknowledged sale survives. Default: `redis/1`.
    pub durability: RedisLevel,
    /// With `redis/2`: how many replicas must have what is acknowledged. Default: 1.
    pub replicas_min: u32,
    /// With `redis/2`: how long is waited for them, in milliseconds; then the append is in doubt. Default: 500.
    pub wait_limit_ms: u64,
    /// For how long a show is lent to a node at a time, in milliseconds: after a crash of its writer, another node takes
    /// it over about as much later. Default: 2,000.
    pub lease_ms: u64,
    /// The name of this node, which no other may have; empty: a new one at each start. Default: empty.
    pub node: String,
    /// How long Redis may take to answer, in milliseconds. Default: 2,000.
    pub call_limit_ms: u64,
    /// Connections that wait for something new; a show takes up to two of each node. Default: 256.
    pub waiting_connections_max: usize,
    /// The folder where trimmed entries are archived, which all nodes share; none: they are gone. Default: none.
    pub archive_dir: Option<PathBuf>,
}

/// A URL that may hold a password: shown without it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RedisUrl(pub String);

impl RedisUrl {
    /// The single URLs.
    pub fn each(&self) -> impl Iterator<Item = &str> {
        self.0.split(',').map(str::trim).filter(|url| !url.is_empty())
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.each().map(shown_url)).finish()
    }
}

/// What an acknowledged sale survives.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum RedisLevel {
    /// What Redis itself survives: with `appendfsync always`, a crash of process and machine.
    #[default]
    #[serde(rename = "redis/1")]
    One,
    /// The loss of the primary, too.
    #[serde(rename = "redis/2")]
    Two,
}

impl RedisSection {
    /// The journal's own form of it.
    pub fn options(&self) -> RedisOptions {
        let durability = match self.durability {
            RedisLevel::One => RedisDurability::One,
            RedisLevel::Two => RedisDurability::Two {
                replicas_min: self.replicas_min,
                wait_limit: Duration::from_millis(self.wait_limit_ms),
            },
        };
        let options = RedisOptions {
            urls: self.url.each().map(str::to_owned).collect(),
            cluster: self.cluster,
            password: self.password.clone(),
            ca_file: self.ca_file.clone(),
            lease: Duration::from_millis(self.lease_ms),
            durability,
            call_limit: Duration::from_millis(self.call_limit_ms),
            waiting_connections_max: self.waiting_connections_max,
            ..RedisOptions::default()
        };
        // The default is a name that no other node has.
        if self.node.is_empty() { options } else { RedisOptions { node: self.node.clone(), ..options } }
    }
}

impl Default for RedisSection {
    fn default() -> Self {
        let options = RedisOptions::default();
        Self {
            url: RedisUrl(options.urls.join(",")),
            cluster: options.cluster,
            password: None,
            password_file: None,
            ca_file: None,
            durability: RedisLevel::One,
            replicas_min: 1,
            wait_limit_ms: 500,
            lease_ms: milliseconds(options.lease),
            node: String::new(),
            call_limit_ms: milliseconds(options.call_limit),
            waiting_connections_max: options.waiting_connections_max,
            archive_dir: None,
        }
    }
}
