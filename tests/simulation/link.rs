//! A node's connection to the journal, which delays, loses, repeats and breaks.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::sync::oneshot;

use crate::{
    random::Random,
    trace::{Time, Trace, brief},
    wire::{Serving, Wire},
};

/// How long a node waits for a reply.
pub(crate) const REPLY_LIMIT: Duration = Duration::from_secs(1);
/// The longest delay of what is late: longer than a node waits, and than a lease.
const LATE_MS_MAX: u64 = 4_000;
const SLOW_MS_MAX: u64 = 200;

/// How badly the network behaves.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Weather {
    /// The usual delay one way, at most.
    pub(crate) delay_ms_max: u64,
    /// How many requests never arrive, and how many replies.
    pub(crate) lost_per_mille: u64,
    /// How many requests and replies take long.
    pub(crate) slow_per_mille: u64,
    /// How many requests arrive after the node has given up.
    pub(crate) late_per_mille: u64,
    /// How many writes arrive twice.
    pub(crate) twice_per_mille: u64,
}

/// Why there is no reply.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Lost {
    /// The request was not sent.
    NotSent,
    /// Nobody knows what became of the request.
    Unanswered,
}

/// Whether a request must not overtake another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Turn {
    InOrder,
    Any,
}

/// Whether a node reaches the journal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reach {
    Open,
    /// What is sent vanishes.
    Silent,
    /// Nothing can be sent, and the node knows.
    Refused,
}

pub(crate) struct Link {
    who: String,
    time: Time,
    trace: Trace,
    wire: Arc<Wire>,
    state: Mutex<State>,
}

struct State {
    random: Random,
    weather: Weather,
    reach: Reach,
    /// Grows with every connection.
    connection: u64,
    /// When the last request of those that keep their order arrives.
    last_due_ms: u64,
    unanswered: Vec<Arc<dyn Cut>>,
}

/// What chance makes of one request.
struct Fate {
    /// The server that it is sent to.
    server: u64,
    due_ms: u64,
    lost: bool,
    again_due_ms: Option<u64>,
    reply_after_ms: u64,
    reply_lost: bool,
    outlives_connection: bool,
}

impl Link {
    pub(crate) fn new(
        who: &str,
        random: Random,
        (time, trace, wire): (Time, Trace, Arc<Wire>),
        weather: Weather,
        reach: Reach,
    ) -> Arc<Self> {
        let state = State { random, weather, reach, connection: 0, last_due_ms: 0, unanswered: Vec::new() };
        Arc::new(Self { who: who.to_owned(), time, trace, wire, state: Mutex::new(state) })
    }

    pub(crate) fn set_reach(&self, reach: Reach) {
        self.state.lock().unwrap().reach = reach;
    }

    pub(crate) fn set_weather(&self, weather: Weather) {
        self.state.lock().unwrap().weather = weather;
    }

    /// Breaks the connection: whatever is unanswered stays so, and what is on its way arrives or doesn't.
    pub(crate) fn cut(&self) {
        let unanswered = {
            let mut state = self.state.lock().unwrap();
            state.connection += 1;
            state.last_due_ms = 0;
            std::mem::take(&mut state.unanswered)
        };
        self.trace.note(&self.who, format_args!("is cut off with {} unanswered", unanswered.len()));
        for slot in unanswered {
            slot.cut();
        }
    }

