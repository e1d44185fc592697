//! What a hub has done so far.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Declares the counters once, as atomics for the shard that counts and as plain numbers for whoever reads them.
macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What all shards did since the hub started. Numbers only grow; they are read one after the other, so a sum of
        /// two may be off by what happened in between.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
        pub struct Counters {
            $($(#[$doc])* pub $name: u64,)*
        }

        /// One shard's counters. Only the shard's own thread writes them, so counting takes no locked instruction.
        #[derive(Default)]
        pub(super) struct ShardCounters {
            $(pub(super) $name: Count,)*
        }

        impl ShardCounters {
            pub(super) fn add_to(&self, sum: &mut Counters) {
                $(sum.$name += self.$name.get();)*
            }
        }
    };
}

counters! {
    /// Connections adopted.
    adopted,
    /// Connections gone again, whatever the reason.
    closed,
    /// Write system calls.
    write_calls,
    /// Writes that found the socket full.
    writes_blocked,
    /// Sockets that were full and have room again, or are gone.
    unblocked,
    /// Frames written whole.
    frames_written,
    /// Bytes written.
    bytes_written,
    /// Read system calls.
    read_calls,
    /// Bytes read.
    bytes_read,
    /// Messages received whole.
    messages_received,
    /// Messages that were compressed, each once for all who receive it.
    messages_deflated,
    /// Nanoseconds that this took.
    deflate_nanoseconds,
    /// Bytes that were not sent because messages were compressed, as was known when they were published: times those who
    /// listened then.
    bytes_spared,
    /// Nanoseconds that it took to decompress what clients sent.
    inflate_nanoseconds,
    /// Values that a newer one of the same key replaced before they were sent, times the connections spared.
    latest_conflated,
    /// New keys that a full table of latest values refused.
    latest_refused,
    /// Best-effort messages that connections missed because they were too far behind.
    best_effort_left_out,
    /// Times a connection's cursor fell off its channel's ring.
    ring_lagged,
    /// Times a connection's private lane overflowed.
    private_overflows,
    /// Connections dropped because their socket took nothing for the write stall limit.
    stalled,
    /// Connections dropped because they answered no ping.
    idle,
    /// Connections dropped because their close took longer than it may.
    close_timeouts,
    /// Connections closed with 1002.
    protocol_errors,
    /// Connections closed with 1007.
    invalid_utf8,
    /// Connections closed with 1009.
    messages_too_big,
    /// Connections that ended without a close frame from either side.
    lost,
    /// Connections closed because their session panicked.
    session_panics,
    /// Times a shard was woken from its sleep by another thread.
    wakes,
    /// Turns of the shards, each with one look at the sockets.
    turns,
}

/// A number that one thread writes and any may read.
#[derive(Default)]
pub(super) struct Count(AtomicU64);

impl Count {
    pub(super) fn add(&self, more: usize) {
        self.0.store(self.get() + more as u64, Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}
