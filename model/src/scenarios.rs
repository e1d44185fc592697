//! What threads may do to one another in the hub. Part of [`hub`](super) in the model alone, so that it reaches what is
//! private there. Each is a whole run: loom repeats it in every order of the threads' turns.
//!
//! A shard is played by a loop of the same steps that `shard/event_loop.rs` takes: take what is in the inbox, carry it
//! out, sleep if there is nothing. Rings, copies, inbox, slots and handles are the real ones.

use std::{collections::VecDeque, io, sync::Arc};

use loom::{
    sync::{Condvar, Mutex},
    thread,
};

use super::{
    Channel, Connection, Frame, Frames, Gone, HubConfig,
    channel::ChannelShared,
    inbox::{Command, ShardShared, Slots},
    latest::LatestCopy,
    ring::RingCopy,
};

/// The eventfd of a shard: once written to, it is readable until it was read.
pub(super) struct Waker {
    is_woken: Mutex<bool>,
    woken: Condvar,
}

impl Waker {
    /// As `mio` makes one.
    #[expect(clippy::unnecessary_wraps, reason = "as mio's")]
    pub(super) fn new(_registry: &mio::Registry, _token: mio::Token) -> io::Result<Self> {
        Ok(Self::lone())
    }

    fn lone() -> Self {
        Self { is_woken: Mutex::new(false), woken: Condvar::new() }
    }

    /// As `mio` does it.
    #[expect(clippy::unnecessary_wraps, reason = "as mio's")]
    pub(super) fn wake(&self) -> io::Result<()> {
        *self.is_woken.lock().unwrap() = true;
        self.woken.notify_one();
        Ok(())
    }

    /// Sleeps until it is woken. Loom says so when nobody ever will.
    fn wait(&self) {
        let mut is_woken = self.is_woken.lock().unwrap();
        while !std::mem::take(&mut *is_woken) {
            is_woken = self.woken.wait(is_woken).unwrap();
        }
    }
}

/// One shard with one place for a connection, of which `frames_max` private frames may be on their way.
struct Stage {
    shared: Arc<ShardShared>,
    channel: Channel,
}

impl Stage {
    fn new(frames_max: usize) -> Self {
        let shared = Arc::new(ShardShared::new(0, Waker::lone(), Slots::new(1, frames_max)));
        let config = HubConfig { shards: 1, ..HubConfig::default() };
        let channel = ChannelShared::new(1, 0, &config, std::slice::from_ref(&shared), Arc::default(), Arc::default());
        Self { shared, channel: Channel(Arc::new(channel)) }
    }

    fn connection(&self) -> Connection {
        let (slot, generation) = self.shared.slots.take().expect("a place");
        Connection::new(self.shared.clone(), slot, generation)
    }

    fn shard(&self) -> Shard {
        Shard {
            shared: self.shared.clone(),
            channel: self.channel.0.clone(),
            commands: VecDeque::new(),
            ring: RingCopy::default(),
            latest: LatestCopy::default(),
            best_effort: RingCopy::default(),
        }
    }
}

/// A shard with one channel.
struct Shard {
    shared: Arc<ShardShared>,
    channel: Arc<ChannelShared>,
    commands: VecDeque<Command>,
    ring: RingCopy,
    latest: LatestCopy,
    best_effort: RingCopy,
}

impl Shard {
    /// Attaches a connection, as `shard/commands.rs` does: it counts before anything is copied.
    fn join(&mut self) {
        self.channel.join(0, 0);
        self.channel.copy_tick(0, &mut self.latest, &mut self.best_effort);
        self.channel.copy_ring(0, &mut self.ring);
    }

    /// Takes turns until `is_done`, which is also told of each command that isn't the channel's.
    fn run(&mut self, mut is_done: impl FnMut(&Self, Option<Command>) -> bool) {
        loop {
            if self.commands.is_empty() {
                self.shared.take(&mut self.commands);
            }
            while let Some(command) = self.commands.pop_front() {
                let other = match command {
                    Command::RingGrew(channel) => {
                        channel.copy_ring(0, &mut self.ring);
                        None
                    }
                    Command::TickDue(channel) => {
                        channel.copy_tick(0, &mut self.latest, &mut self.best_effort);
                        channel.copy_ring(0, &mut self.ring);
                        None
                    }
                    other => Some(other),
                };
                if is_done(self, other) {
                    return;
                }
            }
            if is_done(self, None) {
                return;
            }
            if self.shared.fall_asleep() {
                self.shared.waker.wait();
                self.shared.wake_up();
            }
        }
    }
}

fn message(text: &str) -> Frames {
    Frames::same(&Frame::text(text), 1)
}

/// Two publishers; the shard sleeps whenever it can. It ends up with everything, whatever falls between its looking and
/// its sleeping.
pub fn nothing_published_is_slept_through() {
    let stage = Stage::new(1);
    let mut shard = stage.shard();
    shard.join();
    let publishers = ["a", "b"].map(|text| {
        let channel = stage.channel.clone();
        thread::spawn(move || channel.publish(1, message(text)))
    });
    shard.run(|shard, _| shard.ring.end() == 2);
    for publisher in publishers {
        publisher.join().unwrap();
    }
}

