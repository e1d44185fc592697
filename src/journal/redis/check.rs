//! What this Redis can promise, looked at when the journal is opened.

use redis::{Pipeline, Value};

use super::{
    open_error::RedisOpenError, options::RedisDurability, outcome::Failure, reply::Parts, scripts::one, server::Redis,
};
use crate::journal::contract::Durability;

/// The oldest Redis whose scripts and streams are enough.
const VERSION_MIN: (u32, u32) = (7, 0);
const VERSION_NEEDED: &str = "7.0";

/// What was found about a Redis.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Findings {
    /// Its version.
    pub version: String,
    /// The level that was asked for.
    pub asked_for: Durability,
    /// What is noteworthy about it.
    pub noteworthy: Vec<Finding>,
}

/// Something noteworthy: a difference between what was asked for and what this Redis gives.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Finding {
    /// The settings can't be read, as is usual where somebody else runs Redis.
    #[error(
        "this Redis does not show its settings (CONFIG GET), so they were not checked: see to it that it has \
         maxmemory-policy noeviction, appendonly yes and appendfsync always"
    )]
    SettingsHidden,
    /// It writes no log.
    #[error(
        "this Redis keeps no append-only file: an acknowledged sale does not survive its end; set `appendonly yes` and \
         `appendfsync always`"
    )]
    NoAppendOnlyFile,
    /// It writes its log, and does not wait for the disk.
    #[error(
        "this Redis has appendfsync {setting}: an acknowledged sale of the last {lost} may be lost when it ends; set \
         `appendfsync always`"
    )]
    LazyAppendOnlyFile {
        /// Its setting.
        setting: String,
        /// How much that may be.
        lost: &'static str,
    },
    /// Too few replicas are there.
    #[error(
        "redis/2 waits for {needed} replicas, and this Redis has {connected}: nothing is acknowledged until they are there"
    )]
    ReplicasMissing {
        /// How many must have what is acknowledged.
        needed: u32,
        /// How many there are.
        connected: u64,
    },
    /// A primary that lost its replicas goes on writing.
    #[error(
        "this Redis has min-replicas-to-write {setting}: with `min-replicas-to-write {needed}` a primary that was cut off \
         stops taking what would be lost"
    )]
    WritesWithoutReplicas {
        /// Its setting.
        setting: String,
        /// How many replicas must have what is acknowledged.
        needed: u32,
    },
}

/// Looks at Redis.
pub(super) async fn check(redis: &Redis, cluster: bool) -> Result<Findings, RedisOpenError> {
    let node =
        redis.nodes.any().map_err(|reason| RedisOpenError::Unreachable { url: "a cluster".to_owned(), reason })?;
    let url = || node.server.shown.to_string();
    let unreachable = |failure: Failure| {
        let (Failure::NotDone(reason) | Failure::Unknown(reason)) = failure;
        RedisOpenError::Unreachable { url: url(), reason }
    };
    let info = texts(redis.ask_first(one(redis::cmd("INFO"))).await.map_err(unreachable)?);
    let info = |name: &str| info_field(&info, name);
    let version = info("redis_version").unwrap_or_default();
    if parsed(&version) < VERSION_MIN {
        return Err(RedisOpenError::Version { url: url(), version, needed: VERSION_NEEDED });
    }
    let is_cluster = info("cluster_enabled").as_deref() == Some("1");
    if is_cluster != cluster {
        let what = if is_cluster { "part of a cluster" } else { "not part of a cluster" };
        return Err(RedisOpenError::Cluster { url: url(), what, cluster: is_cluster });
    }
    let mut noteworthy = Vec::new();
    match settings(redis).await {
        None => noteworthy.push(Finding::SettingsHidden),
        Some(settings) => {
            if !matches!(settings.policy.as_str(), "noeviction" | "") {
                return Err(RedisOpenError::Evicts { url: url(), policy: settings.policy });
            }
            noteworthy.extend(settings.of_log());
            noteworthy.extend(settings.of_replicas(redis.durability));
        }
    }
    if let RedisDurability::Two { replicas_min: needed, .. } = redis.durability {
        let connected = info("connected_slaves").and_then(|number| number.parse().ok()).unwrap_or(0);
        if connected < u64::from(needed) {
            noteworthy.push(Finding::ReplicasMissing { needed, connected });
        }
    }
    Ok(Findings { version, asked_for: redis.durability.level(), noteworthy })
}

/// The settings that matter; empty where Redis has none of the name.
struct Settings {
    policy: String,
    append_only: String,
    fsync: String,
    replicas_to_write: String,
}

impl Settings {
    fn of_log(&self) -> Option<Finding> {
        match (self.append_only.as_str(), self.fsync.as_str()) {
            ("yes", "always") => None,
            ("yes", "everysec") => Some(Finding::LazyAppendOnlyFile { setting: self.fsync.clone(), lost: "second" }),
            ("yes", _) => Some(Finding::LazyAppendOnlyFile { setting: self.fsync.clone(), lost: "minute" }),
            _ => Some(Finding::NoAppendOnlyFile),
        }
    }

    fn of_replicas(&self, durability: RedisDurability) -> Option<Finding> {
        let RedisDurability::Two { replicas_min: needed, .. } = durability else { return None };
        let enough = self.replicas_to_write.parse::<u32>().is_ok_and(|setting| setting >= needed);
        (!enough).then(|| Finding::WritesWithoutReplicas { setting: self.replicas_to_write.clone(), needed })
    }
}

async fn settings(redis: &Redis) -> Option<Settings> {
    let names = ["maxmemory-policy", "appendonly", "appendfsync", "min-replicas-to-write"];
    let mut command = redis::cmd("CONFIG");
    command.arg("GET").arg(&names);
    let mut answer = Parts::of(redis.ask_first(one(command)).await.ok()?).ok()?;
    let mut values = std::collections::BTreeMap::new();
    while answer.len() > 0 {
        values.insert(answer.text().ok()?, answer.text().ok()?);
    }
    let mut value = |name| values.remove(name).unwrap_or_default();
    let [policy, append_only, fsync, replicas_to_write] = names.map(&mut value);
    Some(Settings { policy, append_only, fsync, replicas_to_write })
}

fn texts(value: Value) -> String {
    match value {
        Value::BulkString(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Value::VerbatimString { text, .. } | Value::SimpleString(text) => text,
        _ => String::new(),
    }
}

fn info_field(info: &str, name: &str) -> Option<String> {
    let line = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    Some(line.trim().to_owned())
}

fn parsed(version: &str) -> (u32, u32) {
    let mut numbers = version.split('.').map(|number| number.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

impl Redis {
    /// Asks the first server.
    async fn ask_first(&self, commands: Pipeline) -> Result<Value, Failure> {
        super::outcome::first(self.call(0, commands).await)
    }
}
