//! The hub: its shards, and the way in.

use std::{
    fmt, io,
    net::TcpStream,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
        mpsc,
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use bytes::Bytes;

use super::{
    Channel, CloseFrame, Compressor, Connection, Counters, HubConfig, Session,
    channel::ChannelShared,
    delays::{Measured, Measurements},
    drain::Drain,
    inbox::{Adoption, Command, ShardShared, lock},
    shard::Shard,
    sync::Mutex,
};

/// The viewer connections of a node, on threads of its own. A small handle; clones are the same hub. When the last one
/// is dropped, the hub stops.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    config: Arc<HubConfig>,
    shards: Vec<Arc<ShardShared>>,
    /// Where compression is on.
    compressor: Option<Arc<Compressor>>,
    /// Connections adopted and not gone yet.
    connections: Arc<AtomicUsize>,
    /// Keys that full tables of latest values refused.
    latest_refused: Arc<AtomicU64>,
    measurements: Arc<Measurements>,
    is_closed_to_new: AtomicBool,
    threads: Mutex<Threads>,
}

struct Threads {
    running: Vec<JoinHandle<()>>,
    /// Disconnected once every thread has ended.
    ended: mpsc::Receiver<()>,
}

/// What is known of a connection when it is taken over.
#[derive(Clone, Debug, Default)]
pub struct Handshake {
    /// What was read beyond the request.
    pub leftover: Bytes,
    /// Whether compression was agreed on: both sides may compress messages, without context takeover and with any window
    /// (RFC 7692, section 7.1).
    pub is_compressed: bool,
}

impl From<Bytes> for Handshake {
    fn from(leftover: Bytes) -> Self {
        Self { leftover, ..Self::default() }
    }
}

/// A connection was not taken over. Its stream is given back, so that the peer can be told.
#[derive(Debug)]
pub struct Refused {
    /// Why.
    pub refusal: Refusal,
    /// The stream, in non-blocking mode unless it is broken.
    pub stream: TcpStream,
}

/// Why a hub takes no connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    /// It has as many as it may ([`connections_max`](HubConfig::connections_max)).
    #[error("the hub is full")]
    Full,
    /// It is draining or has stopped.
    #[error("the hub takes no more connections")]
    Draining,
    /// The stream can't be made non-blocking.
    #[error("the stream is broken")]
    Broken,
}

/// How many threads had not ended in time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0} shards of the hub had not stopped in time")]
pub struct StillRunning(pub usize);

impl Hub {
    /// Starts the shards. Fails when a bound makes no sense, or the system gives no thread or no epoll instance.
    pub fn start(config: HubConfig) -> io::Result<Self> {
        config.check()?;
        let config = Arc::new(config);
        let connections = Arc::new(AtomicUsize::new(0));
        let slots = config.connections_max.div_ceil(config.shards);
        let shards: Vec<Shard> = (0..config.shards)
            .map(|index| Shard::new(index, slots, config.clone(), connections.clone()))
            .collect::<io::Result<_>>()?;
        let shared: Vec<_> = shards.iter().map(Shard::shared).collect();
        let (running_end, ended) = mpsc::channel();
        let threads = Threads { running: Vec::new(), ended };
        let is_closed_to_new = AtomicBool::new(false);
        let compressor = config.compression.as_ref().map(|compression| Arc::new(Compressor::new(compression)));
        let hub = Self(Arc::new(Inner {
            config,
            shards: shared,
            compressor,
            connections,
            latest_refused: Arc::default(),
            measurements: Arc::default(),
            is_closed_to_new,
            threads: Mutex::new(threads),
        }));
        for (index, shard) in shards.into_iter().enumerate() {
            let running_end = running_end.clone();
            let run = move || {
                shard.run();
                drop(running_end);
            };
            // When this fails the hub is dropped, and the threads that run already stop.
            let thread = thread::Builder::new().name(format!("hub-{index}")).spawn(run)?;
            lock(&hub.0.threads).running.push(thread);
        }
        Ok(hub)
    }

    /// Takes over a connection after its handshake. From now on the session is called, and the stream is the hub's. The
    /// shard with the fewest connections gets it.
    pub fn adopt(
        &self,
        stream: TcpStream,
        handshake: impl Into<Handshake>,
        session: Box<dyn Session>,
    ) -> Result<Connection, Refused> {
        let Handshake { leftover, is_compressed } = handshake.into();
        if stream.set_nonblocking(true).is_err() {
            return Err(Refused { refusal: Refusal::Broken, stream });
        }
        let Some((shard, slot, generation)) = self.0.take_slot() else {
            return Err(Refused { refusal: self.refusal().unwrap_or(Refusal::Full), stream });
        };
        self.0.set_options(&stream);
        let adoption = Box::new(Adoption { slot, generation, stream, leftover, is_compressed, session });
        match shard.try_push(Command::Adopt(adoption)) {
            // The shard has ended since; its places are of no use to anybody any more.
            Err(Command::Adopt(adoption)) => Err(Refused { refusal: Refusal::Draining, stream: adoption.stream }),
            _ => Ok(Connection::new(shard.clone(), slot, generation)),
        }
    }

