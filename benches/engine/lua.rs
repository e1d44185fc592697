//! One Lua script per click, pipelined.

use std::time::{Duration, Instant};

use redis::{AsyncCommands as _, Client, Script, aio::MultiplexedConnection, pipe};

use crate::{
    engine::key,
    figures::{Measured, Measuring},
    redis_server::RedisServer,
    show::LIMIT,
};

const RESERVE: &str = include_str!("../../loadtest/src/baseline/reserve.lua");
const KEYS: [&str; 5] = ["{bench}:stock", "{bench}:viewers", "{bench}:keys", "{bench}:holds", "{bench}:deadlines"];
const UNITS: u64 = 1 << 40;
const DEADLINE_MS: u64 = 1_900_000_000_000;

/// Sells over so many connections, each with `depth` clicks in one pipeline at a time.
pub(crate) async fn sell(redis: &RedisServer, connections: usize, depth: usize, measured_for: Duration) -> Measured {
    let client = Client::open(redis.url()).expect("an address");
    let mut connection = client.get_multiplexed_async_connection().await.expect("a connection");
    connection.hset::<_, _, _, ()>(KEYS[0], "free", UNITS).await.expect("stock");
    let script = Script::new(RESERVE);
    script.prepare_invoke().load_async(&mut connection).await.expect("a script");
    let (measuring, until) = (Measuring::start(Some(redis)), Instant::now() + measured_for);
    let mut sellers = tokio::task::JoinSet::new();
    for seller in 0..connections {
        let connection = client.get_multiplexed_async_connection().await.expect("a connection");
        let sha = script.get_hash().to_owned();
        sellers.spawn(sell_on(connection, sha, seller, depth, until));
    }
    measuring.end(sellers.join_all().await.into_iter().sum())
}

async fn sell_on(
    mut connection: MultiplexedConnection,
    sha: String,
    seller: usize,
    depth: usize,
    until: Instant,
) -> u64 {
    let mut clicks = 0;
    while Instant::now() < until {
        let mut clicks_together = pipe();
        for _ in 0..depth {
            let viewer = format!("viewer-{seller}-{}", clicks / u64::from(LIMIT));
            let click = clicks_together.cmd("EVALSHA").arg(&sha).arg(KEYS.len()).arg(&KEYS);
            click.arg(viewer).arg(key(clicks)).arg(1).arg(LIMIT).arg(DEADLINE_MS);
            clicks += 1;
        }
        let reservations: Vec<i64> = clicks_together.query_async(&mut connection).await.expect("answers");
        assert!(reservations.iter().all(|reservation| *reservation > 0), "everybody gets a unit");
    }
    clicks
}
