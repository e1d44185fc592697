//! The hub's own counters as metrics. Its shards count for themselves, without a lock or a locked instruction; they are
//! added up here.

use std::time::Duration;

use prometheus::proto::MetricFamily;

use super::{
    families::{self, Family},
    watched::float,
};
use crate::hub::{Counters, Hub, Measured};

/// All that the hub says of itself.
pub(super) fn hub_families(hub: &Hub) -> Vec<MetricFamily> {
    let counters = hub.counters();
    // They are read one after the other, and a socket may have got room in between.
    let blocked = counters.writes_blocked.saturating_sub(counters.unblocked);
    let Measured { published, written, swept } = hub.measured();
    let mut all = vec![
        families::HUB_CONNECTIONS.read(float(hub.connections())),
        families::HUB_CONNECTIONS_MAX.read(float(hub.connections_max())),
        families::HUB_COMMANDS.read(float(hub.waiting())),
        families::HUB_BLOCKED.read(number(blocked)),
        families::DROP_PUBLISHED.read_delays(&published),
        families::DROP_WRITTEN.read_delays(&written),
        families::HUB_SWEEP.read_delays(&swept),
    ];
    all.extend(counted(counters).map(|(family, value)| family.read(value)));
    all
}

fn counted(counters: Counters) -> impl Iterator<Item = (&'static Family, f64)> {
    // Taken apart whole, so that a counter that is added later can't be forgotten here.
    let Counters {
        adopted,
        closed,
        write_calls,
        writes_blocked,
        unblocked: _,
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
    let seconds = |nanoseconds| Duration::from_nanos(nanoseconds).as_secs_f64();
    [
        (&families::HUB_ADOPTED, number(adopted)),
        (&families::HUB_CLOSED, number(closed)),
        (&families::HUB_WRITE_CALLS, number(write_calls)),
        (&families::HUB_WRITES_BLOCKED, number(writes_blocked)),
        (&families::HUB_FRAMES_WRITTEN, number(frames_written)),
        (&families::HUB_WRITTEN, number(bytes_written)),
        (&families::HUB_READ_CALLS, number(read_calls)),
        (&families::HUB_READ, number(bytes_read)),
        (&families::HUB_MESSAGES_RECEIVED, number(messages_received)),
        (&families::HUB_MESSAGES_DEFLATED, number(messages_deflated)),
        (&families::HUB_DEFLATE, seconds(deflate_nanoseconds)),
        (&families::HUB_SPARED, number(bytes_spared)),
        (&families::HUB_INFLATE, seconds(inflate_nanoseconds)),
        (&families::HUB_LATEST_CONFLATED, number(latest_conflated)),
        (&families::HUB_LATEST_REFUSED, number(latest_refused)),
        (&families::HUB_LEFT_OUT, number(best_effort_left_out)),
        (&families::HUB_LAGGED, number(ring_lagged)),
        (&families::HUB_OVERFLOWS, number(private_overflows)),
        (&families::HUB_STALLED, number(stalled)),
        (&families::HUB_IDLE, number(idle)),
        (&families::HUB_CLOSE_TIMEOUTS, number(close_timeouts)),
        (&families::HUB_PROTOCOL_ERRORS, number(protocol_errors)),
        (&families::HUB_INVALID_UTF8, number(invalid_utf8)),
        (&families::HUB_TOO_BIG, number(messages_too_big)),
        (&families::HUB_LOST, number(lost)),
        (&families::HUB_SESSION_PANICS, number(session_panics)),
        (&families::HUB_WAKES, number(wakes)),
        (&families::HUB_TURNS, number(turns)),
    ]
    .into_iter()
}

#[expect(clippy::cast_precision_loss, reason = "a metric is a float; beyond 2^53 its last digit does not matter")]
fn number(count: u64) -> f64 {
    count as f64
}
