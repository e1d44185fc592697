//! Every metric of the server, by what an operator asks: name, labels and help, and nothing else. How they are counted
//! is in the files beside this one; `docs/operations/metrics.md` is made of this table.
//!
//! Names carry their unit. No viewer, order, drop or show is ever a label, so that the number of series is fixed.

use dropcast_domain::show::{HOLDS_MAX, KEYS_MAX, WAITERS_MAX};

/// From a refusal in memory to an answer that waited for a slow disk.
const ANSWER_SECONDS: &[f64] = &[0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];
/// From a decision in memory to a stage that is in trouble.
const STAGE_SECONDS: &[f64] =
    &[0.000_02, 0.000_1, 0.000_2, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0, 5.0];
/// From a batch on a fast disk to one that is in trouble.
const APPEND_SECONDS: &[f64] = &[0.000_2, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0, 5.0];
/// Up to [`crate::journal::APPEND_ENTRIES_MAX`].
const APPEND_ENTRIES: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1_024.0];
/// From a cached page to the request timeout.
const HTTP_SECONDS: &[f64] = &[0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0];
/// What the hub measures itself.
const HUB_SECONDS: &[f64] = &crate::hub::DELAY_SECONDS;

/// What is bounded in a show, and by how much: the label `of` in its order.
pub(super) const SHOW_BOUNDS: [usize; 3] = [HOLDS_MAX, KEYS_MAX, WAITERS_MAX];

/// A label, and its values where they are few and known; in their order they are counted by index.
#[derive(Debug)]
pub struct Label {
    /// Its name.
    pub name: &'static str,
    /// Empty where its values are named elsewhere in the code: kinds of commands, routes.
    pub values: &'static [&'static str],
}

/// How a metric moves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Only up.
    Counter,
    /// Up and down.
    Gauge,
    /// It counts what was measured, by how large it was.
    Histogram,
}

/// A metric, with all the series that its labels make of it.
#[derive(Debug)]
pub struct Family {
    /// Its whole name.
    pub name: &'static str,
    /// How it moves.
    pub kind: Kind,
    /// What its series are told apart by.
    pub labels: &'static [Label],
    /// What it says.
    pub help: &'static str,
    /// The upper bounds of a histogram's buckets.
    pub(super) buckets: &'static [f64],
}

impl Family {
    /// What its numbers are in, as its name says.
    pub fn unit(&self) -> &'static str {
        let name = self.name.trim_end_matches("_total");
        ["seconds", "bytes"].into_iter().find(|unit| name.ends_with(unit)).unwrap_or("count")
    }
}

/// Metrics that answer one question.
#[derive(Debug)]
pub struct Chapter {
    /// The question.
    pub title: &'static str,
    /// What answers it.
    pub families: &'static [&'static Family],
}

macro_rules! labels {
    ($($label:ident $(= $($value:literal)|+)?),*) => {
        &[$(Label { name: stringify!($label), values: &[$($($value),+)?] }),*]
    };
}

macro_rules! chapters {
    ($($title:literal { $($constant:ident: $kind:ident $(($buckets:ident))? $name:literal
        [$($labels:tt)*] $help:literal;)* })*) => {
        $($(pub(super) const $constant: Family = Family {
            name: concat!("dropcast_", $name),
            kind: Kind::$kind,
            labels: labels!($($labels)*),
            help: $help,
            buckets: chapters!(@buckets $($buckets)?),
        };)*)*

        /// All of them.
        pub const CHAPTERS: &[Chapter] = &[
            $(Chapter { title: $title, families: &[$(&$constant),*] }),*
        ];
    };
    (@buckets) => { &[] };
    (@buckets $buckets:ident) => { $buckets };
}

