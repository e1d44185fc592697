//! A world: nodes, a journal, a network and a crowd on one thread, in steps of a millisecond, from a seed.

use std::{collections::BTreeMap, sync::Arc};

use dropcast::{
    codec::decode_entry,
    journal::{AppendError, Claim, Journal as _, MemoryJournal, Position, RawEntry, ReadError, Renewal, Snapshot},
};
use dropcast_domain::{
    ids::PrincipalId,
    show::{Fact, Principal, Role},
};
use futures_util::FutureExt as _;
use tokio::runtime::{Builder, Runtime};

use crate::{
    brand::Brand,
    chronicle::{Chronicle, Record, Step},
    client::Client,
    counter::Counter,
    faults::{Fault, KINDS, WRITER, WRITES_LOST_MAX},
    host::Host,
    ledger::{Call, Ledger, Told},
    link::{Reach, Weather},
    node::{Node, Surroundings, TICK},
    panics,
    random::Random,
    recorder::{Load, Look, Recorder},
    scenario::{BRAND, SHOW, Scenario},
    trace::{BEGIN_MS, Time, Trace},
    viewer::Viewer,
    wire::Wire,
};

/// How long everything may take to come right once nothing goes wrong any more.
const SETTLE_MS: u64 = 40_000;
/// How long a node may take to see what a failover lost and to reclaim it: its waits, its back-off, a lease.
const RECLAIM_MS: u64 = 8_000;
/// How long the nodes may take to stop.
const STOP_MS: u64 = 20_000;
/// How long a writer's node is down that is lost with the journal's primary.
const WRITER_DOWN_MS: u64 = 3_000;
/// How many writes the journal can be made to lose.
const WRITES_REMEMBERED: usize = 4 * WRITES_LOST_MAX;

/// What there is to judge a world by.
pub(crate) struct Run {
    pub(crate) record: Record,
    pub(crate) calls: Vec<Call>,
    pub(crate) loads: Vec<Load>,
    pub(crate) looks: Vec<Look>,
    pub(crate) end: JournalEnd,
    /// Who was not answered in the end, and which nodes did not stop.
    pub(crate) unsettled: Vec<String>,
    pub(crate) panics: u64,
    /// Whether no node was stopped or lost before the end.
    pub(crate) nodes_stayed_up: bool,
    /// By when everything went well again.
    pub(crate) healed_at_ms: u64,
    /// How many faults there were of each of [`KINDS`].
    pub(crate) faults: [u64; KINDS.len()],
    pub(crate) trace: Trace,
}

/// What the journal itself has in the end.
#[derive(Default)]
pub(crate) struct JournalEnd {
    pub(crate) first_seq: u64,
    pub(crate) entries: Vec<RawEntry>,
    pub(crate) tail: Position,
    pub(crate) snapshot: Option<Snapshot>,
}

/// Something that is to happen at its moment.
#[derive(Clone, Copy)]
enum Turn {
    Fault(Fault),
    Start(usize),
    Resume(usize),
    Rejoin(usize),
    SetClock(usize),
    /// A node that was told to stop is gone once it has finished, and comes back.
    Restart(usize, u64),
}

struct World {
    scenario: Scenario,
    around: Surroundings,
    server: Runtime,
    nodes: Vec<Node>,
    clients: Vec<Client>,
    agenda: BTreeMap<(u64, u64), Turn>,
    planned: u64,
    /// How many steps of the chronicle the crowd knows.
    told: usize,
    /// How many loads of the show it knows of.
    loads: usize,
    order: Random,
    faults: [u64; KINDS.len()],
}

/// Runs the world of this seed to its end.
pub(crate) fn run(seed: u64, keeps_trace: bool) -> Run {
    panics::watch();
    let panics_before = panics::count();
    let mut world = World::new(seed, keeps_trace);
    let end_ms = BEGIN_MS + world.scenario.length_ms;
    while world.now_ms() < end_ms {
        world.tick();
        world.step_clients();
    }
    let healed_at_ms = world.now_ms();
    world.heal();
    let mut unsettled = world.settle();
    unsettled.extend(world.stop());
    let around = world.around.clone();
    let (faults, scenario_faults) = (world.faults, world.scenario.faults.clone());
    let end = journal_end(&around.journal);
    around.ledger.drop_with(&Told::Dropped, world);
    let calls = around.ledger.read().calls.clone();
    let (loads, looks) = (around.recorder.loads().clone(), around.recorder.looks().clone());
    let record = around.chronicle.read().clone();
    let panics = panics::count() - panics_before;
    let nodes_stayed_up = !scenario_faults.iter().any(|(_, fault)| fault.takes_a_node_down());
    let trace = around.trace;
    Run { record, calls, loads, looks, end, unsettled, panics, nodes_stayed_up, healed_at_ms, faults, trace }
}

