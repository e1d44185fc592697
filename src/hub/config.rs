//! Every bound of the hub.

use std::{io, thread, time::Duration};

/// The most shards a hub may have: a connection's id keeps eight bits for its shard.
pub const SHARDS_MAX: usize = 256;
/// The most connections one shard may have: a connection's id keeps 24 bits for its slot.
pub const SHARD_CONNECTIONS_MAX: usize = 1 << 24;
/// The largest private lane, in frames: what is on its way to it is counted in 31 bits of one word.
pub const PRIVATE_FRAMES_LIMIT: usize = 1 << 30;

/// The level of compression that takes most time and makes messages smallest.
pub const COMPRESSION_LEVEL_MAX: u32 = 9;

/// How published messages are compressed, for connections that agreed to it (RFC 7692).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CompressionConfig {
    /// 1, the quickest, to [`COMPRESSION_LEVEL_MAX`].
    pub level: u32,
    /// Payloads below so many bytes are not compressed: it takes longer than sending what it spares.
    pub bytes_min: usize,
}

/// The bounds of a hub: what each is, in which unit, and what happens when it is hit.
#[derive(Clone, Debug)]
pub struct HubConfig {
    /// Threads that own the connections, 1 to [`SHARDS_MAX`]. More than there are cores gains nothing.
    pub shards: usize,
    /// Connections of the whole hub. A full hub refuses to adopt ([`Refusal::Full`](super::Refusal::Full)).
    pub connections_max: usize,
    /// Messages that a channel's critical ring holds. A connection whose cursor falls behind the oldest is
    /// [lagged](super::Session::lagged).
    pub ring_frames_max: usize,
    /// Bytes that a channel's critical ring holds, all classes added up; the newest message is always held. The oldest
    /// messages make room for new ones, as for `ring_frames_max`.
    pub ring_bytes_max: usize,
    /// Messages that a channel's best-effort ring holds. Whoever is further behind misses the oldest; they are counted.
    pub best_effort_frames_max: usize,
    /// Keys of a channel's latest-value table. A new key beyond it is refused
    /// ([`LatestFull`](super::LatestFull)); known keys still change.
    pub latest_keys_max: usize,
    /// The least time between two sendings of latest values and best-effort messages to a connection. What changes more
    /// often is conflated. Half of it halves their delay and doubles the writes they cost.
    pub latest_tick: Duration,
    /// Frames that wait in a connection's private lane, a prelude not counted; as many again may be on their way to it.
    /// When it overflows the lane is emptied and the connection is [lagged](super::Session::lagged).
    pub private_frames_max: usize,
    /// Bytes that wait in a connection's private lane, a prelude not counted. Overflows as `private_frames_max` does.
    pub private_bytes_max: usize,
    /// The largest message a client may send, in payload bytes, all fragments together. A larger one closes with 1009.
    pub message_bytes_max: usize,
    /// Bytes read from one connection before the others get their turn; also the size of a shard's only read buffer.
    pub read_bytes_per_turn: usize,
    /// Connections a shard writes to before it looks at what came in: what a click may wait for during a broadcast.
    pub connections_per_turn: usize,
    /// Bytes that the kernel may hold unsent for a connection (`TCP_NOTSENT_LOWAT`, where there is one); what is beyond
    /// them stays in the rings, where newer values can still replace older ones.
    pub unsent_bytes_max: u32,
    /// Silence of the peer after which it is sent a ping.
    pub ping_after: Duration,
    /// Silence of the peer, the ping unanswered, after which it is dropped. Longer than `ping_after`: the difference is
    /// the time that the answer may take.
    pub idle_limit: Duration,
    /// How long a socket may take nothing while there is something for it; then it is dropped. Also the kernel's limit
    /// for unacknowledged bytes (`TCP_USER_TIMEOUT`, where there is one).
    pub write_stall_limit: Duration,
    /// How messages are compressed; `None`: not at all.
    pub compression: Option<CompressionConfig>,
    /// How long a close may take, what was queued before it and the peer's answer included; then it is dropped.
    pub close_limit: Duration,
}

impl Default for HubConfig {
    fn default() -> Self {
        Self {
            shards: thread::available_parallelism().map_or(1, usize::from).min(SHARDS_MAX),
            connections_max: 20_000,
            ring_frames_max: 4_096,
            ring_bytes_max: 8 * 1_024 * 1_024,
            best_effort_frames_max: 64,
            latest_keys_max: 4_096,
            latest_tick: Duration::from_millis(100),
            private_frames_max: 256,
            private_bytes_max: 256 * 1_024,
            message_bytes_max: 16 * 1_024,
            read_bytes_per_turn: 16 * 1_024,
            connections_per_turn: 128,
            unsent_bytes_max: 32 * 1_024,
            ping_after: Duration::from_secs(25),
            idle_limit: Duration::from_secs(60),
            write_stall_limit: Duration::from_secs(20),
            close_limit: Duration::from_secs(5),
            compression: None,
        }
    }
}

impl HubConfig {
    /// Refuses bounds that a hub can't work with.
    pub(super) fn check(&self) -> io::Result<()> {
        let shard_connections = self.connections_max.div_ceil(self.shards.max(1));
        let broken = [
            (self.shards == 0 || self.shards > SHARDS_MAX, "shards must be 1 to 256"),
            (shard_connections > SHARD_CONNECTIONS_MAX, "connections_max must be at most 2^24 per shard"),
            (self.ring_frames_max == 0, "ring_frames_max must be at least 1"),
            (self.private_frames_max > PRIVATE_FRAMES_LIMIT, "private_frames_max must be at most 2^30"),
            (self.read_bytes_per_turn == 0, "read_bytes_per_turn must be at least 1"),
            (self.connections_per_turn == 0, "connections_per_turn must be at least 1"),
            (
                self.compression.is_some_and(|compression| !(1..=COMPRESSION_LEVEL_MAX).contains(&compression.level)),
                "the level of compression must be 1 to 9",
            ),
            (self.idle_limit <= self.ping_after, "idle_limit must be longer than ping_after"),
        ];
        match broken.iter().find(|(is_broken, _)| *is_broken) {
            Some((_, reason)) => Err(io::Error::new(io::ErrorKind::InvalidInput, *reason)),
            None => Ok(()),
        }
    }
}
