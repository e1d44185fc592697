//! Worlds by the number.

use std::{
    env,
    fmt::Write as _,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use dropcast::engine::Answer;
use dropcast_domain::show::Fact;

use crate::{
    checks::{Violation, facts, judge},
    faults::KINDS,
    ledger::Told,
    world::{Run, run},
};

/// How many worlds are run when nobody says.
const SEEDS_DEFAULT: u64 = 800;
/// After how many worlds it is said how far it got.
const PROGRESS_EVERY: u64 = 500;

/// What all worlds come to.
#[derive(Default, Debug)]
struct Tally {
    seeds: u64,
    faults: [u64; KINDS.len()],
    commands: u64,
    accepted: u64,
    refused: u64,
    retried: u64,
    pending: u64,
    entries: u64,
    kept: u64,
    broken: u64,
    extended: u64,
    joined: u64,
    offered: u64,
    drawn: u64,
    bundled: u64,
    revoked: u64,
    more_time: u64,
    undone: u64,
    counted: u64,
}

impl Tally {
    fn add(&mut self, run: &Run) {
        self.seeds += 1;
        for (all, one) in self.faults.iter_mut().zip(run.faults) {
            *all += one;
        }
        self.entries += run.record.line.len() as u64;
        for fact in facts(run) {
            self.kept += u64::from(matches!(fact, Fact::PromiseKept(_)));
            self.broken += u64::from(matches!(fact, Fact::PromiseBroken(_)));
            self.extended += u64::from(matches!(fact, Fact::HoldsExtended { .. }));
            self.joined += u64::from(matches!(fact, Fact::WaitlistJoined { .. }));
            self.offered += u64::from(matches!(fact, Fact::ReservationOffered { .. }));
            self.drawn += u64::from(matches!(fact, Fact::LotsDrawn { .. }));
            self.bundled += u64::from(matches!(fact, Fact::BundleLineHeld { .. }));
            self.revoked += u64::from(matches!(fact, Fact::ReservationRevoked { .. }));
            self.more_time += u64::from(matches!(fact, Fact::HoldExtended { .. }));
            self.undone += u64::from(matches!(fact, Fact::DropUndone { .. }));
            self.counted += u64::from(matches!(fact, Fact::AudienceCounted { .. }));
        }
        for call in &run.calls {
            self.commands += 1;
            match &call.told {
                Some((Told::Answer(Answer::Accepted(_)), _)) => self.accepted += 1,
                Some((Told::Answer(Answer::Refused(_)), _)) => self.refused += 1,
                Some((Told::Answer(Answer::Pending { .. }), _)) => self.pending += 1,
                _ => self.retried += 1,
            }
        }
    }

    fn plus(mut self, other: &Self) -> Self {
        self.seeds += other.seeds;
        for (all, one) in self.faults.iter_mut().zip(other.faults) {
            *all += one;
        }
        self.commands += other.commands;
        self.accepted += other.accepted;
        self.refused += other.refused;
        self.retried += other.retried;
        self.pending += other.pending;
        self.entries += other.entries;
        self.kept += other.kept;
        self.broken += other.broken;
        self.extended += other.extended;
        self.joined += other.joined;
        self.offered += other.offered;
        self.drawn += other.drawn;
        self.bundled += other.bundled;
        self.revoked += other.revoked;
        self.more_time += other.more_time;
        self.undone += other.undone;
        self.counted += other.counted;
        self
    }
}

fn number(name: &str, otherwise: u64) -> u64 {
    env::var(name).map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text:?}")))
}

#[test]
#[expect(clippy::print_stderr, reason = "a long run says how far it got, and every run what it came to")]
fn every_promise_is_kept_in_every_world() {
    let first = number("DROPCAST_SIM_FIRST_SEED", 1);
    let count = number("DROPCAST_SIM_SEEDS", SEEDS_DEFAULT);
    let traced = number("DROPCAST_SIM_TRACE", 0) == 1;
    let next = AtomicU64::new(first);
    let work = || {
        let (mut tally, mut failed) = (Tally::default(), Vec::new());
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= first + count {
                return (tally, failed);
            }
            let run = run(seed, traced);
            let violations = judge(&run);
            tally.add(&run);
            if traced {
                eprintln!("{}", run.trace.lines());
            }
            if !violations.is_empty() {
                failed.push((seed, violations));
            }
            if (seed + 1 - first).is_multiple_of(PROGRESS_EVERY) {
                eprintln!("simulation: {} of {count} seeds", seed + 1 - first);
            }
        }
    };
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let (tally, mut failed) = thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        workers.into_iter().fold((Tally::default(), Vec::new()), |(tally, mut failed), worker| {
            let (one, more) = worker.join().expect("a world never panics outside its nodes");
            failed.extend(more);
            (tally.plus(&one), failed)
        })
    });
    failed.sort_by_key(|(seed, _)| *seed);
    eprintln!("{}", summary(first, &tally, failed.len()));
    assert!(failed.is_empty(), "{}", told(&failed));
    let Tally { joined, offered, drawn, bundled, revoked, more_time, undone, counted, .. } = tally;
    let happened = [joined, offered, drawn, bundled, revoked, more_time, undone, counted];
    assert!(count < SEEDS_DEFAULT || !happened.contains(&0), "not everything happens in these worlds: {happened:?}");
}

fn summary(first: u64, tally: &Tally, failed: usize) -> String {
    let faults: Vec<_> = KINDS.iter().zip(tally.faults).map(|(kind, count)| format!("{kind}={count}")).collect();
    let Tally { seeds, commands, accepted, refused, retried, pending, entries, kept, broken, extended, .. } = tally;
    let Tally { joined, offered, drawn, bundled, revoked, more_time, undone, counted, .. } = tally;
    format!(
        "simulation: seeds={seeds} first={first} failed={failed} {} commands={commands} accepted={accepted} \
         refused={refused} retried={retried} pending={pending} kept={kept} broken={broken} extended={extended} \
         joined={joined} offered={offered} drawn={drawn} bundled={bundled} revoked={revoked} more_time={more_time} \
         undone={undone} counted={counted} entries={entries}",
        faults.join(" ")
    )
}

/// What is wrong, with the way to see it again.
fn told(failed: &[(u64, Vec<Violation>)]) -> String {
    // Writing into a text can't fail.
    let mut text = String::new();
    for (seed, violations) in failed.iter().take(5) {
        let _ = writeln!(text, "\nseed {seed}: make sim SEEDS=1 FIRST_SEED={seed} TRACE=1");
        for violation in violations.iter().take(5) {
            let _ = writeln!(text, "  {:?}: {}", violation.check, violation.detail);
        }
    }
    text
}

/// The seeds that are run twice.
const TWICE: [u64; 6] = [1, 2, 3, 5, 8, 13];

#[test]
fn equal_seeds_make_equal_traces() {
    for seed in TWICE {
        let (one, other) = (run(seed, true).trace.lines(), run(seed, true).trace.lines());
        let differs = one.lines().zip(other.lines()).position(|(one, other)| one != other);
        let lines = differs.map(|line| (one.lines().nth(line), other.lines().nth(line)));
        assert!(one == other, "seed {seed} differs at line {differs:?}: {lines:#?}");
        assert!(one.lines().count() > 100, "seed {seed} does nothing");
    }
}

#[test]
fn different_seeds_make_different_traces() {
    assert_ne!(run(1, false).trace.hash(), run(2, false).trace.hash());
}
