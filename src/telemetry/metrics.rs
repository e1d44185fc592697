//! Every metric of the server. Names carry their unit; no viewer, order or show is ever a label, so that their number
//! is fixed.

use std::{
    fmt,
    sync::{Arc, Weak},
    time::Duration,
};

use axum::http::{Method, StatusCode};
use dropcast_domain::show::Refusal;
use dropcast_proto::v1::RefusalCode;
use prometheus::{
    Counter, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
    TextEncoder,
    core::{Collector, Desc},
    proto::MetricFamily,
};

#[cfg(target_os = "linux")]
use prometheus::process_collector::ProcessCollector;

use super::{command_kind::CommandKind, fullness::Peaks, journal_health::JournalHealth, trouble::Trouble};
use crate::{
    codec,
    engine::{Answer, Engine, RetryReason},
    feed::Audience,
    hub::{Counters, Hub},
    journal::AppendError,
};

/// From a refusal in memory to an answer that waited for a slow disk.
const ANSWER_SECONDS: &[f64] = &[0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];
/// From a batch on a fast disk to one that is in trouble.
const APPEND_SECONDS: &[f64] = &[0.000_2, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0, 5.0];
/// Up to [`crate::journal::APPEND_ENTRIES_MAX`].
const APPEND_ENTRIES: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1_024.0];
/// From a cached page to the request timeout.
const HTTP_SECONDS: &[f64] = &[0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0];

/// What came of a command, as a label.
const OUTCOMES: [&str; 6] = ["accepted", "refused", "retry_busy", "retry_unavailable", "retry_stopping", "pending"];
/// Why an append failed, as a label.
const APPEND_FAILURES: [&str; 6] = ["fenced", "moved", "unavailable", "in_doubt", "invalid", "clock_apart"];
const AUDIENCES: [&str; 3] = ["viewer", "host", "brand"];

/// What counts requests and commands, where they were turned away for being too many.
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

/// Every metric. One per process; cheap to update from any thread.
pub struct Metrics {
    registry: Registry,
    commands: Vec<[IntCounter; OUTCOMES.len()]>,
    refusals: Vec<IntCounter>,
    answer_seconds: Vec<Histogram>,
    append_seconds: Histogram,
    append_entries: Histogram,
    appends_in_flight: IntGauge,
    append_failures: [IntCounter; APPEND_FAILURES.len()],
    connections: [IntGauge; AUDIENCES.len()],
    journal_health: JournalHealth,
    http_connections: IntGauge,
    tls_connections: IntGauge,
    http_requests: IntCounterVec,
    http_seconds: HistogramVec,
    rate_limited: IntCounterVec,
    connections_delayed: IntCounter,
    tokens_refused: IntCounterVec,
    promises_kept: IntCounter,
    promises_broken: IntCounter,
    holds_extended: IntCounter,
    holds_extended_seconds: Counter,
    pub(super) peaks: Peaks,
}

