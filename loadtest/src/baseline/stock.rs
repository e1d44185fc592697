//! The stock, in Redis: one script decides each click.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use redis::{AsyncCommands as _, AsyncConnectionConfig, Client, RedisError, Script, aio::MultiplexedConnection};

const RESERVE: &str = include_str!("reserve.lua");
const STOCK: &str = "{baseline}:stock";
/// The script's keys.
const KEYS: [&str; 5] = [STOCK, "{baseline}:viewers", "{baseline}:keys", "{baseline}:holds", "{baseline}:deadlines"];
/// Redis makes one fsync for what it read from all of them: one connection alone would hold it back.
const CONNECTIONS: usize = 8;
/// How long an answer of Redis may take. In a rush thousands of clicks are under way; were they given up and made again,
/// it would never end.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
const HOLD_TTL: Duration = Duration::from_secs(3_600);

/// What is left, and who has it.
pub(super) struct Stock {
    /// Each carries the clicks of many viewers at once, pipelined.
    connections: Vec<MultiplexedConnection>,
    turn: AtomicUsize,
    script: Script,
    limit: u32,
}

/// What became of a click.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decided {
    /// The units are held under this number.
    Held { reservation: u64, expires_at: u64 },
    /// There are not enough.
    SoldOut,
    /// The viewer has as many as one may have.
    LimitReached,
}

impl Stock {
    /// So many units, of which one viewer may have at most `limit`.
    pub(super) async fn open(url: &str, units: u32, limit: u32) -> Result<Self, RedisError> {
        let client = Client::open(url)?;
        let config = AsyncConnectionConfig::new().set_response_timeout(Some(ANSWER_TIMEOUT));
        let mut connections = Vec::with_capacity(CONNECTIONS);
        for _ in 0..CONNECTIONS {
            connections.push(client.get_multiplexed_async_connection_with_config(&config).await?);
        }
        let _: () = connections[0].hset(STOCK, "free", units).await?;
        Ok(Self { connections, turn: AtomicUsize::new(0), script: Script::new(RESERVE), limit })
    }

    /// One click.
    pub(super) async fn reserve(&self, viewer: &str, key: &str, quantity: u32) -> Result<Decided, RedisError> {
        let expires_at = now_ms() + u64::try_from(HOLD_TTL.as_millis()).unwrap_or(u64::MAX);
        let mut invocation = self.script.prepare_invoke();
        for key in KEYS {
            invocation.key(key);
        }
        invocation.arg(viewer).arg(key).arg(quantity).arg(self.limit).arg(expires_at);
        let reservation: i64 = invocation.invoke_async(&mut self.connection()).await?;
        Ok(match u64::try_from(reservation) {
            Ok(0) => Decided::SoldOut,
            Ok(reservation) => Decided::Held { reservation, expires_at },
            Err(_) => Decided::LimitReached,
        })
    }

    fn connection(&self) -> MultiplexedConnection {
        self.connections[self.turn.fetch_add(1, Ordering::Relaxed) % self.connections.len()].clone()
    }
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rush::redis::RedisServer;

    #[tokio::test]
    async fn a_click_is_decided_by_key_stock_and_limit() {
        let folder = tempfile::tempdir().unwrap();
        let redis = RedisServer::start(folder.path().to_owned()).await.unwrap();
        let stock = Stock::open(&redis.url(), 3, 2).await.unwrap();
        let number = async |viewer, key| match stock.reserve(viewer, key, 1).await.unwrap() {
            Decided::Held { reservation, .. } => Ok(reservation),
            other => Err(other),
        };
        assert_eq!((number("one", "a").await, number("one", "a").await), (Ok(1), Ok(1)));
        assert_eq!(number("one", "b").await, Ok(2));
        assert_eq!(number("one", "c").await, Err(Decided::LimitReached));
        assert_eq!((number("two", "a").await, number("two", "b").await), (Ok(3), Err(Decided::SoldOut)));
        redis.stop().await;
    }
}