impl World {
    fn new(seed: u64, keeps_trace: bool) -> Self {
        let scenario = Scenario::of(seed);
        let time = Time::new();
        let trace = Trace::new(time.clone(), keeps_trace);
        trace.note("world", format_args!("{scenario:?}"));
        let server = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let chronicle = Chronicle::default();
        let journal = Arc::new(MemoryJournal::new());
        journal.faults().remember_writes(WRITES_REMEMBERED);
        let around = Surroundings {
            seed,
            wire: Arc::new(Wire::new(time.clone(), server.handle().clone())),
            ledger: Ledger::new(chronicle.clone(), trace.clone()),
            recorder: Recorder::new(chronicle.clone(), trace.clone()),
            journal,
            chronicle,
            time,
            trace,
            config: scenario.engine.clone(),
            lease: scenario.lease,
        };
        let node = |number: usize| Node::new(around.clone(), number, scenario.weather, scenario.ahead_ms[number]);
        let nodes = (0..scenario.nodes).map(node).collect();
        let clients = crowd(seed, &scenario);
        let agenda = BTreeMap::new();
        let order = Random::of(seed, "order");
        let mut world = Self {
            scenario,
            around,
            server,
            nodes,
            clients,
            agenda,
            planned: 0,
            told: 0,
            loads: 0,
            order,
            faults: [0; KINDS.len()],
        };
        for (at_ms, fault) in world.scenario.faults.clone() {
            world.plan(BEGIN_MS + at_ms, Turn::Fault(fault));
        }
        world
    }

    fn now_ms(&self) -> u64 {
        self.around.time.now_ms()
    }

    fn plan(&mut self, at_ms: u64, turn: Turn) {
        self.planned += 1;
        self.agenda.insert((at_ms, self.planned), turn);
    }

    /// A millisecond.
    fn tick(&mut self) {
        self.around.time.advance_ms(1);
        while let Some(turn) = self.next_turn() {
            self.take_turn(turn);
        }
        self.around.wire.deliver();
        self.server.block_on(async { tokio::time::sleep(TICK).await });
        let first = self.order.place(self.nodes.len());
        for step in 0..self.nodes.len() {
            let number = (first + step) % self.nodes.len();
            self.nodes[number].step();
        }
    }

    fn step_clients(&mut self) {
        self.tell_offers();
        let now_ms = self.now_ms();
        for client in &mut self.clients {
            if let Some(ask) = client.step(now_ms, &self.around.ledger) {
                let slip = self.around.ledger.call(ask.request.clone(), ask.attempt, ask.node);
                client.asked(slip.number, now_ms);
                self.nodes[ask.node].ask(ask.request, ask.attempt, slip);
            }
        }
        self.tell_loads();
    }

    /// Whoever was answered before a node loaded the show has taken that in.
    fn tell_loads(&mut self) {
        let loads = self.around.recorder.loads();
        for load in &loads[self.loads..] {
            self.clients.iter_mut().for_each(|client| client.loaded(&load.audience));
        }
        self.loads = loads.len();
    }

    /// Whoever watches is told what is offered, once it is durable.
    fn tell_offers(&mut self) {
        let record = self.around.chronicle.read();
        for step in &record.steps[self.told..] {
            let Step::Entry(raw) = step else { continue };
            for fact in decode_entry(raw).into_iter().flat_map(|entry| entry.facts) {
                if let Fact::ReservationOffered { reservation, viewer, .. } = fact {
                    self.clients.iter_mut().for_each(|client| client.offered(&viewer, reservation.0));
                }
            }
        }
        self.told = record.steps.len();
    }

    fn next_turn(&mut self) -> Option<Turn> {
        let now_ms = self.now_ms();
        let first = self.agenda.first_entry()?;
        (first.key().0 <= now_ms).then(|| first.remove())
    }