chapters! {
    "Is it selling" {
        COMMANDS: Counter "commands_total"
            [command,
             outcome = "accepted" | "refused" | "retry_busy" | "retry_unavailable" | "retry_stopping" | "pending"]
            "Commands by what came of them, where they were asked.";
        SHOWS_LOADED: Gauge "shows_loaded" [] "Shows that this node has loaded.";
        SHOW_PEAK: Gauge "show_peak" [of = "holds" | "keys" | "places_in_line"]
            "The most that any show on this node had since it started, of what the rules bound.";
        SHOW_BOUND: Gauge "show_bound" [of = "holds" | "keys" | "places_in_line"] "The most that a show can have.";
    }
    "Click to answer" {
        ANSWER: Histogram(ANSWER_SECONDS) "answer_seconds" [command]
            "From a command's arrival to its durable answer.";
        ANSWER_STAGE: Histogram(STAGE_SECONDS) "answer_stage_seconds" [stage = "decide" | "journal" | "hand_over"]
            "Of each 16th command that this node decides: from arrival to decision, from there until the show knows it \
             durable, from there until its answer is handed over.";
        MAILBOX: Gauge "mailbox_commands" [] "Commands that wait to be decided, in the show on this node with the most.";
        MAILBOX_MAX: Gauge "mailbox_commands_max" [] "How many may wait in each show; one more is told to retry.";
    }
    "Drop to screen" {
        DROP_PUBLISHED: Histogram(HUB_SECONDS) "drop_published_seconds" []
            "From an opening's decision, or its arrival at a node that follows, until it was durable and published.";
        DROP_WRITTEN: Histogram(HUB_SECONDS) "drop_written_seconds" []
            "The same until a shard of the hub had offered it to the last of the show's sockets; one measurement per \
             shard that has any.";
        HUB_SWEEP: Histogram(HUB_SECONDS) "hub_sweep_seconds" []
            "How long a shard took to write what was new to everybody in a show.";
    }
    "Audience" {
        CONNECTIONS: Gauge "connections" [audience = "viewer" | "host" | "brand"] "WebSockets that are in a show.";
        HUB_CONNECTIONS: Gauge "hub_connections" [] "Connections that the hub has.";
        HUB_CONNECTIONS_MAX: Gauge "hub_connections_max" [] "Connections that the hub may have.";
        HUB_BLOCKED: Gauge "hub_blocked_connections" [] "Connections whose socket is full: what they lack waits.";
        HUB_COMMANDS: Gauge "hub_waiting_commands" []
            "What other threads asked of the hub's shards and they have not taken up.";
        HTTP_CONNECTIONS: Gauge "http_connections" [] "HTTP connections; a WebSocket is none of them.";
        TLS_CONNECTIONS: Gauge "tls_connections" [] "WebSockets whose TLS this server ends.";
        CONNECTIONS_DELAYED: Counter "connections_delayed_total" []
            "WebSockets that waited for their turn to be let in.";
    }
    "The hub" {
        HUB_ADOPTED: Counter "hub_adopted_total" [] "Connections taken over.";
        HUB_CLOSED: Counter "hub_closed_total" [] "Connections gone again.";
        HUB_WRITE_CALLS: Counter "hub_write_calls_total" [] "Write system calls.";
        HUB_WRITES_BLOCKED: Counter "hub_writes_blocked_total" [] "Writes that found the socket full.";
        HUB_FRAMES_WRITTEN: Counter "hub_frames_written_total" [] "Frames written whole.";
        HUB_WRITTEN: Counter "hub_written_bytes_total" [] "Bytes written.";
        HUB_READ_CALLS: Counter "hub_read_calls_total" [] "Read system calls.";
        HUB_READ: Counter "hub_read_bytes_total" [] "Bytes read.";
        HUB_MESSAGES_RECEIVED: Counter "hub_messages_received_total" [] "Messages received whole.";
        HUB_MESSAGES_DEFLATED: Counter "hub_messages_deflated_total" []
            "Messages compressed, once for all who receive them.";
        HUB_DEFLATE: Counter "hub_deflate_seconds_total" [] "Time that compressing took.";
        HUB_SPARED: Counter "hub_spared_bytes_total" [] "Bytes not sent because messages were compressed.";
        HUB_INFLATE: Counter "hub_inflate_seconds_total" [] "Time that decompressing took.";
        HUB_LATEST_CONFLATED: Counter "hub_latest_conflated_total" []
            "Values replaced by newer ones before they were sent.";
        HUB_LATEST_REFUSED: Counter "hub_latest_refused_total" []
            "Values refused because a show's table of them is full.";
        HUB_LEFT_OUT: Counter "hub_best_effort_left_out_total" []
            "Best-effort messages missed by connections too far behind.";
        HUB_LAGGED: Counter "hub_ring_lagged_total" [] "Times a connection fell off its show's ring.";
        HUB_OVERFLOWS: Counter "hub_private_overflows_total" [] "Times a connection's private lane overflowed.";
        HUB_STALLED: Counter "hub_stalled_total" [] "Connections dropped because their socket took nothing.";
        HUB_IDLE: Counter "hub_idle_total" [] "Connections dropped because they answered no ping.";
        HUB_CLOSE_TIMEOUTS: Counter "hub_close_timeouts_total" []
            "Connections dropped because their close took too long.";
        HUB_PROTOCOL_ERRORS: Counter "hub_protocol_errors_total" [] "Connections closed with 1002.";
        HUB_INVALID_UTF8: Counter "hub_invalid_utf8_total" [] "Connections closed with 1007.";
        HUB_TOO_BIG: Counter "hub_messages_too_big_total" [] "Connections closed with 1009.";
        HUB_LOST: Counter "hub_lost_total" [] "Connections that ended without a close frame.";
        HUB_SESSION_PANICS: Counter "hub_session_panics_total" []
            "Connections closed because their session panicked.";
        HUB_WAKES: Counter "hub_wakes_total" [] "Times a shard was woken by another thread.";
        HUB_TURNS: Counter "hub_turns_total" [] "Turns of all shards.";
    }
    "Journal" {
        APPEND: Histogram(APPEND_SECONDS) "journal_append_seconds" [] "How long an append took.";
        APPENDED: Histogram(APPEND_ENTRIES) "journal_append_entries" [] "Entries that became durable together.";
        APPENDS_IN_FLIGHT: Gauge "journal_appends_in_flight" [] "Appends under way.";
        APPEND_FAILURES: Counter "journal_append_failures_total"
            [reason = "fenced" | "moved" | "unavailable" | "in_doubt" | "invalid" | "clock_apart"]
            "Appends that failed.";
        JOURNAL_WRITABLE: Gauge "journal_writable" []
            "1 unless the journal did not take what was last written to it, within the last five seconds.";
        JOURNAL_DURABILITY: Gauge "journal_durability" [level]
            "1 at the level that says what is survived by what is acknowledged.";
        DISK_FREE: Gauge "disk_free_bytes" [of = "journal" | "archive"]
            "Room that is left where the embedded journal, or the archive of one on Redis, is.";
        DISK_SIZE: Gauge "disk_size_bytes" [of = "journal" | "archive"] "Room that there is in all.";
    }
    "Nodes" {
        CLAIMS: Counter "journal_claims_total"
            [outcome = "claimed" | "held" | "unavailable" | "clock_apart" | "invalid"]
            "Attempts to become a show's writer, by what came of them.";
        RENEWAL_FAILURES: Counter "journal_renewal_failures_total"
            [reason = "fenced" | "moved" | "unavailable" | "in_doubt" | "invalid" | "clock_apart"]
            "Renewals of a show's lease that failed.";
        SHOWS_WRITTEN: Gauge "shows_written" [] "Shows that this node writes.";
        SHOWS_FOLLOWED: Gauge "shows_followed" [] "Shows that this node follows while another writes them.";
        TAKE_OVERS: Counter "show_take_overs_total" [] "Shows taken over from another node.";
        FORWARDED: Counter "forwarded_commands_total" [] "Commands handed to a show's writer elsewhere.";
        INBOX_FULL: Counter "inbox_full_total" []
            "Commands turned away because too much waits for a show's writer.";
        HEALED: Counter "journal_healed_entries_total" []
            "Entries that a failover lost and that were put back as they were.";
        FORKED: Counter "journal_forked_entries_total" []
            "Entries that a failover lost and that the journal went on without.";
        PROMISES_KEPT: Counter "promises_kept_total" [] "Acknowledgements of a lost history that were made good.";
        PROMISES_BROKEN: Counter "promises_broken_total" []
            "Acknowledgements of a lost history that could not be made good.";
        HOLDS_EXTENDED: Counter "holds_extended_total" []
            "Outages of the journal by which what a show held was extended.";
        HOLDS_EXTENDED_BY: Counter "holds_extended_seconds_total" []
            "By how much holds were extended for outages of the journal, per show.";
    }
    "What was turned away" {
        REFUSALS: Counter "refusals_total" [code] "Commands that the rules turned down.";
        RATE_LIMITED: Counter "rate_limited_total"
            [by = "address" | "principal" | "connections" | "admission" | "server"]
            "What was turned away for being too many: requests of an address, requests or commands of a principal, \
             connections of an address, connections at once, connections of the server.";
        TOKENS_REFUSED: Counter "tokens_refused_total"
            [reason = "malformed" | "signature" | "expired" | "not_yet_valid" | "lifetime" | "unbound"]
            "Tokens not accepted.";
    }
    "HTTP and the program" {
        HTTP_REQUESTS: Counter "http_requests_total" [method, route, status] "HTTP requests.";
        HTTP_REQUEST: Histogram(HTTP_SECONDS) "http_request_seconds" [route]
            "From a request to the head of its answer.";
        BUILD: Gauge "build_info" [version] "Always 1; the label says which version runs.";
    }
}
