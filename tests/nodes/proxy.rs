//! A proxy between nodes and Redis, or between two of them: it can be pointed elsewhere, hold everything back, cut, delay,
//! and send twice.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{mpsc, watch},
    task::JoinHandle,
};

use crate::requests::Requests;

/// For how long a connection lives where connections are cut, at most.
const LIFE_MAX_MS: u64 = 700;
/// For how long a piece is held up where there are delays, at most, and one in how many is.
const DELAY_MAX_MS: u64 = 30;
const DELAYED_EVERY: u64 = 8;
/// One in how many scripts is sent twice, and how much later at most.
const TWICE_EVERY: u64 = 4;
const TWICE_AFTER_MAX_MS: u64 = 60;

/// What becomes of what goes through.
#[derive(Clone, Copy)]
struct Course {
    port: u16,
    /// Connections of former courses are cut.
    number: u64,
    holds: bool,
    troubles: bool,
}

/// What went wrong on purpose.
#[derive(Default)]
pub(crate) struct Mishaps {
    pub(crate) cut: AtomicUsize,
    pub(crate) delayed: AtomicUsize,
    pub(crate) twice: AtomicUsize,
}

pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    pub(crate) mishaps: Arc<Mishaps>,
    course: watch::Sender<Course>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// A proxy to the Redis on this port.
    pub(crate) async fn start(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (course, courses) = watch::channel(Course { port, number: 0, holds: false, troubles: false });
        let mishaps = Arc::<Mishaps>::default();
        let of_task = Arc::clone(&mishaps);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, courses.clone(), Arc::clone(&of_task)));
            }
        });
        Self { address, mishaps, course, task }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://{}", self.address)
    }

    /// From now on it leads to this port; what is under way is cut, and what is held back is gone.
    pub(crate) fn lead_to(&self, port: u16) {
        self.course.send_modify(|course| {
            (course.port, course.holds) = (port, false);
            course.number += 1;
        });
    }

    /// Nothing gets through, in either direction, and nobody notices.
    pub(crate) fn hold(&self) {
        self.course.send_modify(|course| course.holds = true);
    }

    /// What is under way is cut, what is held back is gone, and nothing new gets through.
    pub(crate) fn sever(&self) {
        self.course.send_modify(|course| {
            course.holds = true;
            course.number += 1;
        });
    }

    /// Cuts, delays and sends twice from now on, or not any more. Cuts what there is.
    pub(crate) fn trouble(&self, troubles: bool) {
        self.course.send_modify(|course| {
            course.troubles = troubles;
            course.number += 1;
        });
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One connection, for as long as it lives.
async fn pass(client: TcpStream, mut courses: watch::Receiver<Course>, mishaps: Arc<Mishaps>) {
    let course = *courses.borrow();
    let Ok(redis) = TcpStream::connect(("127.0.0.1", course.port)).await else { return };
    let set = client.set_nodelay(true).and_then(|()| redis.set_nodelay(true));
    if set.is_err() {
        return;
    }
    let (from_client, to_client) = client.into_split();
    let (from_redis, to_redis) = redis.into_split();
    let again = course.troubles.then(|| Again::start(course.port, &mishaps));
    let life = Duration::from_millis(100 + some(LIFE_MAX_MS));
    let (of_requests, of_answers) = (courses.clone(), courses.clone());
    tokio::select! {
        // First: what is held back when the course changes must not slip through.
        biased;
        _ = courses.wait_for(|now| now.number != course.number) => {}
        () = tokio::time::sleep(life), if course.troubles => drop(mishaps.cut.fetch_add(1, Ordering::Relaxed)),
        () = pump(from_client, to_redis, of_requests, again, &mishaps) => {}
        () = pump(from_redis, to_client, of_answers, None, &mishaps) => {}
    }
}

async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut courses: watch::Receiver<Course>,
    mut again: Option<Again>,
    mishaps: &Mishaps,
) {
    let mut buffer = vec![0; 16 * 1_024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let held_back = courses.wait_for(|course| !course.holds).await.map(|course| course.troubles);
        let Ok(troubles) = held_back else { return };
        if troubles && some(DELAYED_EVERY) == 0 {
            mishaps.delayed.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(some(DELAY_MAX_MS))).await;
        }
        if let Some(again) = &mut again {
            again.take(&buffer[..length]);
        }
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}

/// Sends some scripts once more, on a connection of its own where nobody waits for the answers: a second answer on the
/// first one would only break the protocol. What waits to be sent twice is sent even after the first connection was cut.
struct Again {
    requests: Requests,
    later: mpsc::UnboundedSender<Vec<u8>>,
}

impl Again {
    fn start(port: u16, mishaps: &Arc<Mishaps>) -> Self {
        let (later, repeats) = mpsc::unbounded_channel();
        tokio::spawn(repeat(port, repeats, Arc::clone(mishaps)));
        Self { requests: Requests::default(), later }
    }

    fn take(&mut self, bytes: &[u8]) {
        for request in self.requests.take(bytes) {
            if request.is_script && some(TWICE_EVERY) == 0 {
                // Whoever repeated is gone with its Redis.
                let _ = self.later.send(request.bytes);
            }
        }
    }
}

async fn repeat(port: u16, mut repeats: mpsc::UnboundedReceiver<Vec<u8>>, mishaps: Arc<Mishaps>) {
    let Ok(mut redis) = TcpStream::connect(("127.0.0.1", port)).await else { return };
    let mut answer = vec![0; 16 * 1_024];
    while let Some(request) = repeats.recv().await {
        tokio::time::sleep(Duration::from_millis(some(TWICE_AFTER_MAX_MS))).await;
        let asked = async {
            redis.write_all(&request).await?;
            redis.read(&mut answer).await
        };
        if !matches!(asked.await, Ok(1..)) {
            return;
        }
        mishaps.twice.fetch_add(1, Ordering::Relaxed);
    }
}

/// A number below this one; other ones in every run would make no other test.
fn some(below: u64) -> u64 {
    static STATE: AtomicU64 = AtomicU64::new(0x9e37_79b9_7f4a_7c15);
    let mut next = STATE.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
    next = (next ^ (next >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    next = (next ^ (next >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (next ^ (next >> 31)) % below.max(1)
}
