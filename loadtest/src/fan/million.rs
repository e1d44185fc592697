//! What a million viewers take, computed from what was measured.

use super::{figures::Rounds, peer::Peer};

const VIEWERS: f64 = 1_000_000.0;
/// Viewers of one node: five times the default of `limits.connections_max`, on a machine with so many cores.
const VIEWERS_PER_NODE: f64 = 100_000.0;
/// Sendings of latest values a second: a hundred milliseconds apart, the default of `hub.latest_tick_ms`.
const TICKS_PER_S: f64 = 10.0;
/// A message of 200 bytes, its WebSocket header, and the headers of TCP with timestamps, IP and Ethernet.
const WIRE_BYTES: f64 = 200.0 + 4.0 + 32.0 + 20.0 + 18.0;
/// What the kernel keeps for a connection, both of its ends: a figure of issue 4, which this benchmark doesn't measure.
const KERNEL_BYTES: f64 = 5_800.0;

/// Half a page; nothing where Dropcast was not measured.
pub(super) fn text(rounds: &Rounds) -> Option<String> {
    let dropcast = rounds.medians(Peer::Json)?;
    let Needs { tick_cores, nodes, cores_per_node, message_ms, gbit_per_s, node_gbit_per_s, node_mb } =
        Needs::of(dropcast.one_us, dropcast.bytes);
    Some(format!(
        "### What a million viewers take\n\n\
         Computed from the table above; nobody has run it.\n\n\
         | what | figure | where it comes from |\n|---|---|---|\n\
         | CPU while stock changes all the time | {tick_cores:.0} cores | {VIEWERS:.0} viewers × {TICKS_PER_S:.0} sendings/s (`hub.latest_tick_ms`) × {:.2} µs (Dropcast, JSON, one) |\n\
         | nodes | {nodes:.0} of {cores_per_node:.0} cores | {VIEWERS_PER_NODE:.0} viewers each (`limits.connections_max`, and as many open files) |\n\
         | a critical message at the last viewer of a node | {message_ms:.0} ms | {VIEWERS_PER_NODE:.0} × the same cost ÷ {cores_per_node:.0} cores, a shard each; the nodes work side by side |\n\
         | bandwidth while stock changes all the time | {gbit_per_s:.1} Gbit/s, {node_gbit_per_s:.1} a node | {WIRE_BYTES:.0} bytes on the wire for a message of 200, {TICKS_PER_S:.0} a second; twice the tick halves it |\n\
         | memory of a node for its connections | {node_mb:.0} MB | {:.0} bytes (Dropcast, JSON) + half of the {KERNEL_BYTES:.0} bytes that the kernel keeps for both ends (issue 4, not measured here) |\n\
         | reads of Redis | {nodes:.0} followers a show | each node tails the show's stream once, whatever the number of its viewers: {nodes:.0} × the journal's rate, such as {:.0} entries/s at 1,000 accepted clicks a second |\n\n\
         Without changes of stock a viewer costs a ping every 25 s (`hub.ping_after_ms`). What a load balancer in front and\n\
         TLS take is not in it: TLS adds the encryption of each viewer's bytes, which the shared frames can't spare.\n\n",
        dropcast.one_us,
        dropcast.bytes,
        nodes * 1_000.0,
    ))
}

struct Needs {
    tick_cores: f64,
    nodes: f64,
    cores_per_node: f64,
    message_ms: f64,
    gbit_per_s: f64,
    node_gbit_per_s: f64,
    node_mb: f64,
}

impl Needs {
    fn of(delivery_us: f64, bytes: f64) -> Self {
        let nodes = VIEWERS / VIEWERS_PER_NODE;
        let tick_cores = VIEWERS * TICKS_PER_S * delivery_us / 1e6;
        let cores_per_node = (tick_cores / nodes).ceil();
        let gbit_per_s = VIEWERS * TICKS_PER_S * WIRE_BYTES * 8.0 / 1e9;
        Self {
            tick_cores,
            nodes,
            cores_per_node,
            message_ms: VIEWERS_PER_NODE * delivery_us / cores_per_node / 1_000.0,
            gbit_per_s,
            node_gbit_per_s: gbit_per_s / nodes,
            node_mb: VIEWERS_PER_NODE * (bytes + KERNEL_BYTES / 2.0) / 1e6,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_follow_from_what_was_measured() {
        let needs = Needs::of(8.0, 1_100.0);
        let of =
            [needs.tick_cores, needs.nodes, needs.cores_per_node, needs.message_ms, needs.gbit_per_s, needs.node_mb];
        let expected = [80.0, 10.0, 8.0, 100.0, 21.92, 400.0];
        assert!(of.iter().zip(expected).all(|(of, expected)| (of - expected).abs() < 1e-6), "{of:?}");
        assert!((needs.node_gbit_per_s - 2.192).abs() < 1e-6);
    }
}
