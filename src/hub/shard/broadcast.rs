//! Writing: to connections that have something of their own, and to a channel's members in sweeps.

use crate::hub::{CloseReason, channel::ChannelShared};

use super::{
    event_loop::Shard,
    peer::Lag,
    write::{Flushed, Tally},
};

impl Shard {
    /// The channel's critical ring has grown.
    pub(super) fn ring_grew(&mut self, channel: &ChannelShared) {
        let Some(local) = self.find_local(channel) else { return };
        self.channels[local as usize].copy_ring(self.shared.index);
        self.start_sweep(local);
    }

    /// Something waits for the channel's tick: now, if the last one is long enough ago.
    pub(super) fn tick_due(&mut self, channel: &ChannelShared) {
        let Some(local) = self.find_local(channel) else { return };
        let tick_at = self.channels[local as usize].tick_at;
        if tick_at <= self.clock.now() {
            self.tick(local);
        } else {
            self.channel_timers.set(local, self.clock.tick_at(tick_at));
        }
    }

    /// Sends latest values and best-effort messages.
    pub(super) fn tick(&mut self, local: u32) {
        let Some(channel) = self.channels.get_mut(local as usize) else { return };
        channel.tick_at = self.clock.now() + self.config.latest_tick * channel.ticks_until_next();
        let replaced = channel.copy_all(self.shared.index);
        self.shared.counters.latest_conflated.add(replaced * channel.members().len());
        self.start_sweep(local);
    }

    /// Has the connection written to in this turn or one of the next.
    pub(super) fn queue_write(&mut self, slot: u32) {
        if let Some(peer) = self.peer(slot)
            && !std::mem::replace(&mut peer.is_queued, true)
        {
            self.writes.push_back(slot);
        }
    }

    pub(super) fn write_queued(&mut self) {
        for _ in 0..self.writes.len().min(self.config.connections_per_turn) {
            let Some(slot) = self.writes.pop_front() else { return };
            if let Some(peer) = self.peer(slot) {
                peer.is_queued = false;
                self.flush(slot);
            }
        }
    }

    /// Visits the next members of one channel; the channels take turns.
    pub(super) fn sweep(&mut self) {
        let Some(local) = self.sweeps.pop_front() else { return };
        let mut tally = Tally::default();
        for _ in 0..self.config.connections_per_turn {
            // The channel is gone when its last member was lost on the way.
            let Some(channel) = self.channels.get_mut(local as usize) else { break };
            let Some(slot) = channel.next_visit() else { break };
            let peer = self.peers.get_mut(slot as usize).and_then(Option::as_mut);
            if !peer.is_some_and(|peer| peer.follow(channel, &mut tally)) {
                self.flush(slot);
            }
        }
        tally.add_to(&self.shared.counters);
        let Some(channel) = self.channels.get_mut(local as usize) else { return };
        channel.measure();
        if channel.is_sweeping() {
            self.sweeps.push_back(local);
        }
    }

    fn start_sweep(&mut self, local: u32) {
        if self.channels[local as usize].start_sweep(self.clock.now()) {
            self.sweeps.push_back(local);
        }
    }

    fn flush(&mut self, slot: u32) {
        let tick = self.clock.tick();
        let Some(peer) = self.peers.get_mut(slot as usize).and_then(Option::as_mut) else { return };
        let channel = peer.feed.as_ref().and_then(|feed| self.channels.get(feed.local as usize));
        let was_blocked = peer.is_blocked;
        match peer.flush(channel, &self.shared.counters, tick, &mut self.together) {
            Flushed::Idle => {}
            Flushed::Blocked if was_blocked => {}
            Flushed::Blocked => self.arm(slot),
            Flushed::More => self.queue_write(slot),
            Flushed::Lagged => self.tell_lagged(slot),
            Flushed::CloseSent => self.close_sent(slot),
            Flushed::Lost(kind) => self.drop_peer(slot, CloseReason::Lost(kind)),
        }
    }

    fn tell_lagged(&mut self, slot: u32) {
        let Some(peer) = self.peer(slot) else { return };
        peer.lag = Lag::Told;
        let fell_off = !peer.is_muted;
        self.shared.counters.ring_lagged.add(usize::from(fell_off));
        self.call(slot, |session, connection| session.lagged(connection));
    }
}
