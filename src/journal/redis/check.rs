//! What this Redis can promise, looked at when the journal is opened.

use std::collections::BTreeMap;

use redis::{Cmd, Value};

use super::{
    open_error::RedisOpenError,
    options::RedisDurability,
    outcome::{Failure, first},
    reply::{Parts, bytes},
    scripts::one,
    server::Redis,
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

/// Looks at every server that has slots.
pub(super) async fn check(redis: &Redis, cluster: bool) -> Result<Findings, RedisOpenError> {
    let mut findings = Findings { version: String::new(), asked_for: redis.durability.level(), noteworthy: Vec::new() };
    for (slot, node) in redis.nodes.all() {
        let server = Looked { redis, slot, url: node.server.shown.to_string() };
        let (version, noteworthy) = server.look(cluster).await?;
        findings.version = version;
        for finding in noteworthy {
            if !findings.noteworthy.contains(&finding) {
                findings.noteworthy.push(finding);
            }
        }
    }
    Ok(findings)
}

/// One server, which is asked by one of its slots.
struct Looked<'a> {
    redis: &'a Redis,
    slot: u16,
    url: String,
}

impl Looked<'_> {
    /// Its version, and what is noteworthy about it.
    async fn look(&self, cluster: bool) -> Result<(String, Vec<Finding>), RedisOpenError> {
        let url = || self.url.clone();
        let info = self.ask(redis::cmd("INFO")).await.map_err(|failure| {
            let (Failure::NotDone(reason) | Failure::Unknown(reason)) = failure;
            RedisOpenError::Unreachable { url: url(), reason }
        })?;
        let info = bytes(info).ok().flatten().unwrap_or_default();
        let info = String::from_utf8_lossy(&info);
        let version = info_field(&info, "redis_version").unwrap_or_default();
        if parsed(version) < VERSION_MIN {
            let version = version.to_owned();
            return Err(RedisOpenError::Version { url: url(), version, needed: VERSION_NEEDED });
        }
        let is_cluster = info_field(&info, "cluster_enabled") == Some("1");
        if is_cluster != cluster {
            let what = if is_cluster { "part of a cluster" } else { "not part of a cluster" };
            return Err(RedisOpenError::Cluster { url: url(), what, cluster: is_cluster });
        }
        let mut noteworthy = self.settings_noteworthy().await?;
        if let RedisDurability::Two { replicas_min: needed, .. } = self.redis.durability {
            let connected = info_field(&info, "connected_slaves").and_then(|number| number.parse().ok()).unwrap_or(0);
            if connected < u64::from(needed) {
                noteworthy.push(Finding::ReplicasMissing { needed, connected });
            }
        }
        Ok((version.to_owned(), noteworthy))
    }

    async fn settings_noteworthy(&self) -> Result<Vec<Finding>, RedisOpenError> {
        let Some(settings) = self.settings().await else { return Ok(vec![Finding::SettingsHidden]) };
        if !matches!(settings.policy.as_str(), "noeviction" | "") {
            return Err(RedisOpenError::Evicts { url: self.url.clone(), policy: settings.policy });
        }
        Ok(settings.of_log().into_iter().chain(settings.of_replicas(self.redis.durability)).collect())
    }

    /// Its settings; `None` if it does not show them.
    async fn settings(&self) -> Option<Settings> {
        let names = ["maxmemory-policy", "appendonly", "appendfsync", "min-replicas-to-write"];
        let mut command = redis::cmd("CONFIG");
        command.arg("GET").arg(&names);
        let mut answer = Parts::of(self.ask(command).await.ok()?).ok()?;
        let mut values = BTreeMap::new();
        while answer.len() > 0 {
            values.insert(answer.text().ok()?, answer.text().ok()?);
        }
        let [policy, append_only, fsync, replicas_to_write] = names.map(|name| values.remove(name).unwrap_or_default());
        Some(Settings { policy, append_only, fsync, replicas_to_write })
    }

    async fn ask(&self, command: Cmd) -> Result<Value, Failure> {
        first(self.redis.call(self.slot, one(command)).await)
    }
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

fn info_field<'a>(info: &'a str, name: &str) -> Option<&'a str> {
    info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
}

fn parsed(version: &str) -> (u32, u32) {
    let mut numbers = version.split('.').map(|number| number.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}