impl Metrics {
    /// All metrics, at zero.
    pub fn new() -> Arc<Self> {
        let registry = Registry::new();
        #[cfg(target_os = "linux")]
        made(registry.register(Box::new(ProcessCollector::for_self())));
        let commands = counters(&registry, "commands_total", "Commands by what came of them.", &["command", "outcome"]);
        let refusals = counters(&registry, "refusals_total", "Commands that the rules turned down.", &["code"]);
        let answers = histograms(
            &registry,
            ("answer_seconds", "From a command's arrival to its durable answer.", ANSWER_SECONDS),
            &["command"],
        );
        let failures = counters(&registry, "journal_append_failures_total", "Appends that failed.", &["reason"]);
        let connections = gauges(&registry, "connections", "WebSockets that are in a show.", &["audience"]);
        Arc::new(Self {
            commands: CommandKind::ALL
                .iter()
                .map(|kind| OUTCOMES.map(|outcome| commands.with_label_values(&[kind.name(), outcome])))
                .collect(),
            refusals: refusal_codes().map(|code| refusals.with_label_values(&[&code])).collect(),
            answer_seconds: CommandKind::ALL.iter().map(|kind| answers.with_label_values(&[kind.name()])).collect(),
            append_seconds: histogram(&registry, "journal_append_seconds", "How long an append took.", APPEND_SECONDS),
            append_entries: histogram(
                &registry,
                "journal_append_entries",
                "Entries that became durable together.",
                APPEND_ENTRIES,
            ),
            appends_in_flight: gauge(&registry, "journal_appends_in_flight", "Appends under way."),
            append_failures: APPEND_FAILURES.map(|reason| failures.with_label_values(&[reason])),
            connections: AUDIENCES.map(|audience| connections.with_label_values(&[audience])),
            journal_health: JournalHealth::default(),
            http_connections: gauge(&registry, "http_connections", "HTTP connections; a WebSocket is none of them."),
            tls_connections: gauge(&registry, "tls_connections", "WebSockets whose TLS this server ends."),
            http_requests: counters(&registry, "http_requests_total", "HTTP requests.", &["method", "route", "status"]),
            http_seconds: histograms(
                &registry,
                ("http_request_seconds", "From a request to the head of its answer.", HTTP_SECONDS),
                &["route"],
            ),
            rate_limited: counters(
                &registry,
                "rate_limited_total",
                "What was turned away for being too many.",
                &["by"],
            ),
            connections_delayed: counter(
                &registry,
                "connections_delayed_total",
                "WebSockets that waited for their turn to be let in.",
            ),
            tokens_refused: counters(&registry, "tokens_refused_total", "Tokens not accepted.", &["reason"]),
            promises_kept: counter(
                &registry,
                "promises_kept_total",
                "Acknowledgements of a lost history that were made good.",
            ),
            promises_broken: counter(
                &registry,
                "promises_broken_total",
                "Acknowledgements of a lost history that could not be made good.",
            ),
            holds_extended: counter(
                &registry,
                "holds_extended_total",
                "Outages of the journal by which what a show held was extended.",
            ),
            holds_extended_seconds: seconds(
                &registry,
                "holds_extended_seconds_total",
                "By how much holds were extended for outages of the journal, per show.",
            ),
            peaks: Peaks::new(&registry),
            registry,
        })
    }

    /// Also shows what the hub and the engine count themselves. Once per process.
    pub fn watch(&self, hub: Arc<Hub>, engine: &Arc<Engine>) {
        let durability =
            gauges(&self.registry, "journal_durability", "What is acknowledged survives this.", &["level"]);
        durability.with_label_values(&[engine.journal().durability().as_str()]).set(1);
        register(&self.registry, Watched { hub, engine: Arc::downgrade(engine) });
    }

    /// A command was answered, `after` its arrival.
    pub fn answered(&self, kind: CommandKind, answer: &Answer, after: Duration) {
        let outcome = match answer {
            Answer::Accepted(_) => 0,
            Answer::Refused(refusal) => {
                self.refused(refusal);
                1
            }
            Answer::Retry { reason: RetryReason::Busy, .. } => 2,
            Answer::Retry { reason: RetryReason::Unavailable, .. } => 3,
            Answer::Retry { reason: RetryReason::Stopping, .. } => 4,
            Answer::Pending { .. } => 5,
        };
        self.commands[kind as usize][outcome].inc();
        self.answer_seconds[kind as usize].observe(after.as_secs_f64());
    }

    /// Something was written to the journal, or could not be.
    pub fn journal_wrote(&self, ok: bool) {
        self.journal_health.wrote(ok);
    }

    /// Whether the journal took what was last written to it, as far as is known.
    pub fn journal_is_writable(&self) -> bool {
        self.journal_health.is_writable()
    }

    /// An append was called.
    pub fn append_started(&self, entries: usize) {
        self.appends_in_flight.inc();
        #[expect(clippy::cast_precision_loss, reason = "an append has at most 1,024 entries")]
        self.append_entries.observe(entries as f64);
    }

    /// An append came to an end.
    pub fn append_ended(&self, after: Duration, result: &Result<(), AppendError>) {
        self.appends_in_flight.dec();
        self.append_seconds.observe(after.as_secs_f64());
        let failure = match result {
            Ok(()) => return,
            Err(AppendError::Fenced) => 0,
            Err(AppendError::Moved { .. }) => 1,
            Err(AppendError::Unavailable(_)) => 2,
            Err(AppendError::InDoubt(_)) => 3,
            Err(AppendError::Invalid(_)) => 4,
            Err(AppendError::ClockApart { .. }) => 5,
        };
        self.append_failures[failure].inc();
    }

    /// Nobody waits for an append any more; how it ends is not known.
    pub fn append_forgotten(&self) {
        self.appends_in_flight.dec();
    }

    /// A WebSocket joined a show.
    pub fn connection_joined(&self, audience: Audience) {
        self.connections[audience as usize].inc();
    }

    /// A WebSocket that had joined is gone.
    pub fn connection_left(&self, audience: Audience) {
        self.connections[audience as usize].dec();
    }

