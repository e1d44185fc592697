//! A node: an engine on a runtime of its own, which the world steps, stops and drops.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use dropcast::{
    engine::{Engine, EngineConfig, OpenError, Reply, ShowHandle, wake_due_shows},
    journal::MemoryJournal,
};
use dropcast_domain::{
    ids::ShowId,
    show::{Command, Request},
};
use tokio::runtime::{Builder, Runtime};

use crate::{
    chronicle::Chronicle,
    clock::NodeClock,
    journal::NodeJournal,
    ledger::{Ledger, Slip, Told},
    link::{Link, Reach, Weather},
    random::Random,
    recorder::{NodeRecorder, Recorder},
    scenario::SHOW,
    trace::{Time, Trace},
    wire::Wire,
};

/// One step of the world.
pub(crate) const TICK: Duration = Duration::from_millis(1);

/// What all nodes of a world have in common.
#[derive(Clone)]
pub(crate) struct Surroundings {
    pub(crate) seed: u64,
    pub(crate) time: Time,
    pub(crate) trace: Trace,
    pub(crate) wire: Arc<Wire>,
    pub(crate) journal: Arc<MemoryJournal>,
    pub(crate) chronicle: Chronicle,
    pub(crate) ledger: Ledger,
    pub(crate) recorder: Recorder,
    pub(crate) config: EngineConfig,
    pub(crate) lease: Duration,
}

pub(crate) struct Node {
    around: Surroundings,
    number: usize,
    name: String,
    starts: u64,
    weather: Weather,
    reach: Reach,
    pub(crate) clock: Arc<NodeClock>,
    up: Option<Up>,
}

/// A node that runs.
struct Up {
    engine: Arc<Engine>,
    runtime: Runtime,
    link: Arc<Link>,
    /// Since when it gets no processor.
    paused_at_ms: Option<u64>,
    has_stopped: Arc<AtomicBool>,
}

impl Node {
    pub(crate) fn new(around: Surroundings, number: usize, weather: Weather, ahead_ms: i64) -> Self {
        let clock = Arc::new(NodeClock::new(around.time.clone(), ahead_ms));
        let name = format!("node-{number}");
        let mut node = Self { around, number, name, starts: 0, weather, reach: Reach::Open, clock, up: None };
        node.start();
        node
    }

    /// Starts it, if it is down.
    pub(crate) fn start(&mut self) {
        if self.up.is_some() {
            return;
        }
        self.starts += 1;
        self.note(format_args!("starts as {}", self.name));
        let around = &self.around;
        let random = Random::of(around.seed, &format!("{}#{}", self.name, self.starts));
        let surroundings = (around.time.clone(), around.trace.clone(), Arc::clone(&around.wire));
        let link = Link::new(&format!("node-{}", self.number), random, surroundings, self.weather, self.reach);
        let time = around.time.clone();
        let journal = around.journal.connect_as(&self.name, around.lease, Arc::new(move || time.now_ms()));
        let journal = NodeJournal::new(
            self.number,
            Arc::clone(&link),
            Arc::clone(&self.clock),
            journal,
            around.chronicle.clone(),
        );
        let projections = NodeRecorder { node: self.number, recorder: around.recorder.clone() };
        let config = EngineConfig { node: self.name.clone(), ..around.config.clone() };
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let entered = runtime.enter();
        let engine = Engine::new(Arc::new(journal), Arc::clone(&self.clock) as _, Arc::new(projections), config);
        drop(entered);
        runtime.spawn(wake_due_shows(Arc::clone(&engine)));
        self.up = Some(Up { engine, runtime, link, paused_at_ms: None, has_stopped: Arc::default() });
    }

    /// Lets it do what it can do until the next step.
    pub(crate) fn step(&mut self) {
        if let Some(up) = self.up.as_ref().filter(|up| up.paused_at_ms.is_none()) {
            up.runtime.block_on(async { tokio::time::sleep(TICK).await });
        }
    }

