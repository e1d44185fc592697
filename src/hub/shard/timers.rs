//! What happens to a connection because time passes.

use crate::hub::{CloseReason, Frame, wire::Opcode};

use super::{clock::NEVER, event_loop::Shard};

impl Shard {
    /// Sets the connection's timer to what it waits for now.
    pub(super) fn arm(&mut self, slot: u32) {
        if let Some(peer) = self.peers.get(slot as usize).and_then(Option::as_ref) {
            self.peer_timers.set(slot, peer.due(&self.limits));
        }
    }

    pub(super) fn expire_timers(&mut self) {
        let tick = self.clock.tick();
        let mut due = Vec::new();
        self.channel_timers.expire(tick, &mut due);
        for local in due.drain(..) {
            self.tick(local);
        }
        self.peer_timers.expire(tick, &mut due);
        for slot in due {
            self.look_at(slot, tick);
            self.arm(slot);
        }
    }

    /// Does what is due for the connection, if anything is: timers are set early rather than moved at every read.
    fn look_at(&mut self, slot: u32, tick: u64) {
        let Some(peer) = self.peers.get_mut(slot as usize).and_then(Option::as_mut) else { return };
        if let Some(closing) = peer.closing() {
            let (limit, reason) = (closing.limit, closing.reason);
            if limit <= tick {
                self.shared.counters.close_timeouts.add(1);
                self.drop_peer(slot, reason);
            }
        } else if peer.rest.stalled_since.saturating_add(self.limits.stall) <= tick {
            self.shared.counters.stalled.add(1);
            self.drop_peer(slot, CloseReason::Stalled);
        } else if peer.rest.pinged_at.saturating_add(self.limits.answer) <= tick {
            self.shared.counters.idle.add(1);
            self.drop_peer(slot, CloseReason::Idle);
        } else {
            // The answer's time begins with the ping, so that a shard that stood still for long drops nobody for it.
            if peer.rest.pinged_at == NEVER && peer.rest.heard_at + self.limits.ping_after <= tick {
                peer.rest.pinged_at = tick;
                peer.rare.get_or_insert_default().ping = Some(Frame::new(Opcode::Ping, &[]));
                self.queue_write(slot);
            }
            self.meet_deadline(slot, tick);
        }
    }

    fn meet_deadline(&mut self, slot: u32, tick: u64) {
        let Some(peer) = self.peer(slot).filter(|peer| peer.rest.deadline <= tick) else { return };
        peer.rest.deadline = NEVER;
        self.call(slot, |session, connection| session.deadline(connection));
    }
}
