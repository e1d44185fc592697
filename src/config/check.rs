//! Values that are of the right type and still can't work.

use dropcast_domain::show::HOLD_EXTENSION_MS_MAX;
use tracing_subscriber::EnvFilter;

use super::{Config, ConfigError, RedisSection};
use crate::{
    hub::{PRIVATE_FRAMES_LIMIT, SHARDS_MAX},
    journal::{APPEND_ENTRIES_MAX, shown_url},
};

impl Config {
    /// Whether a server can work with these values.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Field`] for the first that it can't work with.
    pub fn check(&self) -> Result<(), ConfigError> {
        let (limits, engine, hub) = (&self.limits, &self.engine, &self.hub);
        at_least_one("limits.per_address_burst", limits.per_address_burst as usize)?;
        at_least_one("limits.per_token_burst", limits.per_token_burst as usize)?;
        at_least_one("limits.connections_max", limits.connections_max)?;
        at_least_one("limits.http_connections_max", limits.http_connections_max)?;
        at_least_one("limits.body_bytes_max", limits.body_bytes_max)?;
        at_least_one("limits.message_bytes_max", limits.message_bytes_max)?;
        within("engine.mailbox_max", engine.mailbox_max, 1, MAILBOX_MAX)?;
        within("engine.batch_max", engine.batch_max, 1, APPEND_ENTRIES_MAX)?;
        at_least_one("engine.appends_in_flight_max", engine.appends_in_flight_max)?;
        milliseconds("engine.outage_min_ms", engine.outage_min_ms, 1, HOLD_EXTENSION_MS_MAX)?;
        milliseconds("engine.outage_extension_max_ms", engine.outage_extension_max_ms, 0, HOLD_EXTENSION_MS_MAX)?;
        within("hub.shards", hub.shards, 0, SHARDS_MAX)?;
        at_least_one("hub.ring_frames_max", hub.ring_frames_max)?;
        within("hub.private_frames_max", hub.private_frames_max, 1, PRIVATE_FRAMES_LIMIT)?;
        if hub.idle_limit_ms <= hub.ping_after_ms {
            return Err(wrong("hub.idle_limit_ms", "must be longer than hub.ping_after_ms"));
        }
        self.redis.check()?;
        self.allowed_origins.iter().try_for_each(|origin| check_origin(origin))?;
        EnvFilter::try_new(&self.log.filter).map(drop).map_err(|error| wrong("log.filter", error.to_string()))
    }
}

impl RedisSection {
    fn check(&self) -> Result<(), ConfigError> {
        if self.url.each().next().is_none() {
            return Err(wrong("redis.url", "names no Redis; it must be like redis://127.0.0.1:6379"));
        }
        let is_other = |url: &&str| !url.starts_with("redis://") && !url.starts_with("rediss://");
        if let Some(url) = self.url.each().find(is_other) {
            return Err(wrong("redis.url", format!("{} begins neither with redis:// nor rediss://", shown_url(url))));
        }
        if !self.cluster && self.url.each().count() > 1 {
            return Err(wrong("redis.url", "names several; without redis.cluster it must be one"));
        }
        within("redis.replicas_min", self.replicas_min as usize, 1, REPLICAS_MAX)?;
        milliseconds("redis.wait_limit_ms", self.wait_limit_ms, 1, WAIT_MS_MAX)?;
        milliseconds("redis.lease_ms", self.lease_ms, LEASE_MS_MIN, WAIT_MS_MAX)?;
        milliseconds("redis.call_limit_ms", self.call_limit_ms, 1, WAIT_MS_MAX)?;
        within("redis.waiting_connections_max", self.waiting_connections_max, 1, WAITING_CONNECTIONS_MAX)?;
        if self.node.len() > NODE_BYTES_MAX || !self.node.chars().all(|character| character.is_ascii_graphic()) {
            return Err(wrong("redis.node", format!("must be at most {NODE_BYTES_MAX} letters, digits and signs")));
        }
        Ok(())
    }
}

