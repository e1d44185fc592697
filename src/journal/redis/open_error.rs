//! Why a journal on Redis could not be opened.

/// Why a journal on Redis could not be opened. Its text says what to do, and holds no password.
#[derive(Debug, thiserror::Error)]
pub enum RedisOpenError {
    /// A URL is none.
    #[error("{url} is no URL of Redis: {reason}; write redis://HOST:PORT, or rediss:// with TLS")]
    Url {
        /// The URL, without its password.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The file with certificates can't be used.
    #[error("{path}: {reason}")]
    Certificates {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Redis can't be asked.
    #[error("the journal on {url} can't be opened: {reason}")]
    Unreachable {
        /// The URL, without its password.
        url: String,
        /// Why.
        reason: String,
    },
    /// This Redis is too old.
    #[error("Redis at {url} is version {version}; the journal needs {needed} or newer")]
    Version {
        /// The URL, without its password.
        url: String,
        /// What it is.
        version: String,
        /// What it must be at least.
        needed: &'static str,
    },
    /// This Redis throws stored things away when its memory is full.
    #[error(
        "Redis at {url} has maxmemory-policy {policy}, which throws stored sales away when memory is full: set \
         `maxmemory-policy noeviction` in redis.conf, or with CONFIG SET"
    )]
    Evicts {
        /// The URL, without its password.
        url: String,
        /// Its policy.
        policy: String,
    },
    /// It is a cluster, or it is none.
    #[error("Redis at {url} is {what}: set redis.cluster to {cluster}")]
    Cluster {
        /// The URL, without its password.
        url: String,
        /// What it is.
        what: &'static str,
        /// What would be right.
        cluster: bool,
    },
}