    /// Asks it a command, if it is up.
    pub(crate) fn ask(&self, request: Request, attempt: u32, slip: Slip) {
        let Some(up) = &self.up else {
            slip.tell(Told::NotOpened);
            return;
        };
        let (engine, recorder, number) = (Arc::clone(&up.engine), self.around.recorder.clone(), self.number);
        let looks = matches!(request.command, Command::Confirm { .. });
        up.runtime.spawn(async move {
            if let Some(handle) = ask(engine, request, attempt, slip).await.filter(|_| looks) {
                let seen = handle.read(|show, position| (position, postcard::to_stdvec(show).unwrap())).await;
                if let Ok((position, state)) = seen {
                    recorder.saw(number, position, state);
                }
            }
        });
    }

    /// It is gone, in the middle of whatever it did. `renamed`: what comes back is another node.
    pub(crate) fn crash(&mut self, renamed: bool) {
        let Some(up) = self.up.take() else { return };
        self.note(format_args!("crashes"));
        up.link.cut();
        self.around.ledger.drop_with(&Told::Crashed, up);
        if renamed {
            self.name = format!("node-{}-{}", self.number, self.starts);
        }
    }

    /// It gets no processor from now on.
    pub(crate) fn pause(&mut self) {
        let now_ms = self.around.time.now_ms();
        if let Some(up) = self.up.as_mut().filter(|up| up.paused_at_ms.is_none()) {
            up.paused_at_ms = Some(now_ms);
            self.note(format_args!("is paused"));
        }
    }

    /// It goes on, and all timers that ran out meanwhile are due at once.
    pub(crate) fn resume(&mut self) {
        let now_ms = self.around.time.now_ms();
        let Some(up) = &mut self.up else { return };
        let Some(paused_at_ms) = up.paused_at_ms.take() else { return };
        let missed = Duration::from_millis(now_ms - paused_at_ms);
        up.runtime.block_on(async { tokio::time::advance(missed).await });
        self.note(format_args!("goes on after {missed:?}"));
    }

    pub(crate) fn set_reach(&mut self, reach: Reach) {
        self.reach = reach;
        self.note(format_args!("reaches the journal: {reach:?}"));
        if let Some(up) = &self.up {
            up.link.set_reach(reach);
            if reach == Reach::Refused {
                up.link.cut();
            }
        }
    }

    pub(crate) fn set_weather(&mut self, weather: Weather) {
        self.weather = weather;
        if let Some(up) = &self.up {
            up.link.set_weather(weather);
        }
    }

    pub(crate) fn cut(&self) {
        if let Some(up) = &self.up {
            up.link.cut();
        }
    }

    /// Begins to stop it as an operator does.
    pub(crate) fn begin_to_stop(&self) {
        let Some(up) = &self.up else { return };
        self.note(format_args!("is told to stop"));
        let (engine, has_stopped) = (Arc::clone(&up.engine), Arc::clone(&up.has_stopped));
        up.runtime.spawn(async move {
            engine.stop().await;
            has_stopped.store(true, Ordering::Relaxed);
        });
    }

    /// Whether it is down, or has finished everything that it had.
    pub(crate) fn has_stopped(&self) -> bool {
        self.up.as_ref().is_none_or(|up| up.has_stopped.load(Ordering::Relaxed))
    }

    fn note(&self, what: std::fmt::Arguments<'_>) {
        self.around.trace.note(format_args!("node-{}", self.number), what);
    }
}

/// The one place at which a command enters an engine; the way on, where there is one.
async fn ask(engine: Arc<Engine>, request: Request, attempt: u32, slip: Slip) -> Option<ShowHandle> {
    let show = ShowId::new(SHOW).unwrap();
    let is_plan = matches!(request.command, Command::Plan(_));
    let opened = if is_plan { engine.open_or_create(&show).await } else { engine.open(&show).await };
    match opened {
        Ok(handle) => {
            ask_again(&handle, request, attempt, slip.reply());
            Some(handle)
        }
        Err(OpenError::Unknown | OpenError::Stopping | OpenError::Claim(_) | OpenError::Load(_)) => {
            slip.tell(Told::NotOpened);
            None
        }
    }
}

/// Asks, and says how often this was asked before.
fn ask_again(handle: &ShowHandle, request: Request, attempt: u32, reply: Reply) {
    handle.ask_again(request, attempt, reply);
}
