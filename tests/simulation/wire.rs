//! What is on its way between the nodes and the journal. It is the world's, not the nodes': what a node sent before it
//! crashed still arrives.

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, Waker},
};

use tokio::runtime::Handle;

use crate::trace::Time;

type Job = Box<dyn FnOnce() + Send>;

/// What the journal's side makes of a request: at once, or when there is something to hear.
pub(crate) type Serving<T> = Pin<Box<dyn Future<Output = T> + Send>>;

pub(crate) struct Wire {
    time: Time,
    /// Where requests wait that the journal's side answers later.
    server: Handle,
    queue: Mutex<Queue>,
    /// How often another server took the place of the one before.
    failovers: AtomicU64,
}

#[derive(Default)]
struct Queue {
    /// By when they arrive, then in the order of sending.
    jobs: BTreeMap<(u64, u64), Job>,
    sent: u64,
}

impl Wire {
    pub(crate) fn new(time: Time, server: Handle) -> Self {
        Self { time, server, queue: Mutex::default(), failovers: AtomicU64::new(0) }
    }

    /// Another server takes the place of the one before. What was sent to that one never reaches this one: a connection
    /// does not move from server to server.
    pub(crate) fn fail_over(&self) {
        self.failovers.fetch_add(1, Ordering::Relaxed);
    }

    /// The server that answers now.
    pub(crate) fn failovers(&self) -> u64 {
        self.failovers.load(Ordering::Relaxed)
    }

    /// Lets something happen at this moment.
    pub(crate) fn at(&self, due_ms: u64, job: impl FnOnce() + Send + 'static) {
        let mut queue = self.queue.lock().unwrap();
        queue.sent += 1;
        let sent = queue.sent;
        queue.jobs.insert((due_ms, sent), Box::new(job));
    }

    /// Lets everything happen that is due.
    pub(crate) fn deliver(&self) {
        while let Some(job) = self.next_due() {
            job();
        }
    }

    /// Begins to serve at once; `then` gets what comes of it.
    pub(crate) fn serve<T: Send + 'static>(&self, mut serving: Serving<T>, then: impl FnOnce(T) + Send + 'static) {
        let context = self.server.enter();
        match serving.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => then(value),
            Poll::Pending => {
                drop(context);
                self.server.spawn(async move { then(serving.await) });
            }
        }
    }

    fn next_due(&self) -> Option<Job> {
        let mut queue = self.queue.lock().unwrap();
        let first = queue.jobs.first_entry()?;
        (first.key().0 <= self.time.now_ms()).then(|| first.remove())
    }
}
