//! The brand: plans the show, starts it, opens its drops, gives more units, takes some that it sold elsewhere, and at
//! the end sees that the show still runs.

use std::collections::VecDeque;

use dropcast::engine::Accepted;
use dropcast_domain::{
    ids::{DropId, Sku},
    show::Command,
};

use crate::{
    client::Script,
    random::Random,
    scenario::{DROPS, LATE, LINE, LOTS, NIGHT, POOL, SKUS, Scenario},
    trace::BEGIN_MS,
};

pub(crate) struct Brand {
    /// What it does, each not before its moment.
    steps: VecDeque<(u64, Command)>,
    /// What it does to sell, once more if a failover has lost the beginning.
    begin: Vec<Command>,
}

impl Brand {
    pub(crate) fn new(scenario: &Scenario, random: &mut Random) -> Self {
        let begin = vec![Command::Plan(Box::new(scenario.plan())), Command::Start, open(NIGHT), open(LINE)];
        let later = if scenario.is_plain { random.below(16) } else { random.below(24) };
        let mut later: Vec<_> = (0..later)
            .map(|_| {
                let at_ms = BEGIN_MS + random.between(200, scenario.length_ms);
                (at_ms, if scenario.is_plain { plain_step(random) } else { step(random) })
            })
            .collect();
        later.sort_by_key(|(at_ms, _)| *at_ms);
        let steps = begin.iter().map(|command| (0, command.clone())).chain(later).collect();
        Self { steps, begin }
    }
}

impl Script for Brand {
    fn next(&mut self, _random: &mut Random, now_ms: u64) -> Option<Command> {
        let is_time = self.steps.front().is_some_and(|(at_ms, _)| *at_ms <= now_ms);
        if is_time { self.steps.pop_front().map(|(_, command)| command) } else { None }
    }

    fn accepted(&mut self, _accepted: &Accepted) {}

    fn may_give_up(&self) -> bool {
        false
    }

    fn finish(&mut self) {
        let begin = self.begin.iter().cloned();
        self.steps = begin.chain([more_units(None, SKUS[0], 1)]).map(|command| (0, command)).collect();
    }

    fn is_over(&self) -> bool {
        self.steps.is_empty()
    }
}

/// Something that it does while it sells to whoever clicks first.
fn plain_step(random: &mut Random) -> Command {
    let drop = DropId::new([NIGHT, LATE][random.place(2)]).unwrap();
    match random.below(8) {
        0 | 1 => open(LATE),
        2 => Command::PauseDrop { drop },
        3 => Command::ResumeDrop { drop },
        4 if random.percent(30) => Command::CloseDrop { drop },
        _ => more_units(None, SKUS[0], random.units(1, 3)),
    }
}

/// The same with everything that a show can have.
fn step(random: &mut Random) -> Command {
    let drop = DropId::new(DROPS[random.place(DROPS.len())]).unwrap();
    let sku = SKUS[random.place(SKUS.len())];
    match random.below(13) {
        0 | 1 => open(LATE),
        2 | 3 => open(LOTS),
        4 => open(POOL),
        5 => Command::PauseDrop { drop },
        6 | 7 => Command::ResumeDrop { drop },
        8 if random.percent(30) => Command::CloseDrop { drop },
        9 | 10 => sold_elsewhere(sku, random.units(1, 4), random.percent(60)),
        _ => more_units(random.percent(30).then_some(POOL), sku, random.units(1, 3)),
    }
}

fn open(drop: &str) -> Command {
    Command::OpenDrop { drop: DropId::new(drop).unwrap() }
}

fn more_units(drop: Option<&str>, sku: &str, units: u32) -> Command {
    let drop = drop.map(|drop| DropId::new(drop).unwrap());
    Command::AddUnits { drop, sku: Sku::new(sku).unwrap(), units }
}

fn sold_elsewhere(sku: &str, units: u32, force: bool) -> Command {
    Command::WithdrawUnits { sku: Sku::new(sku).unwrap(), units, force }
}