    /// So many HTTP connections are open.
    pub fn http_connections(&self, open: usize) {
        self.http_connections.set(i64::try_from(open).unwrap_or(i64::MAX));
    }

    /// A WebSocket whose TLS ends here, for as long as what is given back lives.
    pub fn tls_connection(&self) -> TlsConnection {
        self.tls_connections.inc();
        TlsConnection(self.tls_connections.clone())
    }

    /// How many of those there are.
    pub fn tls_connections(&self) -> i64 {
        self.tls_connections.get()
    }

    /// A request was answered. `route` is the route's pattern, never the path.
    pub fn http_request(&self, method: &Method, route: &str, status: StatusCode, after: Duration) {
        self.http_requests.with_label_values(&[method_label(method), route, status.as_str()]).inc();
        self.http_seconds.with_label_values(&[route]).observe(after.as_secs_f64());
    }

    /// Something was turned away for being too many.
    pub fn rate_limited(&self, by: LimitedBy) {
        let by = match by {
            LimitedBy::Address => "address",
            LimitedBy::Principal => "principal",
            LimitedBy::Connections => "connections",
            LimitedBy::Admission => "admission",
            LimitedBy::Server => "server",
        };
        self.rate_limited.with_label_values(&[by]).inc();
    }

    /// A WebSocket waits for its turn to be let in.
    pub fn connection_delayed(&self) {
        self.connections_delayed.inc();
    }

    /// A token was not accepted; `reason` is one of a few fixed words.
    pub fn token_refused(&self, reason: &'static str) {
        self.tokens_refused.with_label_values(&[reason]).inc();
    }

    /// Where other files of this folder add theirs.
    pub(super) fn registry(&self) -> &Registry {
        &self.registry
    }

    /// This became true, durably.
    pub(super) fn trouble(&self, counted: &Trouble) {
        self.promises_kept.inc_by(counted.promises_kept);
        self.promises_broken.inc_by(counted.promises_broken);
        self.holds_extended.inc_by(counted.holds_extended);
        self.holds_extended_seconds.inc_by(Duration::from_millis(counted.holds_extended_ms).as_secs_f64());
    }

    /// Everything, in Prometheus' text format.
    pub fn render(&self) -> String {
        let mut text = String::new();
        if let Err(error) = TextEncoder::new().encode_utf8(&self.registry.gather(), &mut text) {
            tracing::error!(%error, "the metrics can't be written");
        }
        text
    }

