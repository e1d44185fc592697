//! The viewers' connections.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{LimitsSection, engine::milliseconds};
use crate::hub::{CompressionConfig, HubConfig};

/// Bounds of the viewers' connections; see [`HubConfig`] for what happens when each is hit.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HubSection {
    /// Threads that own the connections, 1 to 256; 0: one for each core. Default: 0.
    pub shards: usize,
    /// Messages that a show's ring holds: whoever falls further behind gets a fresh snapshot. Default: 4,096.
    pub ring_frames_max: usize,
    /// Bytes that a show's ring holds. Default: 8,388,608.
    pub ring_bytes_max: usize,
    /// Best-effort messages that a show holds; whoever is further behind misses the oldest. Default: 64.
    pub best_effort_frames_max: usize,
    /// Keys of a show's table of latest values: one for each SKU of each drop, and a few. Default: 4,096.
    pub latest_keys_max: usize,
    /// The least time between two sendings of latest values to one connection, in milliseconds. Default: 100.
    pub latest_tick_ms: u64,
    /// Private messages that wait for one connection; when there are more, it gets a snapshot instead. Default: 256.
    pub private_frames_max: usize,
    /// Bytes of private messages that wait for one connection. Default: 262,144.
    pub private_bytes_max: usize,
    /// Bytes that the kernel may hold unsent for one connection: what a viewer that doesn't read costs at most, beside one
    /// frame. Less conflates sooner; more spares a slow network wake-ups. Default: 32,768.
    pub unsent_bytes_max: u32,
    /// Silence of a client after which it is sent a ping, in milliseconds. Default: 25,000.
    pub ping_after_ms: u64,
    /// Silence of a client after which it is dropped, in milliseconds; longer than `ping_after_ms`. Default: 60,000.
    pub idle_limit_ms: u64,
    /// How long a client's socket may take nothing while there is something for it, in milliseconds; then it is
    /// dropped. Default: 20,000.
    pub write_stall_limit_ms: u64,
    /// How long a closing handshake may take, in milliseconds; then the connection is dropped. Default: 5,000.
    pub close_limit_ms: u64,
    /// Whether messages are compressed for clients that offer it (permessage-deflate). Default: false.
    pub compression: bool,
    /// How hard: 1, the quickest, to 9. Default: 6.
    pub compression_level: u32,
    /// Messages below so many bytes are not compressed. Default: 256.
    pub compression_bytes_min: usize,
}

impl HubSection {
    /// The hub's own form of it; connections and messages are bounded by `limits`.
    pub fn hub_config(&self, limits: &LimitsSection) -> HubConfig {
        let defaults = HubConfig::default();
        HubConfig {
            shards: if self.shards == 0 { defaults.shards } else { self.shards },
            connections_max: limits.connections_max,
            ring_frames_max: self.ring_frames_max,
            ring_bytes_max: self.ring_bytes_max,
            best_effort_frames_max: self.best_effort_frames_max,
            latest_keys_max: self.latest_keys_max,
            latest_tick: Duration::from_millis(self.latest_tick_ms),
            private_frames_max: self.private_frames_max,
            private_bytes_max: self.private_bytes_max,
            message_bytes_max: limits.message_bytes_max,
            unsent_bytes_max: self.unsent_bytes_max,
            ping_after: Duration::from_millis(self.ping_after_ms),
            idle_limit: Duration::from_millis(self.idle_limit_ms),
            write_stall_limit: Duration::from_millis(self.write_stall_limit_ms),
            close_limit: Duration::from_millis(self.close_limit_ms),
            compression: self
                .compression
                .then_some(CompressionConfig { level: self.compression_level, bytes_min: self.compression_bytes_min }),
            ..defaults
        }
    }
}

impl Default for HubSection {
    fn default() -> Self {
        let hub = HubConfig::default();
        Self {
            shards: 0,
            ring_frames_max: hub.ring_frames_max,
            ring_bytes_max: hub.ring_bytes_max,
            best_effort_frames_max: hub.best_effort_frames_max,
            latest_keys_max: hub.latest_keys_max,
            latest_tick_ms: milliseconds(hub.latest_tick),
            private_frames_max: hub.private_frames_max,
            private_bytes_max: hub.private_bytes_max,
            unsent_bytes_max: hub.unsent_bytes_max,
            ping_after_ms: milliseconds(hub.ping_after),
            idle_limit_ms: milliseconds(hub.idle_limit),
            write_stall_limit_ms: milliseconds(hub.write_stall_limit),
            close_limit_ms: milliseconds(hub.close_limit),
            compression: false,
            compression_level: 6,
            compression_bytes_min: 256,
        }
    }
}
