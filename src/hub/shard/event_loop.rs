//! A shard's turns.

use std::{
    collections::VecDeque,
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use mio::{Events, Poll, Token, event::Event};
use slab::Slab;

use crate::hub::{
    CloseReason, Connection, HubConfig,
    inbox::{Adoption, Command, ShardShared, Slots},
    sync::Waker,
    wire::Inflater,
};

use super::{
    clock::Clock,
    closing::Draining,
    members::LocalChannel,
    peer::{Limits, Peer},
    wheel::Wheel,
};

/// The most sockets that are looked at in one turn; the kernel keeps the others for the next.
const EVENTS_PER_TURN: usize = 256;
/// The most connections that are taken over in one turn: they cost far more than other commands, and a storm of them
/// must not starve those who are connected. What was asked for after them waits with the others for the next turn.
const ADOPTIONS_PER_TURN: usize = 64;
/// What the shard's waker is called among the slots.
const WAKER: Token = Token(usize::MAX);

/// A thread that owns connections. A turn looks at the sockets that are ready, carries out what other threads and
/// sessions asked for, and writes to a bounded number of connections; so neither reading nor writing keeps the other
/// waiting for long. With nothing to do it sleeps.
pub(in crate::hub) struct Shard {
    pub(super) shared: Arc<ShardShared>,
    /// The connections of the whole hub.
    connections: Arc<AtomicUsize>,
    pub(super) config: Arc<HubConfig>,
    pub(super) limits: Limits,
    pub(super) poll: Poll,
    pub(super) clock: Clock,
    /// By slot.
    pub(super) peers: Vec<Option<Peer>>,
    pub(super) channels: Slab<LocalChannel>,
    /// A timer per slot, for the earliest of what a connection waits for.
    pub(super) peer_timers: Wheel,
    /// A timer per local channel, for its next tick.
    pub(super) channel_timers: Wheel,
    /// The only read buffer.
    pub(super) scratch: Box<[u8]>,
    /// Where frames that go out together are laid side by side.
    pub(super) together: Vec<u8>,
    /// The only decompressor.
    pub(super) inflater: Inflater,
    /// Connections that may have more to read than they had a turn for. None is in it twice.
    pub(super) reads: VecDeque<u32>,
    /// Connections with something to write of their own. None is in it twice.
    pub(super) writes: VecDeque<u32>,
    /// Channels whose members are being visited. None is in it twice.
    pub(super) sweeps: VecDeque<u32>,
    pub(super) draining: Option<Draining>,
    pub(super) is_stopped: bool,
    /// Commands taken from the inbox and not carried out yet.
    commands: VecDeque<Command>,
}

impl Shard {
    /// A shard for at most `slots` connections, to be [run](Self::run) on a thread of its own.
    pub(in crate::hub) fn new(
        index: usize,
        slots: usize,
        config: Arc<HubConfig>,
        connections: Arc<AtomicUsize>,
    ) -> io::Result<Self> {
        let poll = Poll::new()?;
        let waker = Waker::new(poll.registry(), WAKER)?;
        let slots = Slots::new(slots, config.private_frames_max);
        Ok(Self {
            shared: Arc::new(ShardShared::new(index, waker, slots)),
            connections,
            limits: Limits::new(&config),
            poll,
            clock: Clock::new(Instant::now()),
            peers: Vec::new(),
            channels: Slab::new(),
            peer_timers: Wheel::new(0),
            channel_timers: Wheel::new(0),
            scratch: vec![0; config.read_bytes_per_turn].into(),
            together: Vec::new(),
            inflater: Inflater::default(),
            reads: VecDeque::new(),
            writes: VecDeque::new(),
            sweeps: VecDeque::new(),
            draining: None,
            is_stopped: false,
            commands: VecDeque::new(),
            config,
        })
    }

    /// What other threads need to talk to it.
    pub(in crate::hub) fn shared(&self) -> Arc<ShardShared> {
        self.shared.clone()
    }

    /// Runs until it is told to stop; then every connection is dropped.
    pub(in crate::hub) fn run(mut self) {
        let mut events = Events::with_capacity(EVENTS_PER_TURN);
        while !self.is_stopped {
            if let Err(error) = self.wait(&mut events) {
                tracing::error!(%error, shard = self.shared.index, "a shard of the hub can't wait for its sockets");
                break;
            }
            self.read_rest();
            events.iter().for_each(|event| self.handle(event));
            self.carry_out_commands();
            self.expire_timers();
            self.drain();
            self.write_queued();
            self.sweep();
        }
        self.stop();
    }

    /// Gives back what a connection took of the hub.
    pub(super) fn free(&self, slot: u32) {
        self.shared.slots.free(slot);
        self.connections.fetch_sub(1, Ordering::AcqRel);
    }

    pub(super) fn peer(&mut self, slot: u32) -> Option<&mut Peer> {
        self.peers.get_mut(slot as usize)?.as_mut()
    }

    /// Waits until there is something to do.
    fn wait(&mut self, events: &mut Events) -> io::Result<()> {
        let sockets_wait = self.reads.is_empty() && self.writes.is_empty() && self.sweeps.is_empty();
        let sleeps = sockets_wait && self.commands.is_empty() && self.shared.fall_asleep();
        let limit = if sleeps { self.sleep_limit() } else { Some(Duration::ZERO) };
        let polled = self.poll.poll(events, limit);
        self.shared.counters.turns.add(1);
        if sleeps && self.shared.wake_up() {
            self.shared.counters.wakes.add(1);
        }
        self.clock.advance(Instant::now());
        match polled {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => Err(error),
            _ => Ok(()),
        }
    }

    /// How long until the next timer; `None` without one.
    fn sleep_limit(&self) -> Option<Duration> {
        let now = Instant::now();
        let since_turn = now.saturating_duration_since(self.clock.now());
        let timers = [self.peer_timers.next(), self.channel_timers.next()].into_iter().flatten();
        let timer = timers.min().map(|tick| self.clock.until(tick).saturating_sub(since_turn));
        let drain = self.draining.as_ref().and_then(Draining::next).map(|at| at.saturating_duration_since(now));
        timer.into_iter().chain(drain).min()
    }

    fn handle(&mut self, event: &Event) {
        let Token(token) = event.token();
        let Ok(slot) = u32::try_from(token) else { return };
        if event.is_writable()
            && let Some(peer) = self.peer(slot)
            && peer.unblock()
        {
            self.shared.counters.unblocked.add(1);
            self.queue_write(slot);
        }
        let is_over = event.is_read_closed() || event.is_error();
        if event.is_readable() || is_over {
            self.read(slot, is_over);
        }
    }

    fn carry_out_commands(&mut self) {
        if self.commands.is_empty() {
            self.shared.take(&mut self.commands);
        }
        let mut adoptions = 0;
        while adoptions < ADOPTIONS_PER_TURN
            && let Some(command) = self.commands.pop_front()
        {
            adoptions += usize::from(matches!(command, Command::Adopt(_)));
            self.carry_out(command);
        }
    }

    fn stop(&mut self) {
        for slot in 0..self.peers.len() {
            // A shard has at most 2^24 slots.
            let Ok(slot) = u32::try_from(slot) else { break };
            self.say_going_away(slot);
            self.drop_peer(slot, CloseReason::Stopped);
        }
        let inbox = self.shared.close();
        for command in std::mem::take(&mut self.commands).into_iter().chain(inbox) {
            if let Command::Adopt(adoption) = command {
                let Adoption { slot, generation, session, .. } = *adoption;
                let connection = Connection::new(self.shared.clone(), slot, generation);
                self.refuse(&connection, session, CloseReason::Stopped);
            }
        }
    }
}