    fn take_turn(&mut self, turn: Turn) {
        match turn {
            Turn::Fault(fault) => self.go_wrong(fault),
            Turn::Start(node) => self.nodes[node].start(),
            Turn::Resume(node) => self.nodes[node].resume(),
            Turn::Rejoin(node) => self.nodes[node].set_reach(Reach::Open),
            Turn::SetClock(node) => self.nodes[node].clock.set_ahead_ms(self.scenario.ahead_ms[node]),
            Turn::Restart(node, down_ms) if self.nodes[node].has_stopped() => {
                self.nodes[node].crash(false);
                self.plan(self.now_ms() + down_ms, Turn::Start(node));
            }
            Turn::Restart(node, down_ms) => self.plan(self.now_ms() + 1, Turn::Restart(node, down_ms)),
        }
    }

    fn go_wrong(&mut self, fault: Fault) {
        self.faults[fault.kind()] += 1;
        self.around.trace.note("world", format_args!("{fault:?}"));
        let now_ms = self.now_ms();
        match fault {
            Fault::Crash { node, down_ms, renamed } => {
                let node = self.number_of(node);
                self.nodes[node].crash(renamed);
                self.plan(now_ms + down_ms, Turn::Start(node));
            }
            Fault::Restart { node, down_ms } => {
                let node = self.number_of(node);
                self.nodes[node].begin_to_stop();
                self.plan(now_ms + 1, Turn::Restart(node, down_ms));
            }
            Fault::Pause { node, for_ms } => {
                let node = self.number_of(node);
                self.nodes[node].pause();
                self.plan(now_ms + for_ms, Turn::Resume(node));
            }
            Fault::Partition { node, for_ms, reach } => {
                let node = self.number_of(node);
                self.nodes[node].set_reach(reach);
                self.plan(now_ms + for_ms, Turn::Rejoin(node));
            }
            Fault::Cut { node } => self.nodes[self.number_of(node)].cut(),
            Fault::ClockJump { node, by_ms, for_ms } => {
                let node = self.number_of(node);
                self.nodes[node].clock.set_ahead_ms(by_ms);
                self.plan(now_ms + for_ms, Turn::SetClock(node));
            }
            Fault::FailOver { writes, with_writer } => {
                if with_writer {
                    let node = self.number_of(WRITER);
                    self.nodes[node].crash(true);
                    self.plan(now_ms + WRITER_DOWN_MS, Turn::Start(node));
                }
                self.fail_over(writes);
            }
            Fault::Usurp => self.usurp(),
            Fault::Trim => self.trim(false),
            Fault::TrimTooMuch => self.trim(true),
        }
    }

    /// The node of this number, or the one that claimed the show last.
    fn number_of(&self, node: usize) -> usize {
        let record = self.around.chronicle.read();
        let writer = || record.claims.iter().rev().find_map(|(_, claimant)| *claimant).unwrap_or(0);
        if node == WRITER { writer() } else { node }
    }

    fn fail_over(&self, writes: usize) {
        self.around.wire.fail_over();
        let lost = self.around.journal.faults().fail_over(SHOW, writes);
        let tail = self.around.journal.tail(SHOW).now_or_never().unwrap().unwrap();
        self.around.chronicle.failed_over(self.now_ms(), self.newest_claim(), tail);
        self.around.trace.note("journal", format_args!("lost {lost} entries, ends at {}", tail.seq));
    }

    /// The claim that is left after a failover: the others are fenced.
    fn newest_claim(&self) -> Option<Claim> {
        let claims = self.around.chronicle.read().claimed.clone();
        let nowhere = Position { seq: u64::MAX, ..Position::default() };
        claims.into_iter().rev().find(|claim| {
            let renewal = Renewal { expected: nowhere, ..Renewal::default() };
            let renewed = self.around.journal.renew(claim, renewal).now_or_never();
            matches!(renewed, Some(Err(AppendError::Moved { .. })))
        })
    }

    /// A connection that borrows nothing claims whatever the lease says.
    fn usurp(&self) {
        let claim = self.around.journal.claim(SHOW).now_or_never().unwrap().unwrap();
        self.around.chronicle.claimed(&claim, None);
    }

    fn trim(&self, too_much: bool) {
        let journal = &self.around.journal;
        let Some(claim) = self.around.chronicle.claim() else { return };
        let snapshot = journal.snapshot(SHOW).now_or_never().unwrap().unwrap();
        let tail = journal.tail(SHOW).now_or_never().unwrap().unwrap();
        let through_seq = if too_much { tail.seq } else { snapshot.map_or(0, |snapshot| snapshot.position.seq) };
        let trimmed = journal.trim(&claim, through_seq).now_or_never().unwrap();
        self.around.trace.note("journal", format_args!("trims through {through_seq}: {trimmed:?}"));
    }

