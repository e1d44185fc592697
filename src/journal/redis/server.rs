//! What every part of the journal sends its requests through: bounds, limits, and the end.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use redis::Pipeline;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch};

use super::{
    connector::Connector,
    lane::{self, Answer},
    nodes::Nodes,
    options::{CLOCK_APART_MS_MAX, RedisDurability, RedisOptions},
    outcome::{Failure, Outcome},
};
use crate::clock::Clock;

/// How many requests of all shows may be unanswered at once; one more is *unavailable*.
const REQUESTS_MAX: u32 = 8_192;
/// How many bytes they may have together; more are *unavailable*.
const REQUEST_KIBIBYTES_MAX: u32 = 256 * 1_024;
/// What a request counts beside its payload.
const REQUEST_BYTES: usize = 1_024;

/// Redis, as the parts of the journal see it.
pub(super) struct Redis {
    pub(super) nodes: Arc<Nodes>,
    pub(super) connector: Connector,
    pub(super) node: String,
    pub(super) lease: Duration,
    pub(super) durability: RedisDurability,
    pub(super) call_limit: Duration,
    pub(super) waiting: Semaphore,
    pub(super) closed: watch::Sender<bool>,
    clock: Arc<dyn Clock>,
    closing: AtomicBool,
    requests: Arc<Semaphore>,
    kibibytes: Arc<Semaphore>,
    changes: AtomicU64,
}

/// Which of a server's lanes.
#[derive(Clone, Copy)]
pub(super) enum Way {
    /// What is written under a claim.
    Writes,
    /// Everything else.
    Calls,
}

/// The place that a request takes up until it is answered.
pub(super) struct Place {
    _request: OwnedSemaphorePermit,
    _kibibytes: OwnedSemaphorePermit,
}

impl Redis {
    pub(super) fn new(
        options: &RedisOptions,
        nodes: Arc<Nodes>,
        closed: watch::Sender<bool>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        // Greater than what an earlier process of this node counted with the same claim.
        let changes = AtomicU64::new(clock.now().0 << 20);
        Self {
            nodes,
            connector: Connector::new(options),
            node: options.node.clone(),
            lease: options.lease,
            durability: options.durability,
            call_limit: options.call_limit,
            waiting: Semaphore::new(options.waiting_connections_max),
            closed,
            clock,
            closing: AtomicBool::new(false),
            requests: Arc::new(Semaphore::new(REQUESTS_MAX as usize)),
            kibibytes: Arc::new(Semaphore::new(REQUEST_KIBIBYTES_MAX as usize)),
            changes,
        }
    }

    /// This node's clock.
    pub(super) fn now_ms(&self) -> u64 {
        self.clock.now().0
    }

    /// Counts changes of the wake index: each is greater than the ones before.
    pub(super) fn next_change(&self) -> u64 {
        self.changes.fetch_add(1, Ordering::Relaxed)
    }

    /// A place for a request with so much payload.
    pub(super) fn place(&self, payload_bytes: usize) -> Result<Place, String> {
        if self.closing.load(Ordering::Acquire) {
            return Err("the journal is closed".to_owned());
        }
        let full = |_| "too much waits for Redis".to_owned();
        let kibibytes = u32::try_from((payload_bytes + REQUEST_BYTES).div_ceil(1_024)).unwrap_or(u32::MAX);
        Ok(Place {
            _request: Arc::clone(&self.requests).try_acquire_owned().map_err(full)?,
            _kibibytes: Arc::clone(&self.kibibytes).try_acquire_many_owned(kibibytes).map_err(full)?,
        })
    }

    /// Puts a request in line. Whoever asked for a place keeps it until the answer.
    pub(super) fn put(&self, way: Way, slot: u16, commands: Pipeline, answer: Answer) {
        let node = match self.nodes.of(slot) {
            Ok(node) => node,
            Err(reason) => return answer(Err(Failure::NotDone(reason))),
        };
        let lane = match way {
            Way::Writes => &node.writes,
            Way::Calls => &node.calls,
        };
        lane.push(lane::job(commands, self.call_limit, answer));
    }

    /// Asks, and waits for the answer.
    pub(super) async fn call(&self, slot: u16, commands: Pipeline) -> Outcome {
        self.call_with(slot, commands, 0).await
    }

    /// Asks with so much payload, and waits for the answer.
    pub(super) async fn call_with(&self, slot: u16, commands: Pipeline, payload_bytes: usize) -> Outcome {
        let place = self.place(payload_bytes).map_err(Failure::NotDone)?;
        self.call_in(place, slot, commands).await
    }

    /// The same, in a place that is there.
    pub(super) async fn call_in<P: Send + 'static>(&self, place: P, slot: u16, commands: Pipeline) -> Outcome {
        let (answer, answered) = oneshot::channel();
        let answer = Box::new(move |outcome| {
            // Whoever dropped the future does not want the answer.
            let _ = answer.send(outcome);
            drop(place);
        });
        self.put(Way::Calls, slot, commands, answer);
        answered.await.unwrap_or_else(|_| Err(Failure::Unknown("the journal is gone".to_owned())))
    }

    /// Adds what waits for the replicas to a request that writes.
    pub(super) fn wait_for_replicas(&self, commands: &mut Pipeline) {
        if let RedisDurability::Two { replicas_min, wait_limit } = self.durability {
            commands.cmd("WAIT").arg(replicas_min).arg(milliseconds(wait_limit));
        }
    }

    /// The arguments that every script wants that lends a show: the lease, this node's clock, and how far it may be off.
    pub(super) fn lending(&self) -> [u64; 3] {
        [milliseconds(self.lease), self.now_ms(), CLOCK_APART_MS_MAX]
    }

    /// Takes nothing more, and waits until everything is answered.
    pub(super) async fn close(&self) {
        self.closing.store(true, Ordering::Release);
        // An error says that it was closed before.
        if let Ok(all) = self.requests.acquire_many(REQUESTS_MAX).await {
            drop(all);
        }
        self.closed.send_replace(true);
    }
}

/// Whole milliseconds, at least one: Redis takes 0 for *for ever*.
pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX >> 1).max(1)
}
