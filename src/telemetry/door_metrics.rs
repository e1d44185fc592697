//! Who comes in, and who is kept out.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use prometheus::{HistogramVec, IntCounter, IntCounterVec, IntGauge, Registry};

use super::{families, metrics::Metrics};
use crate::feed::Audience;

/// What counts requests and commands, where they were turned away for being too many: in the order of the label's
/// values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LimitedBy {
    /// Requests of an address.
    Address,
    /// Requests of a principal.
    Principal,
    /// Connections of an address.
    Connections,
    /// Connections that come at once.
    Admission,
    /// Connections of the whole server.
    Server,
}

pub(super) struct DoorMetrics {
    /// By audience.
    connections: Vec<IntGauge>,
    connections_delayed: IntCounter,
    http_connections: IntGauge,
    http_requests: IntCounterVec,
    http_seconds: HistogramVec,
    tls_connections: IntGauge,
    /// By what counts.
    rate_limited: Vec<IntCounter>,
    tokens_refused: IntCounterVec,
}

impl DoorMetrics {
    pub(super) fn new(registry: &Registry) -> Self {
        let tokens_refused = families::TOKENS_REFUSED.counters(registry);
        for reason in families::TOKENS_REFUSED.labels[0].values {
            tokens_refused.with_label_values(&[reason]);
        }
        Self {
            connections: families::CONNECTIONS.gauges_by_value(registry),
            connections_delayed: families::CONNECTIONS_DELAYED.counter(registry),
            http_connections: families::HTTP_CONNECTIONS.gauge(registry),
            http_requests: families::HTTP_REQUESTS.counters(registry),
            http_seconds: families::HTTP_REQUEST.histograms(registry),
            tls_connections: families::TLS_CONNECTIONS.gauge(registry),
            rate_limited: families::RATE_LIMITED.counters_by_value(registry),
            tokens_refused,
        }
    }
}

impl Metrics {
    /// A WebSocket joined a show.
    pub fn connection_joined(&self, audience: Audience) {
        self.door.connections[audience as usize].inc();
    }

    /// A WebSocket that had joined is gone.
    pub fn connection_left(&self, audience: Audience) {
        self.door.connections[audience as usize].dec();
    }

    /// A WebSocket waits for its turn to be let in.
    pub fn connection_delayed(&self) {
        self.door.connections_delayed.inc();
    }

    /// So many HTTP connections are open.
    pub fn http_connections(&self, open: usize) {
        self.door.http_connections.set(i64::try_from(open).unwrap_or(i64::MAX));
    }

    /// A request was answered. `route` is the route's pattern, never the path.
    pub fn http_request(&self, method: &Method, route: &str, status: StatusCode, after: Duration) {
        self.door.http_requests.with_label_values(&[method_label(method), route, status.as_str()]).inc();
        self.door.http_seconds.with_label_values(&[route]).observe(after.as_secs_f64());
    }

    /// A WebSocket whose TLS ends here, for as long as what is given back lives.
    pub fn tls_connection(&self) -> TlsConnection {
        self.door.tls_connections.inc();
        TlsConnection(self.door.tls_connections.clone())
    }

    /// How many of those there are.
    pub fn tls_connections(&self) -> i64 {
        self.door.tls_connections.get()
    }

    /// Something was turned away for being too many.
    pub fn rate_limited(&self, by: LimitedBy) {
        self.door.rate_limited[by as usize].inc();
    }

    /// A token was not accepted; `reason` is one of a few fixed words.
    pub fn token_refused(&self, reason: &'static str) {
        self.door.tokens_refused.with_label_values(&[reason]).inc();
    }
}

/// Counts a WebSocket whose TLS ends here until it is dropped.
#[derive(Debug)]
pub struct TlsConnection(IntGauge);

impl Drop for TlsConnection {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// A client may make up methods; labels are few.
fn method_label(method: &Method) -> &str {
    match *method {
        Method::GET | Method::HEAD | Method::POST | Method::PUT | Method::OPTIONS => method.as_str(),
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counts_is_named_as_in_the_table() {
        let metrics = Metrics::new();
        let all = [
            (LimitedBy::Address, "address"),
            (LimitedBy::Principal, "principal"),
            (LimitedBy::Connections, "connections"),
            (LimitedBy::Admission, "admission"),
            (LimitedBy::Server, "server"),
        ];
        for (times, (by, _)) in (1..).zip(all) {
            (0..times).for_each(|_| metrics.rate_limited(by));
        }
        let text = metrics.render();
        for (times, (_, name)) in (1..).zip(all) {
            let line = format!("dropcast_rate_limited_total{{by=\"{name}\"}} {times}");
            assert!(text.lines().any(|known| known == line), "{line} is missing in\n{text}");
        }
    }
}
