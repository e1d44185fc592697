//! The journal on Redis, as its callers see it.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::watch;

use super::{
    appends,
    check::{self, Findings},
    claims,
    connector::{Connector, Server},
    exchange::RedisExchange,
    nodes::Nodes,
    open_error::RedisOpenError,
    options::{RedisOptions, shown_url},
    sequence::Sequences,
    server::Redis,
};
use crate::{
    clock::Clock,
    journal::{
        contract::{
            Append, AppendError, Appending, Claim, ClaimError, Durability, Journal, Listed, Position, RawEntry,
            ReadError, Renewal, Snapshot,
        },
        exchange::Exchange,
    },
};

/// A journal that several nodes share, on one Redis or a Redis Cluster. It must be made inside a Tokio runtime.
///
/// An answer that does not come in time, or a connection that breaks, leaves an append or a renewal in doubt; a claim
/// that ends as *unavailable* may have taken effect.
pub struct RedisJournal {
    redis: Arc<Redis>,
    sequences: Arc<Sequences>,
}

impl RedisJournal {
    /// A journal that connects when it is first used, without a look at what this Redis can promise. `clock` is held
    /// against Redis' own at every claim, append and renewal.
    pub fn open(options: &RedisOptions, clock: Arc<dyn Clock>) -> Result<Self, RedisOpenError> {
        let seeds = Server::all(options)?;
        let (closed, closing) = watch::channel(false);
        let nodes = Nodes::start(Connector::new(options), seeds, options.cluster, closing);
        let redis = Arc::new(Redis::new(options, nodes, closed, clock));
        Ok(Self { redis, sequences: Arc::default() })
    }

    /// The same, after a look at what this Redis can promise: one that would lose what was acknowledged is refused.
    pub async fn connect(options: &RedisOptions, clock: Arc<dyn Clock>) -> Result<(Self, Findings), RedisOpenError> {
        let journal = Self::open(options, clock)?;
        if options.cluster {
            let urls: Vec<String> = options.urls.iter().map(|url| shown_url(url)).collect();
            let unreachable = |reason| RedisOpenError::Unreachable { url: urls.join(", "), reason };
            journal.redis.nodes.refresh().await.map_err(unreachable)?;
        }
        let findings = check::check(&journal.redis, options.cluster).await?;
        Ok((journal, findings))
    }
}

#[async_trait]
impl Journal for RedisJournal {
    async fn claim(&self, show: &str) -> Result<Claim, ClaimError> {
        claims::claim(&self.redis, &self.sequences, show).await
    }

    async fn release(&self, claim: &Claim) -> Result<(), ClaimError> {
        claims::release(&self.redis, &self.sequences, claim).await
    }

    fn append(&self, claim: &Claim, append: Append) -> Appending {
        appends::append(&self.redis, &self.sequences, claim, &append)
    }

    fn renew(&self, claim: &Claim, renewal: Renewal) -> Appending {
        appends::renew(&self.redis, &self.sequences, claim, renewal)
    }

    fn exchange(&self) -> Option<Arc<dyn Exchange>> {
        Some(Arc::new(RedisExchange { redis: Arc::clone(&self.redis) }))
    }

    fn durability(&self) -> Durability {
        self.redis.durability.level()
    }

    async fn tail(&self, show: &str) -> Result<Position, ReadError> {
        self.redis.tail(show).await
    }

    async fn read(&self, show: &str, from_seq: u64, entries_max: usize) -> Result<Vec<RawEntry>, ReadError> {
        self.redis.read(show, from_seq, entries_max).await
    }

    async fn save_snapshot(&self, claim: &Claim, snapshot: Snapshot) -> Result<(), AppendError> {
        self.redis.save_snapshot(claim, snapshot).await
    }

    async fn snapshot(&self, show: &str) -> Result<Option<Snapshot>, ReadError> {
        self.redis.snapshot(show).await
    }

    async fn trim(&self, claim: &Claim, through_seq: u64) -> Result<(), AppendError> {
        self.redis.trim(claim, through_seq).await
    }

    async fn list(&self, after: Option<&str>, listed_max: usize) -> Result<Vec<Listed>, ReadError> {
        self.redis.list(after, listed_max).await
    }

    async fn due(&self, now_ms: u64, shows_max: usize) -> Result<Vec<String>, ReadError> {
        self.redis.due(now_ms, shows_max).await
    }

    async fn close(&self) {
        self.redis.close().await;
    }
}

impl std::fmt::Debug for RedisJournal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedisJournal").field("node", &self.redis.node).finish_non_exhaustive()
    }
}
