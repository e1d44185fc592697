//! Carrying out what other threads and sessions ask for.

use std::{sync::Arc, sync::atomic::Ordering, time::Instant};

use mio::{Interest, Token};

use crate::hub::{
    CloseFrame, CloseReason, Connection, Frame,
    channel::{ChannelShared, NOT_LOCAL},
    inbox::{Adoption, Attachment, Command},
};

use super::{
    clock::NEVER,
    event_loop::Shard,
    members::LocalChannel,
    peer::{Cursor, Feed, Lag, Peer, Then},
};

impl Shard {
    pub(super) fn carry_out(&mut self, command: Command) {
        match command {
            Command::Adopt(adoption) => self.adopt(*adoption),
            Command::Send { slot, generation, frame } => self.send(slot, generation, frame),
            Command::Overflow { slot, generation } => self.overflow(slot, generation),
            Command::Attach { slot, generation, attachment } => self.attach(slot, generation, *attachment),
            Command::Detach { slot, generation } => {
                if self.current(slot, generation).is_some() {
                    self.detach(slot);
                }
            }
            Command::SetDeadline { slot, generation, deadline } => self.set_deadline(slot, generation, deadline),
            Command::Close { slot, generation, close } => {
                if self.current(slot, generation).is_some() {
                    self.close_local(slot, &close);
                }
            }
            Command::CloseAll { channel, close } => self.close_all(&channel, &close),
            Command::RingGrew(channel) => self.ring_grew(&channel),
            Command::TickDue(channel) => self.tick_due(&channel),
            Command::Drain(drain) => self.start_drain(drain),
            Command::Stop => self.is_stopped = true,
        }
    }

    /// The connection that a handle means, if it is still there.
    fn current(&mut self, slot: u32, generation: u32) -> Option<&mut Peer> {
        self.peer(slot).filter(|peer| peer.rest.connection.generation() == generation)
    }

    fn adopt(&mut self, adoption: Adoption) {
        let Adoption { slot, generation, stream, leftover, is_compressed, session } = adoption;
        let mut stream = mio::net::TcpStream::from_std(stream);
        let interest = Interest::READABLE | Interest::WRITABLE;
        if let Err(error) = self.poll.registry().register(&mut stream, Token(slot as usize), interest) {
            let connection = Connection::new(self.shared.clone(), slot, generation);
            return self.refuse(&connection, session, CloseReason::Lost(error.kind()));
        }
        if self.peers.len() <= slot as usize {
            self.peers.resize_with(slot as usize + 1, || None);
        }
        let connection = Connection::new(self.shared.clone(), slot, generation);
        let peer = Peer::new(stream, session, connection, is_compressed, self.clock.tick());
        self.peers[slot as usize] = Some(peer);
        self.shared.counters.adopted.add(1);
        self.drain_newcomer(slot, generation);
        self.call(slot, |session, connection| session.opened(connection));
        self.receive_leftover(slot, &leftover);
        self.arm(slot);
    }

    fn send(&mut self, slot: u32, generation: u32, frame: Frame) {
        let config = self.config.clone();
        let Some(peer) = self.current(slot, generation) else { return };
        let is_overflow = peer.push_private(frame, &config).is_err();
        self.shared.slots.uncount_frame(slot);
        self.shared.counters.private_overflows.add(usize::from(is_overflow));
        self.queue_write(slot);
    }

    fn overflow(&mut self, slot: u32, generation: u32) {
        let Some(peer) = self.current(slot, generation) else { return };
        peer.overflow();
        self.shared.slots.uncount_frame(slot);
        self.shared.counters.private_overflows.add(1);
        self.queue_write(slot);
    }

    fn attach(&mut self, slot: u32, generation: u32, attachment: Attachment) {
        let Attachment { channel, class, from, prelude } = attachment;
        if self.current(slot, generation).is_none_or(|peer| peer.closing().is_some()) {
            return;
        }
        self.detach(slot);
        let class = channel.class(class);
        channel.join(self.shared.index, class);
        let local = self.local_channel(&channel);
        let copies = &mut self.channels[local as usize];
        if from.next > copies.ring.end() {
            copies.copy_ring(self.shared.index);
        }
        let place = copies.add(slot);
        let at = Cursor { next: from.next, latest: from.latest, best_effort: copies.best_effort.end() };
        let Some(peer) = self.peer(slot) else { return };
        peer.feed = Some(Feed { at, local, place, class });
        peer.rare.get_or_insert_default().lane.push_prelude(prelude);
        peer.lag = Lag::No;
        peer.is_muted = false;
        self.queue_write(slot);
    }

    /// Where the shard keeps the channel, from now on if it didn't.
    fn local_channel(&mut self, channel: &Arc<ChannelShared>) -> u32 {
        let index = self.shared.index;
        let link = &channel.links[index].local;
        let local = link.load(Ordering::Relaxed);
        if local != NOT_LOCAL {
            return local;
        }
        let mut copies = LocalChannel::new(channel.clone(), self.clock.now());
        copies.copy_all(index);
        // A shard has at most 2^24 connections, and a channel here has at least one of them.
        let local = u32::try_from(self.channels.insert(copies)).unwrap_or(NOT_LOCAL);
        link.store(local, Ordering::Relaxed);
        local
    }

    /// Where the shard keeps the channel, if it does.
    pub(super) fn find_local(&self, channel: &ChannelShared) -> Option<u32> {
        let local = channel.links[self.shared.index].local.load(Ordering::Relaxed);
        (local != NOT_LOCAL).then_some(local)
    }

    /// Takes the connection out of its channel, and forgets the channel with its last member.
    pub(super) fn detach(&mut self, slot: u32) {
        let Some(peer) = self.peer(slot) else { return };
        let Some(Feed { local, place, class, .. }) = peer.feed.take() else { return };
        if !peer.is_muted {
            peer.lag = Lag::No;
        }
        let channel = &mut self.channels[local as usize];
        channel.shared.leave(self.shared.index, class);
        let moved = channel.remove(place);
        let is_sweeping = channel.is_sweeping();
        if channel.members().is_empty() {
            channel.shared.links[self.shared.index].local.store(NOT_LOCAL, Ordering::Relaxed);
            self.channels.remove(local as usize);
            self.channel_timers.unset(local);
            self.sweeps.retain(|swept| *swept != local);
        }
        if let Some(moved) = moved {
            if let Some(feed) = self.peer(moved).and_then(|peer| peer.feed.as_mut()) {
                feed.place = place;
            }
            if is_sweeping {
                self.queue_write(moved);
            }
        }
    }

    fn set_deadline(&mut self, slot: u32, generation: u32, deadline: Option<Instant>) {
        let tick = deadline.map_or(NEVER, |deadline| self.clock.tick_at(deadline));
        let Some(peer) = self.current(slot, generation) else { return };
        peer.rest.deadline = tick;
        self.arm(slot);
    }

    fn close_all(&mut self, channel: &ChannelShared, close: &CloseFrame) {
        let Some(local) = self.find_local(channel) else { return };
        for slot in self.channels[local as usize].members().to_vec() {
            self.close_local(slot, close);
        }
    }

    pub(super) fn close_local(&mut self, slot: u32, close: &CloseFrame) {
        self.start_close(slot, close, Then::AwaitPeer, CloseReason::Local(close.code));
    }
}