/// More replicas than anybody waits for.
const REPLICAS_MAX: usize = 16;
/// The longest that is waited for anything of Redis.
const WAIT_MS_MAX: u64 = 60_000;
/// A shorter lease would run out between two renewals of a busy node.
const LEASE_MS_MIN: u64 = 100;
/// More connections than a Redis takes as it comes.
const WAITING_CONNECTIONS_MAX: usize = 10_000;
/// The longest name of a node.
const NODE_BYTES_MAX: usize = 64;

fn milliseconds(field: &'static str, value: u64, min: u64, max: u64) -> Result<(), ConfigError> {
    if (min..=max).contains(&value) { Ok(()) } else { Err(wrong(field, format!("must be {min} to {max}"))) }
}

/// What a mailbox can have at most: the permits of its semaphore.
const MAILBOX_MAX: usize = tokio::sync::Semaphore::MAX_PERMITS;

fn at_least_one(field: &'static str, value: usize) -> Result<(), ConfigError> {
    if value == 0 { Err(wrong(field, "must be at least 1")) } else { Ok(()) }
}

fn within(field: &'static str, value: usize, min: usize, max: usize) -> Result<(), ConfigError> {
    if (min..=max).contains(&value) { Ok(()) } else { Err(wrong(field, format!("must be {min} to {max}"))) }
}

/// An origin as browsers send it (RFC 6454 section 6.2): compared letter by letter, so one that no browser sends would
/// never match.
fn check_origin(origin: &str) -> Result<(), ConfigError> {
    let authority = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")).unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-:[]".contains(&byte);
    if origin == "*" || (!authority.is_empty() && authority.bytes().all(plain)) {
        return Ok(());
    }
    let problem = format!("{origin:?} is no origin; it must be like https://shop.example, without a path, or *");
    Err(wrong("allowed_origins", problem))
}

fn wrong(field: &'static str, problem: impl Into<String>) -> ConfigError {
    ConfigError::Field { field, problem: problem.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::RedisUrl;

    #[test]
    fn what_can_not_work_is_named() {
        type Change = fn(&mut Config);
        let cases: [(&str, Change); 14] = [
            ("engine.mailbox_max", |config| config.engine.mailbox_max = 0),
            ("engine.batch_max", |config| config.engine.batch_max = 1_025),
            ("engine.outage_min_ms", |config| config.engine.outage_min_ms = 0),
            ("engine.outage_extension_max_ms", |config| config.engine.outage_extension_max_ms = 3_600_001),
            ("hub.shards", |config| config.hub.shards = 257),
            ("hub.idle_limit_ms", |config| config.hub.idle_limit_ms = config.hub.ping_after_ms),
            ("limits.per_token_burst", |config| config.limits.per_token_burst = 0),
            ("allowed_origins", |config| config.allowed_origins = vec!["https://shop.example/".into()]),
            ("redis.url", |config| config.redis.url = RedisUrl("localhost:6379".into())),
            ("redis.url", |config| config.redis.url = RedisUrl("redis://a, redis://b".into())),
            ("redis.replicas_min", |config| config.redis.replicas_min = 0),
            ("redis.lease_ms", |config| config.redis.lease_ms = 10),
            ("redis.node", |config| config.redis.node = "two words".into()),
            ("log.filter", |config| config.log.filter = "info,=".into()),
        ];
        Config::default().check().expect("the defaults work");
        for (field, change) in cases {
            let mut config = Config::default();
            change(&mut config);
            let error = config.check().expect_err(field).to_string();
            assert!(error.starts_with(&format!("{field}: ")), "{error}");
        }
    }

    #[test]
    fn an_origin_is_written_as_browsers_send_it() {
        for origin in ["*", "https://shop.example", "http://localhost:5173", "http://[::1]:8080"] {
            check_origin(origin).expect(origin);
        }
        for origin in ["", "shop.example", "https://", "https://Shop.example", "https://a.example/x", "ftp://a.example"]
        {
            check_origin(origin).expect_err(origin);
        }
    }
}
