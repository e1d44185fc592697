//! What waits to be sent to one connection alone.

use std::collections::VecDeque;

use crate::hub::{Frame, HubConfig};

/// A connection's private lane: a queue that exists while something is in it.
#[derive(Default)]
pub(super) struct Lane {
    queue: VecDeque<Queued>,
    /// So many at the front go before anything of the channel: a prelude, and what was sent before it.
    ahead: usize,
    /// Frames in the queue that count against the bounds, and their bytes.
    frames: usize,
    bytes: usize,
}

struct Queued {
    frame: Frame,
    is_counted: bool,
}

/// The lane is full.
pub(super) struct Overflow;

impl Lane {
    /// Adds a frame that counts against the bounds.
    pub(super) fn push(&mut self, frame: Frame, config: &HubConfig) -> Result<(), Overflow> {
        if self.frames >= config.private_frames_max || self.bytes + frame.len() > config.private_bytes_max {
            return Err(Overflow);
        }
        self.frames += 1;
        self.bytes += frame.len();
        self.queue.push_back(Queued { frame, is_counted: true });
        Ok(())
    }

    /// Adds frames that don't count, and puts all that is in the lane before anything of the channel.
    pub(super) fn push_prelude(&mut self, prelude: Vec<Frame>) {
        self.queue.extend(prelude.into_iter().map(|frame| Queued { frame, is_counted: false }));
        self.ahead = self.queue.len();
    }

    pub(super) fn pop(&mut self) {
        let Some(popped) = self.queue.pop_front() else { return };
        self.ahead = self.ahead.saturating_sub(1);
        if popped.is_counted {
            self.frames -= 1;
            self.bytes -= popped.frame.len();
        }
    }

    pub(super) fn front(&self) -> Option<&Frame> {
        self.queue.front().map(|queued| &queued.frame)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// What goes before anything of the channel.
    pub(super) fn ahead(&self) -> impl Iterator<Item = &Frame> {
        self.queue.range(..self.ahead).map(|queued| &queued.frame)
    }

    /// What goes after the channel's critical messages.
    pub(super) fn behind(&self) -> impl Iterator<Item = &Frame> {
        self.queue.range(self.ahead..).map(|queued| &queued.frame)
    }
}
