//! The host: presses the wrong button now and then, takes that back, and opens the drop for good a moment later.

use std::collections::VecDeque;

use dropcast::engine::Accepted;
use dropcast_domain::{ids::DropId, show::Command};

use crate::{
    client::Script,
    random::Random,
    scenario::{DROPS, LATE, NIGHT, Scenario},
    trace::BEGIN_MS,
};

pub(crate) struct Host {
    /// What is done, each not before its moment.
    steps: VecDeque<(u64, Command)>,
}

impl Host {
    pub(crate) fn new(scenario: &Scenario, random: &mut Random) -> Self {
        let drops: &[&str] = if scenario.is_plain { &[NIGHT, LATE] } else { &DROPS };
        let mut steps: Vec<_> = (0..random.below(5))
            .flat_map(|_| {
                let drop = DropId::new(drops[random.place(drops.len())]).unwrap();
                // Most of what is taken back was opened just before; a drop that sells already can't be.
                let opened_ms = BEGIN_MS + random.below(scenario.length_ms);
                let undone_ms = opened_ms + random.between(1, 400);
                let again_ms = undone_ms + random.between(1, 1_500);
                let open = || Command::OpenDrop { drop: drop.clone() };
                [(opened_ms, open()), (undone_ms, Command::UndoDrop { drop: drop.clone() }), (again_ms, open())]
            })
            .collect();
        steps.sort_by_key(|(at_ms, _)| *at_ms);
        Self { steps: steps.into() }
    }
}

impl Script for Host {
    fn next(&mut self, _random: &mut Random, now_ms: u64) -> Option<Command> {
        let is_time = self.steps.front().is_some_and(|(at_ms, _)| *at_ms <= now_ms);
        if is_time { self.steps.pop_front().map(|(_, command)| command) } else { None }
    }

    fn accepted(&mut self, _accepted: &Accepted) {}

    fn may_give_up(&self) -> bool {
        true
    }

    fn finish(&mut self) {
        self.steps.clear();
    }

    fn is_over(&self) -> bool {
        self.steps.is_empty()
    }
}
