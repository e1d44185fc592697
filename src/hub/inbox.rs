//! How other threads reach a shard.

use std::{
    collections::VecDeque,
    net::TcpStream,
    sync::{Arc, PoisonError, atomic::Ordering},
    time::Instant,
};

use bytes::Bytes;

use super::{
    CloseFrame, Frame, RingPosition, Session,
    channel::ChannelShared,
    counters::ShardCounters,
    drain::Drain,
    sync::{AtomicU64, AtomicUsize, Mutex, MutexGuard, Waker},
};

/// What a shard is asked to do. Commands of one thread are carried out in order.
pub(super) enum Command {
    Adopt(Box<Adoption>),
    Send {
        slot: u32,
        generation: u32,
        frame: Frame,
    },
    Overflow {
        slot: u32,
        generation: u32,
    },
    Attach {
        slot: u32,
        generation: u32,
        attachment: Box<Attachment>,
    },
    Detach {
        slot: u32,
        generation: u32,
    },
    SetDeadline {
        slot: u32,
        generation: u32,
        deadline: Option<Instant>,
    },
    Close {
        slot: u32,
        generation: u32,
        close: Box<CloseFrame>,
    },
    CloseAll {
        channel: Arc<ChannelShared>,
        close: Box<CloseFrame>,
    },
    /// The channel's critical ring has grown.
    RingGrew(Arc<ChannelShared>),
    /// The channel's latest values or best-effort ring have changed.
    TickDue(Arc<ChannelShared>),
    Drain(Arc<Drain>),
    Stop,
}

/// A connection that a shard takes over.
pub(super) struct Adoption {
    pub(super) slot: u32,
    pub(super) generation: u32,
    /// In non-blocking mode.
    pub(super) stream: TcpStream,
    pub(super) leftover: Bytes,
    pub(super) is_compressed: bool,
    pub(super) session: Box<dyn Session>,
}

/// A connection that joins a channel.
pub(super) struct Attachment {
    pub(super) channel: Arc<ChannelShared>,
    pub(super) class: usize,
    pub(super) from: RingPosition,
    pub(super) prelude: Vec<Frame>,
}

/// What a shard shares with the threads that talk to it.
pub(super) struct ShardShared {
    pub(super) index: usize,
    pub(super) slots: Slots,
    pub(super) counters: ShardCounters,
    pub(super) waker: Waker,
    inbox: Mutex<Inbox>,
}

#[derive(Default)]
struct Inbox {
    /// Bounded by what is sent: private frames by [`Slots::count_frame`], publishes by one command per channel,
    /// adoptions by the slots. The other commands come from sessions, a few per message received.
    commands: VecDeque<Command>,
    /// Whether the shard waits, or is about to wait, for its sockets. Only then a command has to wake it.
    is_asleep: bool,
    /// Whether the shard has ended. What is pushed then is dropped.
    is_closed: bool,
}

/// Above this the inbox gives its memory back after a storm.
const INBOX_KEPT_COMMANDS: usize = 4_096;

impl ShardShared {
    pub(super) fn new(index: usize, waker: Waker, slots: Slots) -> Self {
        Self { index, slots, counters: ShardCounters::default(), waker, inbox: Mutex::default() }
    }

    /// Hands a command over; wakes the shard if it sleeps. A shard that has ended takes nothing, and has nobody left
    /// for whom it would matter.
    pub(super) fn push(&self, command: Command) {
        self.try_push(command).ok();
    }

    /// Hands a command over as [`push`](Self::push) does, or gives it back when the shard has ended.
    pub(super) fn try_push(&self, command: Command) -> Result<(), Command> {
        let mut inbox = lock(&self.inbox);
        if inbox.is_closed {
            return Err(command);
        }
        inbox.commands.push_back(command);
        let wakes = std::mem::take(&mut inbox.is_asleep);
        drop(inbox);
        if wakes {
            // Fails only when the shard's epoll instance is gone, and then nobody is there to be woken.
            self.waker.wake().ok();
        }
        Ok(())
    }

    /// For the shard: moves what was pushed since the last time to `commands`, which must be empty.
    pub(super) fn take(&self, commands: &mut VecDeque<Command>) {
        if commands.capacity() > INBOX_KEPT_COMMANDS {
            *commands = VecDeque::new();
        }
        std::mem::swap(&mut lock(&self.inbox).commands, commands);
    }

    /// How many commands wait to be taken.
    pub(super) fn waiting(&self) -> usize {
        lock(&self.inbox).commands.len()
    }

    /// For the shard: says that it is going to sleep. `false` when there is something to do instead.
    pub(super) fn fall_asleep(&self) -> bool {
        let mut inbox = lock(&self.inbox);
        inbox.is_asleep = inbox.commands.is_empty();
        inbox.is_asleep
    }

    /// For the shard: takes nothing more. What was pushed and not taken yet.
    pub(super) fn close(&self) -> VecDeque<Command> {
        let mut inbox = lock(&self.inbox);
        inbox.is_closed = true;
        std::mem::take(&mut inbox.commands)
    }

    /// For the shard: says that it is awake. Whether another thread woke it.
    pub(super) fn wake_up(&self) -> bool {
        !std::mem::take(&mut lock(&self.inbox).is_asleep)
    }
}

/// The places for connections on a shard: per place a word that tells a handle, without asking the shard, whether its
/// connection is still there.
pub(super) struct Slots {
    /// From the highest bit: 32 bits of generation, one for *closing*, 31 that count the private frames on their way.
    words: Box<[AtomicU64]>,
    free: Mutex<FreeSlots>,
    taken: AtomicUsize,
    frames_max: u64,
}