    /// Why [`adopt`](Self::adopt) would refuse now, if it would: to say so while an HTTP answer can still be given.
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        if self.0.is_closed_to_new.load(Ordering::Acquire) {
            Some(Refusal::Draining)
        } else if self.connections() >= self.0.config.connections_max {
            Some(Refusal::Full)
        } else {
            None
        }
    }

    /// A new channel with this many classes. Its publisher's tags are above `start_tag`: whoever has everything up to
    /// it has missed nothing.
    #[must_use]
    pub fn channel(&self, classes: usize, start_tag: u64) -> Channel {
        let (config, shards) = (&self.0.config, &self.0.shards);
        let (refused, measurements) = (self.0.latest_refused.clone(), self.0.measurements.clone());
        Channel(Arc::new(ChannelShared::new(classes, start_tag, config, shards, refused, measurements)))
    }

    /// Compresses what is published, where [compression](HubConfig::compression) is on.
    #[must_use]
    pub fn compressor(&self) -> Option<&Arc<Compressor>> {
        self.0.compressor.as_ref()
    }

    /// How many connections there are.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.0.connections.load(Ordering::Acquire)
    }

    /// How many connections there may be.
    #[must_use]
    pub fn connections_max(&self) -> usize {
        self.0.config.connections_max
    }

    /// How many commands wait for the shards to take them up.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.shards.iter().map(|shard| shard.waiting()).sum()
    }

    /// How long what everybody receives took so far.
    #[must_use]
    pub fn measured(&self) -> Measured {
        self.0.measurements.get()
    }

    /// What all shards did so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        let mut sum = Counters::default();
        self.0.shards.iter().for_each(|shard| shard.counters.add_to(&mut sum));
        sum.latest_refused += self.0.latest_refused.load(Ordering::Relaxed);
        self.0.compressor.iter().for_each(|compressor| compressor.add_to(&mut sum));
        sum
    }

    /// Refuses new connections from now on, and closes those there are one after the other, evenly over `over`. Each is
    /// told what `close` makes of how much of the drain lies behind (0 to 1): code 1012 and a retry delay, say. Returns
    /// at once; [`connections`](Self::connections) tells when it is done. `close` is called on the shards' threads.
    pub fn drain(&self, over: Duration, close: impl Fn(f64) -> CloseFrame + Send + Sync + 'static) {
        self.0.is_closed_to_new.store(true, Ordering::Release);
        let drain = Arc::new(Drain { started: Instant::now(), over, close: Box::new(close) });
        self.0.shards.iter().for_each(|shard| shard.push(Command::Drain(drain.clone())));
    }

    /// Drops every connection (with a close frame, 1001, where the socket takes it at once), ends the threads and waits
    /// for them for at most `limit`. Must not be called by a session.
    pub fn shutdown(&self, limit: Duration) -> Result<(), StillRunning> {
        self.0.stop();
        let mut threads = lock(&self.0.threads);
        if threads.ended.recv_timeout(limit) == Err(mpsc::RecvTimeoutError::Timeout) {
            return Err(StillRunning(threads.running.iter().filter(|thread| !thread.is_finished()).count()));
        }
        for thread in threads.running.drain(..) {
            // A shard has no code that panics outside its guards; if it did, its end is all that matters here.
            thread.join().ok();
        }
        Ok(())
    }
}

impl Inner {
    /// A free place on the shard with the fewest connections.
    fn take_slot(&self) -> Option<(&Arc<ShardShared>, u32, u32)> {
        if self.is_closed_to_new.load(Ordering::Acquire) {
            return None;
        }
        let max = self.config.connections_max;
        let one_more = |connections| (connections < max).then_some(connections + 1);
        self.connections.fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more).ok()?;
        let emptiest = self.shards.iter().min_by_key(|shard| shard.slots.taken());
        // Others may fill the emptiest shard in the meantime. All shards together have a slot for everybody counted.
        let taken = emptiest.into_iter().chain(&self.shards).find_map(|shard| Some((shard, shard.slots.take()?)));
        if taken.is_none() {
            self.connections.fetch_sub(1, Ordering::AcqRel);
        }
        taken.map(|(shard, (slot, generation))| (shard, slot, generation))
    }

    /// Each option only makes things better, so a system that lacks one is served without.
    fn set_options(&self, stream: &TcpStream) {
        let socket = socket2::SockRef::from(stream);
        // What is written together goes out in one call already: waiting for more would only delay it.
        socket.set_tcp_nodelay(true).ok();
        #[cfg(target_os = "linux")]
        {
            socket.set_tcp_user_timeout(Some(self.config.write_stall_limit)).ok();
            socket.set_tcp_notsent_lowat(self.config.unsent_bytes_max).ok();
        }
    }

    fn stop(&self) {
        self.is_closed_to_new.store(true, Ordering::Release);
        self.shards.iter().for_each(|shard| shard.push(Command::Stop));
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop();
    }
}

impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hub({} connections)", self.connections())
    }
}