/// A connection is attached while somebody publishes: what isn't in the shard's first copy wakes it.
pub fn nothing_falls_between_joining_and_waking() {
    let stage = Stage::new(1);
    let mut shard = stage.shard();
    let channel = stage.channel.clone();
    let publisher = thread::spawn(move || {
        channel.publish(1, message("a"));
        channel.publish(2, message("b"));
    });
    shard.join();
    shard.run(|shard, _| shard.ring.end() == 2);
    let texts = [0, 1].map(|number| shard.ring.get(number).and_then(|frames| frames.get(0)).cloned());
    assert_eq!(texts, [Some(Frame::text("a")), Some(Frame::text("b"))]);
    publisher.join().unwrap();
}

/// A value changes twice while the shard looks: whatever it sees of the first, it ends up with the second.
pub fn the_newest_value_arrives() {
    let stage = Stage::new(1);
    let mut shard = stage.shard();
    shard.join();
    let channel = stage.channel.clone();
    let publisher = thread::spawn(move || {
        channel.set_latest(7, message("a")).unwrap();
        channel.set_latest(7, message("b")).unwrap();
    });
    shard.run(|shard, _| shard.latest.version() == 2);
    let newest = shard.latest.after(0).iter().map(|value| value.frames.get(0).cloned()).collect::<Vec<_>>();
    assert_eq!(newest, [Some(Frame::text("b"))]);
    publisher.join().unwrap();
}

/// A private frame follows what its sender published before it, and a latest value what was published before that.
pub fn nothing_overtakes_what_was_published_before_it() {
    let stage = Stage::new(1);
    let connection = stage.connection();
    let mut shard = stage.shard();
    shard.join();
    let channel = stage.channel.clone();
    let publisher = thread::spawn(move || {
        channel.publish(1, message("critical"));
        channel.set_latest(7, message("latest")).unwrap();
        connection.send(Frame::text("private")).unwrap();
    });
    let mut is_answered = false;
    shard.run(|shard, command| {
        is_answered |= matches!(command, Some(Command::Send { .. }));
        assert!(shard.ring.end() == 1 || (!is_answered && shard.latest.after(0).is_empty()));
        is_answered && !shard.latest.after(0).is_empty()
    });
    publisher.join().unwrap();
}

/// A handle sends while its connection ends and another takes its place: the newcomer's frames arrive and are counted to
/// the last, and it gets none of the other's.
pub fn a_place_is_not_mixed_up_with_its_next_connection() {
    let stage = Stage::new(2);
    let old = stage.connection();
    let sender = thread::spawn(move || {
        let first = old.send(Frame::text("old"));
        let second = old.send(Frame::text("old"));
        assert!(first.is_ok() || second == Err(Gone), "once gone, always gone");
    });
    // As `shard/closing.rs` ends a connection, and the next is adopted.
    stage.shared.slots.retire(0);
    stage.shared.slots.free(0);
    let new = stage.connection();
    let (slot, generation) = (new.slot(), new.generation());
    let newcomer = thread::spawn(move || new.send(Frame::text("new")).unwrap());
    let mut shard = stage.shard();
    let mut heard = Vec::new();
    let hear = |shard: &Shard, heard: &mut Vec<Frame>, command| {
        // As `shard/commands.rs` does: what is meant for a connection that is gone is let go.
        if let Some(Command::Send { slot: of, generation: to, frame }) = command
            && (of, to) == (slot, generation)
        {
            shard.shared.slots.uncount_frame(slot);
            heard.push(frame);
        }
    };
    shard.run(|shard, command| {
        hear(shard, &mut heard, command);
        !heard.is_empty()
    });
    sender.join().unwrap();
    newcomer.join().unwrap();
    shard.shared.take(&mut shard.commands);
    while let Some(command) = shard.commands.pop_front() {
        hear(&shard, &mut heard, Some(command));
    }
    assert_eq!(heard, [Frame::text("new")]);
    assert_eq!(stage.shared.slots.frames_on_their_way(slot), 0);
    assert!(stage.shared.slots.is_open(slot, generation));
}

/// Two threads send more than may be on its way: all of it arrives, or one overflow stands for what was left out.
pub fn too_many_private_frames_are_one_overflow() {
    let stage = Stage::new(1);
    let connection = stage.connection();
    let senders = [(); 2].map(|()| {
        let connection = connection.clone();
        thread::spawn(move || {
            connection.send(Frame::text("private")).unwrap();
            connection.send(Frame::text("private")).unwrap();
        })
    });
    for sender in senders {
        sender.join().unwrap();
    }
    let mut commands = VecDeque::new();
    stage.shared.take(&mut commands);
    let overflows = commands.iter().filter(|command| matches!(command, Command::Overflow { .. })).count();
    assert_eq!((commands.len(), overflows), (2, 1), "as many as may be, and the overflow");
    for _ in &commands {
        stage.shared.slots.uncount_frame(connection.slot());
    }
    assert_eq!(stage.shared.slots.frames_on_their_way(connection.slot()), 0);
}

/// Two threads close a connection and another sends: one close, and no frame after it.
pub fn a_connection_is_closed_once_and_sends_nothing_after_it() {
    let stage = Stage::new(2);
    let connection = stage.connection();
    let closers = [(); 2].map(|()| {
        let connection = connection.clone();
        thread::spawn(move || connection.close(super::CloseFrame::new(1000, "")).is_ok())
    });
    let sent = connection.send(Frame::text("private")).is_ok();
    let closed = closers.map(|closer| closer.join().unwrap());
    assert_eq!(closed.iter().filter(|is_first| **is_first).count(), 1);
    assert_eq!(connection.send(Frame::text("late")), Err(Gone));
    let mut commands = VecDeque::new();
    stage.shared.take(&mut commands);
    assert_eq!(commands.len(), 1 + usize::from(sent));
}