#[derive(Default)]
struct FreeSlots {
    returned: Vec<u32>,
    never_used: u32,
}

const CLOSING: u64 = 1 << 31;
const FRAMES: u64 = CLOSING - 1;

/// What became of an attempt to send a private frame.
pub(super) enum Counted {
    /// It may be pushed.
    Frame,
    /// It is the first one too many: the overflow is to be pushed instead.
    Overflow,
    /// An overflow is already on its way.
    LeftOut,
    /// The connection is gone or closing.
    Gone,
}

impl Slots {
    /// `frames_max` private frames of one connection may be on their way at once.
    pub(super) fn new(slots: usize, frames_max: usize) -> Self {
        let words = std::iter::repeat_with(AtomicU64::default).take(slots).collect();
        Self { words, free: Mutex::default(), taken: AtomicUsize::new(0), frames_max: frames_max as u64 }
    }

    /// How many are taken.
    pub(super) fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }

    /// A free slot and its generation.
    pub(super) fn take(&self) -> Option<(u32, u32)> {
        let mut free = lock(&self.free);
        let slot = match free.returned.pop() {
            Some(slot) => slot,
            None if (free.never_used as usize) < self.words.len() => {
                free.never_used += 1;
                free.never_used - 1
            }
            None => return None,
        };
        self.taken.fetch_add(1, Ordering::Relaxed);
        Some((slot, generation_of(self.words[slot as usize].load(Ordering::Acquire))))
    }

    /// Makes every handle to the slot's connection one to a connection that is gone.
    pub(super) fn retire(&self, slot: u32) {
        let next = |word| Some(u64::from(generation_of(word).wrapping_add(1)) << 32);
        // In one step, so that it has a place among the handles' own changes. It always succeeds.
        let _ = self.words[slot as usize].fetch_update(Ordering::AcqRel, Ordering::Acquire, next);
    }

    /// Gives a retired slot back.
    pub(super) fn free(&self, slot: u32) {
        lock(&self.free).returned.push(slot);
        self.taken.fetch_sub(1, Ordering::Relaxed);
    }

    /// Whether the connection is there and not closing.
    pub(super) fn is_open(&self, slot: u32, generation: u32) -> bool {
        let word = self.words[slot as usize].load(Ordering::Acquire);
        generation_of(word) == generation && word & CLOSING == 0
    }

    /// Marks the connection as closing; whether it was open.
    pub(super) fn start_closing(&self, slot: u32, generation: u32) -> bool {
        self.update(slot, generation, |word| word | CLOSING).is_some()
    }

    /// Counts a private frame that is about to be pushed.
    pub(super) fn count_frame(&self, slot: u32, generation: u32) -> Counted {
        let counted = self.update(slot, generation, |word| word + u64::from(word & FRAMES <= self.frames_max));
        match counted.map(|before| before & FRAMES) {
            None => Counted::Gone,
            Some(frames) if frames < self.frames_max => Counted::Frame,
            Some(frames) if frames == self.frames_max => Counted::Overflow,
            Some(_) => Counted::LeftOut,
        }
    }

    /// Counts a frame, or an overflow, that the shard has taken out of its inbox.
    pub(super) fn uncount_frame(&self, slot: u32) {
        self.words[slot as usize].fetch_sub(1, Ordering::AcqRel);
    }

    /// How many private frames of a connection are counted.
    #[cfg(model)]
    pub(super) fn frames_on_their_way(&self, slot: u32) -> u64 {
        self.words[slot as usize].load(Ordering::Acquire) & FRAMES
    }

    /// Changes the word of an open connection; what it was before.
    fn update(&self, slot: u32, generation: u32, change: impl Fn(u64) -> u64) -> Option<u64> {
        let change = |word| (generation_of(word) == generation && word & CLOSING == 0).then(|| change(word));
        self.words[slot as usize].fetch_update(Ordering::AcqRel, Ordering::Acquire, change).ok()
    }
}

/// Locks, also when another thread panicked while it held the lock: what is guarded in the hub is whole after each
/// step.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn generation_of(word: u64) -> u32 {
    (word >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_handles_are_gone() {
        let slots = Slots::new(1, 2);
        let (slot, generation) = slots.take().unwrap();
        assert!(slots.take().is_none());
        assert!(slots.is_open(slot, generation));
        assert!(slots.start_closing(slot, generation));
        assert!(!slots.start_closing(slot, generation) && !slots.is_open(slot, generation));
        slots.retire(slot);
        slots.free(slot);
        let (again, next) = slots.take().unwrap();
        assert_eq!((again, next), (slot, generation + 1));
        assert!(slots.is_open(slot, next) && !slots.is_open(slot, generation));
        assert!(matches!(slots.count_frame(slot, generation), Counted::Gone));
    }

    #[test]
    fn frames_on_their_way_are_bounded() {
        let slots = Slots::new(1, 2);
        let (slot, generation) = slots.take().unwrap();
        assert!(matches!(slots.count_frame(slot, generation), Counted::Frame));
        assert!(matches!(slots.count_frame(slot, generation), Counted::Frame));
        assert!(matches!(slots.count_frame(slot, generation), Counted::Overflow));
        assert!(matches!(slots.count_frame(slot, generation), Counted::LeftOut));
        for _ in 0..3 {
            slots.uncount_frame(slot);
        }
        assert!(matches!(slots.count_frame(slot, generation), Counted::Frame));
    }
}
