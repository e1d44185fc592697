//! What clients may ask for. Zero means *unlimited* where a field says so.

use serde::{Deserialize, Serialize};

/// Bounds on what clients may ask for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsSection {
    /// Requests per second that one address may send in the long run (IPv4, or a /64 of IPv6); above it the answer is
    /// 429 `rate_limited`. An office may stand behind one address. 0: unlimited. Default: 50.
    pub per_address_per_second: u32,
    /// Requests that one address may send at once before that holds. Default: 200.
    pub per_address_burst: u32,
    /// Requests, or commands over WebSockets, per second that one principal may send in the long run; above it the answer
    /// is 429 `rate_limited`, or *retry* over a WebSocket. 0: unlimited. Default: 10.
    pub per_token_per_second: u32,
    /// Requests that one principal may send at once before that holds. Default: 40.
    pub per_token_burst: u32,
    /// WebSockets that one address may hold open; one more is answered 429 `too_many_connections`. 0: unlimited.
    /// Default: 1,000.
    pub connections_per_address: u32,
    /// WebSockets of the whole server; one more is answered 503 `server_full`. Default: 20,000.
    pub connections_max: usize,
    /// WebSockets that are let in per second; who comes earlier waits for the turn. 0: unlimited. Default: 2,000.
    pub connections_per_second: u32,
    /// How long a WebSocket may have to wait for its turn, in milliseconds; one that would have to wait longer is answered
    /// 503 `server_busy`. Default: 2,000.
    pub connection_wait_ms: u64,
    /// The largest show file that `PUT /v1/shows/{show}` takes, in bytes; a larger one is answered 413 `body_too_large`.
    /// Default: 4,194,304.
    pub body_bytes_max: usize,
    /// The largest message a client may send over the WebSocket, and the largest body of every other request, in bytes.
    /// A larger message closes the connection with 1009, a larger body is answered 413 `body_too_large`.
    /// Default: 16,384.
    pub message_bytes_max: usize,
    /// HTTP connections that are open at once, those of WebSockets not counted; one more waits to be accepted.
    /// Default: 4,096.
    pub http_connections_max: usize,
    /// How long an HTTP connection may be silent before a request, and how long the head of one may take, in
    /// milliseconds; then it is closed. Longer than a proxy keeps its idle connections, so that none is closed as it is
    /// used. Default: 75,000.
    pub http_idle_ms: u64,
    /// How long a request may take, in milliseconds; after that it is answered 504 `timeout`. A command may have been
    /// carried out all the same: its key tells. Default: 10,000.
    pub request_timeout_ms: u64,
}

impl Default for LimitsSection {
    fn default() -> Self {
        Self {
            per_address_per_second: 50,
            per_address_burst: 200,
            per_token_per_second: 10,
            per_token_burst: 40,
            connections_per_address: 1_000,
            connections_max: 20_000,
            connections_per_second: 2_000,
            connection_wait_ms: 2_000,
            body_bytes_max: 4 * 1_024 * 1_024,
            message_bytes_max: 16 * 1_024,
            http_connections_max: 4_096,
            http_idle_ms: 75_000,
            request_timeout_ms: 10_000,
        }
    }
}
