//! A viewer, who buys, waits in line, changes his mind, and forgets.

use dropcast::engine::Accepted;
use dropcast_domain::{
    ids::{DropId, ReservationId, Sku, WaiterId},
    show::{Command, WantedLine},
};

use crate::{
    client::Script,
    random::Random,
    scenario::{LATE, LINE, LOTS, NIGHT, POOL, SKUS, Scenario},
};

#[derive(Default)]
pub(crate) struct Viewer {
    /// What he was told is held for him, or offered to him.
    held: Vec<u64>,
    /// The places in line that he was told he has.
    waits: Vec<u64>,
    is_plain: bool,
    is_finishing: bool,
}

impl Viewer {
    pub(crate) fn new(scenario: &Scenario) -> Self {
        Self { is_plain: scenario.is_plain, ..Self::default() }
    }
}

impl Script for Viewer {
    fn next(&mut self, random: &mut Random, _now_ms: u64) -> Option<Command> {
        if self.is_finishing {
            return None;
        }
        if !self.held.is_empty() && random.percent(60) {
            let place = random.place(self.held.len());
            if !self.is_plain && random.percent(15) {
                return Some(Command::ExtendHold { reservation: ReservationId(self.held[place]) });
            }
            let reservation = ReservationId(self.held.swap_remove(place));
            return match random.below(10) {
                0..=5 => Some(Command::Confirm { reservation }),
                6 | 7 => Some(Command::Release { reservation }),
                // He forgets it: it runs out.
                _ => None,
            };
        }
        if !self.waits.is_empty() && random.percent(8) {
            let place = random.place(self.waits.len());
            return Some(Command::LeaveWaitlist { waiter: WaiterId(self.waits.swap_remove(place)) });
        }
        Some(if self.is_plain { click(random) } else { wish(random) })
    }

    fn accepted(&mut self, accepted: &Accepted) {
        match accepted {
            Accepted::Held(reservation) => self.offered(reservation.reservation),
            Accepted::Waiter(waiter) if !self.waits.contains(&waiter.waiter) => self.waits.push(waiter.waiter),
            _ => {}
        }
    }

    fn offered(&mut self, reservation: u64) {
        if !self.held.contains(&reservation) {
            self.held.push(reservation);
        }
    }

    fn may_give_up(&self) -> bool {
        true
    }

    fn finish(&mut self) {
        self.is_finishing = true;
    }

    fn is_over(&self) -> bool {
        self.is_finishing
    }
}

/// Something to hold where nobody waits.
fn click(random: &mut Random) -> Command {
    let [tee, cap, _] = SKUS;
    let late = random.percent(25);
    let (drop, sku) = if late { (LATE, tee) } else { (NIGHT, [tee, cap][random.place(2)]) };
    let quantity = if random.percent(80) { 1 } else { 2 };
    Command::Reserve { drop: DropId::new(drop).unwrap(), sku: Sku::new(sku).unwrap(), quantity, with: Vec::new() }
}

/// Something to hold or to wait for.
fn wish(random: &mut Random) -> Command {
    let [tee, cap, scarf] = SKUS;
    let (drop, skus) = match random.below(10) {
        0..=2 => (NIGHT, vec![tee, cap]),
        3 => (LATE, vec![tee]),
        4..=6 => (LINE, vec![cap, scarf]),
        7 | 8 => (LOTS, vec![scarf, tee]),
        _ => (POOL, vec![tee, cap, scarf]),
    };
    let first = random.place(skus.len());
    let (drop, sku) = (DropId::new(drop).unwrap(), Sku::new(skus[first]).unwrap());
    let quantity = if random.percent(80) { 1 } else { 2 };
    if random.percent(15) {
        return Command::JoinWaitlist { drop, sku, quantity };
    }
    let other = skus.get((first + 1) % skus.len()).filter(|_| skus.len() > 1 && random.percent(20));
    let with = other.map(|sku| WantedLine { sku: Sku::new(sku).unwrap(), quantity: 1 }).into_iter().collect();
    Command::Reserve { drop, sku, quantity, with }
}