    fn refused(&self, refusal: &Refusal) {
        let code = usize::try_from(codec::refusal_view(refusal).code).unwrap_or_default();
        if let Some(counter) = self.refusals.get(code) {
            counter.inc();
        }
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

/// What the hub and the engine count themselves, read when it is asked for.
#[derive(Clone)]
struct Watched {
    hub: Arc<Hub>,
    /// Not owned: the engine's journal may own the metrics.
    engine: Weak<Engine>,
}

impl Collector for Watched {
    fn desc(&self) -> Vec<&Desc> {
        // None: the registry then takes every name that is collected, and these can't clash with its own.
        Vec::new()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let loaded = made(IntGauge::new("dropcast_shows_loaded", "Shows that this node runs."));
        loaded.set(i64::try_from(self.engine.upgrade().map_or(0, |engine| engine.loaded())).unwrap_or(i64::MAX));
        let adopted = made(IntGauge::new("dropcast_hub_connections", "Connections that the hub has."));
        adopted.set(i64::try_from(self.hub.connections()).unwrap_or(i64::MAX));
        let mut families = [loaded.collect(), adopted.collect()].concat();
        for (name, help, value) in hub_counters(self.hub.counters()) {
            let counter = made(IntCounter::new(format!("dropcast_hub_{name}_total"), help));
            counter.inc_by(value);
            families.extend(counter.collect());
        }
        families
    }
}

fn hub_counters(counters: Counters) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
    // Taken apart whole, so that a counter that is added later can't be forgotten here.
    let Counters {
        adopted,
        closed,
        write_calls,
        writes_blocked,
        frames_written,
        bytes_written,
        read_calls,
        bytes_read,
        messages_received,
        messages_deflated,
        deflate_nanoseconds,
        bytes_spared,
        inflate_nanoseconds,
        latest_conflated,
        latest_refused,
        best_effort_left_out,
        ring_lagged,
        private_overflows,
        stalled,
        idle,
        close_timeouts,
        protocol_errors,
        invalid_utf8,
        messages_too_big,
        lost,
        session_panics,
        wakes,
        turns,
    } = counters;
    [
        ("adopted", "Connections taken over.", adopted),
        ("closed", "Connections gone again.", closed),
        ("write_calls", "Write system calls.", write_calls),
        ("writes_blocked", "Writes that found the socket full.", writes_blocked),
        ("frames_written", "Frames written whole.", frames_written),
        ("written_bytes", "Bytes written.", bytes_written),
        ("read_calls", "Read system calls.", read_calls),
        ("read_bytes", "Bytes read.", bytes_read),
        ("messages_received", "Messages received whole.", messages_received),
        ("messages_deflated", "Messages compressed, once for all who receive them.", messages_deflated),
        ("deflate_nanoseconds", "Time that compressing took.", deflate_nanoseconds),
        ("spared_bytes", "Bytes not sent because messages were compressed.", bytes_spared),
        ("inflate_nanoseconds", "Time that decompressing took.", inflate_nanoseconds),
        ("latest_conflated", "Values replaced by newer ones before they were sent.", latest_conflated),
        ("latest_refused", "Values refused because a show's table of them is full.", latest_refused),
        ("best_effort_left_out", "Best-effort messages missed by connections too far behind.", best_effort_left_out),
        ("ring_lagged", "Times a connection fell off its show's ring.", ring_lagged),
        ("private_overflows", "Times a connection's private lane overflowed.", private_overflows),
        ("stalled", "Connections dropped because their socket took nothing.", stalled),
        ("idle", "Connections dropped because they answered no ping.", idle),
        ("close_timeouts", "Connections dropped because their close took too long.", close_timeouts),
        ("protocol_errors", "Connections closed with 1002.", protocol_errors),
        ("invalid_utf8", "Connections closed with 1007.", invalid_utf8),
        ("messages_too_big", "Connections closed with 1009.", messages_too_big),
        ("lost", "Connections that ended without a close frame.", lost),
        ("session_panics", "Connections closed because their session panicked.", session_panics),
        ("wakes", "Times a shard was woken by another thread.", wakes),
        ("turns", "Turns of all shards.", turns),
    ]
    .into_iter()
}

/// The codes of all refusals, in the order of their numbers.
fn refusal_codes() -> impl Iterator<Item = String> {
    let name = |code: RefusalCode| code.as_str_name().trim_start_matches("REFUSAL_CODE_").to_lowercase();
    (0..).map_while(|number| RefusalCode::try_from(number).ok()).map(name)
}

/// A client may make up methods; labels are few.
fn method_label(method: &Method) -> &str {
    match *method {
        Method::GET | Method::HEAD | Method::POST | Method::PUT | Method::OPTIONS => method.as_str(),
        _ => "other",
    }
}

fn counters(registry: &Registry, name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
    register(registry, made(IntCounterVec::new(Opts::new(format!("dropcast_{name}"), help), labels)))
}

pub(super) fn counter(registry: &Registry, name: &str, help: &str) -> IntCounter {
    register(registry, made(IntCounter::new(format!("dropcast_{name}"), help)))
}

fn seconds(registry: &Registry, name: &str, help: &str) -> Counter {
    register(registry, made(Counter::new(format!("dropcast_{name}"), help)))
}

pub(super) fn gauges(registry: &Registry, name: &str, help: &str, labels: &[&str]) -> IntGaugeVec {
    register(registry, made(IntGaugeVec::new(Opts::new(format!("dropcast_{name}"), help), labels)))
}

pub(super) fn gauge(registry: &Registry, name: &str, help: &str) -> IntGauge {
    register(registry, made(IntGauge::new(format!("dropcast_{name}"), help)))
}

fn histogram(registry: &Registry, name: &str, help: &str, buckets: &[f64]) -> Histogram {
    let options = HistogramOpts::new(format!("dropcast_{name}"), help).buckets(buckets.to_vec());
    register(registry, made(Histogram::with_opts(options)))
}

fn histograms(registry: &Registry, (name, help, buckets): (&str, &str, &[f64]), labels: &[&str]) -> HistogramVec {
    let options = HistogramOpts::new(format!("dropcast_{name}"), help).buckets(buckets.to_vec());
    register(registry, made(HistogramVec::new(options, labels)))
}

fn register<C: Collector + Clone + 'static>(registry: &Registry, collector: C) -> C {
    made(registry.register(Box::new(collector.clone())));
    collector
}

/// Names, labels and buckets are constants of this file, so either every process can make them or none.
fn made<T>(result: prometheus::Result<T>) -> T {
    result.expect("a metric of this file is well formed")
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}