    /// Nothing goes wrong any more.
    fn heal(&mut self) {
        self.around.trace.note("world", format_args!("heals"));
        let agenda = std::mem::take(&mut self.agenda);
        for turn in agenda.into_values() {
            // Whoever was told to stop goes on doing so.
            match turn {
                Turn::Fault(_) => {}
                Turn::Restart(node, _) => self.plan(self.now_ms(), Turn::Restart(node, 1)),
                over => self.take_turn(over),
            }
        }
        let calm = Weather { delay_ms_max: self.scenario.weather.delay_ms_max, ..Weather::default() };
        for node in &mut self.nodes {
            node.set_weather(calm);
        }
        for client in &mut self.clients {
            client.finish();
        }
    }

    /// Lets everybody get an answer, those who no longer wait for one, too; returns who didn't.
    fn settle(&mut self) -> Vec<String> {
        let end_ms = self.now_ms() + SETTLE_MS;
        let is_over = |world: &Self| world.clients.iter().all(Client::is_done) && world.around.ledger.read().is_told();
        let failed_over = self.around.chronicle.read().failovers > 0;
        let reclaimed_ms = if failed_over { self.now_ms() + RECLAIM_MS } else { 0 };
        while self.now_ms() < end_ms && !(is_over(self) && self.now_ms() >= reclaimed_ms) {
            self.tick();
            self.step_clients();
        }
        self.clients.iter().filter_map(Client::waits_for).collect()
    }

    /// Stops every node; returns which don't.
    fn stop(&mut self) -> Vec<String> {
        self.around.trace.note("world", format_args!("stops"));
        self.agenda.clear();
        for node in &mut self.nodes {
            node.begin_to_stop();
        }
        let end_ms = self.now_ms() + STOP_MS;
        while self.now_ms() < end_ms && !self.nodes.iter().all(Node::has_stopped) {
            self.tick();
        }
        let stuck = self.nodes.iter().enumerate().filter(|(_, node)| !node.has_stopped());
        stuck.map(|(number, _)| format!("node {number} does not stop")).collect()
    }
}

fn crowd(seed: u64, scenario: &Scenario) -> Vec<Client> {
    let principal = |role, name: &str| Principal { role, id: PrincipalId::new(name).unwrap() };
    let mut random = Random::of(seed, BRAND);
    let brand = Box::new(Brand::new(scenario, &mut random));
    let brand = Client::new(principal(Role::Brand, BRAND), random, brand, scenario);
    let viewer = |number: usize| {
        let name = format!("viewer-{number}");
        let (random, script) = (Random::of(seed, &name), Box::new(Viewer::new(scenario)));
        Client::new(principal(Role::Viewer, &name), random, script, scenario)
    };
    let mut random = Random::of(seed, "host");
    let host = Box::new(Host::new(scenario, &mut random));
    let host = Client::new(principal(Role::Host, "host"), random, host, scenario);
    let counter = |number: usize| {
        let name = format!("counter-{number}");
        let (id, mut random) = (PrincipalId::new(&name).unwrap(), Random::of(seed, &name));
        let script = Box::new(Counter::new(id, &mut random));
        Client::new(principal(Role::System, &name), random, script, scenario)
    };
    let viewers = (0..scenario.viewers).map(viewer);
    std::iter::once(brand).chain(viewers).chain([host]).chain((0..scenario.counters()).map(counter)).collect()
}

fn journal_end(journal: &MemoryJournal) -> JournalEnd {
    let read = |from_seq| journal.read(SHOW, from_seq, usize::MAX).now_or_never().unwrap();
    let first_seq = match read(1) {
        Err(ReadError::Gap { first_seq }) => first_seq,
        _ => 1,
    };
    let mut entries: Vec<RawEntry> = Vec::new();
    loop {
        let more = read(first_seq + entries.len() as u64).unwrap();
        if more.is_empty() {
            break;
        }
        entries.extend(more);
    }
    let tail = journal.tail(SHOW).now_or_never().unwrap().unwrap();
    let snapshot = journal.snapshot(SHOW).now_or_never().unwrap().unwrap();
    JournalEnd { first_seq, entries, tail, snapshot }
}
