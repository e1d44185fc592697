//! The ends of connections.

use std::{io::Write, net::Shutdown, sync::Arc, time::Instant};

use crate::hub::{CloseFrame, CloseReason, Connection, Frame, Session, drain::Drain};

use super::{
    event_loop::Shard,
    peer::{Closing, Rest, Then},
    receive::guard,
};

/// The connections of a shard that are closed one after the other.
pub(super) struct Draining {
    drain: Arc<Drain>,
    /// Slots and their generations at the time of the drain; those that came just before it join at the end.
    order: Vec<(u32, u32)>,
    closed: usize,
}

impl Draining {
    /// When the next one is closed.
    pub(super) fn next(&self) -> Option<Instant> {
        (self.closed < self.order.len()).then(|| self.drain.due_at(self.closed, self.order.len()))
    }
}

impl Shard {
    /// Begins to close a connection, or goes on with what a close under way waits for.
    pub(super) fn start_close(&mut self, slot: u32, close: &CloseFrame, then: Then, reason: CloseReason) {
        let limit = self.clock.tick() + self.limits.close;
        let Some(peer) = self.peers.get_mut(slot as usize).and_then(Option::as_mut) else { return };
        self.shared.slots.start_closing(slot, peer.rest.connection.generation());
        if let Some(closing) = peer.closing_mut() {
            if then != Then::AwaitPeer {
                closing.then = then;
            }
            return self.queue_write(slot);
        }
        let channel = peer.feed.as_ref().and_then(|feed| self.channels.get(feed.local as usize));
        let ring_end = channel.map_or(0, |channel| channel.ring.end());
        let frame = Some(Frame::close(close));
        peer.rare.get_or_insert_default().closing = Some(Closing { frame, ring_end, limit, then, reason });
        if then != Then::AwaitPeer {
            // The peer has said close, or can't be understood: nothing but the close frame is owed to it.
            peer.empty_lane();
            self.detach(slot);
        }
        self.queue_write(slot);
        self.arm(slot);
    }

    /// The close frame is out.
    pub(super) fn close_sent(&mut self, slot: u32) {
        self.detach(slot);
        let Some(peer) = self.peer(slot) else { return };
        let Some((then, reason)) = peer.closing().map(|closing| (closing.then, closing.reason)) else { return };
        match then {
            Then::AwaitPeer => {}
            // Fails only when the peer is gone already, which the next read finds out.
            Then::AwaitEnd => drop(peer.stream.shutdown(Shutdown::Write)),
            Then::Finish => self.drop_peer(slot, reason),
        }
    }

    /// Ends a connection, however it is.
    pub(super) fn drop_peer(&mut self, slot: u32, reason: CloseReason) {
        self.detach(slot);
        let Some(mut peer) = self.peers.get_mut(slot as usize).and_then(Option::take) else { return };
        self.peer_timers.unset(slot);
        // Fails only for a socket that isn't registered, and closing it ends its registration anyway.
        self.poll.registry().deregister(&mut peer.stream).ok();
        self.shared.slots.retire(slot);
        self.shared.counters.closed.add(1);
        self.shared.counters.unblocked.add(usize::from(peer.is_blocked));
        self.shared.counters.lost.add(usize::from(matches!(reason, CloseReason::Lost(_))));
        let Rest { session, connection, .. } = &mut *peer.rest;
        if guard(|| session.closed(connection, reason)).is_none() {
            self.shared.counters.session_panics.add(1);
        }
        drop(peer);
        self.free(slot);
    }

    /// Ends a connection that never came to be.
    pub(super) fn refuse(&mut self, connection: &Connection, mut session: Box<dyn Session>, reason: CloseReason) {
        self.shared.slots.retire(connection.slot());
        guard(|| session.closed(connection, reason));
        self.free(connection.slot());
    }

    /// A last word, if the socket takes it at once.
    pub(super) fn say_going_away(&mut self, slot: u32) {
        let Some(peer) = self.peer(slot) else { return };
        let is_clean = peer.rare.as_ref().is_none_or(|rare| rare.partial.is_none() && rare.closing.is_none());
        if is_clean {
            let frame = Frame::close(&CloseFrame::new(1001, "the server stops"));
            // A socket that can't take these few bytes isn't waited for.
            (&peer.stream).write_all(frame.as_bytes()).ok();
        }
    }

    pub(super) fn start_drain(&mut self, drain: Arc<Drain>) {
        let peers = self.peers.iter().flatten();
        let order = peers.map(|peer| (peer.rest.connection.slot(), peer.rest.connection.generation())).collect();
        self.draining = Some(Draining { drain, order, closed: 0 });
    }

    /// A connection that was adopted just before the drain began is closed with the others.
    pub(super) fn drain_newcomer(&mut self, slot: u32, generation: u32) {
        if let Some(draining) = &mut self.draining {
            draining.order.push((slot, generation));
        }
    }

    /// Closes those whose turn has come.
    pub(super) fn drain(&mut self) {
        let Some(Draining { drain, order, closed }) = &mut self.draining else { return };
        let connections = order.len();
        let first = *closed;
        let due = drain.due(self.clock.now(), connections).clamp(first, first + self.config.connections_per_turn);
        let due = due.min(connections);
        *closed = due;
        let turn: Vec<(u32, u32)> = order[first..due].to_vec();
        let drain = drain.clone();
        for (place, (slot, generation)) in (first..).zip(turn) {
            let is_there = self.peer(slot).is_some_and(|peer| peer.rest.connection.generation() == generation);
            if is_there {
                self.close_local(slot, &drain.close(place, connections));
            }
        }
    }
}
