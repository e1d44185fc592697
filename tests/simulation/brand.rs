//! The brand: plans the show, starts it, opens its drops, gives more units, and at the end sees that it still runs.

use std::collections::VecDeque;

use dropcast::engine::Accepted;
use dropcast_domain::{
    ids::{DropId, Sku},
    show::Command,
};

use crate::{
    client::Script,
    random::Random,
    scenario::{DROPS, SKUS, Scenario},
    trace::BEGIN_MS,
};

pub(crate) struct Brand {
    /// What it does, each not before its moment.
    steps: VecDeque<(u64, Command)>,
    /// What it does to sell, once more if a failover has lost the beginning.
    begin: [Command; 3],
}

impl Brand {
    pub(crate) fn new(scenario: &Scenario, random: &mut Random) -> Self {
        let drop = |name: &str| DropId::new(name).unwrap();
        let begin =
            [Command::Plan(Box::new(scenario.plan())), Command::Start, Command::OpenDrop { drop: drop(DROPS[0]) }];
        let mut later: Vec<_> = (0..random.below(16))
            .map(|_| {
                let at_ms = BEGIN_MS + random.between(200, scenario.length_ms);
                let name = DROPS[random.place(DROPS.len())];
                let command = match random.below(8) {
                    0 | 1 => Command::OpenDrop { drop: drop(DROPS[1]) },
                    2 => Command::PauseDrop { drop: drop(name) },
                    3 => Command::ResumeDrop { drop: drop(name) },
                    4 if random.percent(30) => Command::CloseDrop { drop: drop(name) },
                    _ => more_units(random.units(1, 3)),
                };
                (at_ms, command)
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
        self.steps = begin.chain([more_units(1)]).map(|command| (0, command)).collect();
    }

    fn is_over(&self) -> bool {
        self.steps.is_empty()
    }
}

fn more_units(units: u32) -> Command {
    Command::AddUnits { drop: None, sku: Sku::new(SKUS[0]).unwrap(), units }
}
