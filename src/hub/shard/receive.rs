//! Reading from connections, and calling their sessions.

use std::{
    io::{ErrorKind, Read},
    panic::{AssertUnwindSafe, catch_unwind},
};

use crate::hub::{
    CloseFrame, CloseReason, Connection, Frame, Message, Session, Violation,
    inbox::ShardShared,
    wire::{Event, Flow, Opcode, Reading},
};

use super::{
    clock::NEVER,
    event_loop::Shard,
    peer::{Peer, Rest, Then},
};

/// What some bytes from a peer lead to.
enum Received {
    Ordinary,
    PeerCloses(Option<u16>),
    Violation(Violation),
    SessionPanicked,
}

impl Shard {
    /// Reads once. What may be left, because the buffer was filled or the peer's end was seen (`to_end`), is read in
    /// the next turn.
    pub(super) fn read(&mut self, slot: u32, to_end: bool) {
        let tick = self.clock.tick();
        let Some(peer) = self.peers.get_mut(slot as usize).and_then(Option::as_mut) else { return };
        if peer.rest.is_unread {
            return;
        }
        self.shared.counters.read_calls.add(1);
        let bytes = match (&peer.stream).read(&mut self.scratch) {
            Ok(0) => return self.lose(slot, ErrorKind::UnexpectedEof),
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return,
            Err(error) if error.kind() == ErrorKind::Interrupted => 0,
            Err(error) => return self.lose(slot, error.kind()),
        };
        // A read that doesn't fill the buffer has emptied the socket (epoll(7)); what comes later is a new event.
        peer.rest.is_unread = bytes == 0 || bytes == self.scratch.len() || to_end;
        if peer.rest.is_unread {
            self.reads.push_back(slot);
        }
        if bytes > 0 {
            self.shared.counters.bytes_read.add(bytes);
            peer.rest.heard_at = tick;
            peer.rest.pinged_at = NEVER;
            self.receive(slot, bytes);
        }
    }

    /// Gives those another turn that had more to read than one allows.
    pub(super) fn read_rest(&mut self) {
        for _ in 0..self.reads.len() {
            let Some(slot) = self.reads.pop_front() else { return };
            if let Some(peer) = self.peer(slot) {
                peer.rest.is_unread = false;
                // When the peer's end was seen, there is no other event for it: the last read has to find it.
                self.read(slot, true);
            }
        }
    }

    /// What was read together with the handshake.
    pub(super) fn receive_leftover(&mut self, slot: u32, leftover: &[u8]) {
        for piece in leftover.chunks(self.scratch.len()) {
            self.scratch[..piece.len()].copy_from_slice(piece);
            self.receive(slot, piece.len());
        }
    }

    /// Calls the session; one that panics is closed.
    pub(super) fn call(&mut self, slot: u32, callback: impl FnOnce(&mut dyn Session, &Connection)) {
        let Some(peer) = self.peer(slot) else { return };
        let Rest { session, connection, .. } = &mut *peer.rest;
        if guard(|| callback(session.as_mut(), connection)).is_none() {
            self.close_panicked(slot);
        }
    }

    /// Takes in the first `bytes` of the scratch buffer.
    fn receive(&mut self, slot: u32, bytes: usize) {
        let Some(peer) = self.peers.get_mut(slot as usize).and_then(Option::as_mut) else { return };
        if peer.closing().is_some_and(|closing| closing.then != Then::AwaitPeer) {
            return;
        }
        if let Some(channel) = peer.feed.as_ref().and_then(|feed| self.channels.get_mut(feed.local as usize)) {
            channel.heard += 1;
        }
        let input = &mut self.scratch[..bytes];
        let mut reading = Reading {
            message_bytes_max: self.config.message_bytes_max,
            inflater: peer.rest.is_compressed.then_some(&mut self.inflater),
        };
        let received = peer.receive(input, &mut reading, &self.shared);
        let spent = self.inflater.take_spent().as_nanos();
        self.shared.counters.inflate_nanoseconds.add(usize::try_from(spent).unwrap_or(usize::MAX));
        let answers = peer.rare.as_ref().is_some_and(|rare| rare.pong.is_some());
        match received {
            Received::Ordinary => {}
            Received::PeerCloses(code) => self.close_peer(slot, code),
            Received::Violation(violation) => self.close_violation(slot, violation),
            Received::SessionPanicked => self.close_panicked(slot),
        }
        if answers {
            self.queue_write(slot);
        }
    }

    /// The peer's stream is over.
    fn lose(&mut self, slot: u32, kind: ErrorKind) {
        let closing = self.peer(slot).and_then(|peer| peer.closing()).map(|closing| closing.reason);
        self.drop_peer(slot, closing.unwrap_or(CloseReason::Lost(kind)));
    }

    fn close_peer(&mut self, slot: u32, code: Option<u16>) {
        // Echoing the code is what section 5.5.1 suggests; without one there is nothing to echo.
        let echo = CloseFrame::new(code.unwrap_or(1000), "");
        self.start_close(slot, &echo, Then::Finish, CloseReason::Peer(code));
    }

    fn close_violation(&mut self, slot: u32, violation: Violation) {
        let counters = &self.shared.counters;
        match violation.close_code() {
            1007 => counters.invalid_utf8.add(1),
            1009 => counters.messages_too_big.add(1),
            _ => counters.protocol_errors.add(1),
        }
        let close = CloseFrame::new(violation.close_code(), violation.reason());
        self.start_close(slot, &close, Then::AwaitEnd, CloseReason::Violation(violation));
    }

    fn close_panicked(&mut self, slot: u32) {
        self.shared.counters.session_panics.add(1);
        let close = CloseFrame::new(1011, "internal error");
        self.start_close(slot, &close, Then::AwaitPeer, CloseReason::SessionPanicked);
    }
}

impl Peer {
    fn receive(&mut self, input: &mut [u8], reading: &mut Reading<'_>, shared: &ShardShared) -> Received {
        let Self { rest, rare, .. } = self;
        let Rest { decoder, session, connection, .. } = &mut **rest;
        let (slot, generation) = (connection.slot(), connection.generation());
        let mut closes = None;
        let mut message = |message: Message<'_>| {
            shared.counters.messages_received.add(1);
            // A session that has said close, a moment ago or from another thread, hears nothing more.
            if shared.slots.is_open(slot, generation) {
                session.message(connection, message);
            }
        };
        let mut receive = |event: Event<'_>| {
            match event {
                Event::Text(text) => message(Message::Text(text)),
                Event::Binary(bytes) => message(Message::Binary(bytes)),
                Event::Ping(payload) => rare.get_or_insert_default().pong = Some(Frame::new(Opcode::Pong, payload)),
                Event::Pong => {}
                Event::Close(code) => closes = Some(code),
            }
            Flow::Continue
        };
        match guard(|| decoder.decode(input, reading, &mut receive)) {
            None => Received::SessionPanicked,
            Some(Err(violation)) => Received::Violation(violation),
            Some(Ok(_)) => closes.map_or(Received::Ordinary, Received::PeerCloses),
        }
    }
}

/// Runs what sessions wrote; `None` when it panicked, so that one connection's bug isn't everybody's outage.
pub(super) fn guard<T>(run: impl FnOnce() -> T) -> Option<T> {
    // What it may leave half-done is the session's own, and that is never called again but to be told of its end.
    catch_unwind(AssertUnwindSafe(run)).ok()
}