    /// Sends a request now; `serve` is what it does at the journal, each time that it arrives.
    pub(crate) fn send<T: Send + std::fmt::Debug + 'static>(
        self: &Arc<Self>,
        what: &'static str,
        turn: Turn,
        serve: impl Fn() -> Serving<T> + Send + 'static,
    ) -> Waiting<T> {
        let (sender, receiver) = oneshot::channel();
        let slot = Arc::new(Slot(Mutex::new(Some(sender))));
        let drawn = self.draw(turn, &slot);
        let waiting = Waiting { link: Arc::clone(self), what, is_sent: drawn.is_some(), receiver };
        let Some((connection, fate)) = drawn else {
            slot.cut();
            return waiting;
        };
        if fate.lost {
            self.trace.note(&self.who, format_args!("{what} is lost"));
            return waiting;
        }
        let (link, due_ms) = (Arc::clone(self), fate.due_ms);
        self.wire.at(due_ms, move || link.arrive(what, connection, &fate, serve, slot));
        waiting
    }

    /// What becomes of a request, on which connection; `None` when nothing can be sent.
    fn draw(&self, turn: Turn, slot: &Arc<impl Cut + 'static>) -> Option<(u64, Fate)> {
        let mut state = self.state.lock().unwrap();
        if state.reach == Reach::Refused {
            return None;
        }
        state.unanswered.retain(|slot| Arc::strong_count(slot) > 1 || slot.waits());
        state.unanswered.push(Arc::clone(slot) as _);
        let (weather, now_ms) = (state.weather, self.time.now_ms());
        let mut due_ms = now_ms + state.random.below(weather.delay_ms_max + 1);
        if state.random.per_mille(weather.slow_per_mille) {
            due_ms += state.random.below(SLOW_MS_MAX);
        }
        if state.random.per_mille(weather.late_per_mille) {
            due_ms += state.random.below(LATE_MS_MAX);
        }
        if turn == Turn::InOrder {
            due_ms = due_ms.max(state.last_due_ms);
            state.last_due_ms = due_ms;
        }
        let slow_reply = state.random.per_mille(weather.slow_per_mille);
        let reply_ms_max = if slow_reply { SLOW_MS_MAX } else { weather.delay_ms_max + 1 };
        let again = turn == Turn::InOrder && state.random.per_mille(weather.twice_per_mille);
        let fate = Fate {
            server: self.wire.failovers(),
            due_ms,
            lost: state.random.per_mille(weather.lost_per_mille) || state.reach == Reach::Silent,
            again_due_ms: again.then(|| due_ms + state.random.below(SLOW_MS_MAX)),
            reply_after_ms: state.random.below(reply_ms_max),
            reply_lost: state.random.per_mille(weather.lost_per_mille),
            outlives_connection: state.random.percent(50),
        };
        Some((state.connection, fate))
    }

    fn arrive<T: Send + std::fmt::Debug + 'static>(
        self: Arc<Self>,
        what: &'static str,
        connection: u64,
        fate: &Fate,
        serve: impl Fn() -> Serving<T> + Send + 'static,
        slot: Arc<Slot<T>>,
    ) {
        if self.state.lock().unwrap().connection != connection && !fate.outlives_connection {
            self.trace.note(&self.who, format_args!("{what} is lost with its connection"));
            return;
        }
        if self.wire.failovers() != fate.server {
            self.trace.note(&self.who, format_args!("{what} is lost with its server"));
            return;
        }
        let (link, wire) = (Arc::clone(&self), Arc::clone(&self.wire));
        let (reply_after_ms, reply_lost) = (fate.reply_after_ms, fate.reply_lost);
        self.wire.serve(serve(), move |value| {
            link.trace.note(&link.who, format_args!("{what}: {}", brief(&value)));
            let due_ms = link.time.now_ms() + reply_after_ms;
            wire.at(due_ms, move || link.reply(what, reply_lost, value, &slot));
        });
        if let Some(again_due_ms) = fate.again_due_ms {
            let (link, wire, server) = (Arc::clone(&self), Arc::clone(&self.wire), fate.server);
            self.wire.at(again_due_ms, move || {
                if wire.failovers() != server {
                    return;
                }
                wire.serve(serve(), move |value| {
                    link.trace.note(&link.who, format_args!("{what} again: {}", brief(&value)));
                });
            });
        }
    }

    fn reply<T>(&self, what: &str, is_lost: bool, value: T, slot: &Slot<T>) {
        if is_lost || self.state.lock().unwrap().reach == Reach::Silent {
            self.trace.note(&self.who, format_args!("{what}: the reply is lost"));
        } else if let Some(sender) = slot.0.lock().unwrap().take() {
            // Whoever asked may not want to know any more.
            let _ = sender.send(value);
        }
    }
}

/// A request whose reply is waited for.
pub(crate) struct Waiting<T> {
    link: Arc<Link>,
    what: &'static str,
    is_sent: bool,
    receiver: oneshot::Receiver<T>,
}

impl<T> Waiting<T> {
    /// The reply; when there is none within `limit`, the connection is given up.
    pub(crate) async fn reply(self, limit: Duration) -> Result<T, Lost> {
        match tokio::time::timeout(limit, self.receiver).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(_)) if self.is_sent => Err(Lost::Unanswered),
            Ok(Err(_)) => Err(Lost::NotSent),
            Err(_) => {
                self.link.trace.note(&self.link.who, format_args!("waits for {} no longer", self.what));
                self.link.cut();
                Err(Lost::Unanswered)
            }
        }
    }
}

struct Slot<T>(Mutex<Option<oneshot::Sender<T>>>);

/// A reply that can stay away.
trait Cut: Send + Sync {
    fn cut(&self);
    fn waits(&self) -> bool;
}

impl<T: Send> Cut for Slot<T> {
    fn cut(&self) {
        self.0.lock().unwrap().take();
    }

    fn waits(&self) -> bool {
        self.0.lock().unwrap().as_ref().is_some_and(|sender| !sender.is_closed())
    }
}
